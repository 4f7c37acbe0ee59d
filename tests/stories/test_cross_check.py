"""What happens to our journals in NetSuite after they were posted is found: gone, changed, unknown, approved there."""

from datetime import UTC, datetime, timedelta

import pytest

from jobs.posting.cross_check import cross_check_due
from jobs.posting.outgoing import read_outgoing
from revrec.operations.retry_journals import retry_journals
from revrec.problems import Conflict
from revrec.store.tables import Journal

from .verbs import now


def check(books, **parameters):
    result = books.run("cross_check", **parameters).result
    return result["compared"], {(one["code"], one["number"]): one for one in result["findings"]}


def numbers(books):
    """Number -> (our id, NetSuite's)."""
    return {
        number: (key, theirs)
        for number, key, theirs in books.rows("SELECT number, id, netsuite_id FROM journal")
    }


def snapshot(books):
    return books.rows(
        "SELECT id, state, message, netsuite_id, netsuite_approval, attempts FROM journal ORDER BY id"
    )


def test_what_was_posted_and_left_alone_agrees(posted_books):
    books = posted_books
    before = snapshot(books)
    assert check(books) == ({"journals": 6, "agree": 6}, {})
    assert check(books, period="2026-02") == ({"journals": 3, "agree": 3}, {})
    assert check(books, period="2026-03") == ({"journals": 0, "agree": 0}, {})
    assert snapshot(books) == before


def test_gone_changed_and_unknown_journals_are_named_with_what_to_do(posted_books, monkeypatch):
    # Pages and groups smaller than what there is: both sides are walked side by side.
    monkeypatch.setattr("revrec.netsuite.journal_lists.MOST", 2)
    monkeypatch.setattr("jobs.posting.cross_check.READ_TOGETHER", 1)
    books = posted_books
    ours = numbers(books)
    gone, changed, last = ours["2026-01-0002"], ours["2026-02-0004"], ours["2026-02-0006"]
    for _, theirs in (gone, last):
        books.netsuite.change("delete", transaction=theirs)
    amount = books.netsuite.get(f"transactions/{changed[1]}")["transactionline"][1]["foreignamount"]
    books.netsuite.change("edit_line", transaction=changed[1], line=1, amount=f"{(amount + 1200) / 100:.2f}")
    unknown = books.netsuite.foreign_journal("REVREC-2026-01-9999")
    before = snapshot(books)
    counts, found = check(books)
    assert sorted(found) == [
        ("differs", "2026-02-0004"),
        ("foreign", "REVREC-2026-01-9999"),
        ("missing", "2026-01-0002"),
        ("missing", "2026-02-0006"),
    ]
    assert (counts["journals"], counts["agree"], counts["missing"]) == (5, 3, 2)
    assert found["missing", "2026-01-0002"]["netsuite_id"] == gone[1]
    assert "hub retry --again 2026-01-0002" in found["missing", "2026-01-0002"]["to_do"]
    assert "changed in NetSuite after it was posted: line" in found["differs", "2026-02-0004"]["what"]
    assert found["foreign", "REVREC-2026-01-9999"]["netsuite_id"] == unknown
    assert snapshot(books) == before, "a check changes nothing"
    log = books.values("SELECT code FROM job_note WHERE job_id = :id ORDER BY code", id=books.jobs[-1])
    assert log == ["cross_check_differs", "cross_check_foreign", "cross_check_missing", "cross_check_missing"]
    assert set(check(books, period="2026-01")[1]) == {
        ("foreign", "REVREC-2026-01-9999"),
        ("missing", "2026-01-0002"),
    }


def test_a_journal_that_was_deleted_in_netsuite_is_posted_again_when_somebody_says_so(posted_books):
    books = posted_books
    ours = numbers(books)
    (gone, theirs), (there, _) = ours["2026-01-0002"], ours["2026-01-0001"]
    books.netsuite.change("delete", transaction=theirs)
    books.netsuite.post("reset-stats")
    with books.store.write() as session:
        told = retry_journals(session, books.preparer, [gone, there], now=now())
    assert [one.changed for one in told] == [False, False]
    with books.store.write() as session:
        retry_journals(session, books.preparer, [gone, there], now=now(), again=True)
    books.run("post", journals=[gone, there])
    sent = [
        one for one in books.netsuite.get("log") if one["method"] == "POST" and "journalEntry" in one["path"]
    ]
    assert len(sent) == 1
    assert books.values("SELECT DISTINCT state FROM journal") == ["posted"]
    assert numbers(books)["2026-01-0002"][1] != theirs
    assert check(books) == ({"journals": 6, "agree": 6}, {})


