"""What a NetSuite role must be permitted for each flow: the one list that set-up, tests of a connection and the
documentation read. Names, tabs and levels are those of Setup > Users/Roles > Manage Roles > Permissions.

A permission that belongs to a feature is wanted only where the account has the feature. Whether it has, a column of
the transactions shows (`witness`): the column is there with the feature, whatever the role may see of its table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FLOWS = ("invoices", "journals")

ROLES_SCREEN = "Setup > Users/Roles > Manage Roles > (the role) > Permissions"
FEATURES_SCREEN = "Setup > Company > Enable Features"


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature of the account: its name, the subtab of Enable Features, and a column that exists only with it."""

    name: str
    subtab: str
    witness: tuple[str, str] | None = None

    @property
    def screen(self) -> str:
        """Where it is switched on; OneWorld is bought, not switched on."""
        return f"{FEATURES_SCREEN} > {self.subtab}" if self.subtab else "part of the account's edition"


ONE_WORLD = Feature("OneWorld", "", ("transaction", "subsidiary"))
CURRENCIES = Feature("Multiple Currencies", "Company", ("transaction", "currency"))
DEPARTMENTS = Feature("Departments", "Company", ("transactionline", "department"))
CLASSES = Feature("Classes", "Company", ("transactionline", "class"))
LOCATIONS = Feature("Locations", "Company", ("transactionline", "location"))
SEGMENTS = Feature("Custom Segments", "SuiteCloud")
MULTI_BOOK = Feature("Multi-Book Accounting", "Accounting")

REQUIRED_FEATURES = (
    Feature("REST Web Services", "SuiteCloud"),
    Feature("SuiteAnalytics Workbook", "Analytics"),
)
SIGN_IN_FEATURES = {
    "m2m": Feature("OAuth 2.0", "SuiteCloud"),
    "tba": Feature("Token-based Authentication", "SuiteCloud"),
}


@dataclass(frozen=True, slots=True)
class RolePermission:
    """One permission of a role.

    `tables` are (table, column) that can be queried with it; `records` are record types that can be listed with it.
    `auth` limits it to one way to sign in. `optional`: the flow does without it, worse. `when`: wanted only where a
    policy has a value. A permission with neither tables nor records shows by signing in, or only in use (`unseen`).
    """

    name: str
    tab: str
    level: str
    purpose: str
    flows: tuple[str, ...] = FLOWS
    tables: tuple[tuple[str, str], ...] = ()
    records: tuple[str, ...] = ()
    feature: Feature | None = None
    auth: str = ""
    optional: bool = False
    when: tuple[str, str] | None = None
    unseen: bool = False

    @property
    def text(self) -> str:
        """As people look for it: `Customers (Lists, View)`."""
        return f"{self.name} ({self.tab}, {self.level})"

    @property
    def screen(self) -> str:
        """Where it is granted."""
        return f"{ROLES_SCREEN} > {self.tab}"


_INVOICES, _JOURNALS = ("invoices",), ("journals",)

ROLE_PERMISSIONS = (
    RolePermission("REST Web Services", "Setup", "Full", "calling NetSuite's REST services"),
    RolePermission(
        "Log in using OAuth 2.0 Access Tokens", "Setup", "Full", "signing in by certificate", auth="m2m"
    ),
    RolePermission("Log in using Access Tokens", "Setup", "Full", "signing in by token", auth="tba"),
    RolePermission("SuiteAnalytics Workbook", "Reports", "Edit", "queries (SuiteQL)"),
    RolePermission(
        "Find Transaction",
        "Transactions",
        "View",
        "documents with their lines and accounts; reading journals and balances back",
        tables=(
            ("transaction", "id"),
            ("transactionline", "id"),
            ("transactionaccountingline", "transaction"),
        ),
    ),
    RolePermission("Invoice", "Transactions", "View", "invoices", _INVOICES, records=("invoice",)),
    RolePermission("Credit Memo", "Transactions", "View", "credit memos", _INVOICES, records=("creditMemo",)),
    RolePermission(
        "Make Journal Entry",
        "Transactions",
        "Create",
        "posting journals and reading them back",
        _JOURNALS,
        records=("journalEntry",),
    ),
    RolePermission(
        "Journal Approval",
        "Transactions",
        "Full",
        "posting journals as approved",
        _JOURNALS,
        when=("journal_approval_status", "approved"),
        unseen=True,
    ),
    RolePermission(
        "Override Period Restrictions",
        "Setup",
        "Full",
        "posting into periods that are locked in NetSuite; without it they must be unlocked first",
        _JOURNALS,
        optional=True,
        unseen=True,
    ),
    RolePermission(
        "Customers", "Lists", "View", "customers, who are matched by name", _INVOICES, (("customer", "id"),)
    ),
    RolePermission("Items", "Lists", "View", "what was sold", _INVOICES, (("item", "id"),)),
    RolePermission(
        "Accounts", "Lists", "View", "the chart of accounts and its mapping", tables=(("account", "id"),)
    ),
    RolePermission(
        "Manage Accounting Periods",
        "Setup",
        "View",
        "posting periods and their locks",
        tables=(("accountingperiod", "id"),),
    ),
    RolePermission(
        "Subsidiaries",
        "Lists",
        "View",
        "subsidiaries and their base currencies",
        tables=(("subsidiary", "id"),),
        feature=ONE_WORLD,
    ),
    RolePermission(
        "Currency",
        "Lists",
        "View",
        "currencies, their decimals and rates",
        tables=(("currency", "id"), ("currencyrate", "transactioncurrency")),
        feature=CURRENCIES,
    ),
    RolePermission(
        "Departments",
        "Lists",
        "View",
        "departments on lines",
        tables=(("department", "id"),),
        feature=DEPARTMENTS,
    ),
    RolePermission(
        "Classes",
        "Lists",
        "View",
        "classes on lines",
        tables=(("classification", "id"),),
        feature=CLASSES,
    ),
    RolePermission(
        "Locations",
        "Lists",
        "View",
        "locations on lines",
        tables=(("location", "id"),),
        feature=LOCATIONS,
    ),
    RolePermission(
        "Custom Segments",
        "Setup",
        "View",
        "custom segments and their values",
        tables=(("customsegment", "name"),),
        feature=SEGMENTS,
        optional=True,
    ),
    RolePermission(
        "Accounting Book",
        "Setup",
        "View",
        "which book is the primary one",
        tables=(("accountingbook", "id"),),
        feature=MULTI_BOOK,
        optional=True,
    ),
    RolePermission(
        "Deleted Records",
        "Setup",
        "View",
        "deleted documents at the next run; without it only a full run finds them",
        _INVOICES,
        tables=(("deletedrecord", "recordid"),),
        optional=True,
    ),
)


def permissions_for(flows: Sequence[str], auth: str) -> tuple[RolePermission, ...]:
    """What a role needs that signs in by `auth` (`m2m` or `tba`) for these flows, in the order of the list."""
    return tuple(
        one for one in ROLE_PERMISSIONS if set(one.flows) & set(flows) and (not one.auth or one.auth == auth)
    )
