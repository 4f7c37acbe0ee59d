"""Trying a connection: signing in, and saying in words what is wrong.

These are the only calls that a face makes to an outside system itself. They take the place that the account's
queue leaves free for them (its cap is the account's limit less one).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from revrec.crm.mapping import FieldMapping, read_mapping
from revrec.crm.salesforce import SalesforceClient
from revrec.crm.salesforce_check import check_connection as check_salesforce
from revrec.crm.salesforce_connection import SalesforceConnection
from revrec.netsuite.address import AddressRefused
from revrec.netsuite.client import NetSuiteClient
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.credentials import Credentials
from revrec.netsuite.fields import FieldSettings
from revrec.netsuite.governance import CHECK_NAME, compare_limits
from revrec.netsuite.journal_readback import journals_with_prefix
from revrec.netsuite.neighbours import Neighbours
from revrec.netsuite.permissions import Check, State, check_connection
from revrec.problems import Conflict, Finding


@dataclass(frozen=True, slots=True)
class Probe:
    """What trying a connection found. `journals` are external ids under the prefix that was asked for."""

    checks: tuple[Check, ...]
    journals: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def refuse_if_signed_out(self, system: str) -> None:
        """Raise `Conflict`, in the words of the check, where signing in itself failed."""
        failed = [check for check in self.checks if check.state is State.FAILED]
        if failed:
            more = failed[1:]  # the first is the message itself
            findings = [Finding("connection", "blocking", check.name, check.message) for check in more]
            raise Conflict(
                f"{system} is not connected: {failed[0].message}", where=failed[0].name, findings=findings
            )


def probe_netsuite(
    credentials: Credentials,
    base_url: str,
    *,
    flows: Sequence[str],
    policy: Mapping[str, Any],
    prefix: str = "",
    concurrency: int | None = None,
    neighbours: Neighbours | None = None,
) -> Probe:
    """Sign in to NetSuite, try every permission that the flows need under the policies, and list the journals under a
    prefix if one is given. `concurrency` is the setting to compare with what NetSuite says of the account;
    `neighbours` are who else calls it."""
    return asyncio.run(
        _probe_netsuite(credentials, base_url, tuple(flows), policy, prefix, concurrency, neighbours)
    )


async def _probe_netsuite(
    credentials: Credentials,
    base_url: str,
    flows: tuple[str, ...],
    policy: Mapping[str, Any],
    prefix: str,
    concurrency: int | None,
    neighbours: Neighbours | None,
) -> Probe:
    try:
        client = NetSuiteClient(credentials, base_url=base_url or None, max_attempts=3, neighbours=neighbours)
    except (AddressRefused, ValueError) as error:
        return Probe((Check("address", State.FAILED, str(error)),))
    async with client:
        checks = list(await check_connection(client, netsuite_fields(policy), flows=flows, policy=policy))
        if concurrency is not None and checks[0].ok:
            fits, words = await compare_limits(client, concurrency)
            state = State.GRANTED if fits else State.MISSING
            checks.append(Check(CHECK_NAME, state, words, needed=False))
        journals: list[str] = []
        if prefix and checks[0].ok:
            found = await journals_with_prefix(AccountColumns(client), f"{prefix}-")
            journals = [journal.external_id for journal in found]
    return Probe(tuple(checks), tuple(journals))


def probe_salesforce(connection: SalesforceConnection, mapping: FieldMapping) -> Probe:
    """Sign in to Salesforce, look at every object and field that the mapping names, and count."""
    return asyncio.run(_probe_salesforce(connection, mapping))


async def _probe_salesforce(connection: SalesforceConnection, mapping: FieldMapping) -> Probe:
    async with SalesforceClient(connection, attempts=2) as client:
        report = await check_salesforce(client, mapping)
    checks = [Check("salesforce", State.FAILED, problem) for problem in report.problems]
    if not checks:
        seen = ", ".join(f"{count} {entity}" for entity, count in report.counts)
        checks = [Check("salesforce", State.GRANTED, f"{connection.base_url} accepts the key: {seen}.")]
    checks += [Check("notice", State.FEATURE_OFF, notice, needed=False) for notice in report.notices]
    return Probe(tuple(checks))


def netsuite_fields(policy: Mapping[str, Any]) -> FieldSettings:
    """The columns of the account that the policies name."""
    standard = FieldSettings()
    return FieldSettings(
        start_field=policy["service_start_field"] or standard.start_field,
        end_field=policy["service_end_field"] or standard.end_field,
        order_reference_field=policy["order_reference_field"] or standard.order_reference_field,
        custom_segments=tuple(policy["custom_segments"]),
    )


def field_mapping(policy: Mapping[str, Any]) -> FieldMapping:
    """The CRM field mapping that the policies describe."""
    return read_mapping({**policy["order_fields"], "source": policy["salesforce_source"]})
