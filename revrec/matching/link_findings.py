"""What has happened to links since they were made. A finding is shown to people; it never moves or removes
a link.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from revrec.matching.keys import KeyRule
from revrec.matching.match import BilledCustomer, CustomerId, OrderCustomer


class FindingKind(StrEnum):
    CRM_CUSTOMER_GONE = "crm_customer_gone"
    RENAMED = "renamed"
    NEW_EQUAL_NAME = "new_equal_name"


@dataclass(frozen=True, slots=True)
class LinkFinding:
    kind: FindingKind
    billed: BilledCustomer
    linked: CustomerId
    others: tuple[OrderCustomer, ...]
    message: str


def find_link_findings(
    billed: Iterable[BilledCustomer],
    orders: Iterable[OrderCustomer],
    links: Mapping[CustomerId, CustomerId],
    linked_by_name: frozenset[CustomerId],
    *,
    rule: KeyRule,
) -> list[LinkFinding]:
    """Findings on the links of `billed`; `linked_by_name` are the NetSuite ids whose link rests on equal
    names.

    Only those are checked for names that moved apart: a link that a person confirmed may join different
    names.
    """
    by_id: dict[CustomerId, OrderCustomer] = {}
    by_key: dict[str, list[OrderCustomer]] = defaultdict(list)
    for order_customer in orders:
        by_id[order_customer.id] = order_customer
        if key := rule.key(order_customer.name):
            by_key[key].append(order_customer)

    findings: list[LinkFinding] = []
    for customer in billed:
        linked_id = links.get(customer.id)
        if linked_id is None:
            continue
        linked = by_id.get(linked_id)
        key = rule.key(customer.name)
        others = tuple(
            sorted(
                (other for other in by_key.get(key, []) if other.id != linked_id),
                key=lambda other: (other.name, str(other.id)),
            )
        )
        if linked is None:
            message = f"{customer.name} is linked to CRM customer {linked_id}, which the CRM no longer lists."
            kind = FindingKind.CRM_CUSTOMER_GONE
            findings.append(LinkFinding(kind, customer, linked_id, others, message))
        elif customer.id in linked_by_name and rule.key(linked.name) != key:
            message = f"{customer.name} is linked to {linked.name} by name; the names are no longer equal."
            findings.append(LinkFinding(FindingKind.RENAMED, customer, linked_id, others, message))
        elif others:
            names = "; ".join(f"{other.name} ({other.id})" for other in others)
            message = f"{customer.name} is linked to {linked.name} ({linked_id}); also so named: {names}."
            findings.append(LinkFinding(FindingKind.NEW_EQUAL_NAME, customer, linked_id, others, message))
    return findings
