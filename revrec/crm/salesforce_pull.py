"""Reads sales orders and customers from Salesforce: all of them, or what changed since the last time.

How a job uses it:

    changes = await find_changes(client, mapping, since)           what to read, what is gone, how far this goes
    for ids in split(changes.order_ids):
        batch = await read_orders(client, mapping, ids, decimals)  orders whole, with their lines
    ... and keeps changes.position as `since` of its next run, once everything of this one is stored.

Orders and lines have a position each, (SystemModstamp, Id), taken before reading begins, so that nothing that changes
meanwhile is missed; a run begins ten minutes before it, since a stamp is given when a change begins and seen when it
is committed. A changed or deleted line reads its whole order again. Deleted orders come from queryAll. A reduction
order is read as part of its original. Runs overlap: reading the same order twice gives the same order.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from revrec.crm.errors import UnknownField
from revrec.crm.mapping import FieldMapping, mapped_paths, without_currency
from revrec.crm.orders import CrmCustomer, GoneOrder, SalesOrder
from revrec.crm.salesforce import Record, SalesforceClient
from revrec.crm.salesforce_records import (
    is_active,
    is_reduction,
    pick,
    read_customer,
    read_moment,
    read_order,
)
from revrec.crm.salesforce_scan import quote_ids, scan

OVERLAP = timedelta(minutes=10)
ORDERS_A_BATCH = 200
"""Ids in one query: some 27 characters each once encoded, and an address may have 16,384."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest record of an object at some moment."""

    stamp: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Position:
    """How far orders and lines have been read; None where there was no record yet."""

    orders: Mark | None
    lines: Mark | None

    def to_json(self) -> dict[str, list[str] | None]:
        """For keeping; `position_from_json` reads it."""
        return {"orders": _mark_json(self.orders), "lines": _mark_json(self.lines)}


@dataclass(frozen=True, slots=True)
class Changes:
    """What a run has to read. `order_ids` are sorted; `full` says that everything is to be read."""

    order_ids: tuple[str, ...]
    gone: tuple[GoneOrder, ...]
    position: Position
    full: bool


@dataclass(frozen=True, slots=True)
class OrderBatch:
    """Orders read whole. `missing` are ids that Salesforce did not show: deleted since, or hidden from this user."""

    orders: tuple[SalesOrder, ...]
    missing: tuple[str, ...]


def position_from_json(value: Mapping[str, Sequence[str] | None]) -> Position:
    """What `Position.to_json` gave."""
    marks = {
        name: Mark(datetime.fromisoformat(pair[0]), pair[1]) if (pair := value.get(name)) else None
        for name in ("orders", "lines")
    }
    return Position(marks["orders"], marks["lines"])


async def detect_currencies(client: SalesforceClient, mapping: FieldMapping) -> FieldMapping:
    """The mapping that fits the org: where it has one currency only, without the currency field."""
    if mapping.order.currency != "CurrencyIsoCode" and mapping.customer.currency != "CurrencyIsoCode":
        return mapping
    try:
        await client.rows(
            f"SELECT CurrencyIsoCode FROM {mapping.order.entity} LIMIT 1", "the currency of orders"
        )
    except UnknownField as error:
        if error.field.lower() != "currencyisocode":
            raise
        return without_currency(mapping)
    return mapping


async def find_changes(client: SalesforceClient, mapping: FieldMapping, since: Position | None) -> Changes:
    """The orders to read: all active ones where `since` is None, else those that changed, whatever their state now.

    Raises CrmError.
    """
    position = Position(
        await _newest(client, mapping.order.entity, "the orders"),
        await _newest(client, mapping.line.entity, "the order lines"),
    )
    if since is None:
        return Changes(await _active_orders(client, mapping), (), position, full=True)
    touched: set[str] = set()
    gone: dict[str, GoneOrder] = {}
    names = mapping.order
    columns = [
        "Id",
        "IsDeleted",
        "SystemModstamp",
        *(path for path in (names.is_reduction, names.original) if path),
    ]
    where = _since(since.orders)
    async for record in scan(client, columns, names.entity, where, "the orders", with_deleted=True):
        if is_reduction(record, mapping):
            touched.add(str(pick(record, names.original)))
        elif pick(record, "IsDeleted"):
            order_id = str(pick(record, "Id"))
            gone[order_id] = GoneOrder(order_id, read_moment(pick(record, "SystemModstamp")))
        else:
            touched.add(str(pick(record, "Id")))
    columns = ["Id", mapping.line.parent]
    where = _since(since.lines)
    async for record in scan(
        client, columns, mapping.line.entity, where, "the order lines", with_deleted=True
    ):
        touched.add(str(pick(record, mapping.line.parent)))
    originals = await _originals(client, mapping, touched - set(gone))
    return Changes(tuple(sorted(originals - set(gone))), tuple(gone.values()), position, full=False)


