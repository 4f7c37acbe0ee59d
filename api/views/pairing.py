"""Items of NetSuite and the products they are paired with, and what pairing anew would come to."""

from collections.abc import Sequence

from sqlmodel import Session

from api.views.shape import View
from revrec.operations.pair_item import MANUAL
from revrec.store.queries.closes import newest_closed_period
from revrec.store.queries.pairing import is_booked
from revrec.store.queries.products import products_by_id
from revrec.store.reference.pairing import Proposal, read_catalogue
from revrec.store.tables import Item, Product


class PairedProductView(View):
    id: int
    code: str
    name: str
    category: str


class PairingView(View):
    """How an item is paired: `code`, `name`, `own` (it is a product of its own), `manual` (`paired_by` chose), or
    empty: not yet. `proposed` is what pairing anew would take, `proposed_by` how it was found (`own`: none fits),
    `alternatives` other products whose code or name fits; `ambiguous`: several have its name, so none is taken.
    `note`: what a change does to closed periods."""

    item: int
    code: str
    name: str
    type: str
    product: PairedProductView | None
    paired: str
    paired_by: str
    proposed: PairedProductView | None
    proposed_by: str
    alternatives: list[PairedProductView]
    ambiguous: bool
    would_change: bool
    note: str = ""


def pairing_views(session: Session, rows: Sequence[Item]) -> list[PairingView]:
    catalogue = read_catalogue(session)
    proposals = {row.id: catalogue.propose(row.name, row.display_name) for row in rows}
    wanted = {row.product_id for row in rows if row.product_id is not None}
    for one in proposals.values():
        wanted |= {one.product_id, *one.others} - {None}  # type: ignore[arg-type]
    products = products_by_id(session, {key for key in wanted if key is not None})
    return [_view(row, proposals[row.id], products) for row in rows]


def pairing_view(session: Session, row: Item) -> PairingView:
    """One item after a person changed it: with what that does to closed periods."""
    note = ""
    if is_booked(session, row.id):
        note = (
            f"Closed periods stay as they are ({newest_closed_period(session)} is the newest); what differs is an "
            "adjustment of the open one."
        )
    return pairing_views(session, [row])[0].model_copy(update={"note": note})


def _view(row: Item, proposal: Proposal, products: dict[int, Product]) -> PairingView:
    now = products.get(row.product_id or 0)
    proposed = products.get(proposal.product_id or 0)
    free = row.paired != MANUAL
    moves = proposed is not None and proposed.id != row.product_id
    return PairingView(
        item=row.id,
        code=row.name,
        name=row.display_name or row.name,
        type=row.type,
        product=_product(now),
        paired=row.paired,
        paired_by=row.paired_by,
        proposed=_product(proposed),
        proposed_by=proposal.how if proposed is None or proposed.id != row.product_id or free else "",
        alternatives=[
            view
            for view in (_product(products.get(one)) for one in proposal.others if one != row.product_id)
            if view is not None
        ],
        ambiguous=proposal.ambiguous,
        would_change=free and moves,
    )


def _product(row: Product | None) -> PairedProductView | None:
    if row is None:
        return None
    return PairedProductView(id=row.id, code=row.code, name=row.name, category=row.category)
