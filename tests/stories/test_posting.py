"""Journals reach NetSuite once, whatever happens on the way: never doubled, lost or half-posted."""

import pytest

from jobs.start import start_job
from revrec.problems import Refused

JOURNAL = "record/v1/journalEntry"


def in_netsuite(books):
    """External id -> journal, of those that this deployment posted."""
    found = {}
    for one in books.netsuite.get("journals"):
        if str(one["externalid"] or "").startswith("REVREC-"):
            assert one["externalid"] not in found, "a journal stands twice"
            found[one["externalid"]] = one
    return found


def states(books):
    return books.values("SELECT DISTINCT state FROM journal ORDER BY state")


def assert_all_there_once(books):
    """Every posted journal stands in NetSuite once, with our lines; nothing else stands there."""
    held = in_netsuite(books)
    posted = books.rows("SELECT id, external_id, netsuite_id FROM journal WHERE state = 'posted'")
    assert sorted(held) == sorted(external for _, external, _ in posted)
    for journal, external, netsuite_id in posted:
        theirs = held[external]
        assert theirs["id"] == netsuite_id
        ours = books.rows(
            "SELECT l.account_id, (l.debit_minor - l.credit_minor) * (CASE j.currency WHEN 'JPY' THEN 100 ELSE 1 END)"
            " FROM journal_line l JOIN journal j ON j.id = l.journal_id WHERE j.id = :id",
            id=journal,
        )
        assert sorted(ours) == sorted(
            (line["expenseaccount"], line["foreignamount"]) for line in theirs["lines"]
        )


def test_journals_are_posted_read_back_and_dated_at_the_periods_end(posted_books):
    books = posted_books
    assert states(books) == ["posted"]
    assert_all_there_once(books)
    assert books.values(
        "SELECT count(*) FROM posting_attempt WHERE action = 'read_back' AND outcome = 'agrees'"
    ) == [6]
    days = {str(day) for day in books.values("SELECT journal_date FROM journal")}
    assert days == {"2026-01-31", "2026-02-28"}


def test_posting_again_sends_nothing(posted_books):
    books = posted_books
    books.post()
    assert books.netsuite.sends_nothing_to(JOURNAL)
    assert_all_there_once(books)


def test_a_draft_is_not_posted(closed_books):
    closed_books.post()
    assert in_netsuite(closed_books) == {}


def test_a_reply_lost_after_the_commit_doubles_nothing(closed_books):
    books = closed_books
    books.netsuite.post(
        "faults", action="drop_reply_after_commit", method="POST", path="journalEntry", times=3
    )
    books.approve_and_post()
    assert states(books) == ["posted"]
    assert_all_there_once(books)
    assert books.values("SELECT count(*) FROM posting_attempt WHERE outcome = 'outcome unknown'") == [3]


def test_a_connection_cut_before_the_commit_loses_nothing(closed_books):
    books = closed_books
    books.netsuite.post("faults", action="reset_connection", method="POST", path="journalEntry", times=3)
    books.approve_and_post()
    assert states(books) == ["posted"]
    assert_all_there_once(books)


def test_a_look_up_that_fails_after_a_lost_reply_leaves_it_to_the_next_batch(closed_books):
    books = closed_books
    books.approve()
    books.netsuite.post(
        "faults", action="drop_reply_after_commit", method="POST", path="journalEntry", times=1
    )
    refusal = {"status": 403, "o:errorDetails": [{"detail": "No.", "o:errorCode": "INSUFFICIENT_PERMISSION"}]}
    for where in ({"contains": "t.externalid"}, {"path": "eid"}):
        books.netsuite.post("faults", action="status", status=403, times=30, body=refusal, **where)
    job = books.wait(start_job(books.config, books.store, "post", {"journals": None}, books.approver))
    assert job.state in ("done", "failed")
    assert len(in_netsuite(books)) > books.value("SELECT count(*) FROM journal WHERE state = 'posted'")
    books.netsuite.forget_faults()
    books.post()
    assert states(books) == ["posted"]
    assert_all_there_once(books)


