"""Refusals are noted: once an hour for the same one, and always for another."""

from datetime import datetime, timedelta

from sqlmodel import select

from revrec.operations.actor import Actor
from revrec.operations.note_refusal import note_refusal, note_unknown_sign_in
from revrec.store.engine import Store
from revrec.store.tables import AuditEvent

HOUR = timedelta(hours=1)


def test_the_same_refusal_is_noted_once_an_hour(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    def refuse(who: str, where: str, said: str, at: datetime) -> bool:
        with store.write() as session:
            return note_refusal(session, people[who], where, said, "POST /x", now=at)

    assert refuse("viewer", "set_price", "may not", now)
    assert not refuse("viewer", "set_price", "may not", now + HOUR / 2)
    assert refuse("accountant", "set_price", "may not", now)
    assert refuse("viewer", "set_policy", "may not", now)
    assert refuse("viewer", "set_price", "may not either", now)
    assert refuse("viewer", "set_price", "may not either", now + HOUR)
    with store.read() as session:
        rows = session.exec(select(AuditEvent).where(AuditEvent.action == "refused"))
        told = [(one.actor, one.subject, one.after) for one in rows]
    assert told[0] == ("viewer@books.test", "action set_price", {"said": "may not", "asked": "POST /x"})
    assert len(told) == 5


def test_unknown_emails_are_noted_by_address_and_not_by_what_was_typed(store: Store, now: datetime) -> None:
    def try_from(address: str, at: datetime) -> bool:
        with store.write() as session:
            return note_unknown_sign_in(session, address, now=at)

    assert [try_from("10.0.0.1", now), try_from("10.0.0.1", now), try_from("10.0.0.2", now)] == [
        True,
        False,
        True,
    ]
    assert try_from("10.0.0.1", now + HOUR)
    with store.read() as session:
        rows = session.exec(select(AuditEvent).where(AuditEvent.action == "sign_in_refused"))
        assert {(one.actor, one.subject) for one in rows} == {
            ("unknown", "sign-in from 10.0.0.1"),
            ("unknown", "sign-in from 10.0.0.2"),
        }
