"""Load opening balances at cut-over: all rows, or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.periods import periods_of
from revrec.operations.permissions import require
from revrec.operations.set_first_period import first_period
from revrec.problems import Conflict, Finding, Invalid
from revrec.store.core import opening_balance
from revrec.store.queries.closes import newest_closed_period
from revrec.store.queries.currencies import iso_precision, precisions
from revrec.store.queries.openings import OpeningPlaces, opening_places

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class GivenOpening:
    """One row as it was given. `place` names it, such as `Opening, row 7`. Amounts are minor units of the currency,
    those in the base currency scaled by 10^6; None where the cell was empty."""

    place: str
    contract: str
    order: str
    line: str
    currency: str
    recognised_minor: int | None
    base_recognised_e6: int | None
    billed_minor: int | None
    base_billed_e6: int | None


@dataclass(frozen=True, slots=True)
class ImportedOpening:
    """How many obligations and contracts have an opening now."""

    obligations: int
    contracts: int
    replaced: bool


def import_opening(
    session: Session,
    actor: Actor,
    given: Sequence[GivenOpening],
    *,
    source: str,
    now: datetime,
    reason: str = "",
    found: Sequence[Finding] = (),
) -> ImportedOpening:
    """Check every row, then let them stand in for the computed opening, and for any import before. Recognised is kept
    per order line, billed per contract. Raises `Invalid` with every fault and its place; nothing is loaded then.
    """
    require(actor, "import_opening")
    begin = first_period(session)
    if begin is None:
        raise Conflict(
            "Openings are as of the day before the first period. Set it first, with `revrec period set`.",
            where="first_period",
        )
    if newest_closed_period(session) is not None:
        raise Conflict(f"The opening of {begin} stands: a period is closed.", where=f"period {begin}")
    places = opening_places(session, periods_of(session).first_day(begin) - timedelta(days=1))
    faults = list(found)
    revenue, billing = _added_up(given, places, precisions(session), faults)
    if faults:
        raise Invalid(
            f"{source} was not loaded: {len(faults)} fault{'s' if len(faults) > 1 else ''}.",
            where=source,
            findings=faults[:_SHOWN],
        )
    if not revenue and not billing:
        raise Invalid(f"{source} has no rows.", where=source)
    o = opening_balance.c
    standing = session.execute(select(o.id).where(o.superseded.is_(False)).limit(1)).first() is not None
    session.execute(update(opening_balance).where(o.superseded.is_(False)).values(superseded=True))
    common = {"superseded": False, "set_by": actor.email, "set_at": now}
    rows = [
        {"contract_id": places.contract_of[line], "obligation_id": line} | amounts.row() | common
        for line, amounts in revenue.items()
    ]
    rows += [
        {"contract_id": contract, "obligation_id": None} | amounts.row() | common
        for contract, amounts in billing.items()
    ]
    session.execute(insert(opening_balance), [row | {"source": f"{source}: {row['source']}"} for row in rows])
    record_event(
        session,
        actor,
        "import_opening",
        f"opening balances from {source}",
        now=now,
        before={"replaced": standing},
        after={"obligations": len(revenue), "contracts": len(billing)},
        reason=reason,
    )
    return ImportedOpening(len(revenue), len(billing), standing)


@dataclass(slots=True)
class _Amounts:
    minor: int = 0
    base_minor: int = 0
    place: str = ""

    def row(self) -> dict[str, object]:
        return {"amount_minor": self.minor, "base_minor": self.base_minor, "source": self.place}


def _added_up(
    given: Sequence[GivenOpening],
    places: OpeningPlaces,
    decimals: dict[str, int],
    faults: list[Finding],
) -> tuple[dict[int, _Amounts], dict[int, _Amounts]]:
    """Recognised by obligation and billed by contract, as far as the rows are right."""
    revenue: dict[int, _Amounts] = {}
    billing: dict[int, _Amounts] = {}
    for one in given:

        def fault(column: str, message: str, one: GivenOpening = one) -> None:
            faults.append(Finding("opening", "blocking", f"{one.place}, column {column}", message))

        contract, obligation = _placed(one, places, fault)
        if contract is None:
            continue
        terms = places.terms_of[contract]
        if one.currency != terms.currency:
            fault("Currency", f"The contract is in {terms.currency}, not in {one.currency or 'no currency'}.")
            continue
        same = terms.base_currency == terms.currency
        digits = decimals.get(terms.base_currency, iso_precision(terms.base_currency))
        for column, minor, base_e6, home, key in (
            ("Recognised", one.recognised_minor, one.base_recognised_e6, revenue, obligation),
            ("Billed", one.billed_minor, one.base_billed_e6, billing, contract),
        ):
            if minor is None and base_e6 is None:
                continue
            if key is None:
                fault("Line", "Revenue is recognised of a line: name the line.")
                continue
            base, wrong = _base(minor or 0, base_e6, same, digits)
            if wrong:
                fault(f"{column} base", wrong)
                continue
            known = home.setdefault(key, _Amounts(place=one.place))
            if column == "Recognised" and known.place != one.place:
                fault("Line", f"The line stands in {known.place} already.")
                continue
            known.minor += minor or 0
            known.base_minor += base
    return revenue, billing


def _placed(
    one: GivenOpening, places: OpeningPlaces, fault: Callable[[str, str], None]
) -> tuple[int | None, int | None]:
    """The contract and, where a line is named, the obligation of a row."""
    contracts = places.contracts.get(one.contract, []) if one.contract else []
    if one.contract and not contracts:
        fault("Contract", f"There is no contract {one.contract} in force on {places.day}.")
        return None, None
    orders = places.orders.get(one.order, []) if one.order else []
    if one.order and not orders:
        fault("Order", f"There is no order {one.order} in force on {places.day}.")
        return None, None
    fitting = [order for order in orders if not one.contract or places.home_of[order] in contracts]
    if one.order and not fitting:
        fault("Order", f"The order {one.order} does not belong to the contract {one.contract}.")
        return None, None
    homes = {places.home_of[order] for order in fitting} if one.order else set(contracts)
    if len(homes) != 1:
        column = "Contract" if one.contract or not one.order else "Order"
        fault(
            column,
            "Name the contract or the order." if not homes else "Several contracts fit; name the order too.",
        )
        return None, None
    (contract,) = homes
    if not one.line:
        return contract, None
    candidates = fitting or places.orders_of[contract]
    lines = [line for order in candidates if (line := places.line_of(order, one.line)) is not None]
    if len(lines) != 1:
        said = "no line" if not lines else "several lines"
        fault(
            "Line",
            f"There is {said} {one.line} in force on {places.day}{'' if one.order else '; name the order'}.",
        )
        return None, None
    return contract, lines[0]


def _base(minor: int, base_e6: int | None, same: bool, digits: int) -> tuple[int, str]:
    """The amount in minor units of the base currency; and what is wrong with it, if anything is."""
    if base_e6 is None:
        wrong = "" if same else "The contract's base currency differs: give the amount in it as well."
        return minor, wrong
    base, rest = divmod(base_e6, 10 ** (6 - digits))
    if rest:
        return 0, f"The base currency has {digits} decimals."
    if same and base != minor:
        return 0, "The base currency is the contract's own, and yet the amounts differ."
    return base, ""
