"""The opening of the first close: computed, or loaded and compared with what is computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlmodel import Session

from revrec.accounting.book import Book
from revrec.accounting.columns import NONE, Column, group_rows, sum_by
from revrec.accounting.money import format_amount
from revrec.accounting.opening import (
    OpeningDifference,
    opening_differences,
    stand_in,
)
from revrec.accounting.policy import Policy
from revrec.accounting.problem import blockers
from revrec.accounting.result import CloseResult
from revrec.accounting.terms import BalanceScope
from revrec.operations.accept_opening import OpeningTotal, is_accepted
from revrec.problems import Finding
from revrec.store.books import Names
from revrec.store.books.openings import read_opening
from revrec.store.general_ledger.reading import base_currencies
from revrec.store.queries.currencies import iso_precision, precisions
from revrec.store.queries.general_ledger import liability_less_asset


@dataclass(frozen=True, slots=True)
class LedgerComparison:
    """Contract liability less assets of a subsidiary at the opening: ours and NetSuite's, base minor units."""

    subsidiary_id: int
    currency: str
    ours_minor: int
    netsuite_minor: int


@dataclass(frozen=True)
class ComparedOpening:
    """`result`: the opening that will stand; `differences`: computed less loaded, empty where nothing was loaded."""

    result: CloseResult
    loaded: bool
    differences: OpeningDifference
    totals: tuple[OpeningTotal, ...]
    accepted: bool
    decimals: dict[str, int]
    ledgers: tuple[LedgerComparison, ...] = ()
    """By subsidiary, where NetSuite's balances at the opening were read (`revrec controls gl`)."""

    def findings(self, period: str) -> Iterable[Finding]:
        """What speaks against closing the first period: the opening has to equal the ledger, or be signed off."""
        if self.accepted or not self.totals or self.equals_ledger:
            return
        parts = "; ".join(self._told(one) for one in self.totals)
        message = (
            f"The opening balances of {period} are not signed off. Compare them with the general ledger: {parts}. "
            f"{self._compared(period)} "
            "Accept them with `revrec opening accept`, or acknowledge this with what you found."
        )
        yield Finding("opening_not_compared", "warning", f"period {period}", message)

    @property
    def equals_ledger(self) -> bool:
        """Whether NetSuite's balances were read and are these, in every subsidiary: nothing is to be signed off."""
        return bool(self.ledgers) and all(one.ours_minor == one.netsuite_minor for one in self.ledgers)

    def _compared(self, period: str) -> str:
        if not self.ledgers:
            return f"NetSuite's balances were not read: `revrec controls gl {period}`."
        return (
            "NetSuite's contract liability less assets: "
            + "; ".join(
                f"subsidiary {one.subsidiary_id}, {one.currency}: {self._shown(one.netsuite_minor, one.currency)}, "
                f"here {self._shown(one.ours_minor, one.currency)}"
                for one in self.ledgers
            )
            + "."
        )

    def _shown(self, minor: int, currency: str) -> str:
        return format_amount(minor, self.decimals.get(currency, iso_precision(currency)))

    def _told(self, one: OpeningTotal) -> str:
        def shown(minor: int) -> str:
            return self._shown(minor, one.currency)

        text = (
            f"subsidiary {one.subsidiary_id}, {one.currency}: contract liability {shown(one.liability_minor)}, "
            f"contract asset {shown(one.asset_minor)}"
        )
        if one.differing:
            text += (
                f" ({one.differing} lines and contracts were loaded otherwise than computed; "
                f"{shown(one.conversion_minor)} of revenue will be booked as conversion)"
            )
        return text


def compare_opening(
    session: Session, book: Book, period: int, policy: Policy, computed: CloseResult, names: Names
) -> ComparedOpening:
    """What was loaded stands in for what was `computed`; where nothing was, the computed opening stands."""
    loaded = read_opening(session)
    result, differences = computed, OpeningDifference.empty()
    if loaded is not None and not blockers(computed.problems):
        result = stand_in(book, period, policy, computed, *loaded)
        differences = opening_differences(book, computed, *loaded)
    totals = _totals(book, result, differences, names)
    return ComparedOpening(
        result,
        loaded is not None,
        differences,
        totals,
        is_accepted(session, totals),
        precisions(session),
        _ledgers(session, book.calendar.names[period], totals),
    )


def _ledgers(session: Session, period: str, totals: Sequence[OpeningTotal]) -> tuple[LedgerComparison, ...]:
    """NetSuite's side as it was read last; nothing where it was not."""
    theirs = liability_less_asset(session, period)
    if theirs is None:
        return ()
    ours: dict[int, int] = {}
    for one in totals:
        net = one.base_liability_minor - one.base_asset_minor
        ours[one.subsidiary_id] = ours.get(one.subsidiary_id, 0) + net
    symbols = base_currencies(session)
    return tuple(
        LedgerComparison(key, symbols.get(key, ""), ours.get(key, 0), theirs.get(key, 0))
        for key in sorted(ours.keys() | theirs.keys())
    )


def _totals(
    book: Book, result: CloseResult, differences: OpeningDifference, names: Names
) -> tuple[OpeningTotal, ...]:
    """By subsidiary and currency; what stands nowhere is left out."""
    balances = result.balances.take(result.balances.scope != BalanceScope.UNASSIGNED)
    home = {key: at for at, key in enumerate(book.contracts.id.tolist())}
    differences = differences.take(np.isin(differences.contract, book.contracts.id))
    rows = np.array([home[one] for one in differences.contract.tolist()], dtype=np.int64)
    subsidiary = np.concatenate((balances.subsidiary, book.contracts.subsidiary[rows]))
    currency = np.concatenate((balances.currency, book.contracts.currency[rows]))
    if not subsidiary.size:
        return ()
    group, first = group_rows(subsidiary, currency)
    mine, theirs = group[: len(balances)], group[len(balances) :]

    def added(values: Column) -> list[int]:
        found: list[int] = sum_by(mine, values, first.size).tolist()
        return found

    line = differences.obligation != NONE
    moved = np.where(line, differences.computed - differences.loaded, 0)
    columns = zip(
        subsidiary[first].tolist(),
        [names.currencies[code] for code in currency[first].tolist()],
        added(balances.billed),
        added(balances.recognised),
        added(balances.liability),
        added(balances.contract_asset + balances.unbilled_receivable),
        added(balances.base_liability),
        added(balances.base_contract_asset + balances.base_unbilled_receivable),
        sum_by(theirs, np.ones(rows.size, dtype=np.int64), first.size).tolist(),
        sum_by(theirs, moved, first.size).tolist(),
        strict=True,
    )
    totals = tuple(OpeningTotal(*values) for values in columns)
    return tuple(
        one
        for one in totals
        if one != replace(_NOTHING, subsidiary_id=one.subsidiary_id, currency=one.currency)
    )


_NOTHING = OpeningTotal(0, "", 0, 0, 0, 0, 0, 0)
