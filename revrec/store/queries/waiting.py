"""Pending Data as a list of customers, in any order, however many documents wait.

Grouping 100,000 documents by customer takes the database a quarter of a second, so the groups are kept from one
publishing run to the next: only runs change which documents wait. Pairings change between runs and are read anew.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from revrec.matching.match import BilledCustomer, OrderCustomer
from revrec.matching.suggestions import NameIndex
from revrec.problems import Invalid
from revrec.store.core import customer_link, document_version, job, netsuite_customer, source_document
from revrec.store.queries.currencies import iso_precision, precisions
from revrec.store.queries.kept import Kept
from revrec.store.queries.look_alikes import CrmNames, crm_names
from revrec.store.queries.ordered import Order, Place, Value
from revrec.store.queries.pending import OF_ONE_PENDING
from revrec.store.tables import CustomerLink

Why = Literal["no_match", "ambiguous", "undone", "paired"]
WHYS: dict[Why, str] = {
    "no_match": "no CRM customer of this name",
    "ambiguous": "several CRM customers of this name",
    "undone": "its pairing was undone",
    "paired": "paired; the next invoices run loads it",
}
"""Why a customer's documents wait, as programs and as people say it."""

MOST_NAMES_SEARCHED = 1000
"""CRM customers that a search may fit: with more of them, only NetSuite's own names are searched."""


@dataclass(frozen=True, slots=True)
class WaitingCustomer:
    """A NetSuite customer with documents that wait. `amounts`: (currency, minor units net of tax, documents); `size`:
    the largest of them in whole units, whatever its sign, to sort by."""

    netsuite_id: int
    name: str
    why: Why
    documents: int
    oldest: date
    amounts: tuple[tuple[str, int, int], ...]
    size: int


@dataclass(frozen=True, slots=True)
class WaitingTotal:
    """Of a selection in one currency: customers, documents, and their amount in minor units, net of tax."""

    currency: str
    customers: int
    documents: int
    amount_minor: int


@dataclass
class WaitingList:
    """Everybody who waited when the last run published. What is derived from it is made once, when first asked for."""

    customers: list[WaitingCustomer]
    _sorted: dict[str, list[tuple[Any, int, WaitingCustomer]]] = field(default_factory=dict)

    @cached_property
    def folded(self) -> dict[int, str]:
        """Names as they are searched, by NetSuite id."""
        return {one.netsuite_id: one.name.casefold() for one in self.customers}

    @cached_property
    def by_name(self) -> NameIndex:
        """The other way round: who looks like a CRM customer."""
        return NameIndex([OrderCustomer(one.netsuite_id, one.name) for one in self.customers])

    def in_order(self, by: str) -> list[tuple[Any, int, WaitingCustomer]]:
        """(what it is sorted by, id, customer), ascending. Raises `Invalid` for an order that there is not."""
        value = WAITING_SORTS.get(by)
        if value is None:
            raise Invalid(
                f"This list cannot be sorted by '{by}', only by {', '.join(WAITING_SORTS)}.", where="sort"
            )
        if by not in self._sorted:
            rows = [(value(one), one.netsuite_id, one) for one in self.customers]
            self._sorted[by] = sorted(rows, key=_key)
        return self._sorted[by]


WAITING_SORTS: dict[str, Callable[[WaitingCustomer], Value]] = {
    "name": lambda one: one.name.casefold(),
    "documents": lambda one: one.documents,
    "oldest": lambda one: one.oldest.isoformat(),
    "amount": lambda one: one.size,
    "customer": lambda one: one.netsuite_id,
}


@dataclass(frozen=True)
class Chosen:
    """A selection of the list. `only_netsuite_names`: the search fits too many CRM customers to go by those."""

    rows: list[tuple[Any, int, WaitingCustomer]]
    only_netsuite_names: bool = False


def waiting_customers(session: Session, by: str, *, search: str = "", reason: str = "") -> Chosen:
    """Who waits, sorted ascending. `search`: part of the name in NetSuite or of a suggested customer's, or NetSuite's
    id; `reason`: one of `WHYS`. Raises `Invalid` for another reason or order."""
    listed = _LISTS.of(session)
    rows, narrowed = listed.in_order(by), False
    if search:
        named, narrowed = _named(session, listed, search)
        rows = [row for row in rows if row[1] in named]
    if reason:
        if reason not in WHYS:
            raise Invalid(f"'{reason}' is no reason to wait; there are {', '.join(WHYS)}.", where="reason")
        paired, undone = _links(session)
        rows = [row for row in rows if _why(row[2], paired, undone) == reason]
    return Chosen(rows, narrowed)


def waiting_customer(session: Session, netsuite_id: int) -> WaitingCustomer | None:
    """One customer, read anew; None where nothing waits for it."""
    found = _read(session, netsuite_id).customers
    return found[0] if found else None


def waiting_page(chosen: Chosen, order: Order, limit: int) -> tuple[list[WaitingCustomer], Place | None]:
    """At most `limit` customers behind the order's place, and the place of the next page if there is one."""
    rows = chosen.rows
    if order.descending:
        end = bisect_left(rows, _after(order), key=_key) if order.after else len(rows)
        found = rows[max(0, end - limit - 1) : end][::-1]
    else:
        start = bisect_right(rows, _after(order), key=_key) if order.after else 0
        found = rows[start : start + limit + 1]
    page = [one for _, _, one in found[:limit]]
    if len(found) <= limit:
        return page, None
    value, number, _ = found[limit - 1]
    return page, Place(value, number)


