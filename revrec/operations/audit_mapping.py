"""The account mapping held against the chart of accounts: what a rule names has to be there, in use, of the right type,
and open to the subsidiaries that it serves. After every reading of reference data, and before every close."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlmodel import Session, col, select

from revrec.operations.account_types import fits, wrong_type
from revrec.operations.map_account import account_name
from revrec.operations.mapping_target import target_of
from revrec.operations.policies import policy_value
from revrec.operations.posting_policies import BY_DEPARTMENT
from revrec.problems import Finding
from revrec.store.queries.accounts import accounts_by_id, subsidiaries_by_account
from revrec.store.queries.policies import mapping_in_force, mapping_rows
from revrec.store.tables import AccountMapping, Product, SegmentValue, Subsidiary


def audit_mapping(session: Session, day: date, *, later: bool = False) -> list[Finding]:
    """Every problem of the rules in force on a day; `later`: of those too that begin after it. One finding a problem,
    `where` names the rule."""
    rows = _from(session, day) if later else mapping_in_force(session, day)
    accounts = accounts_by_id(session, {row.account_id for row in rows if row.account_id is not None})
    serves = subsidiaries_by_account(session, accounts)
    homes = {row.id: row for row in session.exec(select(Subsidiary))}
    found: list[Finding] = []
    for row in rows:
        where = target_of(row).describe()
        account = accounts.get(row.account_id or 0)
        if account is None:
            found.append(
                _problem("account_gone", where, f"NetSuite has no account {row.account_id} any more.")
            )
            continue
        name = account_name(account)
        if not account.active:
            found.append(
                _problem(
                    "account_inactive", where, f"The account {name} is inactive in NetSuite, or deleted."
                )
            )
        if account.summary:
            found.append(
                _problem(
                    "account_summary",
                    where,
                    f"The account {name} is a summary account and takes no postings.",
                )
            )
        if not fits(row.role, account.type) and not row.type_reason:
            found.append(
                _problem(
                    "account_type",
                    where,
                    f"The account {name} does not fit. {wrong_type(row.role, account.type)}",
                )
            )
        shut = _shut_out(row, rows, serves.get(account.id, frozenset()), homes)
        if shut:
            found.append(
                _problem(
                    "account_subsidiary",
                    where,
                    f"NetSuite does not let {', '.join(shut)} use the account {name}. Map the role there to one that "
                    "it may use.",
                )
            )
    return [*found, *_narrowed_by_nothing(session, rows, homes)]


def _problem(code: str, where: str, message: str) -> Finding:
    return Finding(code, "warning", f"account mapping {where}", message)


def _from(session: Session, day: date) -> list[AccountMapping]:
    """The rules in force on a day, and what each will be from a later one on."""
    starts = {row.valid_from for row in mapping_rows(session) if row.valid_from is not None}
    found: dict[int, AccountMapping] = {}
    for one in (day, *sorted(start for start in starts if start > day)):
        found |= {row.id: row for row in mapping_in_force(session, one)}
    return list(found.values())


def _shut_out(
    row: AccountMapping,
    rows: Sequence[AccountMapping],
    served: Collection[int],
    homes: dict[int, Subsidiary],
) -> list[str]:
    """Names of the subsidiaries that a rule sends to an account which they may not use."""
    if not served:
        return []  # NetSuite names none: all may
    if row.subsidiary_id is not None:
        wanted: Iterable[int] = [row.subsidiary_id]
    else:
        own = {one.subsidiary_id for one in rows if one.role == row.role and one.subsidiary_id is not None}
        wanted = [key for key, home in homes.items() if home.active and key not in own]
    return [homes[one].name if one in homes else f"subsidiary {one}" for one in wanted if one not in served]


def _narrowed_by_nothing(
    session: Session, rows: Sequence[AccountMapping], homes: dict[int, Subsidiary]
) -> list[Finding]:
    """Rules that can never fit: of a department, subsidiary or category that is out of use."""
    departments = {
        one.value_id: one
        for one in session.exec(select(SegmentValue).where(SegmentValue.segment == "department"))
    }
    categories = set(session.exec(select(Product.category).where(col(Product.category) != "").distinct()))
    found: list[Finding] = []
    for row in rows:
        where = target_of(row).describe()
        if row.department_id is not None:
            department = departments.get(row.department_id)
            if department is None or not department.active:
                named = department.name if department else str(row.department_id)
                found.append(
                    _problem("department_inactive", where, f"The department {named} is inactive in NetSuite.")
                )
            if policy_value(session, "journal_breakdown") != BY_DEPARTMENT:
                found.append(
                    _problem(
                        "rule_without_effect",
                        where,
                        "Journals are not broken down by department (policy journal_breakdown), so this rule does "
                        "nothing.",
                    )
                )
        home = homes.get(row.subsidiary_id) if row.subsidiary_id is not None else None
        if row.subsidiary_id is not None and (home is None or not home.active):
            named = home.name if home else str(row.subsidiary_id)
            found.append(
                _problem("subsidiary_inactive", where, f"The subsidiary {named} is inactive in NetSuite.")
            )
        if row.category is not None and row.category not in categories:
            found.append(_problem("category_unknown", where, f"No product has the category {row.category}."))
    return found
