"""The work whose interruption is tested: one company's books from its orders to posted journals, job by job.

Each stage is a deployment right before its job, and what the job leaves where nobody disturbs it. A stage is made when
first asked for, from the end of the one before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from business_state import State, read_state
from deployment import Copies, Deployment
from netsuite_source import NetSuite, change_source, change_source_unseen
from sqlalchemy import create_engine, text

from jobs.resources import runner_settings
from jobs.start import run_id
from reconciliation.reader import import_check
from revrec.operations.actor import Actor
from revrec.operations.approve_journal import approve_journal
from revrec.operations.connect_netsuite import NetSuiteConnection, connect_netsuite
from revrec.operations.connect_salesforce import SalesforceConnection, connect_salesforce
from revrec.operations.map_account import MappingTarget, map_account
from revrec.operations.policies import definition_of
from revrec.operations.set_first_period import set_first_period
from revrec.operations.set_policy import write_policy
from revrec.secrets import open_vault
from revrec.store.core import currency, job_file, journal
from revrec.store.tables import Job
from sample_data.starting import StandIn

FIRST_PERIOD = "2026-01"
ACCOUNTANT = Actor("ann@books.test", "admin", "Ann")
CONTROLLER = Actor("carl@books.test", "controller", "Carl")
ACKNOWLEDGED = [
    "pending",
    "held",
    "unverified_account",
    "unassigned_billing",
    "pulled_before_end",
    "opening_not_compared",
    "undecided_credit",
    "journals_held",
    "clearing_not_zero",
]
CLOSE = {"period": FIRST_PERIOD, "acknowledge": ACKNOWLEDGED, "reason": "recovery"}
MAPPING = {
    "contract_liability": 24,
    "contract_asset": 8,
    "unbilled_receivable": 7,
    "fx_adjustment": 90,
    "clearing": 28,
}
REVENUE = {"Platform": 54, "Support": 55, "Services": 56, "Hardware": 58, "Freight": 59}


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Result:
    """What a job leaves: its row's end, the books, the file's cells, and NetSuite's journals."""

    state: str
    error: str
    books: State
    file_hashes: list[str]
    journals: list[str]


@dataclass
class Stage:
    """A job to be disturbed. `before`: where it begins; `undisturbed`: what it leaves; `after`: where that is."""

    kind: str
    parameters: dict[str, Any]
    actor: Actor
    before: Deployment
    netsuite: NetSuite
    undisturbed: Result
    after: Deployment
    netsuite_after: NetSuite
    job_id: int

    def recorded_steps(self) -> set[str]:
        """The steps that the engine has recorded for the job and its children."""
        engine = create_engine(runner_settings(self.after.config).engine_url)
        table = "operation_outputs" if self.after.embedded else "dbos.operation_outputs"
        mine = run_id(self.job_id)
        statement = text(
            f"SELECT DISTINCT function_name FROM {table} WHERE (workflow_uuid = :mine OR workflow_uuid LIKE :children)"
            " AND child_workflow_id IS NULL AND function_name NOT LIKE 'DBOS.%'"
        )
        try:
            with engine.connect() as session:
                rows = session.execute(statement, {"mine": mine, "children": f"{mine}/%"})
                return set(rows.scalars())
        finally:
            engine.dispose()


class Story:
    """The stages on one kind of database."""

    def __init__(self, copies: Copies, netsuite: NetSuite, salesforce: StandIn, folder: Path) -> None:
        self.copies, self._netsuite, self._salesforce, self._folder = copies, netsuite, salesforce, folder
        self._stages: dict[str, Stage] = {}
        self._made: list[NetSuite] = []

    def stage(self, name: str) -> Stage:
        if name not in self._stages:
            make: Callable[[], Stage] = getattr(self, f"_{name}")
            self._stages[name] = make()
        return self._stages[name]

    def close(self) -> None:
        for stage in self._stages.values():
            stage.before.close()
            stage.after.close()
        for made in self._made:
            made.running.stop()

    def _orders(self) -> Stage:
        deployment = self.copies.empty()
        connect(deployment, self._netsuite.running, self._salesforce)
        return self._tell("orders", {}, ACCOUNTANT, deployment, self._netsuite)

    def _invoices(self) -> Stage:
        deployment = self.copies.copy(self.stage("orders").after)
        with deployment.store.write() as session:
            set_first_period(session, ACCOUNTANT, FIRST_PERIOD, now=now())
        return self._tell("invoices", {}, ACCOUNTANT, deployment, self._netsuite)

    def _close(self) -> Stage:
        deployment = self.copies.copy(self.stage("invoices").after)
        map_accounts(deployment)
        deployment.move_netsuite(self._netsuite.running.url)
        read_again = deployment.run("invoices", {}, ACCOUNTANT)  # by the clearing account that it knows now
        assert read_again.state == "done", read_again.error
        return self._tell("close", CLOSE, ACCOUNTANT, deployment, self._netsuite)

    def _post(self) -> Stage:
        deployment = self.copies.copy(self.stage("close").after)
        approve_all(deployment)
        return self._tell(
            "post", {"journals": None}, ACCOUNTANT, deployment, self._own_netsuite(self._netsuite)
        )

    def _reopen(self) -> Stage:
        stage = self.stage("post")
        deployment = self.copies.copy(stage.after)
        parameters = {"period": FIRST_PERIOD, "reason": "recovery"}
        return self._tell("reopen", parameters, CONTROLLER, deployment, stage.netsuite_after)

    def _again(self) -> Stage:
        """Invoices once more, after the source has moved."""
        stage = self.stage("post")
        netsuite = self._own_netsuite(stage.netsuite_after)
        change_source(netsuite)
        return self._tell("invoices", {}, ACCOUNTANT, self.copies.copy(stage.after), netsuite)

    def _sweep(self) -> Stage:
        """A sweep, after changes of the source that no window of changes shows."""
        stage = self.stage("again")
        netsuite = self._own_netsuite(stage.netsuite_after)
        change_source_unseen(netsuite)
        return self._tell("invoices", {"sweep": True}, ACCOUNTANT, self.copies.copy(stage.after), netsuite)

    def _next_close(self) -> Stage:
        """The next period, with adjustments of the one before."""
        stage = self.stage("again")
        parameters = {**CLOSE, "period": "2026-02"}
        return self._tell("close", parameters, ACCOUNTANT, self.copies.copy(stage.after), stage.netsuite)

    def _own_netsuite(self, source: NetSuite) -> NetSuite:
        made = source.copy(self._folder / f"netsuite-{self.copies.kind}-{len(self._made)}.db")
        self._made.append(made)
        return made

    def _tell(
        self, kind: str, parameters: dict[str, Any], actor: Actor, before: Deployment, netsuite: NetSuite
    ) -> Stage:
        """Let the job run undisturbed on a copy."""
        after = self.copies.copy(before)
        theirs = self._own_netsuite(netsuite) if kind == "post" else netsuite
        after.move_netsuite(theirs.running.url)
        job = after.run(kind, parameters, actor)
        assert job.state == "done", job.error
        result = read_result(after, job, theirs)
        after.close()
        return Stage(kind, parameters, actor, before, netsuite, result, after, theirs, job.id)


