"""Which contract bills what: orders that documents name, absorption by open contracts, what is left unassigned.

The split is a ledger fact: a piece once placed stays, until its document is voided; only unassigned pieces move on.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from .obligations import Obligation


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

    def close(self, documents: list[Document], lines: list[Open]) -> None:
        """Bring in what is known at a close; ``documents`` in the order of events, voided ones left out."""
        known = {(d.number, d.line) for d in documents}
        self.pieces = [p for p in self.pieces if (p.document.number, p.document.line) in known and not p.own]
        left = {
            (d.number, d.line): d.amount
            - sum(p.amount for p in self.pieces if p.document == d and p.contract is not None)
            for d in documents
        }
        self.pieces = [p for p in self.pieces if p.contract is not None]
        for document in documents:
            if document.order is not None and document.amount > 0 and left[document.number, document.line]:
                self._name(document, lines)
        self._absorb_all(documents, lines, left)
        for document in documents:
            if left[document.number, document.line] < 0:
                if document.order is not None:
                    self._name(document, lines)
                else:
                    self._free(document, left)
        self._absorb_all(documents, lines, left)  # credits may have made room
        for document in documents:
            if document.order is None and left[document.number, document.line]:
                self.pieces.append(Piece(document, left[document.number, document.line], None, None))

    def _absorb_all(
        self, documents: list[Document], lines: list[Open], left: dict[tuple[str, str], int]
    ) -> None:
        for same_product in (True, False):
            for document in documents:
                if document.order is None and left[document.number, document.line] > 0:
                    place = document.number, document.line
                    left[place] = self._absorb(document, left[place], lines, same_product)

    def _name(self, document: Document, lines: list[Open]) -> None:
        """The order it names, in full."""
        mine = [o for o in lines if o.line.order == document.order]
        match: Callable[[Open], bool] = lambda o: document.for_line in o.line.lines  # noqa: E731
        found = [o for o in mine if match(o)] or [o for o in mine if o.line.product == document.product]
        target = found[0] if found else mine[0]
        self.pieces.append(
            Piece(document, document.amount, target.contract, target.line.key if found else None)
        )

    def _absorb(self, document: Document, amount: int, lines: list[Open], same_product: bool) -> int:
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
        for one in sorted(fitting, key=lambda o: (o.ordered, o.line.order, o.place)):
            billed = sum(p.amount for p in self.pieces if p.target == one.line.key)
            usage = {o.line.key for o in lines if o.line.usage}
            whole = sum(o.line.stated for o in lines if o.contract == one.contract and not o.line.usage)
            whole -= sum(
                p.amount for p in self.pieces if p.contract == one.contract and p.target not in usage
            )
            part = min(amount, one.line.stated - billed, whole)
            if one.line.usage:
                part = amount if same_product else 0
            if part > 0:
                self.pieces.append(Piece(document, part, one.contract, one.line.key))
                amount -= part
        return amount

    def _free(self, document: Document, left: dict[tuple[str, str], int]) -> None:
        """A credit memo frees its invoice, else the newest first; the same product before others."""
        place = document.number, document.line
        mine = [p for p in self.pieces if p.amount > 0 and p.document.customer == document.customer]
        if document.invoice is not None:
            mine = [p for p in mine if p.document.number == document.invoice]
        else:
            mine = sorted(mine, key=lambda p: p.document.day, reverse=True)
        mine = sorted(mine, key=lambda p: p.document.product != document.product)
        for piece in mine:
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
