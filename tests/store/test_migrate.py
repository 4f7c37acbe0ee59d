"""Migrations: what they build is what the tables say, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import BigInteger, Float, Numeric, inspect, text
from sqlmodel import SQLModel

from revrec.problems import Conflict
from revrec.store.engine import Store
from revrec.store.migrate import check_schema, differences, upgrade


@pytest.fixture
def store(empty_database_url: str) -> Iterator[Store]:
    opened = Store(empty_database_url)
    yield opened
    opened.close()


def test_an_empty_database_is_brought_to_this_release_s_schema(store: Store) -> None:
    with pytest.raises(Conflict, match="revrec db upgrade"):
        check_schema(store)
    before, after = upgrade(store)
    assert (before, upgrade(store)) == (None, (after, after))
    check_schema(store)
    with store.engine.connect() as connection:
        assert differences(connection) == []


def test_a_database_of_another_release_is_refused(store: Store) -> None:
    upgrade(store)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict, match="at schema 9999"):
        check_schema(store)


def test_no_number_is_a_float_and_whole_ones_have_64_bits(store: Store) -> None:
    upgrade(store)
    found = inspect(store.engine)
    for table in SQLModel.metadata.tables:
        for column in found.get_columns(table):
            assert not isinstance(column["type"], (Float, Numeric)), (table, column["name"])
            if column["name"].endswith(("_minor", "_e6", "_e10")):
                assert isinstance(column["type"], BigInteger), (table, column["name"])
