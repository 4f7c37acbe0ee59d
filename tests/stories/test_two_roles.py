"""Two flows, each with a certificate and a role of its own that has what the list of permissions says, and no more."""

from datetime import UTC, datetime, timedelta

import pytest

from jobs.resources import open_resources
from revrec.netsuite.certificate import make_key_pair
from revrec.netsuite.role import permissions_for
from revrec.operations.connect_netsuite import NetSuiteConnection, connect_netsuite
from revrec.operations.disconnect import disconnect
from revrec.operations.pause_connection import pause_flow, resume_flow

from .verbs import now


def connect(books, flow, *, days=700, without=""):
    """Make a role as the list says, upload a certificate for it, and connect the flow by it. Gives its id."""
    pair = make_key_pair("ec", flow, days, now=datetime.now(UTC))
    granted = sorted(one.name for one in permissions_for([flow], "m2m") if one.name != without)
    role = books.netsuite.post("roles", granted=granted)["id"]
    given = books.netsuite.post("certificates", pem=pair.certificate_pem, role=role)
    (address,) = books.values("SELECT DISTINCT base_url FROM connection WHERE system = 'netsuite'")
    keys = {**given, "private_key_pem": pair.private_key_pem}
    ours = books.values("SELECT external_id FROM journal WHERE external_id IS NOT NULL")
    with books.store.write() as session:
        connect_netsuite(
            session,
            books.preparer,
            open_resources(books.config).vault,
            NetSuiteConnection(
                "1234567_SB1", "m2m", keys, address, flows=(flow,), certificate=pair.certificate_pem
            ),
            journals_found=ours,
            now=now(),
        )
    return given["certificate_id"]


def notes(books, job):
    return books.values("SELECT code FROM job_note WHERE job_id = :id AND part = 'connection'", id=job.id)


def test_each_role_does_its_own_work_and_warns_of_its_own_certificate(books):
    invoices, journals = connect(books, "invoices"), connect(books, "journals", days=30)
    pulled = books.run_invoices(full=True)
    assert pulled.result["changes"] == {}
    assert notes(books, pulled) == []
    books.close("2026-01")
    posted = books.approve_and_post()
    assert books.values("SELECT DISTINCT state FROM journal") == ["posted"]
    assert notes(books, posted) == ["certificate_ends"]
    for kind, by in (("cross_check", books.approver), ("gl_balances", books.preparer)):
        job = books.run(kind, by=by)
        said = books.values("SELECT DISTINCT code FROM job_note WHERE job_id = :id ORDER BY code", id=job.id)
        assert said == (["certificate_ends"] if kind == "cross_check" else [])
    bought = books.netsuite.get("bearers")["by_certificate"]
    assert bought == {invoices: 1, journals: 1}


@pytest.mark.parametrize("full", [pytest.param(True, marks=pytest.mark.slow), False])
def test_a_role_that_lost_invoices_takes_none_of_them_away(books, full):
    """NetSuite says nothing of rows that a role may not see: neither a full run nor the reconciliation of another may
    take them for deleted."""
    connect(books, "invoices", without="Invoice")
    before = books.value("SELECT count(*) FROM source_document WHERE state = 'gone'")
    job = books.run("invoices", ends="failed", full=full)
    assert "vanish_limit_percent" in job.error
    assert books.value("SELECT count(*) FROM source_document WHERE state = 'gone'") == before


@pytest.mark.slow
def test_a_flow_that_is_disconnected_says_so_and_goes_on_when_it_is_back(books):
    books.close("2026-01")
    books.approve()
    mark = books.rows("SELECT kind, position FROM watermark ORDER BY id")
    for flow in ("journals", "invoices"):
        with books.store.write() as session:
            disconnect(session, books.preparer, flow, now=now())
    for kind, flow in (("post", "journals"), ("invoices", "invoices")):
        job = books.run(kind, ends="failed")
        assert "not connected" in job.error and flow in job.error
    assert books.netsuite.sends_nothing_to("journalEntry")
    connect(books, "journals")
    connect(books, "invoices")
    assert books.rows("SELECT kind, position FROM watermark ORDER BY id") == mark
    books.post()
    assert books.values("SELECT DISTINCT state FROM journal") == ["posted"]
    assert books.run_invoices().result["full"] is False


@pytest.mark.parametrize("flow", ["invoices", "journals"])
def test_a_flow_that_a_person_paused_does_nothing_until_a_person_resumes_it(books, flow):
    kind = {"invoices": "invoices", "journals": "post"}[flow]
    with books.store.write() as session:
        pause_flow(session, books.approver, flow, "Audit week", now=now() - timedelta(hours=1))
    job = books.run(kind, ends="failed")
    assert "Audit week" in job.error and books.approver.email in job.error
    with books.store.write() as session:
        resume_flow(session, books.approver, flow, now=now())
    books.run(kind)