@pytest.mark.parametrize("disguise", ["429", "400"])
def test_a_storm_of_refusals_for_too_many_requests_is_waited_out(closed_books, disguise):
    books = closed_books
    books.approve()
    books.netsuite.post("settings", over_limit=disguise, concurrency=1, latency_ms=5)
    books.post()
    assert books.netsuite.get("stats")["blocked"] > 0
    assert states(books) == ["posted"]
    assert_all_there_once(books)


def test_a_period_closed_in_netsuite_takes_nothing_and_says_so(closed_books):
    books = closed_books
    books.netsuite.change("set_period", period=books.netsuite.period_ids()[0], state="closed")
    books.approve_and_post()
    assert dict(books.rows("SELECT period, min(state) FROM journal GROUP BY period")) == {
        "2026-01": "failed",
        "2026-02": "posted",
    }
    (message,) = books.values("SELECT DISTINCT message FROM journal WHERE state = 'failed'")
    assert message.startswith("NetSuite's period Jan 2026 is closed; nothing was sent.")
    assert_all_there_once(books)
    books.netsuite.change("set_period", period=books.netsuite.period_ids()[0], state="open")
    books.post()
    assert states(books) == ["posted"]
    assert_all_there_once(books)


def test_a_period_that_closes_between_our_look_and_the_post_takes_nothing(closed_books):
    books = closed_books
    change = {"change": "set_period", "period": books.netsuite.period_ids()[0], "state": "closed"}
    books.netsuite.post("hooks", changes=[change], method="POST", path="journalEntry")
    books.approve_and_post()
    assert "failed" in states(books)
    # Journals are sent side by side: one may be refused by NetSuite, another see the closed period before it is sent.
    messages = books.values("SELECT message FROM journal WHERE state = 'failed'")
    assert all("period" in message.lower() for message in messages)
    assert_all_there_once(books)


def test_a_segment_that_netsuite_lacks_is_refused_in_its_words_and_posts_nothing(books):
    """The journals carry a segment that NetSuite's journal form does not know."""
    books.close("2026-01")
    books.netsuite.lacks("cseg_region")
    books.approve_and_post()
    refused = books.rows(
        "SELECT state, message FROM journal WHERE id IN (SELECT journal_id FROM journal_line l"
        " JOIN segment_set s ON s.id = l.segment_set_id WHERE s.canonical LIKE '%cseg_region%')"
    )
    assert refused
    assert {state for state, _ in refused} == {"failed"}
    assert all("cseg_region" in message for _, message in refused)
    assert_all_there_once(books)


def test_an_external_id_that_somebody_else_used_is_a_conflict_and_nothing_more_is_sent(closed_books):
    books = closed_books
    (first, *_) = books.approve()
    external = books.value("SELECT external_id FROM journal WHERE id = :id", id=first)
    foreign = books.netsuite.foreign_journal(external)
    books.post()
    state, message, netsuite_id = books.rows(
        "SELECT state, message, netsuite_id FROM journal WHERE id = :id", id=first
    )[0]
    assert (state, netsuite_id) == ("conflict", foreign)
    assert f"NetSuite's journal {foreign} differs" in message
    assert len(in_netsuite(books)) == 6
    books.netsuite.post("reset-stats")
    books.post()
    assert books.netsuite.sends_nothing_to(JOURNAL)


def test_a_journal_that_netsuite_holds_for_approval_is_posted_and_waits_there(closed_books):
    books = closed_books
    books.netsuite.post("settings", approve_journals=True)
    books.approve_and_post()
    assert states(books) == ["posted"]
    assert books.values("SELECT DISTINCT netsuite_approval FROM journal") == ["pending"]
    assert books.values("SELECT DISTINCT message FROM journal") == ["Posted, awaiting NetSuite's approval."]
    assert_all_there_once(books)


def test_an_account_that_went_inactive_fails_alone(closed_books):
    books = closed_books
    books.netsuite.change("deactivate", table="account", id=56)
    books.approve_and_post()
    assert set(states(books)) <= {"failed", "posted"}
    assert "failed" in states(books)
    assert_all_there_once(books)
    books.netsuite.change("deactivate", table="account", id=56, inactive=False)
    books.post()
    assert states(books) == ["posted"]
    assert_all_there_once(books)


def test_whoever_closed_cannot_approve(closed_books):
    with pytest.raises(Refused, match="prepared journal"):
        closed_books.approve(by=closed_books.preparer)
    assert states(closed_books) == ["draft"]
