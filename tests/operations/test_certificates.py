"""The certificate of a connection, its end, and new credentials for one flow."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from revrec.netsuite.certificate import make_key_pair
from revrec.operations.actor import Actor
from revrec.operations.connection_notices import findings_for_jobs, notices_of
from revrec.operations.open_connection import open_connection
from revrec.operations.replace_credentials import NewCredentials, replace_credentials
from revrec.problems import Invalid, Refused
from revrec.store.engine import Store
from revrec.store.queries.connections import connection_for
from tests.audit_trail import newest_events

from .connecting import NOW, PAIR, TBA, VAULT, Connect, connecting, m2m, the


@pytest.fixture
def admin(people: dict[str, Actor]) -> Actor:
    return people["admin"]


@pytest.fixture
def connect(store: Store, admin: Actor) -> Connect:
    return connecting(store, admin)


class TestCertificates:
    def test_the_public_certificate_is_kept_with_its_end(self, store: Store, connect: Connect) -> None:
        connect(certificate=PAIR.certificate_pem)
        row = the(store)
        assert (row.certificate, row.certificate_ends) == (PAIR.certificate_pem, PAIR.ends)
        assert "PRIVATE" not in row.certificate

    def test_its_last_day_does_where_the_file_is_not_at_hand(self, store: Store, connect: Connect) -> None:
        connect(certificate_ends=date(2027, 1, 31))
        row = the(store)
        assert (row.certificate, row.certificate_ends) == ("", datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("changes", "where", "words"),
        [
            (
                {"certificate": make_key_pair("ec", "other", 720, now=NOW).certificate_pem},
                "certificate",
                "does not belong",
            ),
            (
                {
                    "credentials": m2m(old := make_key_pair("ec", "old", 10, now=NOW - timedelta(days=11))),
                    "certificate": old.certificate_pem,
                },
                "certificate",
                "ended on 2026-04-09",
            ),
            ({"certificate_ends": date(2026, 4, 9)}, "certificate_ends", "ended on 2026-04-09"),
            ({"credentials": m2m(private_key_pem="nonsense")}, "private_key_pem", "cannot be read"),
            ({"credentials": m2m(algorithm="RS256")}, "algorithm", "does not accept the algorithm RS256"),
            (
                {"auth": "tba", "credentials": TBA, "certificate": PAIR.certificate_pem},
                "certificate",
                "takes no certificate",
            ),
        ],
    )
    def test_what_does_not_fit_is_refused(
        self, store: Store, connect: Connect, changes: dict[str, Any], where: str, words: str
    ) -> None:
        with pytest.raises(Invalid, match=words) as refused:
            connect(**changes)
        assert refused.value.where == where
        with store.read() as session:
            assert connection_for(session, "invoices") is None

    @pytest.mark.parametrize(
        ("left", "code", "words"),
        [
            (timedelta(days=60), None, ""),
            (timedelta(days=59, hours=23), "certificate_ends", "ends in 59 days, on 2028-03-30"),
            (timedelta(days=1), "certificate_ends", "ends in 1 day, on"),
            (timedelta(hours=5), "certificate_ends", "ends today"),
            (timedelta(0), "certificate_ended", "ended on 2028-03-30"),
        ],
    )
    def test_its_end_is_warned_about_60_days_ahead(
        self, store: Store, connect: Connect, left: timedelta, code: str | None, words: str
    ) -> None:
        connect(certificate=PAIR.certificate_pem)
        now = PAIR.ends - left
        found = notices_of(the(store), now)
        assert [(one.code, one.severity) for one in found] == ([(code, "warning")] if code else [])
        assert all(
            words in one.message and "revrec connections replace invoices" in one.message for one in found
        )
        with store.read() as session:
            findings = findings_for_jobs(session, "invoices", now)
        assert [(one.code, one.where) for one in findings] == [
            (one.code, "connection invoices") for one in found
        ]

    def test_an_unknown_end_is_said_and_no_finding(self, store: Store, connect: Connect) -> None:
        connect()
        (notice,) = notices_of(the(store), NOW)
        assert (notice.code, notice.severity) == ("certificate_end_unknown", "notice")
        with store.read() as session:
            assert findings_for_jobs(session, "invoices", NOW) == []

    def test_tokens_say_when_they_retire(self, store: Store, connect: Connect) -> None:
        connect(auth="tba", credentials=TBA)
        (notice,) = notices_of(the(store), NOW)
        assert (notice.code, notice.severity) == ("tba_retires", "notice")
        assert "2027.1" in notice.message and "2028.1" in notice.message


class TestNewCredentials:
    def replace(self, store: Store, admin: Actor, flow: str, **given: Any) -> None:
        with store.write() as session:
            replace_credentials(session, admin, VAULT, flow, NewCredentials(**given), now=NOW)

    def test_one_flow_gets_a_new_certificate_and_the_other_keeps_its_own(
        self, store: Store, admin: Actor, connect: Connect
    ) -> None:
        connect(certificate=PAIR.certificate_pem, base_url="http://127.0.0.1:99", concurrency=15)
        new = make_key_pair("ec", "revrec-2", 700, now=NOW)
        secret = the(store, "journals").secret
        keys = {"certificate_id": "x2", "private_key_pem": new.private_key_pem}
        self.replace(store, admin, "journals", credentials=keys, certificate=new.certificate_pem)
        with store.read() as session:
            journals, invoices = (open_connection(session, VAULT, one) for one in ("journals", "invoices"))
        assert journals.credentials == m2m(new, certificate_id="x2")
        assert (journals.base_url, journals.options) == ("http://127.0.0.1:99", {"concurrency": 15})
        assert invoices.credentials == m2m()
        assert the(store, "journals").secret != secret
        assert (the(store, "journals").certificate_ends, the(store).certificate_ends) == (new.ends, PAIR.ends)

    def test_the_audit_trail_says_what_was_replaced_and_shows_no_secret(
        self, store: Store, admin: Actor, connect: Connect
    ) -> None:
        connect(auth="tba", credentials=TBA)
        self.replace(store, admin, "journals", credentials={"token_id": "t2", "token_secret": "NEW-SECRET"})
        with store.read() as session:
            (event,) = newest_events(session, limit=1)
            assert (event.action, event.subject) == ("replace_credentials", "connection journals")
            assert event.after["replaced"] == ["token_id", "token_secret"]
            assert "SECRET" not in str(event.model_dump())
            opened = open_connection(session, VAULT, "journals")
        assert opened.credentials == {**TBA, "token_id": "t2", "token_secret": "NEW-SECRET"}

    def test_another_way_to_sign_in_keeps_nothing(self, store: Store, admin: Actor, connect: Connect) -> None:
        connect(auth="tba", credentials=TBA)
        with pytest.raises(Invalid, match="client id"):
            self.replace(store, admin, "journals", auth="m2m", credentials={"certificate_id": "x"})
        self.replace(
            store, admin, "journals", auth="m2m", credentials=m2m(), certificate=PAIR.certificate_pem
        )
        with store.read() as session:
            opened = open_connection(session, VAULT, "journals")
        assert (opened.auth, opened.credentials) == ("m2m", m2m())

    def test_the_same_key_under_a_new_id_keeps_its_certificate(
        self, store: Store, admin: Actor, connect: Connect
    ) -> None:
        """As after a sandbox was refreshed, which clears the mapping."""
        connect(certificate=PAIR.certificate_pem)
        self.replace(store, admin, "invoices", credentials={"certificate_id": "x9"})
        assert the(store).certificate == PAIR.certificate_pem
        new = make_key_pair("ec", "revrec-2", 700, now=NOW)
        self.replace(store, admin, "invoices", credentials={"private_key_pem": new.private_key_pem})
        assert (the(store).certificate, the(store).certificate_ends) == ("", None)

    def test_the_file_of_the_certificate_may_be_given_later(
        self, store: Store, admin: Actor, connect: Connect
    ) -> None:
        connect()
        self.replace(store, admin, "invoices", credentials={}, certificate=PAIR.certificate_pem)
        assert the(store).certificate_ends == PAIR.ends
        with pytest.raises(Invalid, match="Nothing was given"):
            self.replace(store, admin, "invoices", credentials={})

    def test_only_an_admin_replaces(self, store: Store, people: dict[str, Actor], connect: Connect) -> None:
        connect()
        with pytest.raises(Refused):
            self.replace(store, people["controller"], "invoices", credentials={"certificate_id": "x9"})
