"""Passwords and links as operations: what they write, on both databases. The pages' tests have the stories."""

from datetime import datetime

import pytest
from sqlalchemy import text

from revrec.operations.actor import Actor
from revrec.operations.browser_session import Browser, begin_session, find_session
from revrec.operations.passwords import check_new_password, hash_password, password_fits
from revrec.operations.set_password import set_password
from revrec.operations.sign_in import Refusal, sign_in
from revrec.operations.sign_in_link import create_sign_in_link, use_sign_in_link
from revrec.problems import Invalid, NotFound, Refused
from revrec.store.engine import Store
from revrec.store.queries.people import user_by_email

PASSWORD = "a horse that counts deferred revenue"
SECRETS = [f"{number}".rjust(43, "s") for number in range(5)]
BROWSER = Browser("127.0.0.1", "a browser")


def test_a_password_is_kept_so_that_it_cannot_be_read(store: Store) -> None:
    kept = hash_password(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert kept != hash_password(PASSWORD)
    assert (password_fits(PASSWORD, kept), password_fits(PASSWORD + " ", kept), password_fits("", "")) == (
        True,
        False,
        False,
    )


@pytest.mark.parametrize("password", ["x" * 11, "x" * 201, "viewer@books.test", "abababababab"])
def test_a_password_that_is_no_good_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_new_password(password, "viewer@books.test")
    assert refused.value.where == "password"


def test_a_life_of_signing_in(store: Store, people: dict[str, Actor], now: datetime) -> None:
    admin, viewer = people["admin"], people["viewer"]
    with store.write() as session:
        create_sign_in_link(session, admin, viewer.email, secret=SECRETS[0], now=now)
    with store.write() as session:
        use_sign_in_link(session, SECRETS[0], session_secret=SECRETS[1], browser=BROWSER, now=now)
    with pytest.raises(Refused, match="This link was used"), store.write() as session:
        use_sign_in_link(session, SECRETS[0], session_secret=SECRETS[2], browser=BROWSER, now=now)
    first = find_session(store, SECRETS[1], now=now)
    assert first is not None
    set_password(store, viewer, first.session_id, PASSWORD, now=now)
    told = sign_in(store, " VIEWER@books.test", PASSWORD, secret=SECRETS[2], browser=BROWSER, now=now)
    assert told == viewer
    assert isinstance(
        sign_in(store, viewer.email, "no", secret=SECRETS[3], browser=BROWSER, now=now), Refusal
    )
    with store.read() as session:
        actions = session.execute(
            text("SELECT action FROM audit_event WHERE action <> 'add_user' ORDER BY id")
        ).scalars()
        assert list(actions) == [
            "create_sign_in_link",
            "sign_in",
            "set_password",
            "sign_in",
            "sign_in_refused",
        ]
        hashes = session.execute(
            text("SELECT hash FROM user_session UNION ALL SELECT hash FROM sign_in_link")
        ).scalars()
        assert not set(hashes) & set(SECRETS)


def test_only_admins_make_links_and_only_for_users(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    with pytest.raises(Refused), store.write() as session:
        create_sign_in_link(session, people["controller"], "viewer@books.test", secret=SECRETS[0], now=now)
    with pytest.raises(NotFound, match=r"no active user eve@books\.test"), store.write() as session:
        create_sign_in_link(session, people["admin"], "eve@books.test", secret=SECRETS[0], now=now)


def test_a_short_secret_is_a_defect(store: Store, people: dict[str, Actor], now: datetime) -> None:
    with pytest.raises(ValueError, match="32 random bytes"), store.write() as session:
        user = user_by_email(session, "viewer@books.test")
        assert user is not None
        begin_session(session, user, basis="link", secret="short", browser=BROWSER, now=now)
