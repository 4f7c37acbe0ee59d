"""The life of each order line: as it was first ordered or added, as it stands, and what changed it in between."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from revrec.accounting.book import Changes
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE, Column, Mask, group_rows, sum_by
from revrec.accounting.money import cumulate_within
from revrec.accounting.terms import ChangeKind, Treatment
from revrec.store.books.lines import Lines
from revrec.store.books.versions import Said, Versions


@dataclass(frozen=True, eq=False)
class History:
    """One row a line, in order of lines: as first ordered or added, and as last stated.

    `entry`: row of the version that first has the line; `added`: whether it came to its contract later, by a version
    of its order or with an order that joined.
    `changes`: those of all lines and orders.
    """

    begun: Lines
    newest: Lines
    entry: Column
    added: Mask
    changes: Changes


def order_ends(versions: Versions) -> tuple[Column, Column]:
    """For each version, in order of order and number, the rows of its order's first and last one."""
    size = len(versions)
    at = np.arange(size, dtype=np.int64)
    begins = is_first(versions.order)
    ends = is_last(versions.order)
    first = np.maximum.accumulate(np.where(begins, at, 0)) if size else at
    last = np.minimum.accumulate(np.where(ends, at, size)[::-1])[::-1] if size else at
    return first, last


def is_first(key: Column) -> Mask:
    """Which rows begin a run of equal keys."""
    return np.append(True, key[1:] != key[:-1])[: key.size]


def is_last(key: Column) -> Mask:
    """Which rows end a run of equal keys."""
    return np.append(key[1:] != key[:-1], True)[: key.size]