async def read_orders(
    client: SalesforceClient, mapping: FieldMapping, order_ids: Sequence[str], decimals: Mapping[str, int]
) -> OrderBatch:
    """The orders of these ids (at most ORDERS_A_BATCH), each whole: header, lines, reductions; sorted by id.

    `decimals` gives the decimals of each currency, such as {"USD": 2, "JPY": 0}. Raises CrmError.
    """
    if len(order_ids) > ORDERS_A_BATCH:
        raise ValueError(f"{len(order_ids)} orders asked for at once; at most {ORDERS_A_BATCH}")
    names = mapping.order
    columns = ["Id", "SystemModstamp", *mapped_paths(names)]
    headers = {}
    if order_ids:
        async for record in scan(
            client, columns, names.entity, f"Id IN ({quote_ids(order_ids)})", "the orders"
        ):
            headers[str(pick(record, "Id"))] = record
    reductions: dict[str, list[Record]] = {order_id: [] for order_id in headers}
    if names.is_reduction and names.original and headers:
        where = f"{names.original} IN ({quote_ids(headers)}) AND {names.is_reduction} = true"
        async for record in scan(client, columns, names.entity, where, "the reduction orders"):
            if is_active(record, mapping):
                reductions[str(pick(record, names.original))].append(record)
    lines: dict[str, list[Record]] = {}
    parents = [*headers, *(str(pick(cut, "Id")) for cuts in reductions.values() for cut in cuts)]
    for some in split(parents):
        where = f"{mapping.line.parent} IN ({quote_ids(some)})"
        async for line in scan(client, _line_columns(mapping), mapping.line.entity, where, "the order lines"):
            lines.setdefault(str(pick(line, mapping.line.parent)), []).append(line)
    orders = [
        read_order(
            headers[order_id],
            lines.get(order_id, []),
            [(cut, lines.get(str(pick(cut, "Id")), [])) for cut in reductions[order_id]],
            mapping,
            decimals,
        )
        for order_id in sorted(headers)
    ]
    return OrderBatch(tuple(orders), tuple(sorted(set(order_ids) - set(headers))))


async def pull_orders(
    client: SalesforceClient, mapping: FieldMapping, changes: Changes, decimals: Mapping[str, int]
) -> AsyncIterator[OrderBatch]:
    """Everything that `changes` names, batch by batch."""
    for ids in split(changes.order_ids):
        yield await read_orders(client, mapping, ids, decimals)


async def pull_customers(
    client: SalesforceClient, mapping: FieldMapping, *, batch: int = 2_000
) -> AsyncIterator[tuple[CrmCustomer, ...]]:
    """All customers, deleted ones marked, in batches by id. They are few beside orders and are read whole each time,
    since a rename decides whether invoices find their orders.
    """
    columns = ["Id", "IsDeleted", "SystemModstamp", *mapped_paths(mapping.customer)]
    found: list[CrmCustomer] = []
    async for record in scan(client, columns, "Account", "", "the customers", with_deleted=True):
        found.append(read_customer(record, mapping))
        if len(found) >= batch:
            yield tuple(found)
            found.clear()
    if found:
        yield tuple(found)


def split(ids: Iterable[str], size: int = ORDERS_A_BATCH) -> Iterator[tuple[str, ...]]:
    """The ids in groups of at most `size`."""
    group: list[str] = []
    for one in ids:
        group.append(one)
        if len(group) == size:
            yield tuple(group)
            group = []
    if group:
        yield tuple(group)


async def _active_orders(client: SalesforceClient, mapping: FieldMapping) -> tuple[str, ...]:
    names = mapping.order
    value = "true" if names.active_value is True else f"'{names.active_value}'"
    where = f"{names.active} = {value}"
    if names.is_reduction:
        where += f" AND {names.is_reduction} = false"
    found = [str(pick(r, "Id")) async for r in scan(client, ["Id"], names.entity, where, "the orders")]
    return tuple(sorted(found))


async def _originals(client: SalesforceClient, mapping: FieldMapping, touched: set[str]) -> set[str]:
    """The touched orders, with each reduction replaced by the order it reduces."""
    names = mapping.order
    if not (names.is_reduction and names.original):
        return touched
    originals = set(touched)
    for some in split(sorted(touched)):
        where = f"Id IN ({quote_ids(some)}) AND {names.is_reduction} = true"
        async for record in scan(client, ["Id", names.original], names.entity, where, "the reduction orders"):
            original = pick(record, names.original)
            if original:
                originals.discard(str(pick(record, "Id")))
                originals.add(str(original))
    return originals


async def _newest(client: SalesforceClient, entity: str, what: str) -> Mark | None:
    soql = f"SELECT Id, SystemModstamp FROM {entity} ORDER BY SystemModstamp DESC, Id DESC LIMIT 1"
    rows = await client.rows(soql, what, with_deleted=True)
    return Mark(read_moment(pick(rows[0], "SystemModstamp")), str(pick(rows[0], "Id"))) if rows else None


def _line_columns(mapping: FieldMapping) -> list[str]:
    return ["Id", "SystemModstamp", *mapped_paths(mapping.line), *(path for _, path in mapping.segments)]


def _since(mark: Mark | None) -> str:
    if mark is None:
        return ""
    begin = (mark.stamp.astimezone(UTC) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"SystemModstamp >= {begin}"


def _mark_json(mark: Mark | None) -> list[str] | None:
    return None if mark is None else [mark.stamp.astimezone(UTC).isoformat(), mark.id]
