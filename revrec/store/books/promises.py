"""What contracts promise, in full: of orders and of invoices that are contracts of their own, with the prices, bundles,
plans and choices that hold for each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from sqlmodel import Session

from revrec.accounting.book import Balances, Bundles, Contracts, Obligations, Progress
from revrec.accounting.columns import NONE, find_rows
from revrec.accounting.terms import BalanceScope, HoldReason
from revrec.store.books.bundles import find_bundles
from revrec.store.books.obligations import Promises
from revrec.store.books.prices import EVERYWHERE, read_prices
from revrec.store.books.progress import read_progress
from revrec.store.books.rules import Rules
from revrec.store.books.timelines import Choices


@dataclass(frozen=True, eq=False)
class Complete:
    """Promises, with everything that their contracts are computed from."""

    promises: Promises
    bundles: Bundles
    progress: Progress


def complete(
    session: Session,
    promises: Promises,
    *,
    last_day: date,
    choices: Choices,
    rules: Rules,
    currency_codes: Mapping[str, int],
    base_currencies: Mapping[int, int],
    balances: Balances,
) -> Complete:
    """The promises with choices, prices, bundles, product rules and progress.

    A contract that holds nothing any more and has `balances` stays, so that what is left of it is accounted for.
    """
    contracts = _with_choices(_with_emptied(promises.contracts, balances, base_currencies), choices)
    obligations = _priced(session, promises, contracts, currency_codes)
    terms = rules.terms_of(
        obligations.id, obligations.product, obligations.ordered_day, obligations.method, obligations.trigger
    )
    reported = read_progress(session, obligations, terms.plan, rules.plans, last_day)
    obligations = replace(
        obligations,
        asset_kind=terms.asset_kind,
        default_segments=terms.segments,
        whole=reported.whole,
        hold=np.where(
            reported.unplanned & (obligations.hold == NONE), int(HoldReason.MISSING_RULE), obligations.hold
        ),
    )
    member, bundles = find_bundles(session, contracts, obligations, currency_codes)
    obligations = replace(obligations, bundle=member)
    here = find_rows(contracts.id, promises.changes.contract) != NONE
    named = promises.changes.obligation
    here &= (named == NONE) | (find_rows(obligations.id, named) != NONE)
    changes = promises.changes if here.all() else promises.changes.take(here)
    changes = replace(changes, ssp_tolerance_e10=choices.ssp_tolerance_e10.on(changes.day))
    return Complete(
        replace(promises, contracts=contracts, obligations=obligations, changes=changes),
        bundles,
        reported.progress,
    )


def _with_choices(contracts: Contracts, choices: Choices) -> Contracts:
    """What shapes a contract is taken on the day of its inception, and stays with it."""
    day = contracts.ordered_day
    return replace(
        contracts,
        allocation=choices.allocation.on(day),
        rounding=choices.rounding.on(day),
        missing_ssp=choices.missing_ssp.on(day),
        ssp_outside=choices.ssp_outside.on(day),
    )


def _with_emptied(contracts: Contracts, balances: Balances, base_currencies: Mapping[int, int]) -> Contracts:
    """With the contracts that have balances and no order any more: their orders were put into another contract."""
    held = balances.take(balances.scope == BalanceScope.CONTRACT)
    gone = held.take(find_rows(contracts.id, held.contract) == NONE)
    if not len(gone):
        return contracts
    base = [base_currencies.get(one, NONE) for one in gone.subsidiary.tolist()]
    emptied = Contracts.of(
        id=gone.contract,
        customer=gone.customer,
        subsidiary=gone.subsidiary,
        currency=gone.currency,
        base_currency=np.array(base, dtype=np.int64),
        ordered_day=np.zeros(len(gone), dtype=np.int64),
        number_rank=1 + int(contracts.number_rank.max(initial=NONE)) + np.arange(len(gone)),
    )
    return Contracts.concat((contracts, emptied))


def _priced(
    session: Session, promises: Promises, contracts: Contracts, currency_codes: Mapping[str, int]
) -> Obligations:
    """With stand-alone selling prices of the day on which each line was promised. What promises nothing has none."""
    obligations = promises.obligations
    region = np.full(len(obligations), EVERYWHERE, dtype=np.int64)
    if promises.region:
        region = np.array(
            [promises.region.get(one, EVERYWHERE) for one in obligations.id.tolist()], dtype=np.int64
        )
    prices = read_prices(
        session,
        product=obligations.product,
        currency=contracts.currency[find_rows(contracts.id, obligations.contract)],
        quantity_e6=obligations.quantity_e6,
        day=obligations.ordered_day,
        region=region,
        regions=promises.regions,
        currency_codes=currency_codes,
    )
    nothing = (obligations.stated == 0) & (obligations.quantity_e6 == 0)
    return replace(
        obligations,
        ssp_low=np.where(nothing, 0, prices.ssp_low),
        ssp_high=np.where(nothing, 0, prices.ssp_high),
        ssp_per=prices.ssp_per,
        ssp_kind=np.where(nothing, 0, prices.ssp_kind),
    )
