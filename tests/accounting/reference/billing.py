"""Which contract bills what: orders that documents name, absorption by open contracts, what is left unassigned.

The split is a ledger fact: a piece once placed stays, until its document is voided; only unassigned pieces move on, and
those of contracts that their own invoices became. What a credit took of these moves no more, but to room that is new.
"""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from .obligations import Obligation

Place = tuple[str, str]
"""A document's number and its line."""


@dataclass
class Document:
    """A line of an invoice (positive) or credit memo (negative)."""

    number: str
    line: str
    day: dt.date
    customer: str
    product: str | None
    amount: int
    order: str | None = None
    invoice: str | None = None
    for_line: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    rate: object = None


@dataclass
class Piece:
    """A part of a document's line, and what it bills: a contract's name (None: unassigned) and a line of it."""

    document: Document
    amount: int
    contract: str | None
    target: tuple[str, str] | None

    @property
    def own(self) -> bool:
        """Whether it bills a contract that its own invoice became: it gives way to any order."""
        return self.document.order is None and self.contract == self.document.number


@dataclass
class Open:
    """A line that can absorb billing: its contract, order day and stated price."""

    contract: str
    ordered: dt.date
    customer: str
    line: Obligation
    place: int = 0  # among the lines of its order
    own: bool = False  # an invoice that is a contract of its own


