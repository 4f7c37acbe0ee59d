"""Pairing NetSuite items with the CRM's products: by code, then by name; what pairs with nothing is a product of its
own, so that every item and every order line has one.

`item.paired` says how: `code`, `name`, `own`, or `manual` (a person chose; no run changes that). A name that several of
the CRM's products share decides nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import bindparam, or_, select, update
from sqlmodel import Session

from revrec.matching.keys import name_key
from revrec.store.core import item, order_line, product
from revrec.store.queries.batches import batches
from revrec.store.reference.products import CatalogueProduct, keep_products

How = Literal["code", "name", "own"]


@dataclass(frozen=True)
class Could:
    """An item that is a product of its own though a product of the CRM has its name."""

    item_id: int
    item_name: str
    product_code: str
    product_name: str


@dataclass(frozen=True)
class Paired:
    """How many items got a product now, and which could get another."""

    count: int = 0
    could: tuple[Could, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """What an item would be paired with: its product and how it was found (None: a product of its own), and other
    products that its code or names fit."""

    product_id: int | None
    how: How
    others: tuple[int, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """Several products have its name, so none was taken."""
        return self.product_id is None and bool(self.others)


@dataclass
class Catalogue:
    """Products by their keys and names. `own`: those that are nothing but an item of NetSuite."""

    by_key: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    own: frozenset[int] = frozenset()

    def propose(self, name: str, display_name: str) -> Proposal:
        """The product of an item by its code, else by its display name, else by its code as a name."""
        code, shown = name_key(name), name_key(display_name or name)
        named = [self.by_name.get(shown, []), self.by_name.get(code, [])]
        every = [self.by_key.get(code), *named[0], *named[1]]
        fitting = tuple(dict.fromkeys(one for one in every if one is not None))
        if code in self.by_key and self.by_key[code] not in self.own:
            return self._taken(self.by_key[code], "code", fitting)
        for some in named:
            sold = [one for one in some if one not in self.own]
            if len(sold) > 1:
                return Proposal(None, "own", tuple(one for one in fitting if one not in self.own))
            if sold:
                return self._taken(sold[0], "name", fitting)
        # Two items of one name that the CRM does not know are one product.
        if fitting:
            return self._taken(fitting[0], "code" if code in self.by_key else "name", fitting)
        return Proposal(None, "own")

    def _taken(self, chosen: int, how: How, fitting: Iterable[int]) -> Proposal:
        others = tuple(one for one in fitting if one != chosen and one not in self.own)
        return Proposal(chosen, how, others)


def read_catalogue(session: Session, own: frozenset[int] | None = None) -> Catalogue:
    """Every product by key and name, older ones first. `own`: as `only_items` told before pairings were forgotten."""
    found = Catalogue(own=only_items(session) if own is None else own)
    for row in session.execute(select(product.c.id, product.c.key, product.c.name).order_by(product.c.id)):
        found.by_key.setdefault(row.key, row.id)
        found.by_name.setdefault(name_key(row.name), []).append(row.id)
    return found


def pair_items(
    session: Session, *, again: bool = True, only: int | None = None, own: frozenset[int] | None = None
) -> Paired:
    """Give every item that has none its product (`only`: that one). `again`: items that are products of their own are
    looked at anew, since the CRM may have named their product since; without it those are told, and nothing moves.
    `own`: see `read_catalogue`.
    """
    i = item.c
    statement = select(i.id, i.name, i.display_name, i.product_id, i.paired).order_by(i.id)
    due = i.product_id.is_(None) | i.paired.in_(("own", ""))
    rows = session.execute(statement.where(i.id == only if only is not None else due)).all()
    if not rows:
        return Paired()
    catalogue = read_catalogue(session, own)
    pairs: list[dict[str, Any]] = []
    alone: list[Any] = []
    could: list[tuple[Any, int]] = []
    count = 0
    for row in rows:
        proposal = catalogue.propose(row.name, row.display_name)
        if row.product_id is None:
            count += 1
            if proposal.product_id is None:
                alone.append(row)
            else:
                how = "own" if _is_itself(row, proposal.product_id, catalogue) else proposal.how
                pairs.append(_pair(row.id, proposal.product_id, how))
        elif row.product_id == proposal.product_id and row.product_id not in catalogue.own:
            pairs.append(_pair(row.id, row.product_id, proposal.how))
        elif row.paired == "own" and proposal.product_id not in (None, row.product_id, *catalogue.own):
            if again:
                count += 1
                pairs.append(_pair(row.id, int(proposal.product_id or 0), proposal.how))
            else:
                could.append((row, int(proposal.product_id or 0)))
        elif row.paired == "":
            pairs.append(_pair(row.id, row.product_id, _how(row, catalogue)))
    pairs += _own_products(session, alone, catalogue)
    if pairs:
        write = (
            update(item)
            .where(i.id == bindparam("item"))
            .values(product_id=bindparam("product"), paired=bindparam("how"), paired_by="")
        )
        session.connection().execute(write, pairs)
        session.expire_all()
    return Paired(count, _told(session, could))


def own_product(session: Session, name: str, display_name: str) -> int:
    """The product that an item of this code is by itself."""
    given = CatalogueProduct(name, display_name or name)
    return keep_products(session, [given])[given.key]


def _own_products(session: Session, rows: Sequence[Any], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Products of their own for items that pair with nothing; items of one display name share one, unless the CRM's
    products leave that name open."""
    made: dict[str, CatalogueProduct] = {}
    key_of: dict[int, str] = {}
    leader: dict[str, str] = {}
    for row in rows:
        one = CatalogueProduct(row.name, row.display_name or row.name)
        key = one.key
        if not catalogue.propose(row.name, row.display_name).ambiguous:
            key = leader.setdefault(name_key(one.name), one.key)
        key_of[row.id] = key
        if key == one.key:
            made.setdefault(key, one)
    ids = keep_products(session, list(made.values())) if made else {}
    return [_pair(row.id, ids[key_of[row.id]], "own") for row in rows]