def waiting_totals(chosen: Chosen) -> list[WaitingTotal]:
    """The sums of a whole selection, by currency."""
    sums: dict[str, list[int]] = {}
    for _, _, one in chosen.rows:
        for currency, minor, documents in one.amounts:
            total = sums.setdefault(currency, [0, 0, 0])
            total[0] += 1
            total[1] += documents
            total[2] += minor
    return [WaitingTotal(currency, *sums[currency]) for currency in sorted(sums)]


def _key(row: tuple[Any, int, WaitingCustomer]) -> tuple[Any, int]:
    return row[:2]


def _after(order: Order) -> tuple[Value, int]:
    """Where a page begins. Raises `Invalid` for a place of a list sorted by something else."""
    assert order.after is not None
    value = order.after.value
    if isinstance(value, int) != (order.by in ("documents", "amount", "customer")):
        raise Invalid("This is not a cursor of this list; take it as it came.", where="cursor")
    return value, order.after.id


def _named(session: Session, listed: WaitingList, search: str) -> tuple[set[int], bool]:
    """Ids of those whose name, or a suggestion for them, has the search in it; whether suggestions were left out."""
    wanted, crm = search.casefold(), crm_names(session)
    found = {number for number, name in listed.folded.items() if wanted in name}
    if wanted.isdigit() and len(wanted) < 19 and int(wanted) in listed.folded:
        found.add(int(wanted))
    fitting = crm.containing(wanted, MOST_NAMES_SEARCHED)
    if fitting is None:
        return found, True
    names = {one.netsuite_id: one.name for one in listed.customers} if fitting else {}
    for candidate in fitting:
        alike = listed.by_name.suggest(BilledCustomer(candidate.id, candidate.name), limit=50)
        for one in alike:
            number = int(one.candidate.id)
            if number not in found and _suggests(crm, number, names[number], wanted):
                found.add(number)
    return found, False


def _suggests(crm: CrmNames, number: int, name: str, wanted: str) -> bool:
    told = crm.index.suggest(BilledCustomer(number, name))
    return any(wanted in one.candidate.name.casefold() for one in told)


def newest_links(session: Session, netsuite_ids: Sequence[int]) -> dict[int, CustomerLink]:
    """The link of each of these customers that stands, else the one that was undone last."""
    link = col(CustomerLink.netsuite_customer_id)
    rows = session.exec(rows_of(CustomerLink).where(link.in_(netsuite_ids)).order_by(col(CustomerLink.id)))
    found: dict[int, CustomerLink] = {}
    for row in rows:
        present = found.get(row.netsuite_customer_id)
        if present is None or present.undone_at is not None:
            found[row.netsuite_customer_id] = row
    return found


def why_it_waits(one: WaitingCustomer, link: CustomerLink | None) -> Why:
    """With what was paired or undone since the last run."""
    return one.why if link is None else "paired" if link.undone_at is None else "undone"


def _why(one: WaitingCustomer, paired: set[int], undone: set[int]) -> Why:
    return "paired" if one.netsuite_id in paired else "undone" if one.netsuite_id in undone else one.why


def _links(session: Session) -> tuple[set[int], set[int]]:
    """NetSuite customers with a link, and those whose links were all undone."""
    link = customer_link.c
    live = set(session.execute(select(link.netsuite_customer_id).where(link.undone_at.is_(None))).scalars())
    ended = select(link.netsuite_customer_id).where(link.undone_at.is_not(None))
    return live, set(session.execute(ended).scalars()) - live


def pending_state(session: Session) -> Hashable:
    """What differs once a run published: its moment, or how many documents wait."""
    count = select(func.count()).select_from(source_document).where(source_document.c.state == "pending")
    runs = (
        select(job.c.id, job.c.published_at)
        .where(job.c.kind.in_(("invoices", "load")))
        .order_by(job.c.id.desc())
        .limit(20)
    )
    return session.execute(count).scalar_one(), tuple(tuple(row) for row in session.execute(runs))


def _read(session: Session, only: int | None = None) -> WaitingList:
    version, document, customer = document_version.c, source_document.c, netsuite_customer.c
    groups, named = (
        select(
            version.customer_id,
            version.currency,
            func.max(document.reason),
            func.count(),
            func.min(version.tran_date),
            func.sum(version.main_minor - version.tax_minor),
        )
        .join_from(source_document, document_version, document.current_version_id == version.id)
        .where(document.state == "pending" if only is None else OF_ONE_PENDING)
        .group_by(version.customer_id, version.currency)
        .order_by(version.customer_id, version.currency),
        select(customer.id, customer.name),
    )
    if only is not None:
        groups, named = groups.where(version.customer_id == only), named.where(customer.id == only)
    # Names in one sweep: a join would look each of them up once more for every group.
    names: dict[int, str] = {number: name for number, name in session.execute(named)}
    units, rows = _units(session), session.execute(groups)
    return WaitingList([_customer(group, names, units) for group in _by_customer(rows)])


def _by_customer(rows: Iterator[Any]) -> Iterator[list[Any]]:
    group: list[Any] = []
    for row in rows:
        if group and row[0] != group[0][0]:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _customer(group: Sequence[Any], names: dict[int, str], units: Callable[[str], int]) -> WaitingCustomer:
    number = group[0][0]
    several = any(row[2] == WHYS["ambiguous"] for row in group)
    return WaitingCustomer(
        number,
        names.get(number) or f"customer {number}",
        "ambiguous" if several else "no_match",
        sum(row[3] for row in group),
        min(row[4] for row in group),
        tuple((row[1], int(row[5]), row[3]) for row in group),
        max(abs(int(row[5])) // units(row[1]) for row in group),
    )


def _units(session: Session) -> Callable[[str], int]:
    """Minor units in one unit of a currency."""
    known = precisions(session)
    return lambda symbol: 10 ** known.get(symbol, iso_precision(symbol))


_LISTS = Kept(pending_state, _read, lambda listed: listed.in_order("amount"))
