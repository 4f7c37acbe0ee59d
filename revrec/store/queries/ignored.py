"""Customers whose documents are counted and never loaded: those that the policy `ignore_customers` names."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, select

from revrec.store.core import netsuite_customer
from revrec.store.tables import NetSuiteCustomer

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class IgnoreList:
    """`entries` as people wrote them: names, compared without case and surplus spaces, or NetSuite's ids."""

    entries: tuple[str, ...]

    def shown(self) -> str:
        """For people: the entries beside each other."""
        return ", ".join(self.entries)


def ignore_list(entries: Sequence[str]) -> IgnoreList:
    return IgnoreList(tuple(entries))


def mark_ignored(session: Session, listed: IgnoreList) -> tuple[list[int], list[str]]:
    """Mark the customers that the list names, and only those. Gives their ids, and the entries that name nobody."""
    by_name = {_plain(entry): entry for entry in listed.entries}
    by_id = {int(entry): entry for entry in listed.entries if entry.isdecimal()}
    ignored: list[int] = []
    used: set[str] = set()
    if listed.entries:
        rows = session.exec(select(NetSuiteCustomer.id, NetSuiteCustomer.name))
        for customer_id, name in rows:
            entry = by_id.get(customer_id) or by_name.get(_plain(name))
            if entry is not None:
                ignored.append(customer_id)
                used.add(entry)
    c = netsuite_customer.c
    session.execute(update(netsuite_customer).where(c.ignored).values(ignored=False))
    for start in range(0, len(ignored), CHUNK):
        some = ignored[start : start + CHUNK]
        session.execute(update(netsuite_customer).where(c.id.in_(some)).values(ignored=True))
    return ignored, [entry for entry in listed.entries if entry not in used]


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
