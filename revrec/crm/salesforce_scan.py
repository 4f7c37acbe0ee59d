"""Reads all records of a query from Salesforce, and goes on where Salesforce loses its place."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Sequence

from revrec.crm.errors import CrmAnswerUnreadable, CursorLost
from revrec.crm.salesforce import Record, SalesforceClient
from revrec.crm.salesforce_records import pick

_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
_FRUITLESS_RESTARTS = 3


async def scan(
    client: SalesforceClient,
    columns: Sequence[str],
    entity: str,
    where: str,
    what: str,
    *,
    with_deleted: bool = False,
) -> AsyncIterator[Record]:
    """All records that fulfil `where` ("" for every one), by rising id; `with_deleted` gives deleted ones too.

    Where Salesforce loses its place, reading goes on after the last record seen; CursorLost is raised only where that
    brings nothing either.
    """
    last, fruitless = "", 0
    # Salesforce refuses a field that is named twice, in whatever case.
    named = {column.lower(): column for column in columns}
    select = f"SELECT {', '.join(named.values())} FROM {entity}"
    while True:
        conditions = [part for part in (where, f"Id > '{last}'" if last else "") if part]
        soql = select + (f" WHERE {' AND '.join(conditions)}" if conditions else "") + " ORDER BY Id"
        try:
            async for page in client.pages(soql, what, with_deleted=with_deleted):
                for record in page.records:
                    yield record
                    last, fruitless = check_id(str(pick(record, "Id"))), 0
            return
        except CursorLost:
            fruitless += 1
            if fruitless > _FRUITLESS_RESTARTS:
                raise


def quote_ids(ids: Iterable[str]) -> str:
    """A list of ids for IN (...); raises CrmAnswerUnreadable for what is no id."""
    return ", ".join(f"'{check_id(one)}'" for one in ids)


def check_id(one: str) -> str:
    """The id, known to be harmless inside a query."""
    if not _ID.fullmatch(one):
        raise CrmAnswerUnreadable(f"{one!r} is not a Salesforce record id.")
    return one
