"""The audit trail: appended to, chained, and honest about tampering."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from revrec.operations.actor import SERVICE, Actor
from revrec.operations.audit import GENESIS, hash_of, record_event, verify_events, verify_trail
from revrec.operations.export_audit import exported_events, note_export
from revrec.problems import Refused
from revrec.store.engine import Store
from revrec.store.tables import AuditEvent

WHO = Actor("a@books.test", "admin")


def write(store: Store, number: int, now: datetime) -> str:
    with store.write() as session:
        event = record_event(
            session,
            WHO,
            "set_policy",
            f"policy {number}",
            now=now,
            before=None,
            after={"value": number, "name": "Zoë ‹☃›"},
            reason="because",
        )
        return event.hash


def test_events_follow_one_another(store: Store, now: datetime) -> None:
    hashes = [write(store, number, now) for number in range(5)]
    with store.read() as session:
        check = verify_trail(session)
        first = session.exec(select(AuditEvent).order_by(AuditEvent.id)).first()  # type: ignore[arg-type]
        assert first is not None and first.previous_hash == GENESIS
    assert (check.broken_at, check.events, check.head) == (None, 5, hashes[-1])


def test_an_empty_trail_is_whole(store: Store) -> None:
    with store.read() as session:
        check = verify_trail(session)
    assert (check.events, check.head, check.broken_at) == (0, GENESIS, None)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_event SET reason = 'another' WHERE id = 3",
        "UPDATE audit_event SET actor = 'b@books.test' WHERE id = 3",
        "UPDATE audit_event SET subject = 'policy 9' WHERE id = 3",
        "UPDATE audit_event SET at = '2020-01-01 00:00:00' WHERE id = 3",
        "UPDATE audit_event SET after = '{\"value\": 7}' WHERE id = 3",
    ],
)
def test_a_changed_event_shows(store: Store, now: datetime, change: str) -> None:
    for number in range(5):
        write(store, number, now)
    with store.write() as session:
        session.execute(text(change))
    with store.read() as session:
        check = verify_trail(session)
    assert check.broken_at == 3
    assert "was changed" in check.message


def test_a_removed_event_shows(store: Store, now: datetime) -> None:
    for number in range(5):
        write(store, number, now)
    with store.write() as session:
        session.execute(text("DELETE FROM audit_event WHERE id = 3"))
    with store.read() as session:
        assert verify_trail(session).broken_at == 4


def test_a_trail_cut_at_its_end_shows_against_an_earlier_head(store: Store, now: datetime) -> None:
    hashes = [write(store, number, now) for number in range(5)]
    with store.write() as session:
        session.execute(text("DELETE FROM audit_event WHERE id >= 4"))
    with store.read() as session:
        assert verify_trail(session).broken_at is None
        assert verify_trail(session, expected_head=hashes[1]).broken_at is None
        assert verify_trail(session, expected_head=hashes[4]).broken_at == 0


def test_writers_at_the_same_time_make_one_chain(store: Store, now: datetime) -> None:
    with ThreadPoolExecutor(8) as pool:
        hashes = list(pool.map(lambda number: write(store, number, now), range(40)))
    assert len(set(hashes)) == 40
    with store.read() as session:
        check = verify_trail(session)
        previous = session.exec(select(AuditEvent.previous_hash)).all()
    assert (check.broken_at, check.events) == (None, 40)
    assert len(set(previous)) == 40


def test_a_failed_operation_leaves_no_event(store: Store, now: datetime) -> None:
    with pytest.raises(RuntimeError), store.write() as session:
        record_event(session, WHO, "x", "y", now=now)
        raise RuntimeError("afterwards")
    with store.read() as session:
        assert verify_trail(session).events == 0


def test_an_export_covers_what_was_before_it_and_is_an_event(store: Store, now: datetime) -> None:
    hashes = [write(store, number, now) for number in range(3)]
    with store.write() as session:
        covered = note_export(session, WHO, now=now)
    with store.read() as session:
        events = list(exported_events(session, covered))
        assert verify_trail(session).events == 4
    assert covered.head == hashes[-1]
    assert [event["hash"] for event in events] == hashes
    rows = [AuditEvent(**{**event, "at": datetime.fromisoformat(event["at"])}) for event in events]
    assert verify_events(rows).head == covered.head


def test_export_wants_a_role(store: Store, now: datetime) -> None:
    with pytest.raises(Refused), store.write() as session:
        note_export(session, Actor("x", "nobody"), now=now)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(before=plain, after=plain, reason=st.text(max_size=30))
def test_the_hash_covers_every_field_and_no_zone(before: Any, after: Any, reason: str) -> None:
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    given_fields = {"actor": "a", "action": "b", "subject": "c", "before": before, "after": after}
    event = AuditEvent(at=at, reason=reason, previous_hash=GENESIS, hash="", **given_fields)
    same = AuditEvent(
        at=at.astimezone(timezone(timedelta(hours=5))),
        reason=reason,
        previous_hash=GENESIS,
        hash="",
        **given_fields,
    )
    assert hash_of(event) == hash_of(same)
    for field, other in (
        ("reason", reason + "x"),
        ("subject", "d"),
        ("after", [after]),
        ("previous_hash", "1"),
    ):
        changed = AuditEvent(at=at, reason=reason, previous_hash=GENESIS, hash="", **given_fields)
        setattr(changed, field, other)
        assert hash_of(changed) != hash_of(event), field


def test_the_service_is_named_as_such(store: Store, now: datetime) -> None:
    with store.write() as session:
        assert record_event(session, SERVICE, "x", "y", now=now).actor == "service"
