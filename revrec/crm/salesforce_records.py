"""Turns Salesforce records into sales orders and customers by a field mapping. No network, no guessing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from revrec.crm.errors import CrmAnswerUnreadable
from revrec.crm.mapping import FieldMapping
from revrec.crm.orders import CrmCustomer, OrderState, Reduction, SalesOrder, SalesOrderLine

Record = Mapping[str, Any]
_QUANTITY_DECIMALS = 6
_LARGEST = 2**63 - 1


def read_order(
    record: Record,
    lines: Sequence[Record],
    reductions: Iterable[tuple[Record, Sequence[Record]]],
    mapping: FieldMapping,
    decimals: Mapping[str, int],
) -> SalesOrder:
    """An order from its record, the records of its lines, and its reduction orders with theirs.

    `decimals` gives the number of decimals of each currency in use. Raises CrmAnswerUnreadable where Salesforce's own
    fields are malformed; what people may have filled in wrongly becomes a `problem`.
    """
    names = mapping.order
    number = _text(pick(record, names.number))
    currency = _text(pick(record, names.currency)) if names.currency else mapping.org_currency
    places = decimals.get(currency)
    problems = []
    if places is None:
        problems.append(
            f"Order {number} is in {currency or 'no currency'}, which NetSuite does not have. Add the currency there, "
            "or correct the order."
        )
    ordered_on = _date(pick(record, names.ordered_on))
    if ordered_on is None:
        problems.append(f"Order {number} has no date ({names.ordered_on}). Fill it in in Salesforce.")
    customer = _text(pick(record, names.customer))
    if not customer:
        problems.append(f"Order {number} has no customer ({names.customer}). Fill it in in Salesforce.")
    total, _ = _minor(pick(record, names.total), places)
    modified = _moment(record)
    return SalesOrder(
        external_id=_id(record),
        number=number,
        customer_id=customer,
        contract_number=_text(pick(record, names.contract_number)),
        ordered_on=ordered_on or modified.date(),
        ends_on=_date(pick(record, names.ends_on)),
        currency=currency,
        subsidiary=_text(pick(record, names.subsidiary)),
        state=OrderState.ACTIVE if is_active(record, mapping) else OrderState.INACTIVE,
        status=_text(pick(record, names.status)),
        amendment_on=_date(pick(record, names.amendment_on)),
        total_minor=total,
        lines=tuple(_line(line, number, mapping, places) for line in sorted(lines, key=_line_order(mapping))),
        modified_at=modified,
        reductions=tuple(_reduction(order, cuts, mapping, places) for order, cuts in reductions),
        problem=" ".join(problems),
        selling_entity=_text(pick(record, names.selling_entity)),
    )


def read_customer(record: Record, mapping: FieldMapping) -> CrmCustomer:
    """A customer from its Account record."""
    names = mapping.customer
    currency = _text(pick(record, names.currency)) if names.currency else mapping.org_currency
    return CrmCustomer(
        external_id=_id(record),
        name=_text(pick(record, names.name)),
        number=_text(pick(record, names.number)),
        country=_text(pick(record, names.country)),
        currency=currency,
        netsuite_id=_text(pick(record, names.netsuite_id)),
        deleted=bool(record.get("IsDeleted", False)),
        modified_at=_moment(record),
    )


def is_active(record: Record, mapping: FieldMapping) -> bool:
    """Whether the order binds: activated, or won."""
    return bool(pick(record, mapping.order.active) == mapping.order.active_value)


def is_reduction(record: Record, mapping: FieldMapping) -> bool:
    return bool(pick(record, mapping.order.is_reduction)) and bool(pick(record, mapping.order.original))


def pick(record: Record, path: str | None) -> Any:
    """The value at a path through lookups; None where the path is not mapped or a lookup is empty."""
    if path is None:
        return None
    value: Any = record
    for name in _steps(path):
        if value is None:
            return None
        try:
            value = value[name]
        except (KeyError, TypeError):
            value = _in_any_case(value, name, path)
    return value


@lru_cache(maxsize=1_000)
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _in_any_case(value: Any, name: str, path: str) -> Any:
    """Salesforce words field names in its own case, whatever case they were asked in."""
    if isinstance(value, Mapping):
        for key in value:
            if key.lower() == name.lower():
                return value[key]
    raise CrmAnswerUnreadable(f"Salesforce answered without the field {path} that was asked for.")


def read_moment(text: Any) -> datetime:
    """Salesforce's `2026-01-31T10:11:12.000+0000`."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise CrmAnswerUnreadable(f"Salesforce gave {text!r} where a date and time belongs.") from error
    if moment.tzinfo is None:
        raise CrmAnswerUnreadable(f"Salesforce gave {text!r} where a date and time with its zone belongs.")
    return moment


