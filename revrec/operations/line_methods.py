"""How order lines are earned, as things stand now: what a line's own rule says, else its order, its product's rule, the
catalogue, the policy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from revrec.operations.policies import policy_steps, value_on
from revrec.store.queries.dated_rows import ruling_rows
from revrec.store.queries.invoice_lines import invoice_days
from revrec.store.queries.line_rules import known_lines, line_rules_of
from revrec.store.queries.order_versions import VersionLine, versions_of
from revrec.store.queries.products import product_rule_rows, products_by_id
from revrec.store.tables import ProductRule


@dataclass(frozen=True, slots=True)
class EarnedLine:
    """A line with its method, and its plan where it has one."""

    line: VersionLine
    method: str
    plan: Mapping[str, Any] | None

    @property
    def milestones(self) -> list[str]:
        """The names that its plan knows."""
        return [str(one["name"]) for one in (self.plan or {}).get("milestones", [])]


def earned_lines(session: Session, order_ids: Iterable[int]) -> dict[int, list[EarnedLine]]:
    """The lines of orders, in the order's own order."""
    orders = set(order_ids)
    ordered = invoice_days(session, orders)
    ordered |= {key: some[0].ordered_on for key, some in versions_of(session, orders).items()}
    lines = known_lines(session, orders)
    own = line_rules_of(session, [line.obligation_id for some in lines.values() for line in some])
    ids = {line.product_id for some in lines.values() for line in some if line.product_id is not None}
    products, rules = products_by_id(session, ids), product_rule_rows(session, ids)
    by_product: dict[int, list[ProductRule]] = {}
    for row in rules:
        by_product.setdefault(row.product_id, []).append(row)
    policy = policy_steps(session, "method")
    found: dict[int, list[EarnedLine]] = {}
    for order_id, some in lines.items():
        day = ordered[order_id]
        for line in some:
            rule = _on(by_product.get(line.product_id or 0, []), day)
            product = products.get(line.product_id or 0)
            said = own.get(line.obligation_id)
            words = (
                said.method if said else "",
                line.method,
                rule.method if rule else "",
                product.method if product else "",
                str(value_on(policy, day)),
            )
            plan = (said.plan if said else None) or (rule.plan if rule else None)
            found.setdefault(order_id, []).append(EarnedLine(line, next(filter(None, words)), plan))
    return found


def _on(rows: Sequence[ProductRule], day: date) -> ProductRule | None:
    valid = (row for row in rows if row.valid_from is None or row.valid_from <= day)
    return ruling_rows(valid, lambda row: row.product_id).get(rows[0].product_id) if rows else None
