"""Which types of NetSuite account a ledger role takes: the one place that says so.

Types are NetSuite's `accttype`. A receivable, a payable and a bank account are never among them: NetSuite asks for an
entity on lines of the first two, and balances of the third are statements of a bank.
"""

from types import MappingProxyType

_CURRENT = ("OthCurrAsset", "OthCurrLiab")

ROLE_TYPES = MappingProxyType(
    {
        "revenue": ("Income", "OthIncome"),
        "contract_liability": ("DeferRevenue", "OthCurrLiab", "LongTermLiab"),
        "contract_asset": ("OthCurrAsset", "OthAsset", "UnbilledRec"),
        "unbilled_receivable": ("UnbilledRec", "OthCurrAsset", "OthAsset"),
        # Differences of exchange rates are gains and losses.
        "fx_adjustment": ("OthIncome", "OthExpense", "Income", "Expense"),
        # On the balance sheet, since it nets to zero: of income it would show where it does not.
        "clearing": (*_CURRENT, "OthAsset", "LongTermLiab", "DeferRevenue"),
    }
)
"""Role -> the types that it takes."""

MAPPED_ROLES = tuple(ROLE_TYPES)
"""Roles that have an account by mapping. The billing offset is what NetSuite posted, never a mapping."""

BY_PRODUCT = ("revenue", "contract_liability", "clearing")
"""Roles that a rule may narrow by product or category."""

BY_DEPARTMENT_ROLES = ("revenue",)
"""Roles that a rule may narrow by department. Not the contract liability: what bills it carries the department of
NetSuite's line, what releases it that of the order's, and an account credited under one would be debited under another.
"""


def fits(role: str, account_type: str) -> bool:
    """Whether an account of a type can serve a role."""
    return account_type in ROLE_TYPES[role]


def wrong_type(role: str, account_type: str) -> str:
    """The sentence about an account that does not fit."""
    return (
        f"It is of type {account_type}; {role} takes {_either(ROLE_TYPES[role])}. An account of another type has to be "
        "confirmed, with a reason."
    )


def _either(types: tuple[str, ...]) -> str:
    return f"{', '.join(types[:-1])} or {types[-1]}"
