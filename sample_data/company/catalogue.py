"""The chart of accounts and the products of the made-up company."""

from __future__ import annotations

from dataclasses import dataclass

ALL = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Account:
    """A ledger account; `type` is NetSuite's accttype, `subsidiaries` those that may use it."""

    id: int
    number: str
    name: str
    type: str
    subsidiaries: tuple[int, ...] = ALL
    is_inactive: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """One product, as NetSuite's item and as Salesforce's Product2.

    `id` is NetSuite's; `code` is both NetSuite's itemid and Salesforce's ProductCode. `price_cents` is the US list
    price of one unit: a year where `term` is "annual", a month where it is "monthly", the thing itself otherwise.
    `posting_account` is what an invoice line credits: a deferred revenue, an income or a clearing account.
    `term`: annual | monthly | dated (a service delivered over some weeks) | none.
    """

    id: int
    code: str
    name: str
    family: str
    category: str
    item_type: str
    term: str
    price_cents: int
    income_account: int | None
    deferral_account: int | None
    posting_account: int | None
    department: int | None
    method: str | None = None
    cost_account: int | None = None
    asset_account: int | None = None
    is_inactive: bool = False


CASH, RECEIVABLE, UNBILLED, CONTRACT_ASSET, INVENTORY = 1, 6, 7, 8, 9
TAX_PAYABLE, DEFERRED, DEFERRED_JAPAN, DEFERRED_OLD, CLEARING = 20, 24, 25, 26, 28
SUBSCRIPTION, SUPPORT, SERVICES, TRAINING_UK, HARDWARE, SHIPPING, DISCOUNTS = 54, 55, 56, 57, 58, 59, 60
OLD_LICENCES, COST_OF_GOODS, BAD_DEBT, FX_ADJUSTMENT, EQUITY = 61, 70, 80, 90, 40

ACCOUNTS = (
    Account(CASH, "1000", "Operating Bank", "Bank"),
    Account(RECEIVABLE, "1100", "Accounts Receivable", "AcctRec"),
    Account(UNBILLED, "1150", "Unbilled Receivable", "OthCurrAsset"),
    Account(CONTRACT_ASSET, "1160", "Contract Asset", "OthCurrAsset"),
    Account(INVENTORY, "1200", "Inventory", "OthCurrAsset"),
    Account(TAX_PAYABLE, "2100", "Sales Tax Payable", "OthCurrLiab"),
    Account(DEFERRED, "2400", "Deferred Revenue", "DeferRevenue"),
    Account(DEFERRED_JAPAN, "2405", "Deferred Revenue - Japan", "DeferRevenue", (3,)),
    Account(DEFERRED_OLD, "2410", "Deferred Revenue - Legacy", "DeferRevenue", is_inactive=True),
    Account(CLEARING, "2450", "Revenue Clearing", "OthCurrLiab"),
    Account(EQUITY, "3100", "Retained Earnings", "Equity"),
    Account(SUBSCRIPTION, "4000", "Subscription Revenue", "Income"),
    Account(SUPPORT, "4050", "Support Revenue", "Income"),
    Account(SERVICES, "4200", "Professional Services Revenue", "Income"),
    Account(TRAINING_UK, "4250", "Training Revenue - UK", "Income", (2,)),
    Account(HARDWARE, "4300", "Hardware Revenue", "Income"),
    Account(SHIPPING, "4400", "Shipping Income", "Income"),
    Account(DISCOUNTS, "4900", "Sales Discounts", "Income"),
    Account(OLD_LICENCES, "4990", "Perpetual Licences (retired)", "Income", is_inactive=True),
    Account(COST_OF_GOODS, "5000", "Cost of Goods Sold", "COGS"),
    Account(BAD_DEBT, "6500", "Bad Debt Expense", "Expense"),
    Account(FX_ADJUSTMENT, "8100", "Revenue Exchange Adjustment", "OthIncome"),
)

PRODUCTS = (
    Product(201, "PLAT-ENT", "Kestrel Platform Enterprise", "Platform", "subscription", "Service", "annual",
            24_000_00, SUBSCRIPTION, DEFERRED, DEFERRED, 1, "daily"),
    Product(202, "PLAT-TEAM", "Kestrel Platform Team", "Platform", "subscription", "Service", "annual",
            6_000_00, SUBSCRIPTION, DEFERRED, DEFERRED, 1, "daily"),
    Product(203, "ANALYTICS", "Analytics Add-on", "Platform", "subscription", "NonInvtPart", "annual",
            3_600_00, SUBSCRIPTION, DEFERRED, DEFERRED, 1, "even"),
    Product(204, "PLAT-MONTH", "Kestrel Platform Monthly", "Platform", "subscription", "Service", "monthly",
            450_00, SUBSCRIPTION, None, SUBSCRIPTION, 1, "even"),
    Product(205, "SUPP-PREM", "Premium Support", "Support", "support", "Service", "annual",
            2_400_00, SUPPORT, DEFERRED, DEFERRED, 3, "even"),
    Product(206, "IMPL", "Implementation Services", "Services", "services", "Service", "dated",
            7_500_00, SERVICES, None, CLEARING, 2, "daily"),
    Product(207, "TRAIN", "Training Day", "Services", "services", "Service", "none",
            1_250_00, SERVICES, None, SERVICES, 2, "point_in_time"),
    Product(208, "HW-GATE", "Edge Gateway K200", "Hardware", "hardware", "InvtPart", "none",
            890_00, HARDWARE, None, HARDWARE, 4, "point_in_time", COST_OF_GOODS, INVENTORY),
    Product(209, "SHIP", "Shipping and Handling", "Freight", "shipping", "ShipItem", "none",
            35_00, SHIPPING, None, SHIPPING, 4, "point_in_time"),
    Product(210, "DISC", "Negotiated Discount", "Discount", "discount", "Discount", "none",
            0, DISCOUNTS, None, DISCOUNTS, 1),
    Product(211, "INT-TEST", "Internal Test", "Internal", "internal", "NonInvtPart", "none",
            100_00, SUBSCRIPTION, None, SUBSCRIPTION, 1),
    Product(212, "SUBTOTAL", "Subtotal", "Layout", "layout", "Subtotal", "none", 0, None, None, None, None),
    Product(213, "NOTE", "Description", "Layout", "layout", "Description", "none", 0, None, None, None, None),
    Product(214, "LIC-PERP", "Perpetual Licence", "Platform", "licence", "NonInvtPart", "none",
            12_000_00, OLD_LICENCES, None, OLD_LICENCES, 5, "point_in_time", is_inactive=True),
)  # fmt: skip

BY_CODE = {product.code: product for product in PRODUCTS}

_PRICE_PER_CENT = {"USD": (100, 100), "EUR": (92, 1000), "GBP": (80, 500), "JPY": (150, 1000)}
"""Local minor units per US cent, times 100, and what the local list price is rounded to."""


def list_price(product: Product, currency: str) -> int:
    """The list price of one unit in minor units of `currency`, rounded as price lists are."""
    factor, step = _PRICE_PER_CENT[currency]
    exact = product.price_cents * factor // 100
    return max(step, (exact + step // 2) // step * step)


def posting_account(product: Product, subsidiary: int) -> int | None:
    """The account an invoice line of this product credits; Japan keeps its deferred revenue apart."""
    if product.posting_account == DEFERRED and subsidiary == 3:
        return DEFERRED_JAPAN
    if product.code == "TRAIN" and subsidiary == 2:
        return TRAINING_UK
    return product.posting_account
