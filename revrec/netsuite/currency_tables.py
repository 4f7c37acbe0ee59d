"""Reading currencies and exchange rates. An account without the Multiple Currencies feature has one home currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from revrec.netsuite import values
from revrec.netsuite.columns import AccountColumns, Column, Select
from revrec.netsuite.currencies import Currency, CurrencyTable
from revrec.netsuite.page import Row
from revrec.netsuite.problems import Notice
from revrec.netsuite.reference import Subsidiary
from revrec.netsuite.suiteql import date_text
from revrec.netsuite.tables import HIDDEN, read_table

_FEATURE = "the Multiple Currencies feature"
# ISO 4217: the only minor units that are not two digits, for accounts that do not tell.
_DIGITS = {
    "BHD": 3,
    "IQD": 3,
    "JOD": 3,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "TND": 3,
    "CLP": 0,
    "ISK": 0,
    "JPY": 0,
    "KRW": 0,
}
_DIGITS |= {"PYG": 0, "UGX": 0, "VND": 0, "XAF": 0, "XOF": 0, "XPF": 0}

_CURRENCIES = Select(
    "the query for currencies",
    (
        Column("id", "cu.id"),
        Column("symbol", "cu.symbol"),
        Column("name", "cu.name"),
        Column("currencyprecision", "cu.currencyprecision", HIDDEN),
        Column("isbasecurrency", "cu.isbasecurrency", HIDDEN),
        Column("isinactive", "cu.isinactive"),
    ),
    "currency cu",
)
_RATES = Select(
    "the query for exchange rates",
    (
        Column("transactioncurrency", "cr.transactioncurrency"),
        Column("basecurrency", "cr.basecurrency"),
        Column("effectivedate", date_text("cr.effectivedate")),
        Column("exchangerate", "cr.exchangerate"),
    ),
    "currencyrate cr",
)


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `transaction_currency` in `base_currency` (ids) from a date on, scaled by 10^10."""

    transaction_currency: str
    base_currency: str
    effective: date
    rate_scaled: int


async def currencies(
    columns: AccountColumns, subsidiaries: Iterable[Subsidiary] = (), *, home_symbol: str = "USD"
) -> tuple[CurrencyTable, list[Notice]]:
    """All currencies, and the base currency of each subsidiary. `home_symbol` serves accounts without the feature."""
    found, notices = await read_table(columns, _CURRENCIES, _read_currency, key="cu.id", feature=_FEATURE)
    listed = list(subsidiaries)
    base = {one.id: one.currency_id for one in listed if one.currency_id}
    table = CurrencyTable.of(found, base)
    # In OneWorld several currencies are a base; home is that of the topmost subsidiary.
    top = next((one.currency_id for one in listed if one.parent is None), None)
    if found and (home := table.by_id.get(top or "") or table.home):
        return CurrencyTable(table.by_id, home, base), notices
    named = next((one for one in found if one.symbol == home_symbol), None)
    home = named or Currency("", home_symbol, home_symbol, _DIGITS.get(home_symbol, 2), is_base=True)
    return CurrencyTable(table.by_id, home, base), notices


async def exchange_rates(
    columns: AccountColumns, since: date | None = None
) -> tuple[list[Rate], list[Notice]]:
    """Exchange rates effective on or after a date, by transaction currency and date."""
    conditions: tuple[str, ...] = ()
    if since is not None:
        # A calendar date; TO_DATE with a mask, since a bare literal follows a user's preference.
        before = datetime.combine(since, datetime.min.time()) - timedelta(seconds=1)
        conditions = (f"cr.effectivedate > TO_DATE('{before:%Y-%m-%d %H:%M:%S}', 'YYYY-MM-DD HH24:MI:SS')",)
    return await read_table(
        columns,
        _RATES,
        _read_rate,
        key="cr.transactioncurrency",
        order="cr.transactioncurrency, cr.basecurrency, cr.effectivedate",
        conditions=conditions,
        feature=_FEATURE,
    )


def _read_currency(row: Row) -> Currency:
    symbol = values.text(row, "symbol") or values.required(row, "name")
    digits = values.decimal(row, "currencyprecision")
    return Currency(
        id=values.required(row, "id"),
        symbol=symbol,
        name=values.text(row, "name") or symbol,
        precision=_DIGITS.get(symbol, 2) if digits is None else int(digits),
        is_base=values.flag(row, "isbasecurrency"),
        inactive=values.flag(row, "isinactive"),
    )


def _read_rate(row: Row) -> Rate:
    effective, rate = values.day(row, "effectivedate"), values.scaled_rate(row, "exchangerate")
    assert effective is not None and rate is not None, "every exchange rate has its date and value"
    return Rate(
        values.required(row, "transactioncurrency"), values.required(row, "basecurrency"), effective, rate
    )
