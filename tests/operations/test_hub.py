"""Holding, releasing and retrying journals: what each does to which state, and who may."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from revrec.operations.actor import Actor
from revrec.operations.approve_journal import approve_journal
from revrec.operations.hold_journals import hold_journals
from revrec.operations.release_journals import release_journals
from revrec.operations.retry_journals import retry_journals
from revrec.problems import Conflict, Invalid, NotFound, Refused
from revrec.store.engine import Store
from revrec.store.queries.audit import event_count
from revrec.store.queries.cross_check import (
    count_posted,
    first_posted,
    ids_of,
    last_cross_check,
    note_approvals,
    posted_between,
    prefixes,
)
from revrec.store.queries.hub import (
    HubState,
    Selection,
    Sent,
    held_among,
    held_numbers,
    hub_journals,
    hub_state,
    hub_totals,
    ids_to_send,
    in_hub_state,
    last_post_end,
    open_post_job,
    sent_times,
    to_send,
    waiting,
)
from revrec.store.tables import Job, Journal, PostingAttempt
from tests.audit_trail import newest_events

Draft = Callable[..., list[int]]
Put = Callable[..., list[int]]


@pytest.fixture
def put(store: Store, people: dict[str, Actor], draft: Draft, now: datetime) -> Put:
    """Approve journals and leave them in the states that are named; gives their ids."""

    def make(*states: str, **values: object) -> list[int]:
        ids = draft(len(states))
        with store.write() as session:
            for journal_id, state in zip(ids, states, strict=True):
                row = approve_journal(session, people["controller"], journal_id, now=now)
                row.state = state
                row.attempts = 0 if state in ("approved", "queued") else 1
                for name, value in values.items():
                    setattr(row, name, value)
        return ids

    return make


def states(store: Store, ids: list[int]) -> list[tuple[str, str]]:
    with store.read() as session:
        rows = [session.get_one(Journal, one) for one in ids]
        return [(row.state, row.held) for row in rows]


def test_what_waits_is_held_with_a_reason_once(
    store: Store, people: dict[str, Actor], put: Put, now: datetime
) -> None:
    ids = put("approved", "queued", "failed")
    with store.write() as session:
        told = hold_journals(session, people["accountant"], ids, " FX to be checked ", now=now)
    assert [one.changed for one in told] == [True, True, True]
    assert states(store, ids) == [
        ("approved", "FX to be checked"),
        ("approved", "FX to be checked"),
        ("failed", "FX to be checked"),
    ]
    with store.read() as session:
        before = event_count(session)
    with store.write() as session:
        (again,) = hold_journals(session, people["admin"], ids[:1], "another", now=now)
    assert (again.changed, again.message) == (
        False,
        "It is held already, by accountant@books.test: FX to be checked",
    )
    with store.read() as session:
        assert event_count(session) == before
        (event,) = newest_events(session, limit=1)
        assert (event.action, event.subject, event.reason) == (
            "hold_journals",
            "3 journals",
            "FX to be checked",
        )
        assert event.after == {"held": ["2026-03-0001", "2026-03-0002", "2026-03-0003"]}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("posting", "is being sent to NetSuite right now"),
        ("posted", "is posted; only what is still to be sent"),
        ("conflict", "is conflict; only"),
        ("cancelled", "is cancelled; only"),
    ],
)
def test_what_netsuite_has_or_is_being_sent_is_not_held_and_neither_is_what_was_named_with_it(
    store: Store, people: dict[str, Actor], put: Put, now: datetime, state: str, words: str
) -> None:
    ids = put("approved", state)
    with pytest.raises(Conflict, match=words), store.write() as session:
        hold_journals(session, people["admin"], ids, "wait", now=now)
    assert [held for _, held in states(store, ids)] == ["", ""]


def test_a_reason_is_wanted_a_draft_is_not_in_the_hub_and_a_number_must_exist(
    store: Store, people: dict[str, Actor], draft: Draft, put: Put, now: datetime
) -> None:
    ids = put("approved")
    with pytest.raises(Invalid, match="Say why"), store.write() as session:
        hold_journals(session, people["admin"], ids, "  ", now=now)
    drafts = draft(1, "2026-04")
    with pytest.raises(Conflict, match="from their approval on"), store.write() as session:
        hold_journals(session, people["admin"], drafts, "wait", now=now)
    with pytest.raises(NotFound), store.write() as session:
        release_journals(session, people["admin"], [987654], now=now)


def test_a_viewer_does_none_of_it(store: Store, people: dict[str, Actor], put: Put, now: datetime) -> None:
    ids = put("failed")
    with store.write() as session:
        for act in (
            lambda: hold_journals(session, people["viewer"], ids, "wait", now=now),
            lambda: release_journals(session, people["viewer"], ids, now=now),
            lambda: retry_journals(session, people["viewer"], ids, now=now),
        ):
            with pytest.raises(Refused):
                act()


def test_a_batch_leaves_held_ones_alone_until_they_are_released(
    store: Store, people: dict[str, Actor], put: Put, now: datetime
) -> None:
    ids = put("approved", "failed", "approved", next_attempt_at=now + timedelta(hours=5))
    with store.write() as session:
        hold_journals(session, people["admin"], ids[:2], "wait", now=now)
    for at_once in (False, True):
        with store.read() as session:
            assert ids_to_send(session, to_send(now, failed_at_once=at_once), None) == ids[2:]
    with store.write() as session:
        told = release_journals(session, people["admin"], ids, now=now)
    assert [one.changed for one in told] == [True, True, False]
    with store.read() as session:
        assert ids_to_send(session, to_send(now, failed_at_once=False), None) == ids


def test_retrying_makes_due_what_failed_or_disagreed_and_says_why_not_elsewhere(
    store: Store, people: dict[str, Actor], put: Put, now: datetime
) -> None:
    later = now + timedelta(hours=5)
    ids = put(
        "failed",
        "conflict",
        "approved",
        "posting",
        "posted",
        "cancelled",
        next_attempt_at=None,
        netsuite_id=77,
    )
    with store.write() as session:
        session.get_one(Journal, ids[0]).next_attempt_at = later
        told = retry_journals(session, people["accountant"], ids, now=now)
    assert [one.changed for one in told] == [True, True, False, False, False, True]
    assert told[4].message == "NetSuite has it, as 77."
    assert [state for state, _ in states(store, ids)] == [
        "failed",
        "failed",
        "approved",
        "posting",
        "posted",
        "cancelled",
    ]
    with store.read() as session:
        assert ids_to_send(session, to_send(now, failed_at_once=False), None) == [*ids[:4], ids[5]]


def test_a_cancelled_journal_that_is_looked_for_later_keeps_that_appointment(
    store: Store, people: dict[str, Actor], put: Put, now: datetime
) -> None:
    later = now + timedelta(minutes=16)
    (late,) = put("cancelled", next_attempt_at=later)
    with store.write() as session:
        (told,) = retry_journals(session, people["admin"], [late], now=now)
        assert not told.changed
        assert session.get_one(Journal, late).next_attempt_at == later


def test_a_held_journal_is_not_retried(
    store: Store, people: dict[str, Actor], put: Put, now: datetime
) -> None:
    ids = put("failed")
    with store.write() as session:
        hold_journals(session, people["admin"], ids, "wait", now=now)
    with pytest.raises(Conflict, match="Release it first"), store.write() as session:
        retry_journals(session, people["admin"], ids, now=now)


ALL = ("approved", "queued", "posting", "posted", "failed", "conflict", "cancelled")


def test_every_state_has_one_word_and_the_words_select_what_they_name(
    store: Store, people: dict[str, Actor], put: Put, draft: Draft, now: datetime
) -> None:
    ids = [*put(*ALL, "approved", "failed"), *draft(1, "2026-04")]
    with store.write() as session:
        for one in ids[7:9]:
            session.get_one(Journal, one).held = "wait"
    with store.read() as session:
        for word in HubState:
            rows = [session.get_one(Journal, one) for one in ids]
            named = [row.id for row in rows if hub_state(row.state, row.held) is word]
            assert ids_to_send(session, in_hub_state(word), ids) == named
            assert sorted(row.id for row in hub_journals(session, Selection(word), None, 100)) == named
        totals = hub_totals(session, Selection())
        assert totals.journals == {
            HubState.NOT_TRANSFERRED: 2,
            HubState.TRANSFERRING: 1,
            HubState.TRANSFERRED: 1,
            HubState.FAILED: 1,
            HubState.CONFLICT: 1,
            HubState.CANCELLED: 1,
            HubState.HELD: 2,
        }
        assert totals.debit_minor == {"USD": 9 * 10_000}
        assert hub_totals(session, Selection(HubState.HELD, "2026-03", 1)).debit_minor == {"USD": 20_000}
        assert hub_totals(session, Selection(None, "2026-04")).debit_minor == {}


def test_what_the_cross_check_reads_of_ours(
    store: Store, people: dict[str, Actor], put: Put, now: datetime
) -> None:
    ids = put("posted", "posted", "posted", "failed", "approved", posted_at=now - timedelta(hours=2))
    with store.write() as session:
        for key, netsuite_id in zip(ids, (30, 10, 20, 40, None), strict=True):
            session.get_one(Journal, key).netsuite_id = netsuite_id
        session.get_one(Journal, ids[2]).external_id = "OLD-2026-03-0003"
    with store.read() as session:
        assert prefixes(session) == ["OLD-", "REVREC-"]
        assert ids_of(session, ["REVREC-2026-03-0001", "OLD-2026-03-0003", "REVREC-2026-03-9999"]) == {
            "REVREC-2026-03-0001": ids[0],
            "OLD-2026-03-0003": ids[2],
        }
        assert [row.netsuite_id for row in posted_between(session, "REVREC-", 0, None, now)] == [10, 30]
        assert [row.id for row in posted_between(session, "REVREC-2026-03-", 10, 30, now)] == [ids[0]]
        assert posted_between(session, "REVREC-2026-04-", 0, None, now) == []
        assert posted_between(session, "REVREC-", 0, None, now - timedelta(hours=3)) == []
        assert (count_posted(session, "REVREC-"), count_posted(session, "OLD-")) == (2, 1)
        assert first_posted(session) == now - timedelta(hours=2)
        assert last_cross_check(session) is None
    with store.write() as session:
        for key, message in ((ids[0], "awaits"), (ids[1], "something else"), (ids[3], "refused")):
            session.get_one(Journal, key).message = message
        session.flush()
        approvals = {ids[0]: "approved", ids[1]: "approved", ids[2]: "pending", ids[3]: "rejected"}
        note_approvals(session, approvals, {"pending": "awaits", "rejected": "was rejected"})
    with store.read() as session:
        rows = [session.get_one(Journal, key) for key in ids[:4]]
        assert [(row.netsuite_approval, row.message) for row in rows] == [
            ("approved", ""),
            ("approved", "something else"),
            ("pending", "awaits"),
            ("", "refused"),
        ]
    for approval, message in (("rejected", "was rejected"), ("approved", "")):
        with store.write() as session:
            note_approvals(session, {ids[2]: approval}, {"pending": "awaits", "rejected": "was rejected"})
        with store.read() as session:
            assert session.get_one(Journal, ids[2]).message == message


def test_what_the_batch_reads_of_the_hub(
    store: Store, people: dict[str, Actor], put: Put, now: datetime
) -> None:
    ids = put("approved", "queued", "failed", "cancelled", "posted")
    later = now + timedelta(minutes=7)
    with store.write() as session:
        for key in ids[2:4]:
            session.get_one(Journal, key).next_attempt_at = later
        for at, action in ((now, "look_up"), (later, "post"), (now, "read_back")):
            session.add(PostingAttempt(journal_id=ids[4], at=at, action=action, outcome="x"))
        hold_journals(session, people["admin"], ids[:1], "wait", now=now)
        job = Job(kind="post", state="done", parameters={}, requested_by="x", created_at=now, finished_at=now)
        session.add(job)
    with store.read() as session:
        found = waiting(session)
        assert (found.journals, found.oldest_approval, found.next_retry, found.left_over) == (
            3,
            None,
            later,
            True,
        )
        assert (last_post_end(session), open_post_job(session)) == (now, None)
        assert held_numbers(session) == ["2026-03-0001"]
        assert [tuple(row) for row in held_among(session, ids)] == [
            ("2026-03-0001", "wait", "admin@books.test")
        ]
        assert held_among(session, []) == []
        assert sent_times(session, ids) == {ids[4]: Sent(later, later)}
        assert [row.id for row in hub_journals(session, Selection(), 3, 10)] == [ids[1], ids[0]]
