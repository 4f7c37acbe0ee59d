"""Ranges of orders are staged side by side and name the same products: none of them ends in a deadlock."""

import threading
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import event, select

from revrec.store.core import product
from revrec.store.engine import Store
from revrec.store.reference.products import CatalogueProduct, keep_products

CODES = ("ALPHA", "BETA", "GAMMA")
MEET_SECONDS = 0.5


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = Store(database_url)
    yield made
    made.close()


def catalogue(codes: Sequence[str], name: str) -> list[CatalogueProduct]:
    return [CatalogueProduct(code, f"{name} {code}") for code in codes]


@pytest.mark.parametrize("known", [True, False], ids=["renamed", "new"])
def test_transactions_that_name_the_same_products_wait_for_each_other(store: Store, known: bool) -> None:
    if known:
        with store.write() as session:
            keep_products(session, catalogue(CODES, "first"))
    meet = threading.Barrier(2)
    failures: list[BaseException] = []

    @event.listens_for(store.engine, "after_cursor_execute")
    def let_the_other_come_as_far(_c, _cursor, statement, *_rest):  # type: ignore[no-untyped-def]
        # Each holds its first lock before either asks for its second, where the database lets them.
        if statement.startswith(("UPDATE product", "INSERT INTO product")):
            try:
                meet.wait(MEET_SECONDS)
            except threading.BrokenBarrierError:
                meet.reset()

    def keep(codes: Sequence[str], name: str) -> None:
        try:
            with store.write() as session:
                keep_products(session, catalogue(codes, name))
        except BaseException as error:
            failures.append(error)

    threads = [
        threading.Thread(target=keep, args=(CODES, "second")),
        threading.Thread(target=keep, args=(CODES[::-1], "third")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with store.read() as session:
        names = {row.name.split()[0] for row in session.execute(select(product.c.name))}
    assert len(names) == 1  # one of them came last, for every product
    assert names <= {"second", "third"}


def test_products_that_are_as_they_were_are_not_written(store: Store) -> None:
    with store.write() as session:
        keep_products(session, catalogue(CODES, "same"))
    statements: list[str] = []
    event.listen(store.engine, "after_cursor_execute", lambda _c, _cursor, text, *_: statements.append(text))
    with store.write() as session:
        assert len(keep_products(session, catalogue(CODES, "same"))) == len(CODES)
    assert [text for text in statements if text.startswith("UPDATE")] == []
