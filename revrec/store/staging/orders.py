"""Staging sales orders: each form that differs from the versions we hold becomes a version, unseen until its job
publishes. What a job staged before for an order is replaced, so a step may run again."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from revrec.store.bulk import insert_rows
from revrec.store.core import (
    contract,
    crm_customer,
    obligation,
    order_line,
    order_version,
    sales_order,
)
from revrec.store.reference.entities import entity_key, keep_entities
from revrec.store.reference.products import CatalogueProduct, keep_products
from revrec.store.staging.contract_prices import price_contracts_of_orders
from revrec.store.staging.intern import insert_missing, intern_segments


@dataclass(frozen=True)
class StagedOrderLine:
    """One promise. `starts` and `ends` inclusive; `segments` is canonical text."""

    external_id: str
    sequence: int
    product: CatalogueProduct
    description: str
    quantity_e6: int
    amount_minor: int
    starts: date | None
    ends: date | None
    method: str
    segments: str
    problem: str = ""


@dataclass(frozen=True)
class StagedOrder:
    """One form of an order. `effective_on` None: the day we see it (`seen_on`), unless it is the first form."""

    external_id: str
    number: str
    customer_external_id: str
    contract_number: str
    ordered_on: date
    currency: str
    subsidiary_id: int | None
    cancelled_on: date | None
    modified_at: datetime
    effective_on: date | None
    seen_on: date
    lines: tuple[StagedOrderLine, ...]
    problem: str = ""
    entity: str = ""

    @property
    def contract_key(self) -> str:
        """What tells contracts apart: orders are combined by contract number, within one customer, subsidiary (or the
        selling entity that stands for one) and currency. Contracts and orders are numbered alike, hence the word before
        the number."""
        if not self.contract_number:
            return f"order {self.number}"
        home = self.subsidiary_id or entity_key(self.entity) or "-"
        parts = (self.contract_number, self.customer_external_id, home, self.currency)
        return "contract " + " ".join(str(part) for part in parts)

    def sha256(self) -> tuple[str, bytes]:
        """The hash that tells one version from the next, and the JSON it is of. When it was read is no part."""
        left_out = ("modified_at", "effective_on", "seen_on", "lines")
        fields: dict[str, Any] = {k: v for k, v in self.__dict__.items() if k not in left_out}
        if not self.entity:  # an order without one keeps the hash it had before there were any
            del fields["entity"]
        fields["lines"] = [{**line.__dict__, "product": line.product.key} for line in self.lines]
        raw = json.dumps(fields, default=str, sort_keys=True, separators=(",", ":")).encode()
        return hashlib.sha256(raw).hexdigest(), raw


def stage_orders(session: Session, job_id: int, orders: Sequence[Sequence[StagedOrder]]) -> dict[str, int]:
    """Stage the forms of each order, oldest first. Returns counts of new, changed and same orders."""
    forms = [form for order in orders for form in order]
    if not forms:
        return {"new": 0, "changed": 0, "same": 0}
    _make_identities(session, forms)
    ids = _order_ids(session, [form.external_id for form in forms])
    _unstage(session, job_id, [ids[form.external_id] for form in forms])
    known = _versions(session, list(ids.values()))
    keep_entities(session, {form.entity for form in forms})
    products = keep_products(session, [line.product for form in forms for line in form.lines])
    customers = _customer_ids(session, forms)
    obligations = _obligation_ids(session, list(ids.values()))
    segments = intern_segments(session, {line.segments for form in forms for line in form.lines})

    counts = {"new": 0, "changed": 0, "same": 0}
    versions: list[dict[str, Any]] = []
    lines: list[list[dict[str, Any]]] = []
    for order in orders:
        order_id = ids[order[0].external_id]
        held = known.get(order_id, [])
        fresh = _differing(order, [sha for _, sha in held])
        counts["new" if not held else "changed" if fresh else "same"] += 1
        number = held[-1][0] if held else 0
        for form, sha, raw in fresh:
            number += 1
            effective = form.effective_on or (form.ordered_on if number == 1 else form.seen_on)
            versions.append(
                {
                    "order_id": order_id,
                    "number": number,
                    "job_id": job_id,
                    "published": False,
                    "sha256": sha,
                    "raw": zlib.compress(raw, 1),
                    "modified_at": form.modified_at,
                    "effective_on": effective,
                    "ordered_on": form.ordered_on,
                    "crm_customer_id": customers[form.customer_external_id],
                    "contract_number": form.contract_number,
                    "currency": form.currency,
                    "subsidiary_id": form.subsidiary_id,
                    "entity": form.entity,
                    "cancelled_on": form.cancelled_on,
                    "problem": form.problem,
                }
            )
            lines.append(
                [
                    {
                        "obligation_id": obligations[order_id, line.external_id],
                        "line_external_id": line.external_id,
                        "sequence": line.sequence,
                        "product_id": products[line.product.key],
                        "description": line.description,
                        "quantity_e6": line.quantity_e6,
                        "amount_minor": line.amount_minor,
                        "starts": line.starts,
                        "ends": line.ends,
                        "method": line.method,
                        "trigger": "",
                        "segment_set_id": segments[line.segments],
                        "problem": line.problem,
                    }
                    for line in form.lines
                ]
            )
    if versions:
        statement = insert(order_version).returning(order_version.c.id, sort_by_parameter_order=True)
        keys = list(session.execute(statement, versions).scalars())
        rows = [row | {"version_id": key} for key, some in zip(keys, lines, strict=True) for row in some]
        insert_rows(session, order_line, rows)
    return counts


def stage_cancellations(
    session: Session, job_id: int, cancelled: dict[str, tuple[date, date]], reason: str
) -> int:
    """Stage a `cancel` of orders that the CRM lost: external id -> (last day served, effective day).

    Unknown orders and those cancelled already are passed over; returns how many are cancelled.
    """
    v, o = order_version.c, sales_order.c
    found = session.execute(select(o.external_id, o.id).where(o.external_id.in_(list(cancelled)))).all()
    ids = {external_id: order_id for external_id, order_id in found}
    _unstage(session, job_id, list(ids.values()))
    count = 0
    for external_id, order_id in ids.items():
        last = session.execute(
            select(order_version).where(v.order_id == order_id).order_by(v.number.desc()).limit(1)
        ).first()
        if last is None or last.cancelled_on is not None:
            continue
        last_day, effective = cancelled[external_id]
        row = {name: getattr(last, name) for name in (c.name for c in order_version.c) if name != "id"}
        row |= {
            "number": last.number + 1,
            "job_id": job_id,
            "published": False,
            "cancelled_on": last_day,
            "effective_on": effective,
            "sha256": hashlib.sha256(f"{last.sha256} {reason} {last_day}".encode()).hexdigest(),
        }
        key = session.execute(insert(order_version).values(**row).returning(v.id)).scalar_one()
        copied = [c for c in order_line.c if c.name not in ("id", "version_id")]
        rows = session.execute(select(*copied).where(order_line.c.version_id == last.id)).mappings()
        lines = [dict(row) | {"version_id": key} for row in rows]
        if lines:
            session.execute(insert(order_line), lines)
        count += 1
    return count


def publish_orders(session: Session, job_id: int) -> int:
    """Make a job's order versions visible, in the caller's transaction. Returns how many."""
    v = order_version.c
    statement = order_version.update().where(v.job_id == job_id, v.published.is_(False))
    published = session.execute(statement.values(published=True))
    price_contracts_of_orders(session, job_id)
    return int(published.rowcount)  # type: ignore[attr-defined]


def _differing(order: Sequence[StagedOrder], held: Sequence[str]) -> list[tuple[StagedOrder, str, bytes]]:
    """The forms to write: none if the latest version is the latest form; else those we never saw, and the latest."""
    hashed = [(form, *form.sha256()) for form in order]
    if held and held[-1] == hashed[-1][1]:
        return []
    return [one for at, one in enumerate(hashed) if one[1] not in held or at == len(hashed) - 1]


def _make_identities(session: Session, forms: Sequence[StagedOrder]) -> None:
    """Rows that only say which order, contract and obligation something is about; invisible without versions."""
    missing = {form.customer_external_id for form in forms}
    blank = {"name": "", "key": "", "key_version": 0, "active": False}
    insert_missing(session, crm_customer, [{"external_id": one, **blank} for one in sorted(missing)])
    customers = _customer_ids(session, forms)
    contracts = {
        form.contract_key: {
            "key": form.contract_key,
            "number": form.contract_number or form.number,
            "crm_customer_id": customers[form.customer_external_id],
        }
        for form in forms
    }
    insert_missing(session, contract, list(contracts.values()))
    found = session.execute(select(contract.c.key, contract.c.id).where(contract.c.key.in_(list(contracts))))
    contract_ids = {key: contract_id for key, contract_id in found}
    rows = {
        form.external_id: {
            "external_id": form.external_id,
            "number": form.number,
            "contract_id": contract_ids[form.contract_key],
        }
        for form in forms
    }
    insert_missing(session, sales_order, list(rows.values()))
    ids = _order_ids(session, list(rows))
    lines = {(ids[form.external_id], line.external_id) for form in forms for line in form.lines}
    insert_missing(
        session,
        obligation,
        [{"order_id": order_id, "line_external_id": line} for order_id, line in sorted(lines)],
    )


def _order_ids(session: Session, external_ids: Iterable[str]) -> dict[str, int]:
    o = sales_order.c
    rows = session.execute(select(o.external_id, o.id).where(o.external_id.in_(sorted(set(external_ids)))))
    return {external_id: order_id for external_id, order_id in rows}


def _customer_ids(session: Session, forms: Sequence[StagedOrder]) -> dict[str, int]:
    c = crm_customer.c
    wanted = sorted({form.customer_external_id for form in forms})
    rows = session.execute(select(c.external_id, c.id).where(c.external_id.in_(wanted)))
    return {external_id: key for external_id, key in rows}


def _obligation_ids(session: Session, order_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    o = obligation.c
    rows = session.execute(select(o.order_id, o.line_external_id, o.id).where(o.order_id.in_(order_ids)))
    return {(order_id, line): key for order_id, line, key in rows}


def _versions(session: Session, order_ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """(number, sha256) of each order's versions, oldest first."""
    v = order_version.c
    rows = session.execute(
        select(v.order_id, v.number, v.sha256).where(v.order_id.in_(order_ids)).order_by(v.order_id, v.number)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for order_id, number, sha in rows:
        found.setdefault(order_id, []).append((number, sha))
    return found


def _unstage(session: Session, job_id: int, order_ids: Sequence[int]) -> None:
    v = order_version.c
    mine = select(v.id).where(v.job_id == job_id, v.published.is_(False), v.order_id.in_(order_ids))
    staged = list(session.execute(mine).scalars())
    session.execute(delete(order_line).where(order_line.c.version_id.in_(staged)))
    session.execute(delete(order_version).where(v.id.in_(staged)))
