"""Connections after they were made: pauses and disconnecting."""

import pytest
from sqlalchemy import text

from jobs.pausing import require_open
from jobs.start import PERMISSIONS as JOBS
from revrec.operations.actor import Actor
from revrec.operations.confirm_connection import confirm_connection
from revrec.operations.connection_notices import notices_of
from revrec.operations.disconnect import disconnect
from revrec.operations.job_flows import FLOW_OF_JOB, kinds_of
from revrec.operations.open_connection import open_connection
from revrec.operations.pause_connection import pause_connection, pause_flow, resume_flow
from revrec.problems import Conflict, Invalid, Refused
from revrec.store.engine import Store
from revrec.store.queries.connections import connection_for
from revrec.store.tables import Job, Watermark
from tests.audit_trail import newest_events

from .connecting import NOW, PAIR, VAULT, Connect, connecting, m2m, the


@pytest.fixture
def admin(people: dict[str, Actor]) -> Actor:
    return people["admin"]


@pytest.fixture
def connect(store: Store, admin: Actor) -> Connect:
    return connecting(store, admin)


class TestPauses:
    def test_a_person_s_pause_ends_only_by_a_person(
        self, store: Store, people: dict[str, Actor], connect: Connect
    ) -> None:
        connect()
        with store.write() as session:
            pause_flow(session, people["controller"], "journals", "Audit week.", now=NOW)
        with store.write() as session:
            row = confirm_connection(session, people["accountant"], "journals", now=NOW)
            assert (row.paused, row.paused_by) == ("Audit week.", "controller@books.test")
        connect()
        words = "paused by controller@books.test: Audit week. Nothing is read until it is resumed."
        with store.read() as session:
            with pytest.raises(Conflict, match=words):
                require_open(session, "journals")
            assert require_open(session, "invoices")
        with store.write() as session:
            resume_flow(session, people["admin"], "journals", now=NOW)
        with store.read() as session:
            assert require_open(session, "journals")

    def test_the_service_s_pause_ends_by_a_test_or_a_person(
        self, store: Store, people: dict[str, Actor], connect: Connect
    ) -> None:
        connect()
        for end in (
            lambda session: confirm_connection(session, people["accountant"], "invoices", now=NOW),
            lambda session: resume_flow(session, people["controller"], "invoices", now=NOW),
        ):
            with store.write() as session:
                assert pause_connection(session, "invoices", "INVALID_LOGIN twice.", now=NOW)
                assert not pause_connection(session, "invoices", "again", now=NOW)
            with (
                store.read() as session,
                pytest.raises(Conflict, match="paused: INVALID_LOGIN twice"),
            ):
                require_open(session, "invoices")
            with store.write() as session:
                end(session)
            assert (the(store).paused, the(store).paused_by) == ("", "")

    def test_a_pause_wants_a_reason_and_a_connection(
        self, store: Store, people: dict[str, Actor], connect: Connect
    ) -> None:
        with pytest.raises(Conflict, match="not connected"), store.write() as session:
            pause_flow(session, people["admin"], "invoices", "x", now=NOW)
        connect()
        with pytest.raises(Invalid, match="Say why"), store.write() as session:
            pause_flow(session, people["admin"], "invoices", "  ", now=NOW)
        with pytest.raises(Conflict, match="is not paused"), store.write() as session:
            resume_flow(session, people["admin"], "invoices", now=NOW)
        with store.write() as session:
            pause_flow(session, people["admin"], "invoices", "x", now=NOW)
        with pytest.raises(Conflict, match="paused already"), store.write() as session:
            pause_flow(session, people["controller"], "invoices", "y", now=NOW)
        with pytest.raises(Refused), store.write() as session:
            pause_flow(session, people["accountant"], "invoices", "z", now=NOW)


class TestDisconnecting:
    def test_the_secret_is_gone_and_the_watermarks_stay(
        self, store: Store, admin: Actor, connect: Connect
    ) -> None:
        connect(certificate=PAIR.certificate_pem)
        row = the(store)
        with store.write() as session:
            job = Job(kind="invoices", state="done", parameters={}, requested_by="x", created_at=NOW)
            session.add(job)
            session.flush()
            mark = Watermark(
                connection_id=row.id, kind="documents", position="2026-04-01T00:00:00", job_id=job.id
            )
            session.add(mark)
        with store.write() as session:
            disconnect(session, admin, "invoices", "another sandbox", now=NOW)
        gone = the(store)
        assert (gone.secret, gone.certificate, gone.certificate_ends) == (b"", "", None)
        assert gone.disconnected_at == NOW
        with store.read() as session:
            assert connection_for(session, "invoices") is None
            assert notices_of(gone, NOW) == []
            words = "disconnected from 1234567_SB1 on 2026-04-10.*--flow invoices"
            with pytest.raises(Conflict, match=words):
                open_connection(session, VAULT, "invoices")
            assert open_connection(session, VAULT, "journals").credentials == m2m()
            (event,) = newest_events(session, limit=1)
            assert (event.action, event.reason) == ("disconnect", "another sandbox")
        with pytest.raises(Conflict, match="not connected"), store.write() as session:
            disconnect(session, admin, "invoices", now=NOW)
        connect(flows=("invoices",))
        back = the(store)
        assert (back.id, back.disconnected_at) == (row.id, None)
        with store.read() as session:
            assert session.execute(text("SELECT position FROM watermark")).scalars().all() == [
                "2026-04-01T00:00:00"
            ]

    @pytest.mark.parametrize("state", ["queued", "running"])
    def test_an_open_job_of_the_flow_forbids_it(
        self, store: Store, admin: Actor, connect: Connect, state: str
    ) -> None:
        connect()
        with store.write() as session:
            session.add(Job(kind="post", state=state, parameters={}, requested_by="x", created_at=NOW))
        words = rf"\(post\) uses the journals connection and is {state}"
        with pytest.raises(Conflict, match=words), store.write() as session:
            disconnect(session, admin, "journals", now=NOW)
        with store.write() as session:
            disconnect(session, admin, "invoices", now=NOW)

    def test_only_an_admin_disconnects(
        self, store: Store, people: dict[str, Actor], connect: Connect
    ) -> None:
        connect()
        with pytest.raises(Refused), store.write() as session:
            disconnect(session, people["controller"], "invoices", now=NOW)

    def test_another_account_may_follow_only_while_nothing_rests_on_the_first(
        self, store: Store, admin: Actor, connect: Connect
    ) -> None:
        connect()
        with store.write() as session:
            disconnect(session, admin, "invoices", now=NOW)
        with pytest.raises(Conflict, match="one account"):
            connect(account="7654321", flows=("invoices",))
        with store.write() as session:
            disconnect(session, admin, "journals", now=NOW)
        connect(account="7654321", flows=("invoices",))
        assert the(store).account == "7654321"


def test_every_kind_of_job_says_which_connection_it_uses() -> None:
    assert set(FLOW_OF_JOB) == set(JOBS) - {"load", "close", "check_file"}
    assert set(kinds_of("journals")) >= {"post", "reopen"}