def joining(versions: Versions) -> Mask:
    """Versions of orders that were signed after their contract began, and so modify it (606-10-25-10); orders of one
    day are combined (606-10-25-9), and so are those that a person combined."""
    contract, first = group_rows(versions.contract)
    begun = np.full(first.size, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(begun, contract, versions.ordered)
    later: Mask = (versions.ordered > begun[contract]) & (versions.combined == 0)
    return later


def trace(versions: Versions, lines: Lines) -> History:
    """What the chain of versions in force makes of each line; `lines` in order of line and version.

    A line that came to nothing, in quantity and amount, is lost. What a version says of a line that could not be read
    is left out, unless it is the last word on it.
    """
    first_of, last_of = order_ends(versions)
    entry = lines.version[is_first(lines.line)]
    lost = (lines.quantity_e6 <= 0) & (lines.amount == 0) & ~is_first(lines.line)
    lines = lines.take(~lost)
    unread = (lines.problem != 0) | (versions.problem[lines.version] != 0)
    lines = lines.take(~unread | is_last(lines.line))
    lines = replace(lines, end=_known_ends(lines))
    begun, newest = lines.take(is_first(lines.line)), lines.take(is_last(lines.line))
    added = (entry != first_of[entry]) | joining(versions)[entry]
    # An estimate changes what a contract comes to and no line of it: what modifies a line is stated without it.
    estimated = np.where(versions.said[lines.version] == Said.PRICE_CHANGE, _steps(lines, "amount"), 0)
    changes = Changes.concat(
        (
            _additions(versions, begun.take(added), entry[added]),
            _modifications(versions, lines, estimated),
            _price_changes(versions, lines, estimated),
            _lost_lines(versions, newest, last_of),
            _cancelled_orders(versions, last_of),
        )
    )
    return History(begun, newest, entry, added, changes)


def _known_ends(lines: Lines) -> Column:
    """The last day of service of each row; where the last version lacks it none, where one in between does the next
    one's. A line that began without one is given it by the version that has it first: until then it waits."""
    size = len(lines)
    missing = lines.end == NO_DAY
    if not missing.any() or missing.all():
        return lines.end
    at = np.where(missing & ~is_last(lines.line), size, np.arange(size))
    following = np.minimum.accumulate(at[::-1])[::-1]
    filled = lines.end[following]
    last = np.minimum.accumulate(np.where(is_last(lines.line), np.arange(size), size)[::-1])[::-1]
    begun_without = cumulate_within((~missing).astype(np.int64), lines.line) == 0
    ends: Column = np.where((lines.end[last] == NO_DAY) | begun_without, NO_DAY, filled)
    return ends


def _steps(lines: Lines, name: str) -> Column:
    """How much a column changes from the version before; 0 where a line begins."""
    values: Column = getattr(lines, name)
    before = np.append(values[:1], values[:-1])
    steps: Column = np.where(is_first(lines.line), 0, values - before)
    return steps


def _additions(versions: Versions, lines: Lines, entry: Column) -> Changes:
    return _changes(
        versions, entry, ChangeKind.MODIFICATION, obligation=lines.line, amount=lines.amount, treated=True
    )


def _modifications(versions: Versions, lines: Lines, estimated: Column) -> Changes:
    """Lines that were there before, with another amount, last day or quantity."""
    amount = _steps(lines, "amount") - estimated
    end, quantity = _steps(lines, "end"), _steps(lines, "quantity_e6")
    rows = np.flatnonzero((amount != 0) | (end != 0) | (quantity != 0))
    stated = lines.amount - cumulate_within(estimated, lines.line)
    return _changes(
        versions,
        lines.version[rows],
        ChangeKind.MODIFICATION,
        obligation=lines.line[rows],
        amount=np.where(amount[rows] != 0, stated[rows], NO_AMOUNT),
        end=np.where(end[rows] != 0, lines.end[rows], NO_DAY),
        quantity_e6=np.where(quantity[rows] != 0, lines.quantity_e6[rows], NONE),
        treated=True,
    )


def _price_changes(versions: Versions, lines: Lines, estimated: Column) -> Changes:
    total = sum_by(lines.version, estimated, len(versions))
    rows = np.flatnonzero(total)
    return _changes(versions, rows, ChangeKind.PRICE_CHANGE, amount=total[rows])


def _lost_lines(versions: Versions, newest: Lines, last_of: Column) -> Changes:
    """Lines that a later version of their order does not have: earned through the day before it."""
    gone = newest.version != last_of[newest.version]
    at = newest.version[gone] + 1
    return _changes(
        versions,
        at,
        ChangeKind.CANCEL,
        obligation=newest.line[gone],
        order=versions.order[at],
        amount=np.zeros(at.size, dtype=np.int64),
        end=versions.day[at] - 1,
    )


def _cancelled_orders(versions: Versions, last_of: Column) -> Changes:
    """Orders that their last version says are cancelled, as of the versions that first said so in these words."""
    last = np.unique(last_of)
    over = last[_says_cancelled(versions, last)]
    rows = [row for newest in over.tolist() for row in _cancels(versions, newest)]
    at = np.array(rows, dtype=np.int64)
    return _changes(
        versions,
        at,
        ChangeKind.CANCEL,
        order=versions.order[at],
        amount=np.zeros(at.size, dtype=np.int64),
        end=versions.cancelled[at],
    )


def _says_cancelled(versions: Versions, rows: Any) -> Any:
    return (versions.cancelled[rows] != NO_DAY) & (versions.said[rows] != Said.NOT_CANCELLED)


def _cancels(versions: Versions, newest: int) -> Iterator[int]:
    """The versions that cancelled an order, its newest given, the last first. A sooner end comes on top of the one
    before, which had taken its part of the price already; a later end corrects it."""
    row = at = newest
    while row >= 0 and versions.order[row] == versions.order[newest] and _says_cancelled(versions, row):
        if versions.cancelled[row] > versions.cancelled[at]:
            yield at
            at = row
        elif row == at - 1 and versions.cancelled[row] == versions.cancelled[at]:
            at = row
        row -= 1
    yield at


def _changes(
    versions: Versions, rows: Column, kind: ChangeKind, *, treated: bool = False, **columns: Any
) -> Changes:
    """Changes that these versions made, one for each row. None happens before its order was signed.

    `treated`: the version says how; else, and where it says no treatment, the engine chooses.
    """
    said = versions.said[rows]
    known = np.isin(said, [int(one) for one in Treatment])
    return Changes.of(
        id=versions.id[rows],
        kind=np.full(rows.size, int(kind), dtype=np.int64),
        day=np.maximum(versions.day[rows], versions.ordered[rows]),
        known=versions.known[rows],
        sequence=versions.order_rank[rows],
        contract=versions.contract[rows],
        treatment=np.where(known & treated, said, int(Treatment.AUTO)),
        **columns,
    )
