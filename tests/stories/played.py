"""A scenario's life played through the database: every event becomes the rows that the flows and people would have
written, in the period in which it was known, and every period closes from those rows.

`expressible` says what such rows cannot say, for a life to be left out.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text

from jobs.closing.compute import CALENDAR, Computed, compute_period
from revrec.store.books import save_result
from revrec.store.core import order_version
from revrec.store.engine import Store
from revrec.store.tables import (
    Contract,
    CreditDecision,
    Delivery,
    PeriodClose,
    PriceChange,
    SalesOrder,
    SourceDocument,
    VersionTreatment,
)

from .played_rows import OFFSETS, Rows, folded

ORDER = ("order", "modification", "cancel", "price_change", "delivery", "invoice", "credit_memo", "void")


def expressible(life: dict[str, Any]) -> str:
    """Why the books cannot hold this life; empty where they can."""
    policy = life.get("policy", {})
    if policy.get("contract_source", "orders") != "orders":
        return "invoices make its contracts"
    if policy.get("billing_offset", "deferred") not in OFFSETS:
        return "a clearing account"
    if policy.get("fx_rate") == "contract" and any(
        one["type"] == "order" and one.get("exchange_rate") for one in life["events"]
    ):
        return "an order's own rate"
    days: dict[str, tuple[str, str]] = {}
    for event in sorted(life["events"], key=lambda one: (one["date"], ORDER.index(one["type"]))):
        if event["type"] == "cancel" and event.get("fee"):
            return "a fee"
        if event["type"] not in ("order", "modification", "cancel"):
            continue
        if event["type"] == "order" and any("amount" not in line for line in event["lines"]):
            return "a line without a price"
        known = max(event["date"], event.get("recorded", event["date"]))
        before = days.get(event["order"])
        if before and (event["date"] <= before[0] or known < before[1]):
            return "two versions of one day, or out of order"
        day_before = date.fromisoformat(event["date"]) - timedelta(days=1)
        if event["type"] == "cancel" and "line" in event and event.get("end") != str(day_before):
            return "a line that is lost on another day than the version without it"
        days[event["order"]] = event["date"], known
    return ""


class Played(Rows):
    """The books of one life: events are told, periods closed."""

    def tell(self, event: dict[str, Any]) -> None:
        """Write down what an event says."""
        with self.store.write() as session:
            job = self._job(event["type"])
            session.add(job)
            session.flush()
            self.job = job.id
            getattr(self, f"_{event['type']}")(session, event)

    def close(self, period: str) -> Computed:
        """Close a period as the close job does; blocking findings fail the story."""
        computed = compute_period(self.store, period)
        blocking = [one.message for one in computed.findings if one.severity == "blocking"]
        assert not [one for one in blocking if "account" not in one.lower()], blocking
        with self.store.write() as session:
            row = PeriodClose(period=period, state="building", job_id=self.job, policy={}, closed_by="story")
            session.add(row)
            session.flush()
            close_id = row.id
        save_result(self.store, close_id, computed.result, computed.names, CALENDAR.names, opening=False)
        with self.store.write() as session:
            row = session.get_one(PeriodClose, close_id)
            row.state, row.closed_at = "closed", self._now()
        return computed

    def booked(self) -> dict[tuple[str, str, str], tuple[int, int, str]]:
        """(order, line, period) -> revenue, adjustment and cause, as standing closes booked them."""
        return {
            (order, line, period): (int(revenue), int(adjustment), cause)
            for order, line, period, revenue, adjustment, cause in self.rows(BOOKED)
        }

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.store.read() as session:
            return [tuple(row) for row in session.execute(text(statement))]

    def close_through(self, first: str, last: str) -> None:
        """Close these periods and all between them."""
        for period in CALENDAR.names[CALENDAR.index(first) : CALENDAR.index(last) + 1]:
            self.close(period)

    def revenue(self, line: str = "1", order: str = "SO-1") -> dict[str, int]:
        """Revenue booked for a line, by period."""
        found = self.booked().items()
        return {period: one[0] for (*key, period), one in sorted(found) if key == [order, line]}

    def treat(self, treatment: str) -> None:
        """What a person says of the version told last."""
        with self.store.write() as session:
            newest = session.execute(select(func.max(order_version.c.id))).scalar_one()
            self._treatment(session, newest, treatment)

    # Events

    def _order(self, session: Any, event: dict[str, Any]) -> None:
        name = event["order"]
        customer = self._customer(session, event["customer"])
        contract = event.get("contract") or name
        if contract not in self.contracts:
            row = Contract(key=contract, number=contract, crm_customer_id=customer)
            session.add(row)
            session.flush()
            self.contracts[contract] = row.id
        order = SalesOrder(external_id=name, number=name, contract_id=self.contracts[contract])
        session.add(order)
        session.flush()
        self.orders[name] = order.id
        self.ordered[name] = event["date"]
        if event.get("exchange_rate"):
            self._rate(session, event)
        self.stated[name] = [dict(line) for line in folded(event["lines"])]
        self._version(session, event)

    def _modification(self, session: Any, event: dict[str, Any]) -> None:
        stated = {line["line"]: line for line in self.stated[event["order"]]}
        for line in event["lines"]:
            stated[line["line"]] = {**stated.get(line["line"], {}), **line}
        self.stated[event["order"]] = list(stated.values())
        version = self._version(session, event)
        if event.get("treatment", "auto") != "auto":
            self._treatment(session, version, event["treatment"])

    def _treatment(self, session: Any, version: int, treatment: str) -> None:
        session.add(
            VersionTreatment(
                order_version_id=version,
                treatment=treatment,
                reason="story",
                set_by="story",
                set_at=self._now(),
            )
        )

    def _cancel(self, session: Any, event: dict[str, Any]) -> None:
        name, end = event["order"], event.get("end", event["date"])
        if "line" not in event:
            self._version(session, event, cancelled=end)
            return
        self.stated[name] = [line for line in self.stated[name] if line["line"] != event["line"]]
        self._version(session, event)

    def _price_change(self, session: Any, event: dict[str, Any]) -> None:
        session.add(
            PriceChange(
                order_id=self.orders[event["order"]],
                day=date.fromisoformat(event["date"]),
                amount_minor=self.minor(event["amount"]),
                reason="story",
                set_by="story",
                set_at=self._now(),
            )
        )

    def _delivery(self, session: Any, event: dict[str, Any]) -> None:
        scaled = {
            f"{name}_e6": int(Decimal(event[name]) * 10**6)
            for name in ("quantity", "percent")
            if name in event
        }
        session.add(
            Delivery(
                obligation_id=self.lines[event["order"], event["line"]],
                day=date.fromisoformat(event["date"]),
                milestone=event.get("milestone", ""),
                set_by="story",
                set_at=self._now(),
                **scaled,
            )
        )

    def _invoice(self, session: Any, event: dict[str, Any]) -> None:
        self._document(session, event, "CustInvc", 1)

    def _credit_memo(self, session: Any, event: dict[str, Any]) -> None:
        document = self._document(session, event, "CustCred", -1)
        session.add(
            CreditDecision(
                document_id=document,
                treatment=event.get("treatment", "billing_only"),
                reason="story",
                set_by="story",
                set_at=self._now(),
            )
        )

    def _void(self, session: Any, event: dict[str, Any]) -> None:
        session.get_one(SourceDocument, self.documents[event["number"]]).state = "gone"


def play(store: Store, life: dict[str, Any], through: str) -> Played:
    """Play a life in the books of `store`, and close every period from its first event's on."""
    played = Played(store, life)
    by_period: dict[str, list[dict[str, Any]]] = {}
    orders = {one["order"]: known_period(one) for one in life["events"] if one["type"] == "order"}
    numbers = {
        one["number"]: known_period(one)
        for one in life["events"]
        if "number" in one and one["type"] != "void"
    }
    for event in life["events"]:
        known = max(
            known_period(event), orders.get(event.get("order"), ""), numbers.get(event.get("number"), "")
        )
        by_period.setdefault(known, []).append(event)
    first = min(event["date"] for event in life["events"])[:7]
    played.open(first)
    signed = {one["order"]: one["date"] for one in life["events"] if one["type"] == "order"}
    for period in CALENDAR.names[CALENDAR.index(first) : CALENDAR.index(through) + 1]:
        events = by_period.get(period, [])
        for event in sorted(
            events,
            # What names an order comes after it.
            key=lambda one: (
                max(one["date"], signed.get(one.get("order"), "")),
                ORDER.index(one["type"]),
                one["date"],
            ),
        ):
            played.tell(event)
        played.close(period)
    return played


def known_period(event: dict[str, Any]) -> str:
    """The period in which an event is first known."""
    return str(max(event["date"], event.get("recorded", event["date"]))[:7])


BOOKED = """
SELECT s.number, o.line_external_id, c.period, b.revenue_minor, b.adjustment_minor, b.cause
  FROM booked b
  JOIN period_close c ON c.id = b.period_close_id AND c.state = 'closed'
  JOIN obligation o ON o.id = b.obligation_id
  JOIN sales_order s ON s.id = o.order_id
 WHERE b.revenue_minor <> 0 OR b.adjustment_minor <> 0
"""
