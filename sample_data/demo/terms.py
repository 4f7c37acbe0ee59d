"""What is sold on which terms: stand-alone selling prices, and changes of orders for the month of trouble."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sample_data.company import Company
from sample_data.company.catalogue import BY_CODE, PRODUCTS, list_price
from sample_data.demo.source import Sales

PER = {"annual": "year", "monthly": "month"}
UPSELL = "ANALYTICS"
SERVICES = "IMPL"
PLATFORM = ("PLAT-ENT", "PLAT-TEAM")


def price_list(company: Company) -> list[dict[str, Any]]:
    """The company's list prices: what each product sells for on its own, in each currency."""
    decimals = {one.code: one.precision for one in company.currencies}
    return [
        {
            "product": product.code,
            "currency": currency,
            "low": _text(list_price(product, currency), decimals[currency]),
            "per": PER.get(product.term, "each"),
        }
        for product in PRODUCTS
        if product.price_cents
        and product.category not in ("internal", "shipping")
        and not product.is_inactive
        for currency in decimals
    ]


@dataclass(frozen=True)
class Promise:
    """A line of a CRM order: who sold what until when. `item` is the CRM's id of the line."""

    order: str
    number: str
    currency: str
    item: str
    amount: int  # minor units
    starts: date
    ends: date


def find_promise(
    sales: Sales, products: tuple[str, ...], day: date, *, but: frozenset[str] = frozenset()
) -> Promise:
    """The first activated order, signed in the half year before `day`, with a line of these products in force then."""
    codes = {one["Id"]: one["ProductCode"] for one in sales.records("Product2")}
    orders = sorted(sales.records("Order", Status="Activated"), key=lambda one: str(one["OrderNumber"]))
    for order in orders:
        signed = date.fromisoformat(order["EffectiveDate"])
        recent = 0 <= (day - signed).days <= 180
        if not recent or order["IsReductionOrder"] or order["OrderNumber"] in but or order["IsDeleted"]:
            continue
        for item in sales.records("OrderItem", OrderId=order["Id"]):
            if codes[item["Product2Id"]] not in products or not item["ServiceDate"] or not item["EndDate"]:
                continue
            starts, ends = date.fromisoformat(item["ServiceDate"]), date.fromisoformat(item["EndDate"])
            if starts < day < ends and item["TotalPrice"] > 0:
                return Promise(
                    order["Id"],
                    order["OrderNumber"],
                    order["CurrencyIsoCode"],
                    item["Id"],
                    item["TotalPrice"],
                    starts,
                    ends,
                )
    raise LookupError(
        f"The made-up company sold none of {', '.join(products)} in the half year before {day}."
    )


def part_of_a_year(code: str, currency: str, starts: date, ends: date, decimals: int) -> str:
    """The list price of a yearly product for the days from `starts` to `ends`."""
    days = (ends - starts).days + 1
    return _text((list_price(BY_CODE[code], currency) * days + 182) // 365, decimals)


def _text(minor: int, decimals: int) -> str:
    whole, rest = divmod(minor, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}" if decimals else str(whole)
