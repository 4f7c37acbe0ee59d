"""Say which NetSuite account a ledger role means."""

from datetime import date, datetime

from sqlmodel import Session

from revrec.operations.account_types import MAPPED_ROLES, fits, wrong_type
from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.effective_date import effective_from
from revrec.operations.mapping_target import MappingTarget, check_target, target_of
from revrec.operations.permissions import require
from revrec.problems import Invalid, NotFound
from revrec.store.queries.accounts import account_serves
from revrec.store.queries.policies import mapping_in_force
from revrec.store.tables import Account, AccountMapping

__all__ = ["MAPPED_ROLES", "MappingTarget", "map_account"]


def map_account(
    session: Session,
    actor: Actor,
    target: MappingTarget,
    account_id: int | None,
    *,
    now: datetime,
    valid_from: date | None = None,
    reason: str = "",
    retrospective: bool = False,
    any_type: bool = False,
) -> AccountMapping:
    """Map a role to an account from a day on; `account_id` None withdraws the rule from that day on. `any_type`: take
    an account of a type that the role does not take, with a reason; the audit of the mapping then lets it be."""
    require(actor, "map_account")
    if account_id is not None:
        check_target(session, target, valid_from)
        _check_account(session, account_id, target)
        type_reason = _type_reason(session, account_id, target, any_type, reason)
    valid_from = effective_from(
        session, valid_from, subject="the account mapping", retrospective=retrospective, reason=reason
    )
    before = _account_now(session, target, valid_from or date.max)
    if account_id is None and before is None:
        raise NotFound(f"There is no mapping of {target.describe()} to withdraw.", where="role")
    row = AccountMapping(
        role=target.role,
        product_id=target.product_id,
        category=target.category,
        subsidiary_id=target.subsidiary_id,
        department_id=target.department_id,
        valid_from=valid_from,
        account_id=account_id,
        is_default=target.is_default,
        type_reason=type_reason if account_id is not None else "",
        set_by=actor.email,
        set_at=now,
    )
    session.add(row)
    session.flush()
    after: dict[str, object] = {
        "account": account_id,
        "valid_from": str(valid_from) if valid_from else None,
    }
    if retrospective:
        after["retrospective"] = True
    if row.type_reason:
        after["any_type"] = True
    record_event(
        session,
        actor,
        "map_account",
        f"account mapping {target.describe()}",
        now=now,
        before=before,
        after=after,
        reason=reason,
    )
    return row


def _check_account(session: Session, account_id: int, target: MappingTarget) -> None:
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound(
            f"NetSuite's account {account_id} is not known here. Accounts are read by every invoices run.",
            where="account",
        )
    shown = account_name(account)
    if not account.active or account.summary:
        state = "inactive" if not account.active else "a summary account"
        raise Invalid(f"The account {shown} is {state} in NetSuite and takes no postings.", where="account")
    if target.subsidiary_id is not None and not account_serves(session, account_id, target.subsidiary_id):
        raise Invalid(
            f"NetSuite does not let subsidiary {target.subsidiary_id} use the account {shown}.",
            where="account",
        )


def _type_reason(
    session: Session, account_id: int, target: MappingTarget, any_type: bool, reason: str
) -> str:
    """Why an account of another type is taken; empty where it fits."""
    account = session.get_one(Account, account_id)
    if fits(target.role, account.type):
        return ""
    if not any_type:
        raise Invalid(
            f"The account {account_name(account)} cannot be {target.role}. {wrong_type(target.role, account.type)}",
            where="account",
        )
    if not reason.strip():
        raise Invalid(
            f"Say why {account_name(account)}, of type {account.type}, is {target.role}.", where="reason"
        )
    return reason.strip()


def account_name(account: Account) -> str:
    """An account as people know it."""
    return f"{account.number} {account.name}".strip()


def _account_now(session: Session, target: MappingTarget, day: date) -> int | None:
    for row in mapping_in_force(session, day):
        if target_of(row) == target:
            return row.account_id
    return None
