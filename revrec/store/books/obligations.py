"""Contracts, performance obligations and their changes, as the order versions in force have them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlmodel import Session

from revrec.accounting.book import Changes, Contracts, Obligations
from revrec.accounting.columns import NO_DAY, NONE, Column, find_rows, group_rows
from revrec.accounting.terms import ChangeKind, HoldReason, Method, Trigger
from revrec.store.books.arrays import columns_of
from revrec.store.books.history import History, is_first, is_last, order_ends, trace
from revrec.store.books.lines import Lines, correct, read_lines
from revrec.store.books.newest import last_rows
from revrec.store.books.ramps import find_ramps, join_lines
from revrec.store.books.rules import Rules
from revrec.store.books.timelines import Choices
from revrec.store.books.versions import Closes, Said, Versions, chain, read_versions
from revrec.store.core import price_change
from revrec.store.queries.homes import customer_subsidiaries


@dataclass(frozen=True)
class Promises:
    """Contracts, obligations as first ordered or added, and what changed them; what the category codes mean.

    `regions`: names of the region codes, the first everywhere, and `region`: the code of obligations that have one.
    `parts`: lines that are part of another line's obligation (ramps), each with that line.
    """

    contracts: Contracts
    obligations: Obligations
    categories: Mapping[int, str]
    changes: Changes = field(default_factory=Changes.empty)
    regions: tuple[str, ...] = ("",)
    region: Mapping[int, int] = field(default_factory=dict)
    parts: Mapping[int, int] = field(default_factory=dict)


def read_promises(
    session: Session,
    *,
    last_day: date,
    currency_codes: Mapping[str, int],
    base_currencies: Mapping[int, int],
    choices: Choices,
    rules: Rules,
    closes: Closes,
    booked: Collection[int],
    standing: Mapping[int, int] | None = None,
) -> Promises:
    """What orders promise by the versions in force on `last_day`.

    A contract whose subsidiary cannot be told, or is none of NetSuite's, is held. A line that no version in force has
    any more, but that closed periods `booked`, promises nothing. `currency_codes`: symbol to code; `base_currencies`:
    subsidiary to its currency's code; `standing`: contract to the subsidiary in which closed periods hold it.
    """
    every = read_versions(
        session,
        last_day=last_day,
        currency_codes=currency_codes,
        treatment=choices.treatment,
        closes=closes,
    )
    stated, regions = read_lines(session, every, last_day)
    in_force = chain(every)
    versions = every.take(in_force)
    _, last_of = order_ends(versions)
    versions = replace(versions, ordered=versions.ordered[last_of])
    place = np.where(in_force, np.cumsum(in_force) - 1, NONE)
    lines = replace(stated, version=place[stated.version])
    lines = _with_dates(correct(versions, lines.take(lines.version != NONE)), rules)
    parts = _ramps(versions, lines, choices, rules, booked)
    history = trace(versions, join_lines(lines, parts))
    contracts = _contracts(session, versions.take(np.unique(last_of)), base_currencies, standing or {})
    obligations = _obligations(versions, history, rules, last_of)
    unplaced = find_rows(contracts.id, obligations.contract)
    obligations = replace(
        obligations,
        hold=np.where(
            contracts.base_currency[unplaced] == NONE, int(HoldReason.MISSING_RULE), obligations.hold
        ),
    )
    gone = _never_promised(every, stated, {*lines.line.tolist()}, booked, versions, rules)
    changes = Changes.concat((history.changes, _price_changes(session, last_day, versions, closes)))
    obligations = Obligations.concat((obligations, gone))
    return Promises(
        contracts,
        obligations.take(np.argsort(obligations.id, kind="stable")),
        rules.categories,
        changes,
        regions,
        dict(zip(history.newest.line.tolist(), history.newest.region.tolist(), strict=True))
        if len(regions) > 1
        else {},
        {part: whole for part, whole in parts.items() if part != whole},
    )


def _with_dates(lines: Lines, rules: Rules) -> Lines:
    """The lines with the days of service that a person gave them."""
    start, end = rules.dates_of(lines.line)
    return replace(
        lines,
        start=np.where(start == NO_DAY, lines.start, start),
        end=np.where(end == NO_DAY, lines.end, end),
    )


def _ramps(
    versions: Versions, lines: Lines, choices: Choices, rules: Rules, booked: Collection[int]
) -> dict[int, int]:
    """The ramps among the lines as their orders first had them; methods and triggers are those of the last word."""
    first_of, _ = order_ends(versions)
    first, last = is_first(lines.line), is_last(lines.line)
    begun, newest = lines.take(first), lines.take(last)
    here = np.flatnonzero(begun.version == first_of[begun.version])
    begun, newest = begun.take(here), newest.take(here)
    day = versions.ordered[begun.version]
    terms = rules.terms_of(begun.line, begun.product, day, newest.method, newest.trigger)
    return find_ramps(versions, begun, terms, terms.ramp * choices.ramp.on(day), booked)


def _contracts(
    session: Session,
    newest: Versions,
    base_currencies: Mapping[int, int],
    standing: Mapping[int, int],
) -> Contracts:
    """One row a contract; `newest`: the last version in force of each order.

    Its subsidiary is what the order says, else that of its selling entity, else that of its customer, else the only
    one. A contract with a selling entity stays where closed periods hold it: a mapping made or changed later serves
    contracts of which nothing is booked yet.
    """
    homes = customer_subsidiaries(session)
    only = next(iter(base_currencies)) if len(base_currencies) == 1 else 0
    # Of a contract's orders the oldest speaks for it.
    newest = newest.take(np.lexsort((newest.order_rank, newest.ordered)))
    _, first = group_rows(newest.contract)
    lead = newest.take(first)
    home = np.array(
        [
            (standing.get(contract, 0) if named else 0)
            or (own if own != NONE else 0)
            or homes.get(customer)
            or only
            for contract, named, own, customer in zip(
                lead.contract.tolist(),
                lead.named.tolist(),
                lead.subsidiary.tolist(),
                lead.customer.tolist(),
                strict=True,
            )
        ],
        dtype=np.int64,
    )
    return Contracts.of(
        id=lead.contract,
        customer=lead.customer,
        subsidiary=home,
        currency=lead.currency,
        base_currency=np.array([base_currencies.get(one, NONE) for one in home.tolist()], dtype=np.int64),
        ordered_day=lead.ordered,
        number_rank=lead.contract_rank,
    )


def _obligations(versions: Versions, history: History, rules: Rules, last_of: Column) -> Obligations:
    begun, newest, entry = history.begun, history.newest, history.entry
    last = last_of[entry]
    ordered = versions.ordered[entry]
    ordered = np.where(history.added, np.maximum(versions.day[entry], ordered), ordered)
    terms = rules.terms_of(newest.line, newest.product, ordered, newest.method, newest.trigger)
    unread = (versions.problem[last] != 0) | (newest.problem != 0)
    hold = np.where(unread, int(HoldReason.MISSING_RULE), NONE)
    return Obligations.of(
        id=newest.line,
        contract=versions.contract[last],
        order=versions.order[last],
        method=terms.method,
        stated=begun.amount,
        order_rank=versions.order_rank[last],
        line_rank=newest.sequence,
        product=newest.product,
        category=rules.categories_of(newest.product),
        quantity_e6=begun.quantity_e6,
        start=newest.start,
        end=begun.end,
        trigger=terms.trigger,
        ordered_day=ordered,
        version_day=_fact_days(versions)[last],
        segments=newest.segments,
        hold=np.where((hold == NONE) & (terms.held != 0), int(HoldReason.BY_USER), hold),
        order_version=versions.id[last],
        added_by=np.where(history.added, versions.id[entry], NONE),
    )


def _fact_days(versions: Versions) -> Column:
    """Per version the day of the latest fact: what is corrected had always been so, from the day that it corrects."""
    size = len(versions)
    at = np.arange(size, dtype=np.int64)
    counts = (versions.said != Said.CORRECTION) | is_first(versions.order)
    fact = np.maximum.accumulate(np.where(counts, at, 0)) if size else at
    return versions.day[fact]


def _never_promised(
    every: Versions,
    stated: Lines,
    promised: Collection[int],
    booked: Collection[int],
    versions: Versions,
    rules: Rules,
) -> Obligations:
    """Lines of superseded versions alone that closed periods booked: they promise nothing, and what was booked is
    taken back."""
    wanted = sorted(set(booked) - set(promised))
    rows = last_rows(stated.line, np.array(wanted, dtype=np.int64))
    lost = stated.take(rows[rows != NONE])
    order = every.order[lost.version]
    last = last_rows(versions.order, order)
    nothing = np.zeros(len(lost), dtype=np.int64)
    return Obligations.of(
        id=lost.line,
        contract=versions.contract[last],
        order=order,
        method=np.full(len(lost), int(Method.POINT_IN_TIME), dtype=np.int64),
        trigger=np.full(len(lost), int(Trigger.ORDER), dtype=np.int64),
        stated=nothing,
        quantity_e6=nothing,
        order_rank=versions.order_rank[last],
        line_rank=lost.sequence,
        product=lost.product,
        category=rules.categories_of(lost.product),
        ordered_day=versions.ordered[last],
        version_day=versions.day[last],
        segments=lost.segments,
        order_version=versions.id[last],
    )


def _price_changes(session: Session, last_day: date, versions: Versions, closes: Closes) -> Changes:
    """Changes of an order's price that people stated and did not undo."""
    p = price_change.c
    rows = session.execute(
        select(p.id, p.order_id, p.day, p.amount_minor, p.set_at)
        .where(p.undone_at.is_(None), p.day <= last_day)
        .order_by(p.id)
    ).all()
    if not rows:
        return Changes.empty()
    found = columns_of([row[:4] for row in rows], ["id", "order", "day", "amount"])
    known = closes.first_after(found["day"], [row[4] for row in rows])
    version = last_rows(versions.order, found["order"])
    here = version != NONE
    at = version[here]
    return Changes.of(
        id=found["id"][here],
        kind=np.full(at.size, int(ChangeKind.PRICE_CHANGE), dtype=np.int64),
        day=np.maximum(found["day"][here], versions.ordered[at]),
        known=known[here],
        sequence=found["id"][here],
        contract=versions.contract[at],
        amount=found["amount"][here],
    )
