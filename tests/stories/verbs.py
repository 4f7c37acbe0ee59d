"""One deployment, and what people do with it."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from jobs.start import read_job, start_job
from reconciliation.columns import Tab
from reconciliation.reader import read_tab
from revrec.config import Config
from revrec.operations.actor import Actor
from revrec.operations.approve_journal import approve_journal
from revrec.operations.map_account import MappingTarget, map_account
from revrec.operations.pair_customer import pair_customer
from revrec.operations.set_first_period import set_first_period
from revrec.operations.set_policy import set_policy
from revrec.operations.undo_pairing import undo_pairing
from revrec.store.engine import Store
from revrec.store.tables import Job

from .stand_ins import NetSuite, Salesforce

PATIENCE_SECONDS = 60.0
WARNINGS = (
    "pending",
    "held",
    "unverified_account",
    "unassigned_billing",
    "pulled_before_end",
    "opening_not_compared",
    "undecided_credit",
    "journals_held",
    "clearing_not_zero",
)
ACCOUNTS = {
    MappingTarget("contract_liability"): 24,
    MappingTarget("contract_asset"): 8,
    MappingTarget("unbilled_receivable"): 7,
    MappingTarget("fx_adjustment"): 90,
    MappingTarget("clearing"): 28,
    MappingTarget("revenue", category="Platform"): 54,
    MappingTarget("revenue", category="Support"): 55,
    MappingTarget("revenue", category="Services"): 56,
    MappingTarget("revenue", category="Hardware"): 58,
    MappingTarget("revenue", category="Freight"): 59,
    MappingTarget("revenue", is_default=True): 54,
}
"""The made-up company's accounts by role."""


