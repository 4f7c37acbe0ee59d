"""Finding each NetSuite customer among the customers of the CRM's sales orders.

Order of evidence, first that says anything decides: a link already made, the id that the CRM itself holds
(only where `Use Customer Name Mapping` is off, and then instead of names), an alias that a user confirmed,
the exact name, the name key. Where the deciding evidence names two CRM customers the result is *ambiguous*
and shows both; nothing weaker is asked then.

Invariants: the result does not depend on the order of the inputs; every NetSuite customer has exactly one
result; a link is never moved. Several NetSuite customers may match one CRM customer (subsidiaries bill
apart); that is no conflict.

Ids are those of the outside systems or of our own rows, whichever the caller joins by; they are compared,
never parsed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from revrec.matching.keys import KeyRule, display_name

CustomerId: TypeAlias = int | str


class Basis(StrEnum):
    """What a result rests on. The last two are no matches: the customer's documents wait in Pending Data."""

    LINK = "link"
    CRM_ID = "crm_id"
    ALIAS = "alias"
    EXACT_NAME = "exact_name"
    NAME_KEY = "name_key"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class BilledCustomer:
    """A customer as NetSuite names it."""

    id: CustomerId
    name: str


@dataclass(frozen=True, slots=True)
class OrderCustomer:
    """A customer of the CRM's sales orders. `netsuite_id` is the NetSuite id that the CRM holds, if it
    holds one.
    """

    id: CustomerId
    name: str
    netsuite_id: CustomerId | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """One NetSuite customer's result: `matched` for a found customer, else none or several `candidates`
    (sorted by name).
    """

    billed: BilledCustomer
    basis: Basis
    matched: CustomerId | None
    candidates: tuple[OrderCustomer, ...]
    reason: str

    @property
    def is_pending(self) -> bool:
        return self.matched is None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known before names are compared.

    `links`: NetSuite customer id -> CRM customer id, made earlier and standing until a user undoes it.
    `aliases`: a name as NetSuite writes it -> CRM customer ids that users confirmed for it (compared by key).
    """

    links: Mapping[CustomerId, CustomerId]
    aliases: Iterable[tuple[str, CustomerId]] = ()


class _Directory:
    """The CRM's customers, indexed once by everything they can be found by."""

    def __init__(
        self, customers: Iterable[OrderCustomer], aliases: Iterable[tuple[str, CustomerId]], rule: KeyRule
    ) -> None:
        self.by_id: dict[CustomerId, OrderCustomer] = {}
        self.by_netsuite_id: dict[str, list[OrderCustomer]] = defaultdict(list)
        self.by_name: dict[str, list[OrderCustomer]] = defaultdict(list)
        self.by_key: dict[str, list[OrderCustomer]] = defaultdict(list)
        self.by_alias: dict[str, set[CustomerId]] = defaultdict(set)
        self.rule = rule
        for customer in customers:
            if customer.id in self.by_id:
                raise ValueError(f"CRM customer {customer.id} was given twice; give each customer once.")
            self.by_id[customer.id] = customer
            if customer.netsuite_id is not None:
                self.by_netsuite_id[str(customer.netsuite_id)].append(customer)
            if name := display_name(customer.name):
                self.by_name[name].append(customer)
                self.by_key[rule.key(customer.name)].append(customer)
        for name, crm_id in aliases:
            if key := rule.key(name):
                self.by_alias[key].add(crm_id)


def match_customers(
    billed: Iterable[BilledCustomer],
    orders: Iterable[OrderCustomer],
    evidence: Evidence,
    *,
    rule: KeyRule,
    by_name: bool = True,
) -> list[Match]:
    """One result for each of `billed`, in its order. `by_name=False` matches by the id that the CRM holds
    instead.
    """
    directory = _Directory(orders, evidence.aliases, rule)
    results = []
    for customer in billed:
        linked = evidence.links.get(customer.id)
        if linked is not None:
            results.append(_from_link(customer, linked, directory))
        elif by_name:
            results.append(_from_name(customer, directory))
        else:
            results.append(_from_crm_id(customer, directory))
    return results


def _from_link(customer: BilledCustomer, linked: CustomerId, directory: _Directory) -> Match:
    known = directory.by_id.get(linked)
    reason = "Linked earlier." if known else "Linked earlier; the CRM no longer lists this customer."
    return Match(customer, Basis.LINK, linked, (known,) if known else (), reason)


def _from_crm_id(customer: BilledCustomer, directory: _Directory) -> Match:
    found = directory.by_netsuite_id.get(str(customer.id), [])
    none = f"No CRM customer holds the NetSuite id {customer.id}."
    decided = _decide(customer, Basis.CRM_ID, found, "The CRM holds this NetSuite id.")
    return decided or _unmatched(customer, none)


def _from_name(customer: BilledCustomer, directory: _Directory) -> Match:
    name = display_name(customer.name)
    if not name:
        return _unmatched(customer, "The customer has no name in NetSuite.")
    key = directory.rule.key(customer.name)
    if aliases := directory.by_alias.get(key):
        known = [directory.by_id[crm_id] for crm_id in aliases if crm_id in directory.by_id]
        # An alias is a person's word: where its customer has left the CRM, no weaker evidence may move the
        # name elsewhere.
        gone = "A user confirmed this name for a CRM customer that the CRM no longer lists. Pair it again."
        decided = _decide(customer, Basis.ALIAS, known, "A user confirmed this name.")
        return decided or _unmatched(customer, gone)
    return (
        _decide(customer, Basis.EXACT_NAME, directory.by_name.get(name, []), "The names are equal.")
        or _decide(customer, Basis.NAME_KEY, directory.by_key.get(key, []), "The names have the same key.")
        or _unmatched(customer, "No CRM customer has this name.")
    )


def _decide(customer: BilledCustomer, basis: Basis, found: list[OrderCustomer], reason: str) -> Match | None:
    if not found:
        return None
    candidates = tuple(sorted(found, key=lambda candidate: (candidate.name, str(candidate.id))))
    if len(candidates) == 1:
        return Match(customer, basis, candidates[0].id, candidates, reason)
    names = "; ".join(f"{candidate.name} ({candidate.id})" for candidate in candidates)
    reason = f"{len(candidates)} CRM customers fit: {names}."
    return Match(customer, Basis.AMBIGUOUS, None, candidates, reason)


def _unmatched(customer: BilledCustomer, reason: str) -> Match:
    return Match(customer, Basis.NONE, None, (), reason)
