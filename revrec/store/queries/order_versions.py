"""Orders with all their published versions, and what people and closes said of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as pick

from revrec.problems import Conflict, NotFound
from revrec.store.core import job, order_line, order_version, period_close, product, treatment_taken
from revrec.store.queries.batches import batches
from revrec.store.tables import Job, OrderVersion, PriceChange, SalesOrder, VersionTreatment


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """One version. `loaded_at`: when its job published it, the moment from which closes saw it."""

    id: int
    number: int
    effective_on: date
    ordered_on: date
    cancelled_on: date | None
    currency: str
    crm_customer_id: int
    subsidiary_id: int | None
    modified_at: datetime
    loaded_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """What a version says of one line. Amount in minor units, quantity scaled by 10^6. Of an invoice that is its own
    contract: what its document says, `version_id` being that document version's."""

    version_id: int
    obligation_id: int
    line: str
    sequence: int
    product_id: int | None
    product: str
    quantity_e6: int
    amount_minor: int
    starts: date | None
    ends: date | None
    method: str
    trigger: str
    region: str


def find_order(session: Session, text: str) -> SalesOrder:
    """The order of this number, else of this CRM id, else the invoice of this number that is its own contract. Raises
    `NotFound`, or `Conflict` if several have the number."""
    of_crm = col(SalesOrder.document_id).is_(None)
    named: list[SalesOrder] = []
    for condition in (
        of_crm & (col(SalesOrder.number) == text),
        col(SalesOrder.external_id) == text,
        col(SalesOrder.number) == text,
    ):
        named = named or list(session.exec(pick(SalesOrder).where(condition).limit(4)))
    if not named:
        raise NotFound(f"There is no sales order {text}, by number or by the CRM's id.", where="order")
    if len(named) > 1:
        ids = ", ".join(one.external_id for one in named)
        raise Conflict(
            f"Several sales orders have the number {text}; give the CRM's id: {ids}.", where="order"
        )
    return named[0]


def versions_of(session: Session, order_ids: Iterable[int]) -> dict[int, list[PublishedVersion]]:
    """The published versions of orders, oldest first."""
    v = order_version.c
    query = (
        select(
            v.order_id,
            v.id,
            v.number,
            v.effective_on,
            v.ordered_on,
            v.cancelled_on,
            v.currency,
            v.crm_customer_id,
            v.subsidiary_id,
            v.modified_at,
            job.c.published_at,
            v.problem,
        )
        .join_from(order_version, job, job.c.id == v.job_id)
        .where(v.published)
        .order_by(v.order_id, v.number)
    )
    found: dict[int, list[PublishedVersion]] = {}
    for part in filter(None, batches(order_ids)):  # of no order, SQLite would go through all versions
        for order_id, *rest in session.execute(query.where(v.order_id.in_(part))):
            found.setdefault(order_id, []).append(PublishedVersion(*rest))
    return found


def changed_orders(
    session: Session,
    before: int | None,
    limit: int,
    *,
    closed_through: date | None,
    closed_at: datetime | None,
) -> list[tuple[int, int, SalesOrder]]:
    """(version id, its number, order) of versions that change an order and that no close has seen yet: effective after
    what is closed, or loaded since the last close. Newest first, those before the version id `before`."""
    query = (
        pick(OrderVersion.id, OrderVersion.number, SalesOrder)
        .join(SalesOrder, col(SalesOrder.id) == OrderVersion.order_id)
        .join(Job, col(Job.id) == OrderVersion.job_id)
        .where(col(OrderVersion.published), OrderVersion.number > 1)
        .order_by(col(OrderVersion.id).desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(col(OrderVersion.id) < before)
    if closed_through is not None:
        unseen = col(OrderVersion.effective_on) > closed_through
        if closed_at is not None:
            unseen |= col(Job.published_at) > closed_at
        query = query.where(unseen)
    return [(version_id, number, order) for version_id, number, order in session.exec(query)]


def superseded_by(versions: list[PublishedVersion]) -> dict[int, int]:
    """Version id -> number of the later version that is effective on or before the same day, where there is one."""
    found = {}
    for at, one in enumerate(versions):
        later = [other.number for other in versions[at + 1 :] if other.effective_on <= one.effective_on]
        if later:
            found[one.id] = later[-1]
    return found


def lines_of_versions(session: Session, version_ids: Iterable[int]) -> dict[int, list[VersionLine]]:
    """What versions say of their lines, in the order's own order."""
    line = order_line.c
    query = (
        select(
            line.version_id,
            line.obligation_id,
            line.line_external_id,
            line.sequence,
            line.product_id,
            product.c.code,
            product.c.name,
            line.quantity_e6,
            line.amount_minor,
            line.starts,
            line.ends,
            line.method,
            line.trigger,
            line.region,
        )
        .join_from(order_line, product, product.c.id == line.product_id)
        .order_by(line.version_id, line.sequence, line.line_external_id)
    )
    found: dict[int, list[VersionLine]] = {}
    for part in batches(version_ids):
        rows = session.execute(query.where(line.version_id.in_(part)))
        for version_id, obligation, name, sequence, product_id, code, product_name, *rest in rows:
            one = VersionLine(version_id, obligation, name, sequence, product_id, code or product_name, *rest)
            found.setdefault(version_id, []).append(one)
    return found


def treatments_of(session: Session, version_ids: Iterable[int]) -> dict[int, VersionTreatment]:
    """The newest word of a person on each version, where there is any."""
    query = (
        pick(VersionTreatment)
        .where(col(VersionTreatment.order_version_id).in_(set(version_ids)))
        .order_by(col(VersionTreatment.id))
    )
    return {row.order_version_id: row for row in session.exec(query)}


def taken_by_closes(session: Session, version_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """(period, reason) of the treatment that each standing close gave versions, oldest period first."""
    rows = session.execute(
        select(treatment_taken.c.order_version_id, period_close.c.period, treatment_taken.c.reason)
        .join_from(treatment_taken, period_close, period_close.c.id == treatment_taken.c.period_close_id)
        .where(period_close.c.state == "closed", treatment_taken.c.order_version_id.in_(set(version_ids)))
        .order_by(period_close.c.period)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for version_id, period, reason in rows:
        found.setdefault(version_id, []).append((period, reason))
    return found


def price_changes_of(session: Session, order_id: int) -> list[PriceChange]:
    """Every price change of an order, undone ones included, in the order they were stated."""
    return price_changes_of_orders(session, [order_id]).get(order_id, [])


def price_changes_of_orders(session: Session, order_ids: Iterable[int]) -> dict[int, list[PriceChange]]:
    """The same of several orders."""
    query = pick(PriceChange).order_by(col(PriceChange.id))
    found: dict[int, list[PriceChange]] = {}
    for part in batches(order_ids):
        for row in session.exec(query.where(col(PriceChange.order_id).in_(part))):
            found.setdefault(row.order_id, []).append(row)
    return found


def orders_of_contract(session: Session, contract_id: int) -> list[SalesOrder]:
    """The orders (or the invoice) that a contract holds, by number."""
    query = pick(SalesOrder).where(SalesOrder.contract_id == contract_id)
    return list(session.exec(query.order_by(SalesOrder.number, col(SalesOrder.id))))
