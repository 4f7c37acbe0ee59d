"""The transaction hub at work: batches, holding, what is kept of the conversation with NetSuite."""

import json
from datetime import UTC, datetime, timedelta

from jobs.closing.checklist import close_findings
from jobs.posting.batch import next_batch
from jobs.posting.record import begin_sending
from jobs.start import post_due
from revrec.operations.hold_journals import hold_journals
from revrec.operations.release_journals import release_journals
from revrec.store.tables import Job, Journal

from .verbs import now


def states(books):
    return dict(books.rows("SELECT state, count(*) FROM journal GROUP BY state"))


def hold(books, *ids):
    with books.store.write() as session:
        hold_journals(session, books.preparer, ids, "rate to be checked", now=now())


def held_warnings(books):
    """What the checklist of the next close says of them."""
    with books.store.read() as session:
        found = close_findings(session, "2026-03")
    return [one.message for one in found if one.code == "journals_held" and one.severity == "warning"]


def age(books, minutes, *ids):
    """As if they had been approved so many minutes ago."""
    with books.store.write() as session:
        for one in ids:
            session.get_one(Journal, one).approved_at = now() - timedelta(minutes=minutes)


def batch(books):
    """What a worker's look does; gives the job that it started, if any."""
    before = books.value("SELECT max(id) FROM job")
    post_due(books.config, books.store)
    started = books.values("SELECT id FROM job WHERE id > :before", before=before)
    return books.wait(started[0]) if started else None


def test_a_batch_sends_what_waited_ten_minutes_and_leaves_held_ones_until_they_are_released(closed_books):
    books = closed_books
    first, second, *_ = ids = books.approve()
    hold(books, second)
    with books.store.read() as session:
        assert next_batch(session).journals == 5
    assert batch(books) is None, "nothing has waited ten minutes"
    age(books, 11, first, second)
    job = batch(books)
    assert (job.state, job.requested_by, job.parameters) == (
        "done",
        "service",
        {"journals": None, "batch": True},
    )
    assert job.result["journals"] == {"posted": 5}, "with the first goes all that waits"
    assert states(books) == {"posted": 5, "approved": 1}
    books.post()
    assert states(books) == {"posted": 5, "approved": 1}, "neither does one that is asked for now"
    assert held_warnings(books) == [
        "Journals of closed periods are held back from NetSuite: 2026-01-0002. Its ledger lacks them."
    ]
    assert batch(books) is None
    with books.store.write() as session:
        release_journals(session, books.preparer, ids, now=now())
    assert batch(books).result["journals"] == {"posted": 1}
    assert held_warnings(books) == []
    with books.store.read() as session:
        assert next_batch(session).at is None


def test_a_batch_leaves_alone_what_failed_until_its_pause_is_over_and_somebody_may_be_quicker(closed_books):
    books = closed_books
    ids = books.approve()
    books.netsuite.change("set_period", period=books.netsuite.period_ids()[0], state="closed")
    books.post()
    failed = books.values("SELECT id FROM journal WHERE state = 'failed' ORDER BY id")
    assert failed == ids[:3]
    books.netsuite.change("set_period", period=books.netsuite.period_ids()[0], state="open")
    assert batch(books) is None
    books.run("post", journals=None, batch=True)
    assert states(books) == {"posted": 3, "failed": 3}
    with books.store.write() as session:
        session.get_one(Journal, failed[0]).next_attempt_at = now()
    assert batch(books).result["journals"] == {"posted": 1}
    books.post()
    assert states(books) == {"posted": 6}


def test_one_that_is_held_after_its_batch_was_planned_is_not_sent(closed_books):
    books = closed_books
    first = books.approve()[0]
    with books.store.write() as session:
        job = Job(kind="post", state="running", parameters={}, requested_by="x", created_at=datetime.now(UTC))
        session.add(job)
        session.get_one(Journal, first).state = "queued"
        session.flush()
        job_id = job.id
    hold(books, first)
    begun = begin_sending(job_id, first, "{}")
    assert (begun.state, begun.message) == ("held", "preparer@books.test holds it back: rate to be checked")
    with books.store.write() as session:
        session.get_one(Job, job_id).state = "cancelled"
    assert books.rows("SELECT state, attempts FROM journal WHERE id = :id", id=first) == [("approved", 0)]
    assert books.values("SELECT id FROM posting_attempt") == []


def test_what_is_kept_of_the_conversation_holds_no_secret_even_where_the_request_is_shown_back(
    closed_books, stand_ins
):
    """A proxy answers in NetSuite's place and shows the request that it was given, headers and all."""
    books = closed_books
    (first, *_) = books.approve()
    behind = stand_ins.netsuite.app
    seen = []

    async def proxy(scope, receive, send):
        if scope["method"] != "POST" or not scope["path"].endswith("journalEntry") or seen:
            await behind(scope, receive, send)
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        seen.append(headers["authorization"])
        shown = "\n".join(f"{name}: {value}" for name, value in headers.items())
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": f"Bad request.\n{shown}".encode()})

    stand_ins.netsuite.app = proxy
    books.run("post", journals=[first])
    secrets = [
        part.split('"')[1] for part in seen[0].split(",") if "realm" not in part and "method" not in part
    ]
    assert len(secrets) >= 5
    kept = json.dumps(
        [
            books.rows(f"SELECT * FROM {table}")
            for table in ("posting_attempt", "journal", "job", "job_note", "audit_event")
        ],
        default=str,
    )
    assert "Bad request." in kept and "[removed]" in kept
    assert [one for one in secrets if one not in ("1.0",) and one in kept] == []
    assert "HMAC" not in kept and "oauth_token" not in kept
    ((status, reply),) = books.rows("SELECT status, reply FROM posting_attempt WHERE action = 'post'")
    assert status == 400 and "[removed]" in reply
    stand_ins.netsuite.app = behind
    books.run("post", journals=[first])
    request, status, took, job = books.rows(
        "SELECT request, status, milliseconds, job_id FROM posting_attempt WHERE outcome LIKE 'created as %'"
    )[0]
    assert json.loads(request)["externalId"].startswith("REVREC-2026-01-")
    assert (status, job) == (204, books.jobs[-1])
    assert took >= 0
    number = books.value("SELECT netsuite_number FROM journal WHERE id = :id", id=first)
    assert number.startswith("JE")
