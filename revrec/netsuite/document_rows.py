"""The columns we ask of headers and lines, and how their rows become `DocumentHeader` and `DocumentLine`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from revrec.netsuite import values
from revrec.netsuite.columns import Column
from revrec.netsuite.currencies import Currency, CurrencyTable, to_minor
from revrec.netsuite.documents import DocumentHeader, DocumentLine, Money, left_out_reason
from revrec.netsuite.fields import FieldSettings
from revrec.netsuite.page import Row
from revrec.netsuite.problems import Problem
from revrec.netsuite.suiteql import date_text, utc_text

QUANTITY_SCALE = 6
_MOST_KEPT = 50_000
_ONE_WORLD = "the OneWorld feature"
_CURRENCIES = "the Multiple Currencies feature"
_REV_REC = "a revenue recognition feature"
_UNUSED_ON_SOME = "a column that some accounts hide"
_Value = TypeVar("_Value")


def header_columns(fields: FieldSettings) -> tuple[Column, ...]:
    """Columns of a document header, from `transaction t`."""
    columns = [
        Column("id", "t.id"),
        Column("type", "t.type"),
        Column("tranid", "t.tranid"),
        Column("entity", "t.entity"),
        Column("trandate", date_text("t.trandate")),
        Column("modified", utc_text("t.lastmodifieddate")),
        Column("created", utc_text("t.createddate"), _UNUSED_ON_SOME),
        Column("duedate", date_text("t.duedate"), _UNUSED_ON_SOME),
        Column("currency", "t.currency", _CURRENCIES),
        Column("exchangerate", "t.exchangerate", _CURRENCIES),
        Column("postingperiod", "t.postingperiod"),
        Column("statuscode", "BUILTIN.CF(t.status)"),
        Column("posting", "t.posting"),
        Column("voided", "t.voided"),
        Column("subsidiary", "t.subsidiary", _ONE_WORLD),
        Column("memo", "t.memo", _UNUSED_ON_SOME),
        Column("externalid", "t.externalid", _UNUSED_ON_SOME),
        Column("foreigntotal", "t.foreigntotal", _CURRENCIES, otherwise="t.total"),
    ]
    if not fields.order_reference_on_line:
        setting = f"the order reference field {fields.order_reference_field} of the settings"
        columns.append(Column("orderreference", f"t.{fields.order_reference_field}", setting))
    if fields.credit_reason_field and not fields.credit_reason_on_line:
        columns.append(_credit_reason(f"t.{fields.credit_reason_field}", fields))
    return tuple(columns)


def line_columns(fields: FieldSettings) -> tuple[Column, ...]:
    """Columns of a line, from `transactionline tl`, its `transaction t` and its posting `tal`."""
    columns = [
        Column("transaction_id", "tl.transaction"),
        Column("line_id", "tl.id"),
        Column("linesequencenumber", "tl.linesequencenumber"),
        Column("uniquekey", "tl.uniquekey", _UNUSED_ON_SOME),
        Column("mainline", "tl.mainline"),
        Column("taxline", "tl.taxline"),
        Column("item", "tl.item"),
        Column("itemtype", "tl.itemtype"),
        Column("accountinglinetype", "tl.accountinglinetype", _UNUSED_ON_SOME),
        Column("foreignamount", "tl.foreignamount", _CURRENCIES, otherwise="tl.netamount"),
        Column("quantity", "tl.quantity"),
        Column("memo", "tl.memo"),
        Column("subsidiary", "tl.subsidiary", _ONE_WORLD),
        Column("createdfrom", "tl.createdfrom", _UNUSED_ON_SOME),
        Column("transactiondiscount", "tl.transactiondiscount", _UNUSED_ON_SOME),
        Column("iscogs", "tl.iscogs", "the Inventory feature"),
        Column("revenueelement", "tl.revenueelement", _REV_REC),
        Column("revrecschedule", "tl.revrecschedule", _REV_REC),
        Column("servicestart", date_text(f"tl.{fields.start_field}"), _dates_from(fields.start_field)),
        Column("serviceend", date_text(f"tl.{fields.end_field}"), _dates_from(fields.end_field)),
        Column("currency", "t.currency", _CURRENCIES),
        Column("postingperiod", "t.postingperiod"),
        Column("modified", utc_text("t.lastmodifieddate")),
        Column("account", "tal.account"),
        Column("debit", "tal.debit"),
        Column("credit", "tal.credit"),
    ]
    columns += [
        Column(f"segment_{segment}", f"tl.{segment}", f"the segment {segment}") for segment in fields.segments
    ]
    if fields.order_reference_on_line:
        setting = f"the order reference field {fields.order_reference_field} of the settings"
        columns.append(Column("orderreference", f"tl.{fields.order_reference_field}", setting))
    if fields.credit_reason_on_line:
        columns.append(_credit_reason(f"tl.{fields.credit_reason_field}", fields))
    return tuple(columns)


def _credit_reason(sql: str, fields: FieldSettings) -> Column:
    """What people read in the field: of a list its entry, not the entry's id."""
    setting = f"the credit reason field {fields.credit_reason_field} of the settings"
    return Column("creditreason", f"BUILTIN.DF({sql})", setting, otherwise=sql)


