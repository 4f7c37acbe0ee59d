"""One period's close of a made-up book, computation alone: no database, nothing written.

`priced`: stated prices, or relative stand-alone selling prices; `modified`: percent of the contracts that changed
in the period. The month before is closed first, so that there is something booked, and billing to compare with.
"""

import json
import sys
from dataclasses import replace

import numpy as np

from benchmarks.programs.own_usage import peak_memory_bytes
from benchmarks.programs.promises import CALENDAR, terms
from benchmarks.programs.repeated import best
from revrec.accounting.book import BillingLines, Book, Changes, Contracts, Obligations
from revrec.accounting.carry import carry_forward
from revrec.accounting.close import close_period
from revrec.accounting.columns import NO_AMOUNT, NONE
from revrec.accounting.policy import Policy
from revrec.accounting.problem import blockers
from revrec.accounting.terms import AccountType, ChangeKind, Method

LINES = 2
"""Lines a contract: each an obligation, and each billed once, up front."""
PRODUCTS = 50
BEFORE, PERIOD = CALENDAR.index("2025-09"), CALENDAR.index("2025-10")


def book_of(size: int, relative: bool) -> Book:
    """Contracts of two daily lines, invoiced in full on the day they begin; numbered by date, as sources number."""
    random = np.random.default_rng(7)
    start, end, amount = terms(size)
    by_date = np.argsort(start, kind="stable")
    start, end, amount = start[by_date], end[by_date], amount[by_date]
    contract = np.arange(size) // LINES
    contracts = int(contract[-1]) + 1
    day = np.full(contracts, 2**40)
    np.minimum.at(day, contract, start)
    ordered = day[contract]
    low = amount * random.integers(80, 130, size) // 100 if relative else np.full(size, NO_AMOUNT)
    ids = np.arange(size) + 1000
    product = random.integers(0, PRODUCTS, size)
    customer = np.arange(contracts) // 5
    return Book(
        CALENDAR,
        Contracts.of(
            id=np.arange(contracts) + 100,
            customer=customer,
            subsidiary=1,
            currency=0,
            base_currency=0,
            ordered_day=day,
            number_rank=np.arange(contracts),
        ),
        Obligations.of(
            id=ids,
            contract=contract + 100,
            order=contract,
            method=int(Method.DAILY),
            stated=amount,
            order_rank=contract,
            line_rank=np.arange(size) % LINES,
            product=product,
            start=start,
            end=end,
            ordered_day=ordered,
            default_segments=product % 7,
            order_version=ids,
            ssp_low=low,
        ),
        BillingLines.of(
            document=contract,
            line=np.arange(size) % LINES,
            customer=customer[contract],
            subsidiary=1,
            currency=0,
            product=product,
            amount=amount,
            base_amount=amount,
            period=CALENDAR.period_of(ordered),
            day=ordered,
            rank=contract,
            order=contract,
            account=4000,
            account_type=int(AccountType.DEFERRED_REVENUE),
            segments=product % 7,
        ),
    )


def changed(book: Book, percent: float) -> Changes:
    """The first line of some contracts costs a tenth more from the middle of the period on."""
    o = book.obligations
    middle = int(CALENDAR.starts[PERIOD]) + 14
    running = np.flatnonzero((o.line_rank == 0) & (o.ordered_day < middle))
    some = running[:: max(round(100 / percent), 1)] if percent else running[:0]
    return Changes.of(
        id=np.arange(some.size) + 1,
        kind=int(ChangeKind.MODIFICATION),
        day=middle,
        known=PERIOD,
        contract=o.contract[some],
        obligation=o.id[some],
        order=o.order[some],
        amount=o.stated[some] * 11 // 10,
        end=o.end[some] + 30,
        quantity_e6=NONE,
    )


def main() -> None:
    given = json.load(sys.stdin)
    relative = given["priced"] == "relative"
    policy = Policy(allocation="relative_ssp" if relative else "stated_price")
    book = book_of(given["obligations"], relative)
    book = replace(book, prior=carry_forward(book.prior, close_period(book, BEFORE, policy)))
    book = replace(book, changes=changed(book, given["modified"]))
    seconds, result = best(lambda: close_period(book, PERIOD, policy))
    if blockers(result.problems):
        raise RuntimeError(str(result.problems))
    figures = {
        "cpu_seconds": seconds,
        "booked": len(result.booked),
        "transfers": len(result.transfers),
        "changes": len(book.changes),
        "peak_bytes": peak_memory_bytes(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
