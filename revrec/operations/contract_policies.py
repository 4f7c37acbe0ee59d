"""Policies that shape a contract: taken at its inception, for a modification on its effective date."""

from revrec.accounting.terms import Method
from revrec.operations.policy_kinds import PolicyDefinition

METHODS = tuple(method.name.lower() for method in Method)

CONTRACT_POLICIES = (
    PolicyDefinition(
        "contract_source",
        "choice",
        "orders",
        "contract",
        "What makes contracts: the CRM's sales orders, which invoices only bill; invoices, each its own contract; or "
        "orders, and invoices that no order absorbs.",
        choices=("orders", "invoices", "orders_then_invoices"),
    ),
    PolicyDefinition(
        "allocation",
        "choice",
        "relative_ssp",
        "contract",
        "How the transaction price is shared: by stand-alone selling prices, or each line keeps its stated price.",
        choices=("relative_ssp", "stated_price"),
    ),
    PolicyDefinition(
        "missing_ssp",
        "choice",
        "stated_price",
        "contract",
        "A line without a stand-alone selling price weighs by its stated price, or holds its contract.",
        choices=("stated_price", "hold"),
    ),
    PolicyDefinition(
        "ssp_outside",
        "choice",
        "nearest",
        "contract",
        "The stand-alone selling price of a line whose price is outside its range: the nearest bound, or the midpoint.",
        choices=("nearest", "midpoint"),
    ),
    PolicyDefinition(
        "ssp_tolerance",
        "percent",
        "1",
        "contract",
        "How far, in percent, a new line's price may be from its stand-alone selling price and still make a separate "
        "contract.",
        maximum=100,
    ),
    PolicyDefinition(
        "modification_treatment",
        "choice",
        "auto",
        "contract",
        "How a changed order is accounted for where nobody says otherwise: `auto` chooses by its lines and says why.",
        choices=("auto", "prospective", "cumulative_catch_up"),
    ),
    PolicyDefinition(
        "ramp",
        "flag",
        True,
        "contract",
        "Lines of one product and quantity over adjoining terms at different prices are one obligation over the whole "
        "term.",
    ),
    PolicyDefinition(
        "method",
        "choice",
        "daily",
        "contract",
        "Recognition method where neither the order line nor its product names one.",
        choices=METHODS,
    ),
    PolicyDefinition(
        "rounding",
        "choice",
        "cumulative",
        "contract",
        "Where cents go: the running total is rounded once, or each period by itself with the rest in the last.",
        choices=("cumulative", "last_period"),
    ),
)
