"""The company's choices on a day, as the core takes them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from revrec.accounting.calendar import to_day
from revrec.accounting.columns import NO_DAY, NONE
from revrec.accounting.policy import Accounts, MappingRule, Policy
from revrec.accounting.terms import Method, Role
from revrec.operations.policies import policy_on
from revrec.store.queries.policies import mapping_in_force


def policy_of(session: Session, day: date, categories: Mapping[int, str]) -> tuple[Policy, dict[str, Any]]:
    """The policy in force on `day`, and its settings as they are kept with the close.

    `categories`: what the book's category codes mean.
    """
    values = policy_on(session, day)
    policy = Policy(
        allocation=values["allocation"],
        rounding=values["rounding"],
        netting=values["netting"],
        method=Method[values["method"].upper()],
        contract_source=values["contract_source"],
        missing_ssp=values["missing_ssp"],
        fx_rate=values["fx_rate"],
        unassigned_days=values["unassigned_days"],
        hold_limit=values["hold_limit"],
        undecided_limit=values["undecided_limit"],
        accounts=_accounts(session, day, {text: code for code, text in categories.items()}),
        journal_segments=tuple(values["journal_segments"]),
        journal_customer=values["journal_by_customer"],
        balance_sheet_segments=values["balance_sheet_segments"],
        journal_max_lines=values["journal_max_lines"],
    )
    return policy, values


def _accounts(session: Session, day: date, category_codes: Mapping[str, int]) -> Accounts:
    rules: list[MappingRule] = []
    defaults: dict[Role, int] = {}
    for row in mapping_in_force(session, day):
        role = Role[row.role.upper()]
        if row.account_id is None:
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
                    valid_from=NO_DAY if row.valid_from is None else to_day(row.valid_from),
                )
            )
    return Accounts(tuple(rules), defaults)
