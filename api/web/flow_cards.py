"""The three flows as the Sync page shows them: what each is connected to, its last run and its next."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from api.views.connections import ConnectionView, connection_view
from api.views.jobs import JobView, job_view
from api.views.sync import SyncView, sync_views
from revrec.operations.policies import policy_value
from revrec.problems import NotFound
from revrec.store.queries.connections import all_connections
from revrec.store.queries.jobs import jobs_before

SYSTEMS = {"salesforce": "Salesforce", "netsuite": "NetSuite"}


@dataclass(frozen=True, slots=True)
class Flow:
    """`job`: the kind of job that *Run job* starts; `brings`: what the flow does, as a sentence."""

    key: str
    name: str
    system: str
    job: str
    brings: str


FLOWS = (
    Flow("orders", "Orders", "salesforce", "orders", "Pulls customers and sales orders from the CRM."),
    Flow("invoices", "Invoices", "netsuite", "invoices", "Pulls invoices and credit memos from NetSuite."),
    Flow("journals", "Journal Posting", "netsuite", "post", "Sends approved journals to NetSuite."),
)


@dataclass(frozen=True, slots=True)
class FlowCard:
    """A flow as it stands. `connection` is None where there never was one; `next_at` None where nothing is due by
    itself, and `next_words` then says what would begin it."""

    flow: Flow
    connection: ConnectionView | None
    last: JobView | None
    next_at: datetime | None
    next_words: str
    schedule: str = ""
    zone: str = ""
    read_through: datetime | None = None

    @property
    def connected(self) -> bool:
        return self.connection is not None and self.connection.disconnected_at is None

    @property
    def paused(self) -> bool:
        return self.connection is not None and bool(self.connection.paused)


def flow_of(key: str) -> Flow:
    """The flow of this key. Raises `NotFound`."""
    found = next((one for one in FLOWS if one.key == key), None)
    if found is None:
        raise NotFound(f"There is no flow '{key}': orders, invoices or journals.", where="flow")
    return found


def flow_cards(session: Session, now: datetime) -> list[FlowCard]:
    """All flows, in the order in which they are worked with."""
    rows = {row.flow: connection_view(row, now) for row in all_connections(session)}
    pulls = {one.flow: one for one in sync_views(session, now)}
    return [
        _posting(session, flow, rows.get(flow.key))
        if flow.key == "journals"
        else _pulling(flow, rows.get(flow.key), pulls[flow.key])
        for flow in FLOWS
    ]


def flow_card(session: Session, key: str, now: datetime) -> FlowCard:
    """One flow. Raises `NotFound`."""
    return next(card for card in flow_cards(session, now) if card.flow is flow_of(key))


def _pulling(flow: Flow, connection: ConnectionView | None, pull: SyncView) -> FlowCard:
    words = pull.waits if pull.waits and pull.waits != pull.paused else ""
    if pull.schedule == "off":
        words = "when somebody clicks Run job; no schedule is set"
    read = min(pull.read_through.values(), default=None)
    return FlowCard(flow, connection, pull.last, pull.next_at, words, pull.schedule, pull.zone, read)


def _posting(session: Session, flow: Flow, connection: ConnectionView | None) -> FlowCard:
    minutes = int(policy_value(session, "posting_batch_minutes"))
    words = (
        f"within {minutes} minutes of an approval"
        if minutes
        else "when somebody clicks Run job; batches are off"
    )
    last = jobs_before(session, None, 1, kind="post")
    return FlowCard(flow, connection, job_view(last[0]) if last else None, None, words)
