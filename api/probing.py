"""Trying a connection: signing in, and saying in words what is wrong.

These are the only calls that a face makes to an outside system itself. They take the place that the account's
queue leaves free for them (its cap is the account's limit less one).
"""

import asyncio
from dataclasses import dataclass

from revrec.netsuite.address import AddressRefused
from revrec.netsuite.client import NetSuiteClient
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.credentials import Credentials
from revrec.netsuite.journal_readback import journals_with_prefix
from revrec.netsuite.permissions import Check, State, test_connection
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
            findings = [Finding("connection", "blocking", check.name, check.message) for check in failed]
            raise Conflict(
                f"{system} is not connected: {failed[0].message}", where=failed[0].name, findings=findings
            )


def probe_netsuite(credentials: Credentials, base_url: str, *, prefix: str = "") -> Probe:
    """Sign in to NetSuite, try every right the flows need, and list the journals under a prefix if one is given."""
    return asyncio.run(_probe_netsuite(credentials, base_url, prefix))


async def _probe_netsuite(credentials: Credentials, base_url: str, prefix: str) -> Probe:
    try:
        client = NetSuiteClient(credentials, base_url=base_url or None, max_attempts=3)
    except (AddressRefused, ValueError) as error:
        return Probe((Check("address", State.FAILED, str(error)),))
    async with client:
        checks = await test_connection(client)
        journals: list[str] = []
        if prefix and checks[0].ok:
            found = await journals_with_prefix(AccountColumns(client), f"{prefix}-")
            journals = [journal.external_id for journal in found]
    return Probe(tuple(checks), tuple(journals))
