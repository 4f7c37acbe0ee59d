"""Accounting policies: THE list of what a company chooses, with type, default and meaning.

A policy is a row with the day it is valid from; nothing is overwritten. `policy_on` reads what was in force
on a day. What shapes a contract counts as of the contract's inception (a modification: its effective date),
what shapes postings as of the last day of the period being closed, what shapes a pull from its next run.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from revrec.operations.contract_policies import CONTRACT_POLICIES
from revrec.operations.policy_kinds import PolicyDefinition
from revrec.problems import NotFound
from revrec.store.queries.policies import history_of, values_on

BY_DEPARTMENT = "department"
"""The journal breakdown under which departments have accounts of their own."""

POLICIES = (
    *CONTRACT_POLICIES,
    # What a close posts.
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
    # What is pulled, and how it is read.
    PolicyDefinition(
        "account_time_zone",
        "zone",
        "UTC",
        "pull",
        "Time zone of the NetSuite account, for its dates and stamps.",
    ),
    PolicyDefinition(
        "company_time_zone",
        "zone",
        "UTC",
        "pull",
        "Time zone in which a change made in the CRM falls on a day.",
    ),
    PolicyDefinition(
        "exclude_products",
        "exclusion",
        {"product": {"name": "Name", "values": []}},
        "pull",
        'Items whose lines are left out: `{"product": {"name": "Name", "values": ["A", "B"]}}`.',
    ),
    PolicyDefinition(
        "order_reference_field",
        "text",
        "",
        "pull",
        "NetSuite field that holds the sales order's number, such as `otherrefnum` or `custbody_...`; empty: "
        "billing goes to the customer's open contracts.",
        maximum=60,
    ),
    PolicyDefinition(
        "credit_reason_field",
        "text",
        "",
        "pull",
        "NetSuite field that says why a credit memo was given, such as `custbody_...` or `custcol_...`; credit rules "
        "match it. Empty: it is not read.",
        maximum=60,
    ),
    PolicyDefinition(
        "service_start_field",
        "text",
        "revrecstartdate",
        "pull",
        "NetSuite line field of the first day of service.",
        maximum=60,
    ),
    PolicyDefinition(
        "service_end_field",
        "text",
        "revrecenddate",
        "pull",
        "NetSuite line field of the last day of service, inclusive.",
        maximum=60,
    ),
    PolicyDefinition(
        "service_end_exclusive",
        "flag",
        False,
        "pull",
        "Whether that field holds the day after the last day of service.",
    ),
    PolicyDefinition(
        "custom_segments",
        "list",
        [],
        "pull",
        "Custom segments, and custom columns used like them, read from NetSuite's lines by their field: `cseg_...`, "
        "`custcol_...`.",
    ),
    PolicyDefinition(
        "use_customer_name_mapping",
        "flag",
        True,
        "pull",
        "Match customers by name; off: by the CRM customer's id, held as the NetSuite customer's external id.",
    ),
    PolicyDefinition(
        "strip_legal_forms",
        "flag",
        False,
        "pull",
        "Compare customer names without Inc, LLC, GmbH, Ltd and the like.",
    ),
    PolicyDefinition(
        "salesforce_source",
        "choice",
        "order",
        "pull",
        "What a sales order is in Salesforce: activated orders, or won opportunities.",
        choices=("order", "opportunity"),
    ),
    PolicyDefinition(
        "order_fields",
        "fields",
        {},
        "pull",
        "Salesforce fields in place of the standard ones: "
        '`{"line": {"method": "Recognition_Method__c"}, "segments": {"department": "Department__c"}}`.',
    ),
    PolicyDefinition(
        "calendar",
        "choice",
        "months",
        "pull",
        "Accounting periods: calendar months, or weeks in quarters of 4-4-5, 4-5-4 or 5-4-4. Chosen before the first "
        "period is set.",
        choices=("months", "445", "454", "544"),
    ),
    PolicyDefinition(
        "fiscal_year_first_day",
        "text",
        "",
        "pull",
        "For weeks: the first day of any fiscal year, such as 2026-02-01; it tells the weekday and the month.",
        maximum=10,
    ),
    PolicyDefinition(
        "week_53_rule",
        "choice",
        "nearest",
        "pull",
        "For weeks: a year begins on its weekday nearest to the first of the month, or on or before it (`last`: years "
        "end with the last such week of the month before). A 53rd week belongs to the last period.",
        choices=("nearest", "last"),
    ),
    PolicyDefinition(
        "fiscal_year_named_by",
        "choice",
        "start",
        "pull",
        "For weeks: the calendar year whose number a fiscal year bears, that of its start or its end.",
        choices=("start", "end"),
    ),
    PolicyDefinition(
        "fiscal_year_start",
        "number",
        1,
        "pull",
        "For months: the month with which fiscal years begin; reports name years and quarters by it.",
        minimum=1,
        maximum=12,
    ),
    PolicyDefinition(
        "home_currency",
        "text",
        "USD",
        "pull",
        "Currency of a NetSuite account without Multiple Currencies, by its ISO code.",
        maximum=3,
    ),
    PolicyDefinition(
        "vanish_limit_percent",
        "number",
        10,
        "pull",
        "Share of the documents here, in percent, that a full run may find gone before it asks (and never fewer than "
        "21); a role that lost a permission looks like that. 100: it never asks.",
        maximum=100,
    ),
    PolicyDefinition(
        "import_from",
        "text",
        "",
        "pull",
        "Day from which on documents count, such as 2025-01-01: those dated before are neither pulled nor in control "
        "totals. Empty: all count. An earlier day has everything read again; a later one lets documents leave.",
        maximum=10,
    ),
    PolicyDefinition(
        "ignore_customers",
        "names",
        [],
        "pull",
        "NetSuite customers, by name or internal id, whose documents are counted as excluded and never loaded, such as "
        "partners. Taken off the list, their documents load with the next run.",
        maximum=200,
    ),
    PolicyDefinition(
        "sweep_days",
        "number",
        7,
        "pull",
        "Days after which a scheduled run compares all of NetSuite's documents with what is here, without their lines, "
        "and reads again what differs; 0: only `sync invoices --sweep` does.",
        maximum=366,
    ),
    PolicyDefinition(
        "sync_schedule",
        "schedule",
        "off",
        "pull",
        "When invoices and credit memos are pulled by themselves, after a first run by hand: `off`, "
        "`every 60 minutes`, `daily 05:30` or `weekdays 05:30, 17:30`, in the company's time zone.",
    ),
    PolicyDefinition(
        "sync_schedule_orders",
        "schedule",
        "off",
        "pull",
        "When sales orders are pulled by themselves, written likewise; where both are due, orders go first.",
    ),
    PolicyDefinition(
        "first_period",
        "period",
        None,
        "pull",
        "The first accounting period kept here; set by `period set`. Before it is set, runs are conversions.",
    ),
    PolicyDefinition(
        "opening_accepted",
        "text",
        "",
        "pull",
        "What was signed off as the opening balances; set by `opening accept`.",
        maximum=64,
    ),
    PolicyDefinition(
        "posting_batch_minutes",
        "number",
        10,
        "pull",
        "How long an approved journal waits at most before a batch sends it; 0: only when somebody says so.",
        maximum=1440,
    ),
    PolicyDefinition(
        "cross_check_hours",
        "number",
        24,
        "pull",
        "How often the journals that were posted are compared with what NetSuite holds; 0: only when somebody says so.",
        maximum=8760,
    ),
    PolicyDefinition(
        "journal_prefix",
        "text",
        "REVREC",
        "pull",
        "First part of every journal's external id; unique among all that post to the NetSuite account.",
        maximum=20,
    ),
    # Who may do what.
    PolicyDefinition(
        "two_people",
        "flag",
        True,
        "people",
        "Whoever prepared a journal or closed a period cannot approve or reopen it.",
    ),
)

BY_KEY = {definition.key: definition for definition in POLICIES}


def definition_of(key: str) -> PolicyDefinition:
    """The policy of this key. Raises `NotFound` with the known ones."""
    if key not in BY_KEY:
        raise NotFound(f"There is no policy '{key}'. Policies: {', '.join(sorted(BY_KEY))}.", where="key")
    return BY_KEY[key]


def policy_on(session: Session, day: date) -> dict[str, Any]:
    """Every policy's value in force on a day, defaults included."""
    ruling = values_on(session, day)
    return {
        definition.key: ruling[definition.key].value if definition.key in ruling else definition.default
        for definition in POLICIES
    }


def policy_value(session: Session, key: str, day: date = date.max) -> Any:
    """One policy's value on a day; without a day, the newest (for policies that have no date)."""
    definition = definition_of(key)
    row = values_on(session, day).get(key)
    return definition.default if row is None else row.value


def policy_values_of(session: Session, keys: Iterable[str]) -> dict[str, Any]:
    """The newest values of several policies that have no date."""
    ruling = values_on(session, date.max)
    return {key: ruling[key].value if key in ruling else definition_of(key).default for key in keys}


def policy_steps(session: Session, key: str) -> list[tuple[date, Any]]:
    """Every value that a policy ever has, with the day from which it holds; oldest first, from the first day on."""
    steps = {date.min: definition_of(key).default}
    # Of one day the last one set rules; what was set for an earlier day never overrides a later one.
    for row in sorted(history_of(session, key), key=lambda row: (row.valid_from or date.min, row.id)):
        steps[row.valid_from or date.min] = row.value
    return sorted(steps.items())


def value_on(steps: Sequence[tuple[date, Any]], day: date) -> Any:
    """What holds on a day, of the steps that a policy takes."""
    return steps[bisect_right([since for since, _ in steps], day) - 1][1]