def read_result(deployment: Deployment, job: Job, netsuite: NetSuite) -> Result:
    """What stands now. Fails where a file does not hold what its row says, or our journals are not NetSuite's."""
    with deployment.store.read() as session:
        files = session.execute(job_file.select().where(job_file.c.job_id == job.id)).all()
        precisions = {
            s: p
            for s, p in session.execute(
                currency.select().with_only_columns(currency.c.symbol, currency.c.precision)
            )
        }
        j = journal.c
        posted = session.execute(
            journal.select().with_only_columns(j.external_id, j.netsuite_id).where(j.state == "posted")
        ).all()
    for row in files:
        path = deployment.config.files_dir / row.path
        check = import_check(path, precisions)
        assert check.is_untouched and check.content_hash == row.content_hash, (
            f"{path} is not what its row says"
        )
        assert [one.name for one in path.parent.iterdir()] == [row.name], "an unfinished file was left behind"
    theirs = netsuite.journal_ids()
    assert {row.external_id: row.netsuite_id for row in posted}.items() <= theirs.items()
    return Result(
        state=job.state,
        error=job.error,
        books=read_state(deployment.store, deployment.folder),
        file_hashes=[row.content_hash for row in files],
        journals=netsuite.journals(),
    )


def connect(deployment: Deployment, netsuite: StandIn, salesforce: StandIn) -> None:
    """Both systems and the policies that the made-up company needs."""
    theirs, crm = netsuite.ready, salesforce.ready
    tba = ("consumer_key", "consumer_secret", "token_id", "token_secret")
    with deployment.store.write() as session:
        vault = open_vault(deployment.config)
        given = NetSuiteConnection(
            account=theirs["account_id"],
            auth="tba",
            credentials={key: theirs[key] for key in tba},
            base_url=netsuite.url,
            policies={"account_time_zone": theirs["zone"], "journal_prefix": "recovery"},
        )
        connect_netsuite(session, ACCOUNTANT, vault, given, journals_found=[], now=now())
        orders = SalesforceConnection(
            account="kestrel.my.salesforce.com",
            auth="client_credentials",
            credentials={key: crm[key] for key in ("client_id", "client_secret")},
            base_url=salesforce.url,
        )
        connect_salesforce(session, ACCOUNTANT, vault, orders, now=now())
        policies = {
            "custom_segments": ["cseg_region"],
            "order_reference_field": "custbody_order_number",
            "journal_segments": ["location", "department", "class", "cseg_region"],
            "order_fields": crm["field_mapping"],
            "exclude_products": {"product": {"name": "Name", "values": ["Internal Test"]}},
        }
        for key, value in policies.items():
            write_policy(session, ACCOUNTANT, definition_of(key), value, now=now(), reason="")


def map_accounts(deployment: Deployment) -> None:
    with deployment.store.write() as session:
        for role, account in MAPPING.items():
            map_account(session, ACCOUNTANT, MappingTarget(role), account, now=now())
        for category, account in REVENUE.items():
            map_account(session, ACCOUNTANT, MappingTarget("revenue", category=category), account, now=now())
        map_account(session, ACCOUNTANT, MappingTarget("revenue", is_default=True), 54, now=now())


def approve_all(deployment: Deployment, by: Actor = CONTROLLER) -> None:
    with deployment.store.write() as session:
        j = journal.c
        drafts = (
            journal.select()
            .with_only_columns(j.id)
            .where(j.state == "draft")
            .order_by(j.subsidiary_id, j.part)
        )
        for one in session.execute(drafts).scalars().all():
            approve_journal(session, by, one, now=now())
