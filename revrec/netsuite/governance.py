"""What NetSuite itself says of the account's limits, where the role may see it (an administrator's usually may).

`GET /services/rest/system/v1/governanceLimits` (help: article_0625010817).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from revrec.netsuite.client import NetSuiteClient
from revrec.netsuite.errors import NetSuiteError, NotFound, PermissionMissing, RecordRefused

WHAT = "the account's governance limits"
CHECK_NAME = "limits"


@dataclass(frozen=True, slots=True)
class GovernanceLimits:
    """Requests at once: of the account, what of it no integration has reserved, and of this integration."""

    account: int
    unallocated: int | None
    integration: int | None
    integration_type: str

    @property
    def ours(self) -> int:
        """How many requests this integration may have in flight."""
        return self.account if self.integration is None else min(self.account, self.integration)


async def governance_limits(client: NetSuiteClient) -> GovernanceLimits | None:
    """The limits, or None where the role may not see them. Raises `NetSuiteError` for what else may go wrong."""
    try:
        data = await client.get_system("governanceLimits", what=WHAT)
    except (PermissionMissing, NotFound, RecordRefused):
        return None
    account = _whole(data, "accountConcurrencyLimit")
    if account is None:
        return None
    return GovernanceLimits(
        account,
        _whole(data, "accountUnallocatedConcurrencyLimit"),
        _whole(data, "integrationConcurrencyLimit"),
        str(data.get("integrationLimitType", "")),
    )


async def compare_limits(client: NetSuiteClient, concurrency: int) -> tuple[bool, str]:
    """Whether a connection's setting fits the account, and in words what was found."""
    try:
        limits = await governance_limits(client)
    except NetSuiteError as error:
        return False, f"The account's limits could not be read. {error}"
    if limits is None:
        return False, (
            f"The role may not see the account's limits, so nobody knows here whether {concurrency} requests at once "
            "fit it. NetSuite shows them under Setup > Integration > Integration Management > Integration Governance."
        )
    of_it = f" and this integration {limits.integration}" if limits.ours < limits.account else ""
    said = f"NetSuite allows the account {limits.account} requests at once{of_it}"
    if concurrency > limits.ours:
        return False, (
            f"{said}, the connection is set to {concurrency}: some requests will be refused and sent again. Lower it: "
            f"`revrec connections limits ACCOUNT --concurrency {limits.ours}`."
        )
    return True, f"{said}; the connection is set to {concurrency}."


def _whole(data: Mapping[str, Any], key: str) -> int | None:
    # Numbers are typed in this service's answers; text is read too, since nothing promises it.
    value = data.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else None
