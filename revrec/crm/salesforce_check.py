"""Tests a Salesforce connection and says in words what is wrong with it, or how much it shows."""

from __future__ import annotations

from dataclasses import dataclass

from revrec.crm.errors import CrmError
from revrec.crm.mapping import CustomerFields, FieldMapping, LineFields, OrderFields, mapped_paths
from revrec.crm.salesforce import CallUsage, SalesforceClient
from revrec.crm.salesforce_pull import detect_currencies


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """`problems` are sentences; the connection is usable where there are none. Counts are of what this user sees."""

    problems: tuple[str, ...]
    notices: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    usage: CallUsage | None

    @property
    def usable(self) -> bool:
        return not self.problems


async def check_connection(client: SalesforceClient, mapping: FieldMapping) -> ConnectionReport:
    """Signs in, looks at every object and field that the mapping names, and counts. Never raises CrmError."""
    problems: list[str] = []
    notices: list[str] = []
    counts: list[tuple[str, int]] = []
    try:
        await client.limits()
        fitting = await detect_currencies(client, mapping)
    except CrmError as error:
        return ConnectionReport((str(error),), (), (), client.usage)
    if fitting.order.currency is None and mapping.order.currency is not None:
        notices.append(f"This org has one currency only; its amounts are taken as {mapping.org_currency}.")
    for entity, part in (
        ("Account", fitting.customer),
        (fitting.order.entity, fitting.order),
        (fitting.line.entity, fitting.line),
    ):
        try:
            problems += await _missing_fields(client, entity, part, fitting)
            counts.append((entity, await client.count(entity, f"the {entity} records")))
        except CrmError as error:
            problems.append(str(error))
    return ConnectionReport(tuple(problems), tuple(notices), tuple(counts), client.usage)


async def _missing_fields(
    client: SalesforceClient,
    entity: str,
    part: OrderFields | LineFields | CustomerFields,
    mapping: FieldMapping,
) -> list[str]:
    """Sentences for fields of the object that are not there; UnknownField for a lookup that cannot be followed."""
    known = {name.lower() for name in await client.describe(entity)}
    paths = [*mapped_paths(part)]
    if isinstance(part, LineFields):
        paths += [path for _, path in mapping.segments]
    missing = [
        f"Salesforce has no field {path} on {entity}, or hides it from the integration user. Correct the field mapping "
        "of the connection, or give the user permission for the field."
        for path in dict.fromkeys(paths)
        if "." not in path and path.lower() not in known
    ]
    if missing:
        return missing
    # What lies behind lookups (Contract.ContractNumber) only a query can tell.
    columns = {path.lower(): path for path in ("Id", *paths)}
    await client.rows(f"SELECT {', '.join(columns.values())} FROM {entity} LIMIT 1", f"the {entity} records")
    return []
