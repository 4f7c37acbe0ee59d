"""The lists of the settings, asked on both databases."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlmodel import col

from revrec.store.engine import Store
from revrec.store.queries.ordered import Order, one_page
from revrec.store.queries.people import activity_of, token_ages, users_by_role
from revrec.store.queries.price_list import PRICE_SORTS, price_history, prices_by_currency, prices_where
from revrec.store.tables import ApiToken, Product, StandalonePrice, UserAccount, UserSession

NOW = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


def test_of_prices_of_one_key_the_one_of_the_latest_day_rules_and_pages_go_on(store: Store) -> None:
    with store.write() as session:
        session.add(Product(id=1, key="plan", code="PLAN", name="Plan"))
        session.flush()
        for currency, start, low in (
            ("USD", None, 1),
            ("USD", date(2026, 4, 1), 2),
            ("USD", date(2026, 4, 1), 3),
            ("USD", date(2026, 9, 1), 4),
            ("EUR", None, 5),
        ):
            session.add(
                StandalonePrice(
                    product_id=1,
                    currency=currency,
                    valid_from=start,
                    low_minor=low,
                    high_minor=low,
                    set_by="a",
                    set_at=NOW,
                )
            )
            session.flush()
    with store.read() as session:
        query, key = prices_where(NOW.date()), col(StandalonePrice.id)
        first, place = one_page(session, query, PRICE_SORTS, key, Order("from"), 1)
        rest, end = one_page(session, query, PRICE_SORTS, key, Order("from", after=place), 5)
        assert [row[0].low_minor for row in [*first, *rest]] == [5, 3] and end is None
        assert prices_by_currency(session, date(2026, 9, 1)) == [
            ("EUR", "observed", 1),
            ("USD", "observed", 1),
        ]
        assert [one.low_minor for one in price_history(session, rest[0][0])] == [4, 3, 2, 1]


def test_what_stands_of_users_is_counted(store: Store) -> None:
    with store.write() as session:
        user = UserAccount(email="a@books.test", name="A", role="viewer", created_at=NOW)
        session.add(user)
        session.flush()
        number = user.id
        session.add(ApiToken(user_id=number, name="t", hash="1", created_at=NOW, last_used_at=NOW))
        session.add(ApiToken(user_id=number, name="u", hash="2", created_at=NOW))
        session.add(ApiToken(user_id=number, name="v", hash="3", created_at=NOW, revoked_at=NOW))
        for secret, revoked in (("x", None), ("y", NOW)):
            session.add(
                UserSession(
                    user_id=number,
                    hash=secret,
                    basis="link",
                    created_at=NOW,
                    last_seen_at=NOW,
                    ends_at=NOW.replace(day=17),
                    revoked_at=revoked,
                )
            )
    with store.read() as session:
        found = activity_of(session, [number, number + 1], NOW)
        assert (found[number].last_seen_at, found[number].sessions, found[number].tokens) == (NOW, 1, 2)
        assert (found[number + 1].last_seen_at, found[number + 1].sessions) == (None, 0)
        ages = token_ages(session)
        assert (ages.working, ages.never_used, ages.oldest) == (2, 1, NOW)
        assert users_by_role(session) == [("viewer", True, 1)]
