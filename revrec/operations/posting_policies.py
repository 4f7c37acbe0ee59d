"""Policies that shape what a close posts: taken on the last day of the period that is closed."""

from revrec.operations.policy_kinds import PolicyDefinition

BY_DEPARTMENT = "department"
"""The journal breakdown under which departments have accounts of their own."""

POSTING_POLICIES = (
    PolicyDefinition(
        "netting",
        "choice",
        "contract",
        "posting",
        "Contract liability against contract asset: within a contract, or within a customer.",
        choices=("contract", "customer"),
    ),
    PolicyDefinition(
        "fx_rate",
        "choice",
        "billing",
        "posting",
        "Base currency of revenue: the rates of the invoices it was billed by, first in first out, "
        "or one rate for the whole contract.",
        choices=("billing", "contract"),
    ),
    PolicyDefinition(
        "remeasure_assets",
        "flag",
        True,
        "posting",
        "Whether contract assets in foreign currencies are carried at the rate of the period's end.",
    ),
    PolicyDefinition(
        "unassigned_days",
        "number",
        30,
        "posting",
        "Days after which billing that no contract absorbs is an exception of the close.",
        maximum=3660,
    ),
    PolicyDefinition(
        "hold_limit",
        "amount",
        None,
        "posting",
        "Total held amount, in minor units of any one currency, above which a close is blocked; none: never.",
    ),
    PolicyDefinition(
        "undecided_limit",
        "amount",
        None,
        "posting",
        "Credit without a treatment, in minor units of any one currency, above which a close asks for a "
        "decision; none: never.",
    ),
    PolicyDefinition(
        "journal_max_lines",
        "number",
        1000,
        "posting",
        "Lines of one journal; a longer one is split into parts, each balanced.",
        minimum=2,
        maximum=10_000,
    ),
    PolicyDefinition(
        "journal_segments",
        "segments",
        ["location", "department", "class"],
        "posting",
        "Segments by which journal lines are kept apart and which they carry to NetSuite: `location`, "
        "`department`, `class`, `cseg_...`, `custcol_...`; `segments list` shows those that the account has.",
    ),
    PolicyDefinition(
        "journal_breakdown",
        "choice",
        "standard",
        "posting",
        "Standard: journal lines by account and `journal_segments`. By department: always kept apart by department "
        "too, and revenue accounts may be mapped by department.",
        choices=("standard", BY_DEPARTMENT),
    ),
    PolicyDefinition(
        "journal_by_customer",
        "flag",
        False,
        "posting",
        "Keep journal lines apart by customer, and name the customer on each.",
    ),
    PolicyDefinition(
        "balance_sheet_segments",
        "flag",
        False,
        "posting",
        "Whether lines on balance sheet accounts carry segments too.",
    ),
    PolicyDefinition(
        "journal_approval_status",
        "choice",
        "default",
        "posting",
        "How a journal stands in NetSuite when posted: as the account's preference says, approved, or "
        "pending approval.",
        choices=("default", "approved", "pending"),
    ),
)
