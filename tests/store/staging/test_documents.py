"""Staged documents: written once, replaced when a step runs again, and seen by nobody before they are published."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from revrec.store.engine import Store
from revrec.store.staging.discard import discard_staged, jobs_to_discard
from revrec.store.staging.documents import (
    recheck_ids,
    stage_documents,
    stage_gone,
)
from revrec.store.staging.publish import publish_documents
from revrec.store.staging.staged import StagedDocument, StagedLine
from revrec.store.staging.states import NO_MATCH, hold, resolve_states
from revrec.store.staging.totals import effective, our_totals, touched_periods, unbalanced_documents
from revrec.store.tables import (
    CrmCustomer,
    CustomerLink,
    DocumentChange,
    DocumentLine,
    DocumentVersion,
    Job,
    NetSuiteCustomer,
    SourceDocument,
)

NOW = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)
LINKED, UNLINKED = 501, 502


@pytest.fixture
def store(database_url):
    opened = Store(database_url)
    with opened.write() as session:
        for number, match in ((LINKED, "linked"), (UNLINKED, "ambiguous")):
            session.add(NetSuiteCustomer(id=number, name=f"C{number}", key="c", key_version=1, match=match))
        customer = CrmCustomer(external_id="A", name="C", key="c", key_version=1)
        session.add(customer)
        session.flush()
        session.add(
            CustomerLink(
                netsuite_customer_id=LINKED,
                crm_customer_id=customer.id,
                basis="alias",
                linked_by="x",
                linked_at=NOW,
                netsuite_name="C",
                crm_name="C",
            )
        )
    yield opened
    opened.close()


@pytest.fixture
def job(store):
    """Make a job row in a state; gives its id."""

    def make(state="running"):
        with store.write() as session:
            row = Job(kind="invoices", state=state, parameters={}, requested_by="x", created_at=NOW)
            session.add(row)
            session.flush()
            return row.id

    return make


def document(number, amount=10_000, *, lines=1, **changes):
    """A balanced document: `lines` billing lines of an amount each, and their main line."""
    billing = [line(n, "billing", amount) for n in range(1, lines + 1)]
    values = {
        "external_id": number,
        "kind": "CustInvc",
        "modified_at": NOW,
        "tran_id": f"INV-{number}",
        "tran_date": date(2026, 3, 5),
        "period_id": 122,
        "period": "2026-03",
        "customer_id": LINKED,
        "subsidiary_id": 1,
        "currency_id": 1,
        "currency": "USD",
        "exchange_rate_e10": 10**10,
        "status": "A",
        "memo": "",
        "created_from": None,
        "order_reference": "",
        "main_minor": lines * amount,
        "tax_minor": 0,
        "lines": (line(0, "main", -lines * amount), *billing),
    }
    return StagedDocument(**(values | changes))


def line(number, role, amount):
    return StagedLine(
        line_id=number,
        sequence=number,
        role=role,
        item_id=None,
        item_type="",
        description="",
        quantity_e6=10**6,
        amount_minor=amount,
        billing_minor=amount if role == "billing" else 0,
        base_minor=amount if role == "billing" else 0,
        account_id=24,
        account_type="DeferRevenue",
        starts=None,
        ends=None,
        segments='{"class":"1"}' if number % 2 else "",
    )


def stage(store, job_id, *documents):
    with store.write() as session:
        return stage_documents(session, job_id, documents)


def publish(store, job_id, excluded=()):
    with store.write() as session:
        resolve_states(session, job_id)
        return publish_documents(session, job_id, excluded)


def everything(store):
    """All that is staged or stored, without the numbers of rows."""
    with store.read() as session:
        ids = dict(session.exec(select(SourceDocument.id, SourceDocument.external_id)).all())
        versions = {v.id: v for v in session.exec(select(DocumentVersion))}
        named = {key: (ids[v.document_id], v.number, v.job_id, v.sha256) for key, v in versions.items()}
        return {
            "documents": sorted(
                (d.external_id, d.state, d.reason, named.get(d.current_version_id or 0))
                for d in session.exec(select(SourceDocument))
            ),
            "versions": sorted(named.values()),
            "lines": sorted(
                (named[one.version_id], one.line_id, one.amount_minor)
                for one in session.exec(select(DocumentLine))
            ),
            "changes": sorted(
                (c.job_id, ids[c.document_id], named.get(c.version_id or 0), c.change, c.state)
                for c in session.exec(select(DocumentChange))
            ),
        }


def shown(store, job_id):
    """Documents as a job would publish them: id -> state."""
    with store.read() as session:
        return {row.external_id: row.state for row in session.execute(effective(job_id))}


def test_what_is_staged_is_not_seen_until_it_is_published(store, job):
    mine, other = job(), job()
    assert stage(store, mine, document(1), document(2)).new == 2
    assert shown(store, other) == {}
    assert publish(store, mine) == {"new": 2}
    assert shown(store, other) == {1: "loaded", 2: "loaded"}


def test_staging_again_replaces_and_never_doubles(store, job):
    mine = job()
    stage(store, mine, document(1, lines=3), document(2))
    once = everything(store)
    stage(store, mine, document(1, lines=3), document(2))
    assert everything(store) == once
    assert stage(store, mine, document(1, 999), document(2)).new == 2
    assert len(everything(store)["versions"]) == 2


def test_an_unchanged_document_is_no_version_and_a_payment_is_no_change(store, job):
    first, second = job(), job()
    stage(store, first, document(1))
    publish(store, first)
    counts = stage(store, second, document(1, status="B", modified_at=datetime(2026, 5, 1, tzinfo=UTC)))
    assert (counts.new, counts.changed, counts.same) == (0, 0, 1)
    assert publish(store, second) == {}


def test_versions_number_on_and_the_older_stays(store, job):
    first, second = job(), job()
    stage(store, first, document(1))
    publish(store, first)
    assert stage(store, second, document(1, 20_000)).changed == 1
    assert publish(store, second) == {"changed": 1}
    assert [(number, of) for _, number, of, _ in everything(store)["versions"]] == [(1, first), (2, second)]


def test_what_is_gone_may_come_back_as_it_was(store, job):
    first, second, third = job(), job(), job()
    stage(store, first, document(1))
    publish(store, first)
    with store.write() as session:
        assert stage_gone(session, second, {1: "deleted", 77: "never seen"}) == 1
    publish(store, second)
    assert shown(store, third) == {}
    with store.write() as session:
        assert stage_gone(session, third, {1: "deleted"}) == 0
    assert stage(store, third, document(1)).changed == 1
    publish(store, third)
    assert shown(store, third) == {1: "loaded"}
    assert len(everything(store)["versions"]) == 1


def test_gone_takes_back_what_the_same_job_staged(store, job):
    first, second = job(), job()
    stage(store, first, document(1))
    publish(store, first)
    stage(store, second, document(1, 500))
    with store.write() as session:
        stage_gone(session, second, {1: "voided"})
    assert [change for _, _, _, change, _ in everything(store)["changes"]] == ["new", "gone"]
    assert len(everything(store)["versions"]) == 1


def test_states_follow_links_and_problems(store, job):
    mine = job()
    stage(
        store,
        mine,
        document(1),
        document(2, customer_id=UNLINKED),
        document(3, problem="It has no main line."),
    )
    stage(store, mine, document(4, customer_id=999))
    publish(store, mine)
    with store.read() as session:
        found = {d.external_id: (d.state, d.reason, d.recheck) for d in session.exec(select(SourceDocument))}
        assert recheck_ids(session) == [3]
    assert found == {
        1: ("loaded", "", False),
        2: ("pending", "several CRM customers of this name", False),
        3: ("held", "It has no main line.", True),
        4: ("pending", NO_MATCH, False),
    }


def test_a_new_link_moves_documents_that_did_not_change(store, job):
    first, second = job(), job()
    stage(store, first, document(1, customer_id=UNLINKED))
    publish(store, first)
    with store.write() as session:
        session.exec(select(CustomerLink)).one().netsuite_customer_id = UNLINKED
    with store.write() as session:
        assert resolve_states(session, second) == 1
        assert resolve_states(session, second) == 1, "running again finds the same one"
    assert publish(store, second) == {"moved": 1}
    assert shown(store, second) == {1: "loaded"}


def test_holding_by_name_keeps_the_rest(store, job):
    first, second = job(), job()
    stage(store, first, document(1), document(2))
    publish(store, first)
    stage(store, second, document(2, 700))
    with store.write() as session:
        resolve_states(session, second)
        hold(session, second, {1: "Does not reconcile.", 2: "Does not reconcile."})
        publish_documents(session, second, [])
    assert shown(store, second) == {1: "held", 2: "held"}
    with store.read() as session:
        assert recheck_ids(session) == [1, 2]


def test_totals_are_of_all_lines_each_in_one_outcome(store, job):
    mine = job()
    stage(store, mine, document(1, lines=2), document(2, customer_id=UNLINKED), document(3, problem="No."))
    with store.write() as session:
        resolve_states(session, mine)
    with store.read() as session:
        found = {
            (t.customer_id, t.outcome): (t.documents, t.lines, t.amount_minor)
            for t in our_totals(session, mine, None, [])
        }
        assert touched_periods(session, mine) == {122}
        assert our_totals(session, mine, [999], []) == []
    assert found == {
        (LINKED, "loaded"): (1, 3, 20_000),
        (LINKED, "held"): (1, 2, 10_000),
        (UNLINKED, "pending"): (1, 2, 10_000),
    }


def test_a_document_whose_lines_do_not_sum_to_zero_is_found(store, job):
    mine = job()
    crooked = replace(document(2), lines=document(2, 10_000).lines[1:])
    stage(store, mine, document(1), crooked)
    with store.read() as session:
        assert unbalanced_documents(session, mine) == {2: (10_000, "USD")}


def test_what_a_failed_job_staged_is_discarded_and_nothing_else(store, job):
    first, failed = job("done"), job("failed")
    stage(store, first, document(1))
    publish(store, first)
    before = everything(store)
    stage(store, failed, document(1, 5), document(2))
    with store.read() as session:
        assert jobs_to_discard(session) == [failed]
    while True:
        with store.write() as session:
            if not discard_staged(session, failed):
                break
    after = everything(store)
    assert after["versions"] == before["versions"]
    assert (after["changes"], after["lines"]) == (before["changes"], before["lines"])
    with store.read() as session:
        assert jobs_to_discard(session) == []
        new = session.exec(select(SourceDocument.state).where(col(SourceDocument.external_id) == 2)).one()
    assert new == "new"


@pytest.fixture(scope="module")
def one_store(sqlite_template, tmp_path_factory):
    """A store that all generated cases share, each under a job of its own."""
    file = tmp_path_factory.mktemp("staging") / "revrec.sqlite3"
    shutil.copy(sqlite_template, file)
    opened = Store(f"sqlite:///{file}")
    yield opened
    opened.close()


@settings(deadline=None, max_examples=25)
@given(
    amounts=st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=8),
    cuts=st.lists(st.integers(0, 8), max_size=3),
    seed=st.integers(0, 10**6),
    repeats=st.integers(1, 3),
)
def test_staging_does_not_depend_on_order_batches_or_repeats(one_store, amounts, cuts, seed, repeats):
    """However pages fall and steps repeat, what is staged is the same."""
    documents = [document(1000 + n, amount, lines=1 + n % 3) for n, amount in enumerate(amounts)]

    def staged_by(order, bounds):
        with one_store.write() as session:
            row = Job(kind="invoices", state="running", parameters={}, requested_by="x", created_at=NOW)
            session.add(row)
            session.flush()
            mine = row.id
        for start, end in pairwise(bounds):
            for _ in range(repeats):
                stage(one_store, mine, *order[start:end])
        found = [c[1:2] + (c[2] or ())[3:] + c[3:] for c in everything(one_store)["changes"] if c[0] == mine]
        lines = [(key[0], key[3], *rest) for key, *rest in everything(one_store)["lines"] if key[2] == mine]
        while True:
            with one_store.write() as session:
                if not discard_staged(session, mine):
                    break
        return sorted(found), sorted(lines)

    shuffled = documents[:]
    Random(seed).shuffle(shuffled)
    bounds = sorted({0, len(documents), *(cut for cut in cuts if cut < len(documents))})
    assert staged_by(documents, [0, len(documents)]) == staged_by(shuffled, bounds)
