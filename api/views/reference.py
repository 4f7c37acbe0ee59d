"""Reference data of NetSuite as it was last read, and how fresh it is."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from api.views.shape import View
from revrec.accounting.money import format_amount
from revrec.store.queries.accounts import accounts_by_id, subsidiaries_by_account
from revrec.store.queries.journals import subsidiary_names
from revrec.store.queries.products import products_by_id
from revrec.store.queries.readings import readings
from revrec.store.queries.reference import KINDS, ReferenceKind
from revrec.store.tables import Currency

Details = dict[str, str | int | bool | date | list[str] | None]
RATE_DECIMALS = 10


class FreshnessView(View):
    """When a kind of reference data was last read, and by which job; null: never."""

    kind: str
    read_at: datetime | None
    job: int | None
    rows: int | None


class ReferenceRowView(View):
    """One row. `id` is NetSuite's; `details` depend on the kind."""

    id: int
    name: str
    active: bool
    details: Details


def freshness_views(session: Session) -> list[FreshnessView]:
    """Every kind; currencies are read with the subsidiaries, all segments in one."""
    known = readings(session)
    return [_freshness(kind, known) for kind in KINDS.values()]


def freshness_view(session: Session, kind: ReferenceKind) -> FreshnessView:
    return _freshness(kind, readings(session))


def reference_views(session: Session, kind: ReferenceKind, rows: Sequence[Any]) -> list[ReferenceRowView]:
    return _VIEWS[kind.name](session, rows) if kind.name in _VIEWS else _segments(session, rows)


def _freshness(kind: ReferenceKind, known: dict[str, Any]) -> FreshnessView:
    one = known.get(kind.reading)
    return FreshnessView(
        kind=kind.name,
        read_at=one.read_at if one else None,
        job=one.job_id if one else None,
        rows=one.rows if one and kind.reading == kind.name else None,
    )


def _customers(session: Session, rows: Sequence[Any]) -> list[ReferenceRowView]:
    homes = subsidiary_names(session)
    return [
        _row(
            row, row.name, subsidiary=homes.get(row.subsidiary_id), matched=row.match, external_id=row.crm_id
        )
        for row in rows
    ]


def _items(session: Session, rows: Sequence[Any]) -> list[ReferenceRowView]:
    products = products_by_id(session, {row.product_id for row in rows if row.product_id})
    accounts = accounts_by_id(session, {row.income_account_id for row in rows if row.income_account_id})
    found = []
    for row in rows:
        product, income = products.get(row.product_id), accounts.get(row.income_account_id)
        found.append(
            _row(
                row,
                row.name,
                shown_as=row.display_name,
                type=row.type,
                product=product.code or product.name if product else None,
                paired=row.paired,
                income_account=f"{income.number} {income.name}".strip() if income else None,
                excluded=row.excluded,
            )
        )
    return found


def _accounts(session: Session, rows: Sequence[Any]) -> list[ReferenceRowView]:
    homes = subsidiary_names(session)
    serves = subsidiaries_by_account(session, [row.id for row in rows])
    return [
        _row(
            row,
            row.name,
            number=row.number,
            type=row.type,
            summary=row.summary,
            subsidiaries=[homes.get(one, str(one)) for one in sorted(serves.get(row.id, ()))],
        )
        for row in rows
    ]


def _subsidiaries(session: Session, rows: Sequence[Any]) -> list[ReferenceRowView]:
    symbols = _symbols(session)
    return [_row(row, row.name, currency=symbols.get(row.currency_id)) for row in rows]


def _currencies(session: Session, rows: Sequence[Any]) -> list[ReferenceRowView]:
    return [_row(row, row.name, symbol=row.symbol, decimals=row.precision) for row in rows]


def _rates(session: Session, rows: Sequence[Any]) -> list[ReferenceRowView]:
    symbols = _symbols(session)
    found = []
    for row in rows:
        of, to = symbols.get(row.currency_id, "?"), symbols.get(row.base_currency_id, "?")
        rate = format_amount(row.rate_e10, RATE_DECIMALS)
        found.append(
            ReferenceRowView(
                id=row.id, name=f"{of} in {to}", active=True, details={"from": row.effective, "rate": rate}
            )
        )
    return found


def _periods(session: Session, rows: Sequence[Any]) -> list[ReferenceRowView]:
    return [
        _row(
            row,
            row.name,
            first_day=row.first_day,
            last_day=row.last_day,
            closed=row.closed,
            locked=row.all_locked,
            ar_locked=row.ar_locked,
        )
        for row in rows
    ]


def _segments(session: Session, rows: Sequence[Any]) -> list[ReferenceRowView]:
    homes = subsidiary_names(session)
    return [
        ReferenceRowView(
            id=row.value_id,
            name=row.name,
            active=row.active,
            details={
                "segment": row.segment,
                "subsidiaries": [homes.get(int(one), str(one)) for one in row.subsidiaries or ()],
            },
        )
        for row in rows
    ]


def _fields(session: Session, rows: Sequence[Any]) -> list[ReferenceRowView]:
    return [
        _row(
            row,
            row.name,
            field=row.field,
            kind=row.kind,
            on_journals=row.on_journals,
            required=row.required,
            gl_impact=row.gl_impact,
        )
        for row in rows
    ]


def _row(row: Any, name: str, **details: Any) -> ReferenceRowView:
    return ReferenceRowView(id=row.id, name=name, active=row.active, details=details)


def _symbols(session: Session) -> dict[int, str]:
    return {key: symbol for key, symbol in session.exec(select(Currency.id, Currency.symbol))}


_VIEWS: dict[str, Callable[[Session, Sequence[Any]], list[ReferenceRowView]]] = {
    "customers": _customers,
    "items": _items,
    "accounts": _accounts,
    "subsidiaries": _subsidiaries,
    "currencies": _currencies,
    "rates": _rates,
    "periods": _periods,
    "fields": _fields,
}
