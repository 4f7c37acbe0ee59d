"""Accounts, segment values, items and customers, as NetSuite has them now."""

from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session

from jobs.invoices.reference_fields import keep_journal_fields
from jobs.invoices.reference_tables import Reading, is_unread, keep
from jobs.resources import store
from revrec.matching.keys import KEY_RULE_VERSION, KeyRule
from revrec.netsuite import reference
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.problems import Notice
from revrec.netsuite.segments import (
    STANDARD_TABLES,
    SegmentValue,
    custom_segment_values,
    custom_segments,
    standard_values,
)
from revrec.operations.policies import policy_value
from revrec.problems import Finding
from revrec.store import core
from revrec.store.queries.closes import newest_closed_period
from revrec.store.reference.pairing import pair_items
from revrec.store.reference.upsert import deactivate_missing, upsert


async def read_accounts(columns: AccountColumns) -> Reading:
    """The chart of accounts, and which subsidiary may use which."""
    found, notices = await reference.accounts(columns)
    rows = [
        {
            "id": int(one.id),
            "number": one.number,
            "name": one.name,
            "type": one.type,
            "active": not one.inactive,
            "summary": one.summary,
        }
        for one in found
    ]
    pairs = [{"account_id": int(one.id), "subsidiary_id": int(s)} for one in found for s in one.subsidiaries]

    def write(session: Session) -> None:
        upsert(session, core.account, rows, ["id"])
        deactivate_missing(session, core.account, "id", [row["id"] for row in rows])
        session.execute(delete(core.account_subsidiary))
        upsert(session, core.account_subsidiary, pairs, ["account_id", "subsidiary_id"])

    await keep(write)
    return Reading(len(rows), notices)


async def read_segments(columns: AccountColumns) -> Reading:
    """Departments, classes, locations, and the values of the custom segments that are read."""
    with store().read() as session:
        wanted = set(policy_value(session, "custom_segments"))
    read: dict[str, list[SegmentValue]] = {}
    notices: list[Notice] = []
    for segment in STANDARD_TABLES:
        some, more = await standard_values(columns, segment)
        notices += more
        if not is_unread(more):
            read[segment] = some
    defined, more = await custom_segments(columns)
    notices += more
    listed = not is_unread(more)
    notices += await keep_journal_fields(columns, defined, listed=listed)
    for one in (one for one in defined if one.field in wanted):
        some, more = await custom_segment_values(columns, one)
        notices += more
        if not is_unread(more):
            read[one.field] = some
    rows = [
        {
            "segment": one.segment,
            "value_id": int(one.id),
            "name": one.name,
            "active": not one.inactive,
            "subsidiaries": None if one.subsidiaries is None else [int(each) for each in one.subsidiaries],
        }
        for some in read.values()
        for one in some
    ]
    names = {one.field for one in defined}

    def write(session: Session) -> None:
        upsert(session, core.segment_value, rows, ["segment", "value_id"])
        for segment, some in read.items():
            present = [int(one.id) for one in some]
            deactivate_missing(session, core.segment_value, "value_id", present, segment=segment)
        held = session.execute(select(core.segment_value.c.segment).distinct()).scalars().all()
        # A custom segment that is gone takes its values with it.
        for segment in (one for one in held if listed and one not in STANDARD_TABLES and one not in names):
            deactivate_missing(session, core.segment_value, "value_id", (), segment=segment)

    await keep(write)
    return Reading(len(rows), notices)


async def read_items(columns: AccountColumns) -> Reading:
    """Items, and the product that each is paired with."""
    found, notices = await reference.items(columns)
    rows: list[dict[str, Any]] = [
        {
            "id": int(one.id),
            "name": one.item_id,
            "display_name": one.name,
            "type": one.item_type,
            "income_account_id": int(one.income_account) if one.income_account else None,
            "deferral_account_id": int(one.deferral_account) if one.deferral_account else None,
            "active": not one.inactive,
        }
        for one in found
    ]
    could: list[Finding] = []

    def write(session: Session) -> None:
        known = set(session.execute(select(core.item.c.id)).scalars())
        upsert(session, core.item, [row for row in rows if row["id"] in known], ["id"])
        # A new item is not excluded before the run that brought it publishes.
        upsert(
            session, core.item, [row | {"excluded": False} for row in rows if row["id"] not in known], ["id"]
        )
        deactivate_missing(session, core.item, "id", [row["id"] for row in rows])
        # Once something is booked no run moves an item to another product.
        paired = pair_items(session, again=newest_closed_period(session) is None)
        could[:] = [
            Finding(
                "item_could_be_paired",
                "warning",
                f"item {one.item_name}",
                f"The item {one.item_name} is a product of its own, and the CRM's product {one.product_name} has the "
                f"same name. If they are one, `revrec products pair {one.item_id} {one.product_code}`.",
            )
            for one in paired.could
        ]

    await keep(write)
    return Reading(len(rows), notices, could)


async def read_customers(columns: AccountColumns) -> Reading:
    """NetSuite's customers, with the keys that names are compared by."""
    found, notices = await reference.customers(columns)
    with store().read() as session:
        rule = KeyRule(bool(policy_value(session, "strip_legal_forms")))
    rows = [
        {
            "id": int(one.id),
            "name": one.name,
            "key": rule.key(one.name),
            "key_version": KEY_RULE_VERSION,
            "crm_id": one.external_id or "",
            "subsidiary_id": int(one.subsidiaries[0]) if len(one.subsidiaries) == 1 else None,
            "active": not one.inactive,
        }
        for one in found
    ]

    def write(session: Session) -> None:
        known = set(session.execute(select(core.netsuite_customer.c.id)).scalars())
        upsert(session, core.netsuite_customer, [row for row in rows if row["id"] in known], ["id"])
        fresh = [row | {"match": ""} for row in rows if row["id"] not in known]
        upsert(session, core.netsuite_customer, fresh, ["id"])
        deactivate_missing(session, core.netsuite_customer, "id", [row["id"] for row in rows])

    await keep(write)
    return Reading(len(rows), notices)