@dataclass
class Books:
    """One deployment and what people do with it. A verb that runs a job gives its row when it is over."""

    config: Config
    store: Store
    netsuite: NetSuite
    salesforce: Salesforce
    preparer: Actor
    approver: Actor
    second_approver: Actor
    jobs: list[int] = field(default_factory=list)

    def run(self, kind: str, /, by: Actor | None = None, ends: str = "done", **parameters: Any) -> Job:
        job_id = start_job(self.config, self.store, kind, parameters, by or self.preparer)
        self.jobs.append(job_id)
        job = self.wait(job_id)
        assert job.state == ends, f"{kind} job {job_id} is {job.state}: {job.error}"
        return job

    def wait(self, job_id: int) -> Job:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.value("SELECT state FROM job WHERE id = :id", id=job_id) in ("queued", "running"):
            if time.monotonic() > deadline:
                job = read_job(self.store, job_id)
                raise AssertionError(f"job {job_id} is still {job.state} at {job.stage}")
            time.sleep(0.03)
        return read_job(self.store, job_id)

    def run_orders(self, **more: Any) -> Job:
        return self.run("orders", **more)

    def run_invoices(self, **more: Any) -> Job:
        return self.run("invoices", **more)

    def load(self, conversion: Job, **more: Any) -> Job:
        return self.run("load", job=conversion.id, **more)

    def close(self, period: str, acknowledge: tuple[str, ...] = WARNINGS, **more: Any) -> Job:
        return self.run("close", period=period, acknowledge=list(acknowledge), reason="month end", **more)

    def reopen(self, period: str, **more: Any) -> Job:
        return self.run("reopen", by=self.second_approver, period=period, reason="a mistake", **more)

    def approve(self, by: Actor | None = None) -> list[int]:
        """Approve all drafts; gives their ids."""
        ids = self.values("SELECT id FROM journal WHERE state = 'draft' ORDER BY id")
        for journal_id in ids:
            with self.store.write() as session:
                approve_journal(session, by or self.approver, journal_id, now=now())
        return ids

    def post(self, **more: Any) -> Job:
        return self.run("post", by=self.approver, journals=None, **more)

    def approve_and_post(self) -> Job:
        self.approve()
        return self.post()

    def set_first_period(self, period: str = "2026-01") -> None:
        with self.store.write() as session:
            set_first_period(session, self.preparer, period, now=now())

    def set_policy(self, **values: Any) -> None:
        for key, value in values.items():
            with self.store.write() as session:
                set_policy(session, self.preparer, key, value, now=now(), reason="story")

    def map(self, target: MappingTarget, account: int | None) -> None:
        with self.store.write() as session:
            map_account(session, self.preparer, target, account, now=now(), reason="story")

    def map_accounts(self) -> None:
        for target, account in ACCOUNTS.items():
            self.map(target, account)

    def account_of(self, role: str, category: str) -> int:
        """The account that the mapping of these stories gives a role."""
        by_category = ACCOUNTS.get(MappingTarget(role, category=category))
        return (
            by_category or ACCOUNTS.get(MappingTarget(role)) or ACCOUNTS[MappingTarget(role, is_default=True)]
        )

    def pair(self, netsuite_customer: int, crm_id: str) -> None:
        with self.store.write() as session:
            pair_customer(session, self.preparer, netsuite_customer, crm_id, now=now())

    def unpair(self, netsuite_customer: int, reason: str = "") -> None:
        with self.store.write() as session:
            undo_pairing(session, self.preparer, netsuite_customer, now=now(), reason=reason)

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.store.read() as session:
            return [tuple(row) for row in session.execute(text(statement), values)]

    def values(self, statement: str, **values: Any) -> list[Any]:
        return [row[0] for row in self.rows(statement, **values)]

    def value(self, statement: str, **values: Any) -> Any:
        (found,) = self.values(statement, **values)
        return found

    def state_of(self, document: int) -> tuple[str, str]:
        """State and reason of a NetSuite document."""
        ((state, reason),) = self.rows(
            "SELECT state, reason FROM source_document WHERE external_id = :id", id=document
        )
        return str(state), str(reason)

    def documents(
        self, period: str, kind: str = "CustInvc", state: str = "loaded", *, named: bool = True
    ) -> list[int]:
        """NetSuite ids of documents posted in a period, oldest first; `named`: those that name a known order."""
        return self.values(
            "SELECT d.external_id FROM source_document d JOIN document_version v ON v.id = d.current_version_id"
            " WHERE v.period = :period AND d.kind = :kind AND d.state = :state"
            " AND (:anyhow = 1 OR v.order_reference IN (SELECT number FROM sales_order)) ORDER BY 1",
            period=period,
            kind=kind,
            state=state,
            anyhow=int(not named),
        )

    def billed(self, document: int) -> int:
        """What standing closes have billed for a document, in its currency's minor units."""
        found = self.value(
            "SELECT sum(s.amount_minor) FROM billing_split s JOIN source_document d ON d.id = s.document_id"
            " JOIN period_close c ON c.id = s.period_close_id"
            " WHERE c.state = 'closed' AND d.external_id = :id",
            id=document,
        )
        return int(found or 0)

    def transfers(self, document: int, period: str) -> list[tuple[str, str]]:
        """(event, cause) of the ledger rows that a document has in a period, sorted."""
        return sorted(
            (str(event), str(cause))
            for event, cause in self.rows(
                "SELECT t.event, t.cause FROM ledger_transfer t JOIN source_document d ON d.id = t.document_id"
                " WHERE t.period = :period AND d.external_id = :id",
                period=period,
                id=document,
            )
        )

    def net_of(self, document: int) -> int:
        """What a document's lines bill as they are read now, in minor units."""
        return int(
            self.value(
                "SELECT sum(l.billing_minor) FROM document_line l JOIN source_document d"
                " ON d.current_version_id = l.version_id WHERE d.external_id = :id",
                id=document,
            )
        )

    def tab(self, job: Job, tab: Tab) -> list[dict[str, Any]]:
        """The rows of a tab of a job's file, by header."""
        path = self.config.files_dir / str(
            self.value("SELECT path FROM job_file WHERE job_id = :job", job=job.id)
        )
        precisions = dict(self.rows("SELECT symbol, precision FROM currency"))
        return [dict(zip(tab.headers, row.cells, strict=True)) for row in read_tab(path, tab, precisions)]

    def notes(self, job: Job) -> list[tuple[str, str]]:
        """(code, message) of what a job said."""
        return [
            (str(code), str(message))
            for code, message in self.rows(
                "SELECT code, message FROM job_note WHERE job_id = :job ORDER BY id", job=job.id
            )
        ]

    def content_hash(self, job: Job) -> str:
        return str(self.value("SELECT content_hash FROM job_file WHERE job_id = :job", job=job.id))

    def closed_rows(self, *periods: str) -> dict[str, list[tuple[Any, ...]]]:
        """All that standing closes booked for periods, to be compared later."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        for table in ("booked", "billing_split", "balance", "ledger_transfer", "waiting_item"):
            for period in periods:
                found[f"{table} {period}"] = self.rows(
                    f"SELECT t.* FROM {table} t JOIN period_close c ON c.id = t.period_close_id"
                    " WHERE c.period = :period AND c.state = 'closed' ORDER BY t.id",
                    period=period,
                )
        return found


def now() -> datetime:
    return datetime.now(UTC)