def _dates_from(field: str) -> str:
    return _REV_REC if field.startswith("revrec") else f"the service date field {field} of the settings"


def read_header(row: Row) -> DocumentHeader:
    """A header from a row of `header_columns`."""
    posting, voided = values.flag(row, "posting"), values.flag(row, "voided")
    status = values.text(row, "statuscode") or ""
    return DocumentHeader(
        id=values.whole(row, "id"),
        type=values.required(row, "type"),
        number=values.text(row, "tranid") or "",
        customer=values.required(row, "entity"),
        document_date=_required_day(row, "trandate"),
        modified_at=_required_moment(row, "modified"),
        created_at=values.moment(row, "created"),
        due_date=values.day(row, "duedate"),
        currency_id=values.text(row, "currency"),
        exchange_rate_scaled=values.scaled_rate(row, "exchangerate"),
        posting_period=values.text(row, "postingperiod"),
        status=status,
        posting=posting,
        voided=voided,
        left_out=left_out_reason(posting=posting, voided=voided, status=status),
        subsidiary=values.text(row, "subsidiary"),
        order_reference=values.text(row, "orderreference"),
        memo=values.text(row, "memo"),
        external_id=values.text(row, "externalid"),
        foreign_total=values.decimal(row, "foreigntotal"),
        credit_reason=values.text(row, "creditreason"),
    )


class LineReader:
    """Makes lines of rows of `line_columns`: signs turned, amounts in minor units.

    A page is read column by column, each different text of a column once: a page of a thousand rows holds few dates,
    items and accounts. What an amount in a currency comes to is kept from page to page.
    """

    def __init__(self, fields: FieldSettings, currencies: CurrencyTable) -> None:
        self._currencies = currencies
        self._end_exclusive = fields.end_exclusive
        self._segments = tuple(fields.segments)
        self._order_key = "orderreference" if fields.order_reference_on_line else ""
        self._credit_key = "creditreason" if fields.credit_reason_on_line else ""
        self._known: dict[tuple[str | None, ...], Money] = {}

    def read_page(self, rows: Sequence[Row]) -> list[DocumentLine]:
        """The lines of a page, in its order. What holds a line's document stands among the line's problems."""
        if not rows:
            return []
        text, flag, day = values.text, values.flag, values.day
        documents = _column(rows, "transaction_id", values.whole)
        line_ids = _column(rows, "line_id", values.whole)
        numbers = _column(rows, "linesequencenumber", _whole_or_none)
        subsidiaries = _column(rows, "subsidiary", text)
        places = list(zip(documents, line_ids, strict=True))
        problems: dict[tuple[int, int], list[Problem]] = {}
        elements, schedules = _column(rows, "revenueelement", text), _column(rows, "revrecschedule", text)
        nothing = [None] * len(rows)
        columns: dict[str, Sequence[Any]] = {
            "document_id": documents,
            "line_id": line_ids,
            "sequence": [
                line if number is None else number for number, line in zip(numbers, line_ids, strict=True)
            ],
            "unique_key": [row.get("uniquekey") or None for row in rows],
            "main": _column(rows, "mainline", flag),
            "tax": _column(rows, "taxline", flag),
            "item": _column(rows, "item", text),
            "item_type": _column(rows, "itemtype", text),
            "account": _column(rows, "account", text),
            "accounting_line_type": _column(rows, "accountinglinetype", text),
            "amount": self._amounts(rows, places, problems),
            "base_amount": self._bases(rows, subsidiaries, places, problems),
            "quantity_scaled": _column(rows, "quantity", _quantity),
            "memo": [row.get("memo") or None for row in rows],
            "segments": self._segment_values(rows),
            "subsidiary": subsidiaries,
            "created_from": _column(rows, "createdfrom", text),
            "service_start": _column(rows, "servicestart", day),
            "service_end": _column(rows, "serviceend", self._end),
            "order_reference": _column(rows, self._order_key, text) if self._order_key else nothing,
            "header_discount": _column(rows, "transactiondiscount", flag),
            "cost_of_goods": _column(rows, "iscogs", flag),
            "recognised_by_netsuite": [
                bool(element or schedule) for element, schedule in zip(elements, schedules, strict=True)
            ],
            "posting_period": _column(rows, "postingperiod", text),
            "modified_at": _column(rows, "modified", _required_moment),
            "problems": [tuple(problems.get(place, ())) for place in places]
            if problems
            else [()] * len(rows),
            "credit_reason": _column(rows, self._credit_key, text) if self._credit_key else nothing,
        }
        in_order = (columns[name] for name in DocumentLine._fields)
        return list(map(DocumentLine._make, zip(*in_order, strict=True)))

    def _end(self, row: Row, key: str) -> date | None:
        end = values.day(row, key)
        return end - timedelta(days=1) if end is not None and self._end_exclusive else end

    def _segment_values(self, rows: Sequence[Row]) -> list[Mapping[str, str]]:
        """Of each row its segments that are set; rows with the same share one mapping."""
        names = self._segments
        if not names:
            return [{}] * len(rows)
        keys = [f"segment_{name}" for name in names]
        found = list(zip(*([row.get(key) for row in rows] for key in keys), strict=True))
        made = {
            one: {name: value for name, value in zip(names, one, strict=True) if value} for one in set(found)
        }
        return [made[one] for one in found]

    def _amounts(
        self,
        rows: Sequence[Row],
        places: Sequence[tuple[int, int]],
        problems: dict[tuple[int, int], list[Problem]],
    ) -> list[Money]:
        known, found = self._known, []
        for row, place in zip(rows, places, strict=True):
            key = (row.get("foreignamount"), row.get("currency") or None)
            money = known.get(key)
            if money is None:
                currency, named = self._currencies.find(key[1]), f"currency {key[1] or '(none)'}"
                amount = -(values.decimal(row, "foreignamount") or Decimal(0))
                money = self._keep(key, _money(amount, currency, named, place, problems))
            found.append(money)
        return found

    def _bases(
        self,
        rows: Sequence[Row],
        subsidiaries: Sequence[str | None],
        places: Sequence[tuple[int, int]],
        problems: dict[tuple[int, int], list[Problem]],
    ) -> list[Money | None]:
        known: dict[tuple[str | None, ...], Money] = self._known
        found: list[Money | None] = []
        for row, subsidiary, place in zip(rows, subsidiaries, places, strict=True):
            key = ("base", row.get("debit"), row.get("credit"), subsidiary)
            money = known.get(key)
            if money is None:
                debit, credit = values.decimal(row, "debit"), values.decimal(row, "credit")
                if debit is not None or credit is not None:
                    currency = self._currencies.base(subsidiary)
                    amount = (credit or Decimal(0)) - (debit or Decimal(0))
                    named = f"base currency of subsidiary {subsidiary}"
                    money = self._keep(key, _money(amount, currency, named, place, problems))
            found.append(money)
        return found

    def _keep(self, key: tuple[str | None, ...], money: Money) -> Money:
        if money.minor is not None:  # else each line has a problem of its own to tell
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[key] = money
        return money


