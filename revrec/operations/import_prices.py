"""Load a list of stand-alone selling prices: all of it, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.adjustment_note import closed_through
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.operations.price_terms import PriceTerms
from revrec.operations.set_price import PricedAs, price_row, terms_of, told
from revrec.problems import Finding, Invalid, Refused
from revrec.store.bulk import insert_rows
from revrec.store.core import standalone_price
from revrec.store.queries.currencies import precisions
from revrec.store.queries.dated_rows import ruling_rows
from revrec.store.queries.prices import PriceKey, key_of, price_rows
from revrec.store.queries.products import products_by_word
from revrec.store.tables import StandalonePrice

_SHOWN = 200  # changes that the audit event spells out; the rows themselves are kept for good


@dataclass(frozen=True, slots=True)
class GivenPrice:
    """One row as it was given. `place` names it, such as `Prices, row 7`; `product` is a code or name."""

    place: str
    product: str
    currency: str
    region: str
    min_quantity_e6: int
    valid_from: date | None
    terms: PriceTerms


@dataclass(frozen=True, slots=True)
class ImportedPrices:
    """`unchanged`: rows that say what is in force already. `earliest`: the first day that anything new is valid from;
    None with `always` where that is any day."""

    loaded: int
    unchanged: int
    earliest: date | None = None
    always: bool = False


def import_prices(
    session: Session,
    actor: Actor,
    given: Sequence[GivenPrice],
    *,
    source: str,
    now: datetime,
    reason: str = "",
    retrospective: bool = False,
    found: Sequence[Finding] = (),
) -> ImportedPrices:
    """Check every row, then load those that say something new; one audit event for all.

    `found`: what reading the file found wrong. Raises `Invalid` with every fault and its place; nothing is loaded then.
    """
    require(actor, "set_price")
    if retrospective and not reason.strip():
        raise Refused("A retrospective change of prices needs a reason.", where="reason")
    days = _Days(closed_through(session), retrospective)
    faults = list(found)
    rows = _checked(session, given, days, faults, actor, now, reason)
    if faults:
        raise Invalid(
            f"{source} was not loaded: {len(faults)} fault{'s' if len(faults) > 1 else ''}.",
            where=source,
            findings=faults[:_SHOWN],
        )
    if not rows:
        raise Invalid(f"{source} has no rows.", where=source)
    fresh = _new_ones(price_rows(session, {row.product_id for row in rows}), rows)
    insert_rows(session, standalone_price, [row.model_dump(exclude={"id"}) for row, _ in fresh])
    record_event(
        session,
        actor,
        "import_prices",
        f"stand-alone selling prices from {source}",
        now=now,
        before=[None if before is None else told(before) for _, before in fresh[:_SHOWN]],
        after={
            "loaded": len(fresh),
            "unchanged": len(rows) - len(fresh),
            "prices": [_line(row) | told(row) for row, _ in fresh[:_SHOWN]],
        }
        | ({"retrospective": True} if retrospective else {}),
        reason=reason,
    )
    starts = [row.valid_from for row, _ in fresh]
    always = None in starts
    earliest = None if always or not starts else min(day for day in starts if day is not None)
    return ImportedPrices(len(fresh), len(rows) - len(fresh), earliest, always)


@dataclass(frozen=True, slots=True)
class _Days:
    """From which day a row may hold, given the last closed day."""

    closed_through: date | None
    retrospective: bool

    def start(self, given: date | None) -> date | None:
        if self.closed_through is None or given is not None or self.retrospective:
            return given
        return self.closed_through + timedelta(days=1)

    def problem(self, given: date | None) -> str:
        if self.closed_through is None or given is None or given > self.closed_through or self.retrospective:
            return ""
        return (
            f"{given} lies in a closed period. Confirm the import as a retrospective change, with a reason, or let it "
            f"begin on {self.closed_through + timedelta(days=1)}."
        )


def _checked(
    session: Session,
    given: Sequence[GivenPrice],
    days: _Days,
    faults: list[Finding],
    actor: Actor,
    now: datetime,
    reason: str,
) -> list[StandalonePrice]:
    products, currencies = products_by_word(session), precisions(session)
    seen: dict[tuple[object, ...], str] = {}
    rows = []
    for one in given:
        product = products.get(one.product)
        wrong = _faults_of(one, product, currencies, days)
        start = days.start(one.valid_from)
        mine = (product, one.currency, one.region, one.min_quantity_e6, start)
        if product is not None and not wrong and seen.setdefault(mine, one.place) != one.place:
            wrong.append(("Product", f"The same price stands in {seen[mine]} already."))
        faults.extend(
            Finding("price", "blocking", f"{one.place}, column {column}", message)
            for column, message in wrong
        )
        if product is not None and not wrong:
            what = PricedAs(product, one.currency, one.region, one.min_quantity_e6)
            rows.append(price_row(what, one.terms, start, actor, now, reason))
    return rows


def _faults_of(
    one: GivenPrice, product: int | None, currencies: Mapping[str, int], days: _Days
) -> list[tuple[str, str]]:
    wrong = []
    if product is None:
        wrong.append(("Product", f"There is no product '{one.product}'."))
    if (
        len(one.currency) != 3
        or not one.currency.isupper()
        or (currencies and one.currency not in currencies)
    ):
        wrong.append(("Currency", f"'{one.currency}' is no currency of this account."))
    if one.min_quantity_e6 < 0:
        wrong.append(("Minimum quantity", "A quantity tier is not negative."))
    if problem := one.terms.problem():
        wrong.append((problem[0].capitalize(), problem[1]))
    if late := days.problem(one.valid_from):
        wrong.append(("From", late))
    return wrong


def _new_ones(
    standing: Sequence[StandalonePrice], rows: Sequence[StandalonePrice]
) -> list[tuple[StandalonePrice, StandalonePrice | None]]:
    """The rows that say something new, each with the one that ruled on its day; rows before it in time count."""
    by_key: dict[PriceKey, list[StandalonePrice]] = {}
    for one in standing:
        by_key.setdefault(key_of(one), []).append(one)
    fresh = []
    for row in sorted(rows, key=lambda one: one.valid_from or date.min):
        known = by_key.setdefault(key_of(row), [])
        valid = (one for one in known if (one.valid_from or date.min) <= (row.valid_from or date.min))
        before = ruling_rows(valid, key_of).get(key_of(row))
        if not _says(before, row):
            fresh.append((row, before))
            known.append(row)
    return fresh


def _says(before: StandalonePrice | None, row: StandalonePrice) -> bool:
    """Whether what is in force says the same already."""
    return before is not None and not before.withdrawn and terms_of(before) == terms_of(row)


def _line(row: StandalonePrice) -> dict[str, object]:
    return {
        "product": row.product_id,
        "currency": row.currency,
        "region": row.region,
        "min_quantity_e6": row.min_quantity_e6,
    }
