"""Users and tokens."""

from datetime import datetime, timedelta

import pytest

from revrec.operations.actor import SERVICE, Actor
from revrec.operations.add_user import add_first_admin, add_user
from revrec.operations.authenticate import authenticate
from revrec.operations.change_user import change_user
from revrec.operations.create_token import create_token, hash_token
from revrec.operations.revoke_token import revoke_token
from revrec.problems import Conflict, Invalid, NotFound, Refused
from revrec.store.engine import Store
from revrec.store.queries.people import tokens_after
from revrec.store.tables import ApiToken

RANDOM = "r" * 43


def test_the_first_admin_is_made_once(store: Store, now: datetime) -> None:
    with store.write() as session:
        assert add_first_admin(session, "First@Books.test", "First", now=now) is not None
    with store.write() as session:
        assert add_first_admin(session, "second@books.test", "Second", now=now) is None


def test_emails_are_compared_without_case(store: Store, people: dict[str, Actor], now: datetime) -> None:
    with pytest.raises(Conflict, match=r"viewer@books\.test"), store.write() as session:
        add_user(session, people["admin"], " VIEWER@books.test ", "V", "viewer", now=now)


@pytest.mark.parametrize(
    ("email", "name", "role", "where"),
    [("nobody", "N", "viewer", "email"), ("a@b", "N", "king", "role"), ("a@b", " ", "viewer", "name")],
)
def test_what_is_wrong_with_a_user_is_named(
    store: Store, now: datetime, email: str, name: str, role: str, where: str
) -> None:
    with pytest.raises(Invalid) as refused, store.write() as session:
        add_user(session, SERVICE, email, name, role, now=now)
    assert refused.value.where == where


def test_the_last_admin_stays(store: Store, people: dict[str, Actor], now: datetime) -> None:
    for change in ({"role": "viewer"}, {"active": False}):
        with pytest.raises(Conflict, match="last active admin"), store.write() as session:
            change_user(session, people["admin"], "admin@books.test", now=now, **change)  # type: ignore[arg-type]
    with store.write() as session:
        change_user(session, people["admin"], "controller@books.test", now=now, role="admin")
    with store.write() as session:
        assert not change_user(session, people["admin"], "admin@books.test", now=now, active=False).active


def test_a_token_opens_the_door_and_is_kept_as_a_hash(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        made = create_token(session, people["viewer"], "reports", random_text=RANDOM, now=now)
    assert made.text not in repr(made)
    with store.read() as session:
        row = session.get_one(ApiToken, made.id)
        assert row.hash == hash_token(made.text)
        assert made.text not in str(row)
    assert authenticate(store, made.text, now=now) == people["viewer"]
    assert authenticate(store, made.text + "x", now=now) is None
    assert authenticate(store, "", now=now) is None


def test_the_use_of_a_token_is_noted_now_and_then(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        made = create_token(session, people["viewer"], "reports", random_text=RANDOM, now=now)
    for minutes in (0, 1, 7):
        authenticate(store, made.text, now=now + timedelta(minutes=minutes))
    with store.read() as session:
        assert session.get_one(ApiToken, made.id).last_used_at == now + timedelta(minutes=7)


def test_a_token_follows_its_user(store: Store, people: dict[str, Actor], now: datetime) -> None:
    with store.write() as session:
        made = create_token(session, people["viewer"], "reports", random_text=RANDOM, now=now)
    with store.write() as session:
        change_user(session, people["admin"], "viewer@books.test", now=now, role="controller")
    found = authenticate(store, made.text, now=now)
    assert found is not None and found.role == "controller"
    with store.write() as session:
        change_user(session, people["admin"], "viewer@books.test", now=now, active=False)
    assert authenticate(store, made.text, now=now) is None


def test_a_revoked_token_opens_nothing(store: Store, people: dict[str, Actor], now: datetime) -> None:
    with store.write() as session:
        made = create_token(session, people["viewer"], "reports", random_text=RANDOM, now=now)
    with pytest.raises(NotFound), store.write() as session:
        revoke_token(session, people["accountant"], made.id, now=now)
    with store.write() as session:
        revoke_token(session, people["viewer"], made.id, now=now)
    assert authenticate(store, made.text, now=now) is None
    with pytest.raises(Conflict), store.write() as session:
        revoke_token(session, people["admin"], made.id, now=now)


def test_only_an_admin_makes_tokens_for_others(store: Store, people: dict[str, Actor], now: datetime) -> None:
    with pytest.raises(Refused), store.write() as session:
        create_token(session, people["viewer"], "x", random_text=RANDOM, now=now, email="admin@books.test")
    with store.write() as session:
        made = create_token(
            session, people["admin"], "x", random_text=RANDOM, now=now, email="Viewer@books.test"
        )
    with store.read() as session:
        assert [token.id for token, _ in tokens_after(session, 0, 9, "viewer@books.test")] == [made.id]


def test_a_weak_token_is_a_defect(store: Store, people: dict[str, Actor], now: datetime) -> None:
    with pytest.raises(ValueError, match="32 random bytes"), store.write() as session:
        create_token(session, people["viewer"], "x", random_text="short", now=now)
