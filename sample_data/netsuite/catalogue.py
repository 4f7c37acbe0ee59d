"""All tables by name, and what this account and this role can see of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sample_data.netsuite.schema import Column, Table
from sample_data.netsuite.tables_lists import LIST_TABLES
from sample_data.netsuite.tables_transactions import TRANSACTION_TABLES

TABLES: dict[str, Table] = {each.name: each for each in (*TRANSACTION_TABLES, *LIST_TABLES)}

FEATURES = frozenset(
    {
        "oneworld",
        "multicurrency",
        "revrec",
        "multibook",
        "departments",
        "classes",
        "locations",
        "cseg_region",
        "custcol_dates",
        "custcol_channel",
    }
)
"""Every feature that hides or shows something. An account without one lacks its tables and columns altogether."""

TRANSACTION_PERMISSIONS = {"CustInvc": "Invoice", "CustCred": "Credit Memo"}
"""Types of transactions that a role sees only with a permission of their own: their rows are missing without it."""

PERMISSIONS = frozenset({each.permission for each in TABLES.values() if each.permission}) | {
    *TRANSACTION_PERMISSIONS.values(),
    "Log in using OAuth 2.0 Access Tokens",
    "Log in using Access Tokens",
    "SuiteAnalytics Workbook",
    "REST Web Services",
    "Make Journal Entry",
    "Journal Approval",
    "Override Period Restrictions",
}
"""Every permission that a role may lack."""


@dataclass(frozen=True)
class View:
    """The catalogue as one account with its features, and one role with its permissions, sees it."""

    features: Collection[str]
    denied: Collection[str]

    def knows(self, name: str) -> bool:
        """True where such a table exists in NetSuite at all, whoever asks."""
        return name in TABLES

    def table(self, name: str) -> Table | None:
        """The table, or None where the feature is off or the role may not see it."""
        found = TABLES.get(name)
        if found is None or (found.feature and found.feature not in self.features):
            return None
        return None if found.permission in self.denied else found

    def rows(self, of: Table) -> str:
        """The rows of the table, as a source for FROM: without those of transactions that the role may not see."""
        types = sorted(
            code for code, permission in TRANSACTION_PERMISSIONS.items() if permission in self.denied
        )
        if not types or of.name not in ("transaction", "transactionline", "transactionaccountingline"):
            return f"[{of.name}]"
        hidden = f"[type] IN ({', '.join(repr(code) for code in types)})"
        if of.name == "transaction":
            return f"(SELECT * FROM [transaction] WHERE NOT {hidden})"
        ids = f"SELECT [id] FROM [transaction] WHERE {hidden}"
        return f"(SELECT * FROM [{of.name}] WHERE [transaction] NOT IN ({ids}))"

    def columns(self, of: Table) -> list[Column]:
        """The columns that can be queried."""
        return [
            column
            for column in of.columns
            if not column.hidden and (column.feature is None or column.feature in self.features)
        ]