class Billing:
    """Pieces placed so far."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.aside: list[tuple[Place, Place, int]] = []  # credits of what was unassigned: both stay so

    def close(self, documents: list[Document], lines: list[Open]) -> None:
        """Bring in what is known at a close; ``documents`` in the order of events, voided ones left out."""
        known = {(d.number, d.line): d for d in documents}
        self.pieces = [p for p in self.pieces if (p.document.number, p.document.line) in known]
        stand: dict[Place, int] = defaultdict(int)
        for piece in self.pieces:
            if piece.own and piece.amount > 0:
                stand[piece.document.number, piece.document.line] += piece.amount
        self.pieces = [p for p in self.pieces if not (p.own and p.amount > 0)]
        left = {
            (d.number, d.line): d.amount
            - sum(p.amount for p in self.pieces if p.document == d and p.contract is not None)
            for d in documents
        }
        self.pieces = [p for p in self.pieces if p.contract is not None]
        aside = [(c, i, amount) for c, i, amount in self.aside if c in known and i in known]
        self.aside = []
        own = dict(stand)
        for _, invoice, amount in aside:
            stand[invoice] += amount
        for document in documents:
            if document.order is not None and document.amount > 0 and left[document.number, document.line]:
                self._name(document, lines)
        self._absorb_all(documents, lines, left, stand)
        for credit, invoice, amount in aside:
            part = min(amount, left[invoice], -left[credit])
            self._set_aside(credit, invoice, part, left)
        for document in documents:
            if left[document.number, document.line] < 0:
                if document.order is not None:
                    self._name(document, lines)
                else:
                    self._free(document, documents, left)
        self._absorb_all(documents, lines, left, own)  # credits may have made room
        for document in documents:
            if document.order is None and document.amount > 0:
                place = document.number, document.line
                self._go_along(document, lines, left[place], own.get(place, 0) - left[place])
        for document in documents:
            place = document.number, document.line
            whole = left[place] + sum(amount for _, invoice, amount in self.aside if invoice == place)
            if document.order is None and whole:
                self.pieces.append(Piece(document, whole, None, None))
        for credit, _, amount in self.aside:
            self.pieces.append(Piece(known[credit], -amount, None, None))

    def _go_along(self, invoice: Document, lines: list[Open], still: int, gone: int) -> None:
        """An invoice's own contract keeps no more credits than the invoice still bills it, the oldest; the others go
        with what orders took in this close (``gone``)."""
        places = {o.line.key: (o.ordered, o.line.order, o.place) for o in lines}
        taken = [p for p in self.pieces if p.document == invoice and p.amount > 0 and p.target in places]
        taken.sort(key=lambda p: places[p.target] if p.target else ())
        free = {id(p): self._unfreed(p) for p in taken}
        for credit in [p for p in self.pieces if p.amount < 0 and p.target == (invoice.number, invoice.line)]:
            keeps = min(-credit.amount, still)
            still -= keeps
            excess = -credit.amount - keeps
            for piece in taken:
                part = min(excess, free[id(piece)], gone)
                if part > 0:
                    self.pieces.append(Piece(credit.document, -part, piece.contract, piece.target))
                    credit.amount += part
                    free[id(piece)] -= part
                    excess -= part
                    gone -= part

    def follow(self, invoice: Document, target: Place) -> None:
        """What an invoice bills that no order absorbs is a contract of its own, and what was credited of it as well."""
        for credit, place, amount in [a for a in self.aside if a[1] == (invoice.number, invoice.line)]:
            self.aside.remove((credit, place, amount))
            one = next(
                p
                for p in self.pieces
                if (p.document.number, p.document.line, p.amount, p.contract) == (*credit, -amount, None)
            )
            one.contract, one.target = invoice.number, target

    def _set_aside(self, credit: Place, invoice: Place, amount: int, left: dict[Place, int]) -> None:
        if amount > 0:
            self.aside.append((credit, invoice, amount))
            left[credit] += amount
            left[invoice] -= amount

    def _absorb_all(
        self, documents: list[Document], lines: list[Open], left: dict[Place, int], stand: dict[Place, int]
    ) -> None:
        """``stand``: what of each line takes no room that credits made. Where there is none, room is room."""
        rooms = (False, True) if any(stand.values()) else (True,)
        for same_product, freed in itertools.product((True, False), rooms):
            for document in documents:
                place = document.number, document.line
                if document.order is not None or left[place] <= 0:
                    continue
                amount = max(left[place] - stand.get(place, 0), 0) if freed else left[place]
                left[place] -= amount - self._absorb(document, amount, lines, same_product, freed)

    def _name(self, document: Document, lines: list[Open]) -> None:
        """The order it names, in full."""
        mine = [o for o in lines if o.line.order == document.order]
        match: Callable[[Open], bool] = lambda o: document.for_line in o.line.lines  # noqa: E731
        found = [o for o in mine if match(o)] or [o for o in mine if o.line.product == document.product]
        target = found[0] if found else mine[0]
        self.pieces.append(
            Piece(document, document.amount, target.contract, target.line.key if found else None)
        )

    def _absorb(
        self, document: Document, amount: int, lines: list[Open], same_product: bool, freed: bool
    ) -> int:
        """Same product, oldest order, number, line; up to the stated price less what bills it. Gives what is left.

        Usage has no price: it takes all of its own product, and nothing else.
        """
        fitting = [
            o
            for o in lines
            if o.customer == document.customer
            and (o.line.product == document.product or not same_product)
            and not o.own
        ]
        counted = [p for p in self.pieces if freed or p.amount > 0]
        for one in sorted(fitting, key=lambda o: (o.ordered, o.line.order, o.place)):
            billed = sum(p.amount for p in counted if p.target == one.line.key)
            usage = {o.line.key for o in lines if o.line.usage}
            whole = sum(o.line.stated for o in lines if o.contract == one.contract and not o.line.usage)
            whole -= sum(p.amount for p in counted if p.contract == one.contract and p.target not in usage)
            part = min(amount, one.line.stated - billed, whole)
            if one.line.usage:
                part = amount if same_product else 0
            if part > 0:
                self.pieces.append(Piece(document, part, one.contract, one.line.key))
                counted.append(self.pieces[-1])
                amount -= part
        return amount

    def _free(self, document: Document, documents: list[Document], left: dict[Place, int]) -> None:
        """A credit memo frees its invoice, else the newest first; the same product before others, and of one document
        first what no order absorbs."""
        place = document.number, document.line
        mine: list[tuple[Document, Piece | None]] = [(p.document, p) for p in self.pieces if p.amount > 0]
        mine = [(d, None) for d in documents if d.order is None and left[d.number, d.line] > 0] + mine
        mine = [(d, p) for d, p in mine if d.customer == document.customer]
        if document.invoice is not None:
            mine = [(d, p) for d, p in mine if d.number == document.invoice]
        else:
            mine = sorted(mine, key=lambda m: m[0].day, reverse=True)
        for other, piece in sorted(mine, key=lambda m: m[0].product != document.product):
            if piece is None:
                invoice = other.number, other.line
                self._set_aside(place, invoice, min(-left[place], left[invoice]), left)
                continue
            part = min(-left[place], self._unfreed(piece))
            if part > 0:
                self.pieces.append(Piece(document, -part, piece.contract, piece.target))
                left[place] += part

    def _unfreed(self, piece: Piece) -> int:
        """What a piece's line still bills."""
        same = [p for p in self.pieces if p.contract == piece.contract and p.target == piece.target]
        return min(piece.amount, sum(p.amount for p in same))

    def billed(self, contract: str | None, customer: str | None = None) -> int:
        return sum(
            p.amount
            for p in self.pieces
            if p.contract == contract and (customer is None or p.document.customer == customer)
        )
