"""Which lines of a document bill something, and how discount lines lower them.

A billing line posts to an account of type Income, OthIncome or DeferRevenue, or to a clearing account. Tax, cost of
goods, inventory, receivable, subtotal, description, group and end-group lines bill nothing. A discount (or markup) line
is no line of its own: it changes the line it follows; after a subtotal the lines added up there; after a group its
members; in the header all lines above it; each by amount, to the minor unit.

Nothing is lost on the way: the net amounts of all lines sum to what their amounts sum to. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from revrec.netsuite.documents import DocumentLine
from revrec.netsuite.problems import Problem

BILLING_ACCOUNT_TYPES = frozenset({"Income", "OthIncome", "DeferRevenue"})
_DISCOUNT_ITEMS = frozenset({"Discount", "Markup"})
_TEXT_ITEMS = frozenset({"Description", "Group"})
_COST_TYPES = frozenset({"COGS", "ASSET"})


class Kind(StrEnum):
    """What a line is to billing."""

    BILLING = "billing"
    TAX = "tax"
    DISCOUNT = "discount"
    MAIN = "main"
    OTHER = "other"


class ClassifiedLine(NamedTuple):
    """A line with its kind, the reason for it, and its amounts after discounts (those of a discount line are 0).

    `net_base_minor` is in the subsidiary's base currency, 0 where nothing is posted. A discount line says in `lowers`
    which lines took it: (line id, amount in the document's currency).
    """

    line: DocumentLine
    kind: Kind
    reason: str
    net_minor: int
    net_base_minor: int
    lowers: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Accounts:
    """What classification knows of accounts: type by id, and which ids are clearing accounts."""

    type_by_id: Mapping[str, str]
    clearing: Collection[str] = frozenset()


def classify_document(
    lines: Sequence[DocumentLine], accounts: Accounts
) -> tuple[list[ClassifiedLine], list[Problem]]:
    """All lines of one document, in their order, classified; and what must hold the document.

    Amounts must be in minor units: a document with an unknown currency comes back as it is, with its problems only.
    """
    ordered = sorted(lines, key=lambda line: (line.sequence, line.line_id))
    problems = [problem for line in ordered for problem in line.problems]
    kinds = [_kind_of(line, accounts, problems) for line in ordered]
    amounts = _Amounts.of(ordered)
    if amounts is None:
        return [
            ClassifiedLine(line, *kind, 0, 0) for line, kind in zip(ordered, kinds, strict=True)
        ], problems
    if sum(amounts.net):
        whole = sum((line.amount.amount for line in ordered), Decimal(0))
        problems.append(
            Problem(
                "does_not_sum_to_zero",
                f"document {ordered[0].document_id}",
                f"The lines of document {ordered[0].document_id} sum to {whole} {ordered[0].amount.currency} and not "
                "to zero, main and tax lines included. Some lines were not read, or the role may not see them.",
            )
        )
    _spread_discounts(ordered, [kind for kind, _ in kinds], amounts, problems)
    return [
        ClassifiedLine(line, *kinds[at], amounts.net[at], amounts.base[at], tuple(amounts.lowers[at]))
        for at, line in enumerate(ordered)
    ], problems


@dataclass(slots=True)
class _Amounts:
    """By place: amounts in the document's and in the base currency, and what each discount lowered."""

    net: list[int]
    base: list[int]
    lowers: list[list[tuple[int, int]]]

    @classmethod
    def of(cls, lines: Sequence[DocumentLine]) -> _Amounts | None:
        """Amounts of these lines; None where one is not known in minor units."""
        net = [line.amount.minor for line in lines]
        base = [line.base_amount.minor if line.base_amount else 0 for line in lines]
        if None in net or None in base:
            return None
        return cls([amount or 0 for amount in net], [amount or 0 for amount in base], [[] for _ in lines])


def _kind_of(line: DocumentLine, accounts: Accounts, problems: list[Problem]) -> tuple[Kind, str]:
    if line.main:
        return Kind.MAIN, "the main line"
    if line.tax:
        return Kind.TAX, "a tax line"
    if line.header_discount or line.item_type in _DISCOUNT_ITEMS:
        return (
            Kind.DISCOUNT,
            "a discount in the header" if line.header_discount else f"a {line.item_type} item",
        )
    if line.cost_of_goods:
        return Kind.OTHER, "cost of goods"
    if line.account is None:
        if line.amount.amount:
            problems.append(
                _problem("no_account", line, "has an amount but posts to no account that we may see")
            )
        return Kind.OTHER, f"a {line.item_type or 'text'} line without a posting"
    if line.account in accounts.clearing:
        return Kind.BILLING, f"posts to clearing account {line.account}"
    account_type = accounts.type_by_id.get(line.account)
    if account_type is None:
        problems.append(
            _problem("unknown_account", line, f"posts to account {line.account}, which we do not know")
        )
        return Kind.OTHER, f"posts to unknown account {line.account}"
    if account_type in BILLING_ACCOUNT_TYPES:
        if line.recognised_by_netsuite:
            problems.append(
                _problem(
                    "recognised_by_netsuite", line, "is recognised by NetSuite itself, and would be twice"
                )
            )
        return Kind.BILLING, f"posts to an account of type {account_type}"
    return Kind.OTHER, f"posts to an account of type {account_type}"


def _spread_discounts(
    lines: Sequence[DocumentLine], kinds: Sequence[Kind], amounts: _Amounts, problems: list[Problem]
) -> None:
    above: list[int] = []  # every line so far that a discount may lower
    since_subtotal: list[int] = []
    group: list[int] | None = None
    target: list[int] = []  # what a discount on the next line lowers
    for place, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
        if kind is Kind.DISCOUNT:
            whole = above if line.header_discount else target
            # Lines of another kind (a deposit, a gift card) stay as they are where there are billing lines to lower.
            chosen = [at for at in whole if kinds[at] is Kind.BILLING] or whole
            _lower(place, chosen, lines, amounts, problems)
        elif line.item_type == "Subtotal":
            target, since_subtotal = since_subtotal, []
        elif line.item_type == "EndGroup":
            target, group = group or target, None
        elif line.item_type in _TEXT_ITEMS:
            group = [] if line.item_type == "Group" else group
        elif kind in (Kind.BILLING, Kind.OTHER) and not _is_cost(line):
            above.append(place)
            since_subtotal.append(place)
            if group is not None:
                group.append(place)
            target = [place]


def _is_cost(line: DocumentLine) -> bool:
    return line.cost_of_goods or line.accounting_line_type in _COST_TYPES


def _lower(
    place: int,
    target: Sequence[int],
    lines: Sequence[DocumentLine],
    amounts: _Amounts,
    problems: list[Problem],
) -> None:
    net, base = amounts.net, amounts.base
    if net[place] == 0 and base[place] == 0:
        return
    total = sum(net[at] for at in target)
    same_sign = [at for at in target if net[at] * total > 0]
    if not same_sign:
        problems.append(
            _problem("discount_without_line", lines[place], "is a discount with no line above to lower")
        )
        return
    weights = [net[at] for at in same_sign]
    shares, base_shares = split_by_amount(net[place], weights), split_by_amount(base[place], weights)
    net[place] = base[place] = 0
    for at, share, base_share in zip(same_sign, shares, base_shares, strict=True):
        before, net[at] = net[at], net[at] + share
        base[at] += base_share
        amounts.lowers[place].append((lines[at].line_id, share))
        if net[at] * before < 0:
            problems.append(
                _problem("discount_below_zero", lines[place], f"takes line {lines[at].line_id} below zero")
            )


def split_by_amount(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount in proportion to weights of one sign, whole minor units, by largest remainder.

    Works on absolute values and restores the sign; of equal remainders the later one gets the unit.
    """
    total = sum(abs(weight) for weight in weights)
    if total == 0:
        raise ValueError("weights that are all zero give no proportion")
    sign, whole = (-1 if amount_minor < 0 else 1), abs(amount_minor)
    shares = [divmod(whole * abs(weight), total) for weight in weights]
    left = whole - sum(share for share, _ in shares)
    order = sorted(range(len(weights)), key=lambda at: (shares[at][1], at), reverse=True)
    extra = set(order[:left])
    return [sign * (share + (at in extra)) for at, (share, _) in enumerate(shares)]


def _problem(kind: str, line: DocumentLine, says: str) -> Problem:
    where = f"document {line.document_id}, line {line.line_id}"
    return Problem(
        kind, where, f"Line {line.line_id} of document {line.document_id} {says}. It is held until settled."
    )
