"""The company's choices on a day, as the core takes them."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import Any

from sqlmodel import Session

from revrec.accounting.calendar import to_day
from revrec.accounting.columns import NO_DAY, NONE
from revrec.accounting.policy import Accounts, MappingRule, Policy
from revrec.accounting.terms import (
    AllocationRule,
    Method,
    MissingSsp,
    Role,
    Rounding,
    SspOutside,
    Treatment,
)
from revrec.operations.policies import policy_on, policy_steps
from revrec.operations.policy_values import share_of
from revrec.operations.posting_policies import BY_DEPARTMENT
from revrec.store.books import Choices, Timeline
from revrec.store.queries.policies import mapping_in_force


def policy_of(session: Session, day: date, categories: Mapping[int, str]) -> tuple[Policy, dict[str, Any]]:
    """The policy in force on `day`, and its settings as they are kept with the close.

    `categories`: what the book's category codes mean.
    """
    values = policy_on(session, day)
    by_department = values["journal_breakdown"] == BY_DEPARTMENT
    policy = Policy(
        allocation=values["allocation"],
        rounding=values["rounding"],
        netting=values["netting"],
        method=Method[values["method"].upper()],
        contract_source=values["contract_source"],
        missing_ssp=values["missing_ssp"],
        ssp_outside=values["ssp_outside"],
        ssp_tolerance_e10=share_of(values["ssp_tolerance"]),
        fx_rate=values["fx_rate"],
        remeasure_assets=values["remeasure_assets"],
        unassigned_days=values["unassigned_days"],
        hold_limit=values["hold_limit"],
        undecided_limit=values["undecided_limit"],
        accounts=_accounts(session, day, {text: code for code, text in categories.items()}, by_department),
        journal_segments=_kept_apart(values["journal_segments"], by_department),
        journal_customer=values["journal_by_customer"],
        balance_sheet_segments=values["balance_sheet_segments"],
        journal_max_lines=values["journal_max_lines"],
    )
    return policy, values


def choices_of(session: Session) -> Choices:
    """The policies that shape contracts, as they changed over time."""
    return Choices(
        method=_steps(session, "method", Method),
        allocation=_steps(session, "allocation", AllocationRule),
        rounding=_steps(session, "rounding", Rounding),
        missing_ssp=_steps(session, "missing_ssp", MissingSsp),
        ssp_outside=_steps(session, "ssp_outside", SspOutside),
        ramp=Timeline.of([(day, int(value)) for day, value in policy_steps(session, "ramp")]),
        treatment=_steps(session, "modification_treatment", Treatment),
        ssp_tolerance_e10=Timeline.of(
            [(day, share_of(value)) for day, value in policy_steps(session, "ssp_tolerance")]
        ),
        sources=policy_steps(session, "contract_source"),
    )


def _steps(session: Session, key: str, codes: type[IntEnum]) -> Timeline:
    return Timeline.of([(day, int(codes[value.upper()])) for day, value in policy_steps(session, key)])


def _kept_apart(segments: Sequence[str], by_department: bool) -> tuple[str, ...]:
    """The segments by which journal lines are kept apart; under a breakdown by department that one always."""
    more = ("department",) if by_department and "department" not in segments else ()
    return (*segments, *more)


def _accounts(
    session: Session, day: date, category_codes: Mapping[str, int], by_department: bool
) -> Accounts:
    rules: list[MappingRule] = []
    defaults: dict[Role, int] = {}
    for row in mapping_in_force(session, day):
        role = Role[row.role.upper()]
        if row.account_id is None or (row.department_id is not None and not by_department):
            continue
        if row.is_default:
            defaults[role] = row.account_id
        elif row.category is None or row.category in category_codes:
            rules.append(
                MappingRule(
                    role=role,
                    account=row.account_id,
                    product=NONE if row.product_id is None else row.product_id,
                    category=NONE if row.category is None else category_codes[row.category],
                    subsidiary=NONE if row.subsidiary_id is None else row.subsidiary_id,
                    department=NONE if row.department_id is None else row.department_id,
                    valid_from=NO_DAY if row.valid_from is None else to_day(row.valid_from),
                )
            )
    return Accounts(tuple(rules), defaults)
