"""What a rule of the account mapping covers, and whether there can be such a rule."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from revrec.operations.account_types import BY_DEPARTMENT_ROLES, BY_PRODUCT, MAPPED_ROLES
from revrec.operations.policies import policy_value
from revrec.operations.posting_policies import BY_DEPARTMENT
from revrec.problems import Invalid, NotFound
from revrec.store.tables import AccountMapping, Product, SegmentValue, Subsidiary


@dataclass(frozen=True, slots=True)
class MappingTarget:
    """What a rule covers. Product and category narrow `revenue`, `contract_liability` and `clearing`, the department
    `revenue` alone; `subsidiary_id` and `department_id` are NetSuite's.

    `is_default` is the account where nothing else fits; what falls to it is marked unverified.
    """

    role: str
    product_id: int | None = None
    category: str | None = None
    subsidiary_id: int | None = None
    is_default: bool = False
    department_id: int | None = None

    def describe(self) -> str:
        parts = [self.role]
        if self.product_id is not None:
            parts.append(f"product {self.product_id}")
        if self.category is not None:
            parts.append(f"category {self.category}")
        if self.department_id is not None:
            parts.append(f"department {self.department_id}")
        if self.subsidiary_id is not None:
            parts.append(f"subsidiary {self.subsidiary_id}")
        return ", ".join(parts + (["default"] if self.is_default else []))


def target_of(row: AccountMapping) -> MappingTarget:
    """What a stored rule covers."""
    return MappingTarget(
        row.role, row.product_id, row.category, row.subsidiary_id, row.is_default, row.department_id
    )


def check_target(session: Session, target: MappingTarget, valid_from: date | None) -> None:
    """Raise `Invalid` or `NotFound` where there can be no such rule from that day on."""
    if target.role not in MAPPED_ROLES:
        raise Invalid(
            f"'{target.role}' is no role that is mapped. Roles: {', '.join(MAPPED_ROLES)}.", where="role"
        )
    narrowed = target.product_id is not None or target.category is not None
    if narrowed and target.role not in BY_PRODUCT:
        raise Invalid(
            f"{target.role} is not mapped by product or category: its ledger rows are of whole contracts. Mapped so "
            f"are {', '.join(BY_PRODUCT)}.",
            where="role",
        )
    if target.is_default and (narrowed or target.department_id or target.subsidiary_id is not None):
        raise Invalid("The default account is that of the role alone.", where="default")
    if target.product_id is not None and target.category is not None:
        raise Invalid("Give a product or a category, not both.", where="category")
    if target.product_id is not None and session.get(Product, target.product_id) is None:
        raise NotFound(f"There is no product {target.product_id}.", where="product")
    if target.subsidiary_id is not None and session.get(Subsidiary, target.subsidiary_id) is None:
        raise NotFound(f"NetSuite has no subsidiary {target.subsidiary_id}.", where="subsidiary")
    if target.department_id is not None:
        _check_department(session, target, target.department_id, valid_from)


def _check_department(
    session: Session, target: MappingTarget, department_id: int, valid_from: date | None
) -> None:
    if target.role not in BY_DEPARTMENT_ROLES:
        raise Invalid(
            f"{target.role} is not mapped by department: what bills it and what releases it may name different ones. "
            f"Mapped so is {', '.join(BY_DEPARTMENT_ROLES)}.",
            where="department",
        )
    if policy_value(session, "journal_breakdown", valid_from or date.max) != BY_DEPARTMENT:
        raise Invalid(
            "Journals are not broken down by department. Set the policy journal_breakdown to department first.",
            where="department",
        )
    known = session.exec(
        select(SegmentValue).where(
            SegmentValue.segment == "department", SegmentValue.value_id == department_id
        )
    ).first()
    if known is None:
        raise NotFound(f"NetSuite has no department {department_id}.", where="department")
    if not known.active:
        raise Invalid(f"The department {known.name} is inactive in NetSuite.", where="department")