def _money(
    amount: Decimal,
    currency: Currency | None,
    named: str,
    place: tuple[int, int],
    problems: dict[tuple[int, int], list[Problem]],
) -> Money:
    where = f"document {place[0]}, line {place[1]}"
    if currency is None:
        problems.setdefault(place, []).append(
            Problem(
                "unknown_currency",
                where,
                f"The {named} of {where} is not in the account's currency list, so {amount} cannot be counted. "
                "Let the role see Currencies in NetSuite, then run the job again.",
            )
        )
        return Money(amount, "", None)
    minor = to_minor(amount, currency.precision)
    if minor is None:
        problems.setdefault(place, []).append(
            Problem(
                "too_many_digits",
                where,
                f"{where} is for {amount} {currency.symbol}, which has {currency.precision} decimal places. "
                "Correct the amount in NetSuite.",
            )
        )
    return Money(amount, currency.symbol, minor)


def _column(rows: Sequence[Row], key: str, read: Callable[[Row, str], _Value]) -> list[_Value]:
    """A column of a page; `read` sees each different text once."""
    texts = [row.get(key) for row in rows]
    found = {text: read({} if text is None else {key: text}, key) for text in set(texts)}
    return [found[text] for text in texts]


def _whole_or_none(row: Row, key: str) -> int | None:
    return values.whole(row, key) if key in row else None


def _quantity(row: Row, key: str) -> int | None:
    quantity = values.decimal(row, key)
    return (
        None
        if quantity is None
        else int((-quantity).scaleb(QUANTITY_SCALE).to_integral_value("ROUND_HALF_UP"))
    )


def _required_day(row: Row, key: str) -> date:
    values.required(row, key)
    found = values.day(row, key)
    assert found is not None
    return found


def _required_moment(row: Row, key: str) -> datetime:
    values.required(row, key)
    found = values.moment(row, key)
    assert found is not None
    return found