def test_a_journal_whose_period_was_reopened_is_not_posted_again(posted_books):
    books = posted_books
    (key, _) = numbers(books)["2026-02-0004"]
    books.reopen("2026-02")
    with pytest.raises(Conflict, match="has its reversing journal"), books.store.write() as session:
        retry_journals(session, books.preparer, [key], now=now(), again=True)


def test_an_approval_in_netsuite_is_the_one_thing_that_it_writes(closed_books):
    books = closed_books
    books.netsuite.post("settings", approve_journals=True)
    books.approve_and_post()
    ours = numbers(books)
    (approved, theirs) = ours["2026-01-0001"]
    books.netsuite.change("reject", transaction=theirs)
    counts, found = check(books)
    assert counts["approval"] == 1
    assert found["approval", "2026-01-0001"]["what"] == (
        "NetSuite's approval was pending and is rejected now: it is not in NetSuite's ledger."
    )
    assert found["approval", "2026-01-0001"]["to_do"] == "Submit it for approval again there."
    (told,) = books.values("SELECT message FROM journal WHERE id = :id", id=approved)
    assert told.startswith("Posted, and rejected in NetSuite")
    books.netsuite.change("approve", transaction=theirs)
    counts, found = check(books)
    assert counts["approval"] == 1
    assert found["approval", "2026-01-0001"]["what"] == "NetSuite's approval was rejected: approved now."
    assert dict(books.rows("SELECT id, netsuite_approval FROM journal")) == {
        key: "approved" if key == approved else "pending" for key, _ in ours.values()
    }
    messages = dict(books.rows("SELECT id, message FROM journal"))
    assert messages.pop(approved) == ""
    assert set(messages.values()) == {"Posted, awaiting NetSuite's approval."}
    assert books.values("SELECT code FROM job_note WHERE job_id = :id", id=books.jobs[-1]) == []
    assert check(books)[1] == {}


def test_what_netsuite_has_though_we_believe_that_it_failed_is_found_and_read_back(closed_books):
    books = closed_books
    (first, second, *_) = books.approve()
    with books.store.read() as session:
        one, two = read_outgoing(session, [first, second])
    books.netsuite.make_journal(one.journal)
    books.netsuite.foreign_journal(two.external_id)
    with books.store.write() as session:
        for key in (first, second):
            row = session.get_one(Journal, key)
            row.state, row.attempts, row.next_attempt_at = "failed", 1, now() + timedelta(hours=1)
    _, found = check(books)
    assert set(found) == {("unposted", one.number), ("unposted", two.number)}
    assert found["unposted", one.number]["what"] == "It is failed here, and NetSuite has it."
    assert "with differences" in found["unposted", two.number]["what"]
    with books.store.write() as session:
        retry_journals(session, books.preparer, [first, second], now=now())
    books.run("post", journals=[first, second])
    assert books.values("SELECT state FROM journal WHERE state IN ('posted', 'conflict') ORDER BY id") == [
        "posted",
        "conflict",
    ]
    _, found = check(books)
    assert [(code, one["what"][:18]) for (code, _), one in found.items()] == [
        ("differs", "It is in conflict:")
    ]


def test_a_check_comes_by_itself_a_day_after_the_last_while_posting_is_connected(posted_books):
    books = posted_books
    begun = datetime.now(UTC)

    def due(hours):
        with books.store.read() as session:
            return cross_check_due(session, begun + timedelta(hours=hours))

    assert (due(0), due(25)) == (False, True)
    check(books)
    assert (due(23), due(25)) == (False, True)
    books.set_policy(cross_check_hours=0)
    assert not due(1000)
    books.set_policy(cross_check_hours=24)
    with books.store.write() as session:
        session.connection().exec_driver_sql("UPDATE connection SET paused = 'x' WHERE flow = 'journals'")
    assert not due(25)
    assert "paused" in books.run("cross_check", ends="failed").error
