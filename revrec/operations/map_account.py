"""Say which NetSuite account a ledger role means."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.effective_date import effective_from
from revrec.operations.permissions import require
from revrec.problems import Invalid, NotFound
from revrec.store.queries.accounts import account_serves
from revrec.store.queries.policies import mapping_in_force
from revrec.store.tables import Account, AccountMapping, Product, Subsidiary

MAPPED_ROLES = (
    "revenue",
    "contract_liability",
    "contract_asset",
    "unbilled_receivable",
    "fx_adjustment",
    "clearing",
)
"""Roles that have an account by mapping. The billing offset is what NetSuite posted, never a mapping."""


@dataclass(frozen=True, slots=True)
class MappingTarget:
    """What a rule covers. Product and category narrow `revenue` only; `subsidiary_id` is NetSuite's.

    `is_default` is the account where nothing else fits; what falls to it is marked unverified.
    """

    role: str
    product_id: int | None = None
    category: str | None = None
    subsidiary_id: int | None = None
    is_default: bool = False

    def describe(self) -> str:
        parts = [self.role]
        if self.product_id is not None:
            parts.append(f"product {self.product_id}")
        if self.category is not None:
            parts.append(f"category {self.category}")
        if self.subsidiary_id is not None:
            parts.append(f"subsidiary {self.subsidiary_id}")
        return ", ".join(parts + (["default"] if self.is_default else []))


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
) -> AccountMapping:
    """Map a role to an account from a day on; `account_id` None withdraws the rule from that day on."""
    require(actor, "map_account")
    _check_target(session, target)
    if account_id is not None:
        _check_account(session, account_id, target)
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
        valid_from=valid_from,
        account_id=account_id,
        is_default=target.is_default,
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


def _check_target(session: Session, target: MappingTarget) -> None:
    if target.role not in MAPPED_ROLES:
        raise Invalid(
            f"'{target.role}' is no role that is mapped. Roles: {', '.join(MAPPED_ROLES)}.", where="role"
        )
    if target.role != "revenue" and (target.product_id is not None or target.category is not None):
        raise Invalid("Only revenue is mapped by product or category.", where="role")
    if target.product_id is not None and target.category is not None:
        raise Invalid("Give a product or a category, not both.", where="category")
    if target.product_id is not None and session.get(Product, target.product_id) is None:
        raise NotFound(f"There is no product {target.product_id}.", where="product")
    if target.subsidiary_id is not None and session.get(Subsidiary, target.subsidiary_id) is None:
        raise NotFound(f"NetSuite has no subsidiary {target.subsidiary_id}.", where="subsidiary")


def _check_account(session: Session, account_id: int, target: MappingTarget) -> None:
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound(
            f"NetSuite's account {account_id} is not known here. Accounts are read by every invoices run.",
            where="account",
        )
    shown = f"{account.number} {account.name}".strip()
    if not account.active or account.summary:
        state = "inactive" if not account.active else "a summary account"
        raise Invalid(f"The account {shown} is {state} in NetSuite and takes no postings.", where="account")
    if target.subsidiary_id is not None and not account_serves(session, account_id, target.subsidiary_id):
        raise Invalid(
            f"NetSuite does not let subsidiary {target.subsidiary_id} use the account {shown}.",
            where="account",
        )


def _account_now(session: Session, target: MappingTarget, day: date) -> int | None:
    for row in mapping_in_force(session, day):
        rule = MappingTarget(row.role, row.product_id, row.category, row.subsidiary_id, row.is_default)
        if rule == target:
            return row.account_id
    return None
