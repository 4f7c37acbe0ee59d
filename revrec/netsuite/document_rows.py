"""The columns we ask of headers and lines, and how their rows become `DocumentHeader` and `DocumentLine`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

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

    What one account's settings and currencies say is looked up once, and what an amount in a currency comes to is
    kept: a pull reads few different ones very often.
    """

    def __init__(self, fields: FieldSettings, currencies: CurrencyTable) -> None:
        self._currencies = currencies
        self._end_exclusive = fields.end_exclusive
        self._segments = tuple((segment, f"segment_{segment}") for segment in fields.segments)
        self._order_key = "orderreference" if fields.order_reference_on_line else ""
        self._credit_key = "creditreason" if fields.credit_reason_on_line else ""
        self._known: dict[tuple[str | None, ...], Money] = {}

    def read(self, row: Row) -> DocumentLine:
        """One line. What holds its document stands among its problems."""
        get = row.get
        document, line = values.whole(row, "transaction_id"), values.whole(row, "line_id")
        problems: list[Problem] = []
        subsidiary = get("subsidiary") or None
        end = values.day(row, "serviceend")
        return DocumentLine(
            document_id=document,
            line_id=line,
            sequence=values.whole(row, "linesequencenumber") if "linesequencenumber" in row else line,
            unique_key=get("uniquekey") or None,
            main=values.flag(row, "mainline"),
            tax=values.flag(row, "taxline"),
            item=get("item") or None,
            item_type=get("itemtype") or None,
            account=get("account") or None,
            accounting_line_type=get("accountinglinetype") or None,
            amount=self._amount(row, document, line, problems),
            base_amount=self._base(row, subsidiary, document, line, problems),
            quantity_scaled=_quantity(row),
            memo=get("memo") or None,
            segments={name: found for name, key in self._segments if (found := get(key))},
            subsidiary=subsidiary,
            created_from=get("createdfrom") or None,
            service_start=values.day(row, "servicestart"),
            service_end=end - timedelta(days=1) if end is not None and self._end_exclusive else end,
            order_reference=(get(self._order_key) or None) if self._order_key else None,
            header_discount=values.flag(row, "transactiondiscount"),
            cost_of_goods=values.flag(row, "iscogs"),
            recognised_by_netsuite=bool(get("revenueelement") or get("revrecschedule")),
            posting_period=get("postingperiod") or None,
            modified_at=_required_moment(row, "modified"),
            problems=tuple(problems),
            credit_reason=(get(self._credit_key) or None) if self._credit_key else None,
        )

    def _amount(self, row: Row, document: int, line: int, problems: list[Problem]) -> Money:
        text, currency_id = row.get("foreignamount"), row.get("currency") or None
        known = self._known.get((text, currency_id))
        if known is not None:
            return known
        amount = -(values.decimal(row, "foreignamount") or Decimal(0))
        currency, named = self._currencies.find(currency_id), f"currency {currency_id or '(none)'}"
        return self._keep((text, currency_id), _money(amount, currency, named, document, line, problems))

    def _base(
        self, row: Row, subsidiary: str | None, document: int, line: int, problems: list[Problem]
    ) -> Money | None:
        key = ("base", row.get("debit"), row.get("credit"), subsidiary)
        known = self._known.get(key)
        if known is not None:
            return known
        debit, credit = values.decimal(row, "debit"), values.decimal(row, "credit")
        if debit is None and credit is None:
            return None
        amount = (credit or Decimal(0)) - (debit or Decimal(0))
        currency, named = self._currencies.base(subsidiary), f"base currency of subsidiary {subsidiary}"
        return self._keep(key, _money(amount, currency, named, document, line, problems))

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
    document: int,
    line: int,
    problems: list[Problem],
) -> Money:
    where = f"document {document}, line {line}"
    if currency is None:
        problems.append(
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
        problems.append(
            Problem(
                "too_many_digits",
                where,
                f"{where} is for {amount} {currency.symbol}, which has {currency.precision} decimal places. "
                "Correct the amount in NetSuite.",
            )
        )
    return Money(amount, currency.symbol, minor)


def _quantity(row: Row) -> int | None:
    quantity = values.decimal(row, "quantity")
    return None if quantity is None else _scaled_quantity(quantity)


@lru_cache(maxsize=4096)
def _scaled_quantity(quantity: Decimal) -> int:
    return int((-quantity).scaleb(QUANTITY_SCALE).to_integral_value("ROUND_HALF_UP"))


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