def _is_itself(row: Any, product_id: int, catalogue: Catalogue) -> bool:
    """Whether a product is nothing but this item."""
    return product_id in catalogue.own and catalogue.by_key.get(name_key(row.name)) == product_id


def _pair(item_id: int, product_id: int, how: str) -> dict[str, Any]:
    return {"item": item_id, "product": product_id, "how": how}


def _how(row: Any, catalogue: Catalogue) -> How:
    """How an item was paired by a release that did not keep it."""
    if catalogue.by_key.get(name_key(row.name)) == row.product_id:
        return "code" if row.product_id not in catalogue.own else "own"
    return "name"


def only_items(session: Session) -> frozenset[int]:
    """Products that items are by themselves and no order line names: of items paired so, and those that are left of
    items which a person paired otherwise."""
    sold = select(order_line.c.id).where(order_line.c.product_id == product.c.id).exists()
    own = select(item.c.product_id).where(item.c.paired == "own", item.c.product_id.is_not(None))
    by_hand = session.execute(select(item.c.name).where(item.c.paired == "manual")).scalars()
    found: set[int] = set()
    for some in batches(name_key(name) for name in by_hand):
        mine = or_(product.c.id.in_(own), product.c.key.in_(some))
        found.update(session.execute(select(product.c.id).where(mine, ~sold)).scalars())
    return frozenset(found)


def _told(session: Session, could: Sequence[tuple[Any, int]]) -> tuple[Could, ...]:
    p = product.c
    wanted = {product_id for _, product_id in could}
    names = (
        {row.id: row for row in session.execute(select(p.id, p.code, p.name).where(p.id.in_(wanted)))}
        if wanted
        else {}
    )
    return tuple(
        Could(row.id, row.name, names[product_id].code, names[product_id].name) for row, product_id in could
    )
