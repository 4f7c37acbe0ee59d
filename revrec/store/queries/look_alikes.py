"""The CRM's customers by their names, kept from one orders run to the next: suggestions are made from them."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from revrec.matching.match import BilledCustomer, OrderCustomer
from revrec.matching.suggestions import NameIndex
from revrec.store.core import crm_customer, job
from revrec.store.queries.customers import all_crm_customers
from revrec.store.queries.kept import Kept
from revrec.store.tables import CrmCustomer


@dataclass
class CrmNames:
    """Every active CRM customer; the index of what their names share is made when first asked for."""

    customers: list[OrderCustomer]

    @cached_property
    def index(self) -> NameIndex:
        return NameIndex(self.customers)

    @cached_property
    def folded(self) -> list[str]:
        """Names as they are searched, in the order of `customers`."""
        return [one.name.casefold() for one in self.customers]

    def containing(self, wanted: str, most: int) -> list[OrderCustomer] | None:
        """Those with the case-folded `wanted` in their names; None if there are more than `most`."""
        found = [at for at, name in enumerate(self.folded) if wanted in name]
        return None if len(found) > most else [self.customers[at] for at in found]

    def search(self, text: str, most: int) -> list[OrderCustomer]:
        """At most `most` customers for what somebody typed: by id, then names that begin with it, hold it, or look
        like it."""
        wanted = text.casefold()
        by_id = [one for one in self.customers if one.id == text]
        held = [at for at, name in enumerate(self.folded) if wanted in name]
        held.sort(key=lambda at: (not self.folded[at].startswith(wanted), self.folded[at], at))
        alike = self.index.suggest(BilledCustomer("", text), limit=most) if len(held) < most else ()
        found = {
            one.id: one
            for one in (*by_id, *(self.customers[at] for at in held), *(one.candidate for one in alike))
        }
        return list(found.values())[:most]


def crm_names(session: Session) -> CrmNames:
    """The names as they stand in the session's snapshot."""
    return _NAMES.of(session)


def crm_customers_by_external_id(session: Session, external_ids: Sequence[str]) -> dict[str, CrmCustomer]:
    """CRM customers by the CRM's own id; those that there are not are left out."""
    rows = session.exec(rows_of(CrmCustomer).where(col(CrmCustomer.external_id).in_(external_ids)))
    return {row.external_id: row for row in rows}


def _state(session: Session) -> Hashable:
    """What differs once the CRM's customers changed: only orders runs write them, and none ends without a moment."""
    c = crm_customer.c
    counted = session.execute(select(func.count(), func.max(c.id)).select_from(crm_customer)).one()
    runs = (
        select(job.c.id, job.c.state, job.c.finished_at)
        .where(job.c.kind == "orders")
        .order_by(job.c.id.desc())
        .limit(5)
    )
    return tuple(counted), tuple(tuple(row) for row in session.execute(runs))


def _read(session: Session) -> CrmNames:
    return CrmNames([OrderCustomer(external_id, name) for external_id, name in all_crm_customers(session)])


_NAMES = Kept(_state, _read, lambda names: names.index)
