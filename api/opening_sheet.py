"""The opening as the rows of its sheet: what `opening import` takes, to be looked through, changed and loaded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from api.importing import Decimals
from api.opening import current_opening
from reconciliation.import_sheets import OPENING, write_sheet
from reconciliation.tab_sheet import Cell
from revrec.accounting.columns import NONE, group_rows, sum_by
from revrec.operations.periods import periods_of
from revrec.operations.set_first_period import first_period
from revrec.store.engine import Store
from revrec.store.queries.currencies import precisions
from revrec.store.queries.openings import OpeningPlaces, opening_places

_SCALE_DIGITS = 6


def write_opening(path: Path, store: Store, created: datetime) -> int:
    """Write the opening that stands now, a row for each line that earned and each contract that was billed; returns
    how many. Base amounts are left out where the contract's currency is the subsidiary's own."""
    opening = current_opening(store)
    with store.read() as session:
        begin = first_period(session)
        assert begin is not None, "there is no opening without a first period"
        places = opening_places(session, periods_of(session).first_day(begin) - timedelta(days=1))
        decimals = Decimals(precisions(session))
    result = opening.compared.result
    names = _Names(places)
    rows: list[Sequence[Cell]] = []
    booked = zip(
        result.booked.obligation.tolist(),
        result.booked.target.tolist(),
        result.booked.base_target.tolist(),
        strict=True,
    )
    for line, amount, base in booked:
        if (amount or base) and line in names.line_of:
            contract, order, name = names.line_of[line]
            money = names.money(contract, amount, base, decimals)
            rows.append((names.number(contract), order, name, *money, None, None, names.currency(contract)))
    splits = result.splits.take(result.splits.contract != NONE)
    group, first = group_rows(splits.contract) if len(splits) else (splits.contract, splits.contract)
    billed = zip(
        splits.contract[first].tolist(),
        sum_by(group, splits.amount, first.size).tolist(),
        sum_by(group, splits.base_amount, first.size).tolist(),
        strict=True,
    )
    for contract, amount, base in billed:
        if (amount or base) and contract in places.terms_of:
            money = names.money(contract, amount, base, decimals)
            order = names.order_that_tells(contract)
            rows.append((names.number(contract), order, "", None, None, *money, names.currency(contract)))
    rows.sort(key=lambda row: (str(row[0]), str(row[1]), str(row[2])))
    write_sheet(path, OPENING, rows, decimals, created)
    return len(rows)


class _Names:
    """The names of a sheet by our ids."""

    def __init__(self, places: OpeningPlaces) -> None:
        self._places = places
        self._numbers = {key: number for number, keys in places.contracts.items() for key in keys}
        orders = {key: number for number, keys in places.orders.items() for key in keys}
        self._orders = orders
        self.line_of: dict[int, tuple[int, str, str]] = {}
        for (order, name), line in places.lines.items():
            # The source's own id comes first, the place in the order after it.
            self.line_of.setdefault(line, (places.contract_of[line], orders[order], name))

    def number(self, contract: int) -> str:
        return self._numbers[contract]

    def currency(self, contract: int) -> str:
        return self._places.terms_of[contract].currency

    def order_that_tells(self, contract: int) -> str:
        """An order of the contract, where its number alone could mean another."""
        alone = len(self._places.contracts[self._numbers[contract]]) == 1
        return "" if alone else self._orders[self._places.orders_of[contract][0]]

    def money(self, contract: int, amount: int, base: int, decimals: Decimals) -> tuple[int, int | None]:
        """Minor units, and the base amount scaled by 10^6 where it is in another currency."""
        terms = self._places.terms_of[contract]
        if terms.base_currency == terms.currency:
            return amount, None
        return amount, base * 10 ** (_SCALE_DIGITS - decimals[terms.base_currency])
