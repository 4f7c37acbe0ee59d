"""A sweep's list against what is held: only disagreements are kept, and what was seen to be the same stays quiet."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from revrec.store.core import source_document, swept_document
from revrec.store.staging.sweep import Listed, keep_disagreements, note_swept, settle, swept_ids
from tests.store.staging.test_documents import (  # noqa: F401
    LINKED,
    NOW,
    document,
    job,
    line,
    publish,
    stage,
    store,
)

ALL = 10**12
LATER = NOW + timedelta(hours=1)


def listed(number, amount=10_000, *, lines=1, **changes):
    """What NetSuite would list for `document(number, amount, lines=lines)`."""
    values = {
        "external_id": number,
        "kind": "CustInvc",
        "number": f"INV-{number}",
        "period_id": 122,
        "currency_id": 1,
        "customer_id": LINKED,
        "lines": lines + 1,
        "main_minor": lines * amount,
        "tax_minor": 0,
        "stamp": NOW,
    }
    return Listed(**(values | changes))


def sweep(store, job_id, *theirs, first=0, last=ALL, kinds=("CustInvc", "CustCred"), dated_from=None):  # noqa: F811
    """What a sweep keeps of a range: NetSuite's id -> (what, reason)."""
    with store.write() as session:
        kept = keep_disagreements(session, job_id, first, last, theirs, kinds=kinds, dated_from=dated_from)
        rows = session.execute(
            swept_document.select().where(swept_document.c.external_id.between(first, last))
        ).all()
        found = {row.external_id: (row.what, row.reason) for row in rows if row.job_id == job_id}
    assert len(found) == kept
    return found


def begin(store, job):  # noqa: F811
    first = job("done")
    stage(store, first, document(1), document(2, lines=3), document(3), document(4, problem="unreadable"))
    publish(store, first)
    return job()


def test_what_agrees_is_not_kept(store, job):  # noqa: F811
    mine = begin(store, job)
    assert sweep(store, mine, listed(1), listed(2, lines=3), listed(3), listed(4, amount=5)) == {}


def test_what_is_missing_differs_or_has_vanished_is_kept_once_however_often_a_page_is_read(store, job):  # noqa: F811
    mine = begin(store, job)
    expected = {
        1: ("differing", "posting period 121, here 122; total 9900, here 10000"),
        2: ("differing", "lines 5, here 4; tax 700, here 0"),
        3: ("vanished", ""),
        9: ("missing", ""),
    }
    more = replace(listed(2, lines=3), lines=5, tax_minor=700)
    for _ in range(2):
        assert sweep(store, mine, listed(1, 9_900, period_id=121), more, listed(9)) == expected
    with store.read() as session:
        assert swept_ids(session, mine) == [1, 2, 3, 9]


def test_a_page_speaks_for_its_own_range_kinds_and_dates(store, job):  # noqa: F811
    mine = begin(store, job)
    assert sweep(store, mine, first=2, last=2) == {2: ("vanished", "")}
    assert sweep(store, job(), kinds=("CustCred",)) == {}
    assert sweep(store, mine, dated_from=date(2026, 4, 1)) == {}


def test_amounts_in_a_currency_that_nobody_knows_are_not_compared(store, job):  # noqa: F811
    mine = begin(store, job)
    theirs = listed(1, main_minor=None, tax_minor=None), listed(2, lines=3), listed(3), listed(4)
    assert sweep(store, mine, *theirs) == {}


def test_a_newer_stamp_is_looked_into_once(store, job):  # noqa: F811
    mine = begin(store, job)
    others = listed(2, lines=3), listed(3), listed(4)
    assert sweep(store, mine, listed(1, stamp=LATER), *others) == {1: ("stamped", "")}
    assert stage(store, mine, document(1, modified_at=NOW)).same == 1
    with store.read() as session:
        (found,) = settle(session, mine)
        assert (found.number, found.what, found.change) == ("INV-1", "stamped", "")
    # Until the run publishes nobody may rest on it.
    assert sweep(store, job(), listed(1, stamp=LATER), *others) == {1: ("stamped", "")}
    publish(store, mine)
    with store.write() as session:
        note_swept(session, mine)
    assert sweep(store, job(), listed(1, stamp=LATER), *others) == {}
    assert sweep(store, job(), listed(1, stamp=LATER + timedelta(seconds=1)), *others) == {1: ("stamped", "")}


def test_a_payment_read_in_a_window_is_no_newer_stamp_to_a_sweep(store, job):  # noqa: F811
    mine = begin(store, job)
    assert stage(store, mine, document(1, modified_at=LATER, status="B")).same == 1
    with store.read() as session:
        noted = session.execute(source_document.select().where(source_document.c.external_id == 1)).one()
        assert noted.same_at == LATER
    assert sweep(store, mine, listed(1, stamp=LATER), listed(2, lines=3), listed(3), listed(4)) == {}


def test_what_came_of_each_is_told(store, job):  # noqa: F811
    mine = begin(store, job)
    sweep(store, mine, listed(1, 500), listed(2, lines=3), listed(4), listed(9))
    stage(store, mine, document(1, 500), document(9))
    with store.read() as session:
        told = {one.external_id: (one.what, one.change) for one in settle(session, mine)}
    assert told == {1: ("differing", "changed"), 3: ("vanished", ""), 9: ("missing", "new")}


def test_a_sweep_that_is_discarded_leaves_nothing(store, job):  # noqa: F811
    from revrec.store.staging.discard import discard_staged

    mine = begin(store, job)
    sweep(store, mine, listed(9))
    with store.write() as session:
        while discard_staged(session, mine):
            pass
        assert swept_ids(session, mine) == []


def test_times_are_instants(store, job):  # noqa: F811
    mine = begin(store, job)
    stamp = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    sweep(store, mine, listed(9, stamp=stamp))
    with store.read() as session:
        assert [one.stamp for one in settle(session, mine) if one.external_id == 9] == [stamp]