def _line(record: Record, order: str, mapping: FieldMapping, places: int | None) -> SalesOrderLine:
    names = mapping.line
    number = _text(pick(record, names.number))
    where = f"Line {number} of order {order}"
    amount, amount_problem = _minor(pick(record, names.amount), places)
    quantity, quantity_problem = _scaled(pick(record, names.quantity), _QUANTITY_DECIMALS)
    listed, _ = _minor(pick(record, names.list_price), places)
    starts, ends = _date(pick(record, names.starts)), _date(pick(record, names.ends))
    problems = []
    if amount_problem and places is not None:
        problems.append(f"{where}: the amount {amount_problem}.")
    if quantity_problem:
        problems.append(f"{where}: the quantity {quantity_problem}.")
    if starts and ends and ends < starts:
        problems.append(f"{where} ends on {ends}, before it starts on {starts}.")
    code = _text(pick(record, names.product_code))
    if not code and not _text(pick(record, names.product_name)):
        problems.append(f"{where} has no product.")
    return SalesOrderLine(
        external_id=_id(record),
        number=number,
        product_code=code,
        product_name=_text(pick(record, names.product_name)),
        product_family=_text(pick(record, names.product_family)),
        description=_text(pick(record, names.description)),
        quantity_e6=quantity or 0,
        amount_minor=amount or 0,
        list_minor=listed,
        starts=starts,
        ends=ends,
        method=_text(pick(record, names.method)),
        segments=tuple(
            (segment, value) for segment, path in mapping.segments if (value := _text(pick(record, path)))
        ),
        modified_at=_moment(record),
        problem=" ".join(problems),
    )


def _reduction(
    record: Record, lines: Sequence[Record], mapping: FieldMapping, places: int | None
) -> Reduction:
    names = mapping.order
    effective = _date(pick(record, names.amendment_on)) or _date(pick(record, names.ordered_on))
    moments = [_moment(record), *(_moment(line) for line in lines)]
    number = _text(pick(record, names.number))
    cuts, problems = [], []
    for line in lines:
        quantity, quantity_problem = _scaled(pick(line, mapping.line.quantity), _QUANTITY_DECIMALS)
        amount, amount_problem = _minor(pick(line, mapping.line.amount), places)
        where = f"Line {_text(pick(line, mapping.line.number))} of reduction order {number}"
        if quantity_problem:
            problems.append(f"{where}: the quantity {quantity_problem}.")
        if amount_problem and places is not None:
            problems.append(f"{where}: the amount {amount_problem}.")
        cuts.append((_text(pick(line, mapping.line.original_line)), quantity or 0, amount or 0))
    return Reduction(
        external_id=_id(record),
        number=number,
        effective_on=effective or _moment(record).date(),
        cuts=tuple(cuts),
        modified_at=max(moments),
        problem=" ".join(problems),
    )


def _line_order(mapping: FieldMapping) -> Any:
    """Lines in the order of their numbers, so that a discount follows the line it lowers."""
    return lambda record: (_text(pick(record, mapping.line.number)), _id(record))


def _minor(value: Any, places: int | None) -> tuple[int | None, str]:
    """Minor units of a number, or None and what is wrong with it."""
    if places is None:
        return None, "has no currency"
    return _scaled(value, places)


def _scaled(value: Any, places: int) -> tuple[int | None, str]:
    if value is None or value == "":
        return None, "is missing"
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None, f"is {value!r}, which is no number"
    scaled = Decimal(value).scaleb(places)
    whole = scaled.to_integral_value()
    if scaled != whole:
        return None, f"{value} has more than {places} decimals"
    if abs(whole) > _LARGEST:
        return None, f"{value} is too large"
    return int(whole), ""


def _date(value: Any) -> date | None:
    if value is None or value == "":
        return None
    try:
        # A date and time field mapped as a date counts by its day.
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise CrmAnswerUnreadable(f"Salesforce gave {value!r} where a date belongs.") from error


def _moment(record: Record) -> datetime:
    return read_moment(pick(record, "SystemModstamp"))


def _id(record: Record) -> str:
    return str(pick(record, "Id"))


def _text(value: Any) -> str:
    return "" if value is None else str(value)
