"""Lists in a reader's order: every row once, whatever the order and the size of a page, on both databases."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Date, Integer, MetaData, String, Table, select
from sqlmodel import Session

from api.http.paging import read_order, write_place
from revrec.problems import Invalid
from revrec.store.engine import Store
from revrec.store.queries.ordered import Order, Place, all_rows, one_page

ROWS = Table(
    "ordered_row",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("day", Date, nullable=False),
)
SORTS = {one: ROWS.c[one] for one in ("name", "amount", "day")}
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=4)


@pytest.fixture
def session(database_url: str):
    store = Store(database_url)
    with store.engine.begin() as connection, Session(connection) as opened:
        ROWS.metadata.create_all(connection)
        yield opened
        opened.rollback()
        connection.rollback()
    store.close()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.tuples(NAMES, st.integers(-2, 2), st.integers(0, 3)), max_size=12),
    by=st.sampled_from(["name", "amount", "day"]),
    descending=st.booleans(),
    at_once=st.integers(1, 5),
)
def test_every_row_is_on_one_page_and_in_order(session, rows, by, descending, at_once):
    session.execute(ROWS.delete())
    for number, (name, amount, day) in enumerate(rows, start=1):
        values = {"id": number, "name": name, "amount": amount, "day": date(2026, 1, 1) + timedelta(day)}
        session.execute(ROWS.insert().values(**values))
    whole = [
        row.id
        for row in session.execute(
            select(ROWS).order_by(
                ROWS.c[by].desc() if descending else ROWS.c[by],
                ROWS.c.id.desc() if descending else ROWS.c.id,
            )
        )
    ]
    order = Order(by, descending)
    parts = list(all_rows(session, select(ROWS), SORTS, ROWS.c.id, order, at_once))
    assert [row.id for part in parts for row in part] == whole
    assert all(len(part) <= at_once for part in parts)
    # the same through cursors, as a browser or a program goes on
    sort, cursor, seen = ("-" if descending else "") + by, None, []
    while True:
        order = read_order(sort, cursor, "name")
        found, place = one_page(session, select(ROWS), SORTS, ROWS.c.id, order, at_once)
        seen += [row.id for row in found]
        cursor = write_place(order, place)
        if cursor is None:
            break
    assert seen == whole


def test_an_order_that_the_list_does_not_have_is_refused(session):
    with pytest.raises(Invalid, match="cannot be sorted by 'size', only by name, amount, day"):
        one_page(session, select(ROWS), SORTS, ROWS.c.id, Order("size"), 5)


def test_a_cursor_of_another_order_or_none_at_all_is_refused():
    cursor = write_place(Order("name"), Place("Acme", 3))
    assert read_order("name", cursor, "name") == Order("name", False, Place("Acme", 3))
    with pytest.raises(Invalid, match="sorted by 'name', not by '-name'"):
        read_order("-name", cursor, "name")
    for bad in ("x", "eyJhIjoxfQ", "WyJuYW1lIiwxXQ", "WyJuYW1lIiwieCIsLTFd", "%%%"):
        with pytest.raises(Invalid, match="not a cursor"):
            read_order("name", bad, "name")


def test_a_cursor_with_a_value_of_another_kind_is_refused(session):
    for by, value in (("amount", "x"), ("day", "soon"), ("name", 5)):
        with pytest.raises(Invalid, match="not a cursor of this list"):
            one_page(session, select(ROWS), SORTS, ROWS.c.id, Order(by, False, Place(value, 1)), 5)
