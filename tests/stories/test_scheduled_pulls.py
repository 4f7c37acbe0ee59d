"""A schedule begins after a first run by hand, never beside another run, makes up once, rests after failures, and says
all of it. The clock is given: nobody waits."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from api.views.sync import sync_views
from jobs.start import pull_due, start_job
from revrec.operations.actor import Actor
from revrec.operations.set_policy import set_policy
from revrec.problems import Conflict, Refused

from .verbs import now


def look(books, moment):
    """What the worker does every minute; gives the job it started, when it has ended."""
    job_id = pull_due(books.config, books.store, moment)
    return None if job_id is None else books.wait(job_id)


def status(books, moment, flow="invoices"):
    with books.store.read() as session:
        (found,) = [view for view in sync_views(session, moment) if view.flow == flow]
    return found


def pause(books, flow, reason):
    with books.store.write() as session:
        session.execute(
            text("UPDATE connection SET paused = :why, paused_by = :by WHERE flow = :flow"),
            {"why": reason, "by": books.preparer.email if reason else "", "flow": flow},
        )


@pytest.mark.slow
def test_nothing_begins_by_itself_before_a_run_by_hand_has_loaded(new_books):
    books = new_books
    books.set_policy(sync_schedule="every 60 minutes", sync_schedule_orders="every 2 hours")
    later = now() + timedelta(days=1)
    assert look(books, later) is None
    view = status(books, later)
    assert (view.schedule, view.next_at, view.last) == ("every 60 minutes", None, None)
    assert view.waits == "The schedule begins after a first run by hand has loaded."

    books.run_orders()
    books.set_first_period()
    by_hand = books.run_invoices(kinds=["CustInvc"])
    view = status(books, now())
    assert view.next_at == by_hand.created_at + timedelta(hours=1)
    assert (view.waits, view.last.id, list(view.read_through)) == ("", by_hand.id, ["CustInvc"])
    assert look(books, now()) is None, "not due yet"

    # Both are due: orders first, then what was read by hand, and no more.
    first, second = look(books, later), look(books, now() + timedelta(minutes=61))
    assert (first.kind, second.kind) == ("orders", "invoices")
    assert second.requested_by == "service"
    assert second.parameters == {
        "full": False,
        "kinds": ["CustInvc"],
        "accept_vanished": False,
        "sweep": False,
        "scheduled": True,
    }
    assert (second.state, second.result["changes"]) == ("done", {})


def test_a_schedule_starts_nothing_beside_another_run_and_nothing_twice(books):
    books.set_policy(sync_schedule="every 60 minutes")
    later = now() + timedelta(hours=30)
    with books.store.write() as session:
        session.execute(text("UPDATE job SET state = 'running' WHERE id = (SELECT max(id) FROM job)"))
    assert look(books, later) is None
    assert "(invoices) is going." in status(books, later).waits
    with books.store.write() as session:
        session.execute(text("UPDATE job SET state = 'done' WHERE state = 'running'"))

    # Thirty hours late, it runs once; and two that look at once start one.
    assert look(books, later).state == "done"
    begun = now()
    assert look(books, begun + timedelta(minutes=59)) is None
    with pytest.raises(Conflict, match="No invoices job is due any more"):
        start_job(books.config, books.store, "invoices", {}, books.preparer, only_if=lambda session: False)
    assert books.value("SELECT count(*) FROM job WHERE requested_by = 'service'") == 1


@pytest.mark.slow
def test_a_weekly_sweep_is_part_of_the_schedule(books):
    books.set_policy(sync_schedule="daily 05:30")
    assert look(books, now() + timedelta(days=2)).parameters["sweep"] is False
    due = now() + timedelta(days=8)
    assert status(books, due).sweep_due is True
    swept = look(books, due)
    assert swept.parameters["sweep"] is True
    assert swept.result["sweep"]["compared"] > 100
    assert status(books, now()).swept_at > swept.started_at - timedelta(minutes=1)
    books.set_policy(sweep_days=0)
    assert status(books, due).sweep_due is False


@pytest.mark.slow
def test_a_failing_schedule_rests_longer_and_says_so(books):
    books.set_policy(sync_schedule="every 5 minutes")
    books.netsuite.seen_through(
        lambda query, rows: (
            [{**row, "main_total": "1"} for row in rows] if "AS document_count" in query else rows
        )
    )
    moment = now()
    for failures, rest in ((1, 30), (2, 60)):
        moment += timedelta(days=1)
        assert look(books, moment).state == "failed"
        view = status(books, now())
        assert view.failures == failures
        assert view.next_at == view.last.finished_at + timedelta(minutes=rest)
        assert view.waits.startswith("The last run failed" if failures == 1 else "The last 2 runs failed")
        assert f"goes on at {view.next_at:%Y-%m-%d %H:%M} UTC" in view.waits
        assert look(books, view.next_at - timedelta(seconds=1)) is None
    books.netsuite.seen_through(None)
    assert look(books, moment + timedelta(days=1)).state == "done"
    assert (status(books, now()).failures, status(books, now()).waits) == (0, "")


def test_a_paused_connection_reads_nothing_and_stops_a_run_that_goes(books):
    books.set_policy(sync_schedule="every 60 minutes")
    pause(books, "invoices", "month end freeze")
    later = now() + timedelta(days=1)
    words = "The invoices connection is paused by preparer@books.test: month end freeze. "
    words += "Nothing is read until it is resumed."
    assert look(books, later) is None
    view = status(books, later)
    assert (view.paused, view.waits, view.next_at) == (words, words, None)
    assert books.run_invoices(ends="failed").error == words
    pause(books, "invoices", "")

    # Paused while its documents are being read: it stops at the next page, and nothing of it loads.
    invoice = books.documents("2026-03")[0]
    books.netsuite.change("edit_line", transaction=invoice, line=1, amount="777.00")
    net = books.net_of(invoice)

    def freeze(query, rows):
        if "AS statuscode" in query:
            pause(books, "invoices", "month end freeze")
        return rows

    books.netsuite.seen_through(freeze)
    assert books.run_invoices(ends="failed").error == words
    assert books.net_of(invoice) == net
    books.netsuite.seen_through(None)
    pause(books, "invoices", "")
    assert books.run_invoices().result["changes"] == {"changed": 1}


def test_only_an_admin_switches_a_schedule_on(books):
    controller = Actor("approver@books.test", "controller", "Approver")
    with books.store.write() as session, pytest.raises(Refused, match="may not schedule sync"):
        set_policy(session, controller, "sync_schedule", "daily 05:30", now=now())
