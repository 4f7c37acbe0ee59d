# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""From inception to now: what modifications, cancels, price changes and credits make of each obligation's legs.

A fold over the events of each contract, in order of date; the n-th events of all contracts are applied together, so
that one path serves one contract and a million. ``prospective`` fixes what was recognised and begins a new leg;
``cumulative_catch_up`` works the current leg out again, so that the difference to what is booked is the catch-up.
Inception is the order, or the latest prospective modification; no further back (606-10-25-10 to -13, 606-10-32-42).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.allocation import Weigher, allocate, stated_prices
from revrec.accounting.book import Book, Changes
from revrec.accounting.columns import (
    NO_AMOUNT,
    NO_DAY,
    NONE,
    Column,
    Mask,
    Table,
    column,
    find_rows,
    group_rows,
    sort_rows,
    sum_by,
)
from revrec.accounting.inception import begin_legs
from revrec.accounting.money import RATE_SCALE, apportion, share_columns
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem
from revrec.accounting.recognition import BY_DAY, ProgressLog, earned_fraction
from revrec.accounting.schedule import Legs, Plan, earn_legs
from revrec.accounting.terms import ChangeKind, CreditTreatment, Method, Treatment


@dataclass(frozen=True, eq=False)
class Credits(Table):
    """Credit memo lines that touch revenue: rows of the book's contracts and obligations, ``amount`` positive."""

    contract: Column = column()
    obligation: Column = column()  # NONE: over the contract's lines of ``product``, else over all
    product: Column = column()
    amount: Column = column()
    treatment: Column = column()  # CreditTreatment
    day: Column = column()
    document: Column = column()
    line: Column = column()


@dataclass(frozen=True, eq=False)
class Outcome:
    """Legs of all obligations, their price now, allocation at inception, and why each modification went its way."""

    plan: Plan
    allocated: Column
    inception: Column
    weight: Column
    flags: Column
    stated: Column
    reasons: tuple[tuple[int, str], ...]
    problems: tuple[Problem, ...]


def run_contracts(
    book: Book,
    policy: Policy,
    weigher: Weigher,
    contract_of: Column,
    first_billed: Column,
    credits: Credits,
    log: ProgressLog,
) -> Outcome:
    """Allocate at inception, then apply every event known. One call per close."""
    decided = _decide(book, policy, weigher)
    group = np.where(decided.group == NONE, contract_of, len(book.contracts) + decided.group)
    allocation = allocate(book, weigher, group, len(book.contracts) + decided.groups, policy)
    legs = begin_legs(book, allocation.amount, first_billed)
    plan = Plan(legs, len(book.obligations), book.calendar, log, policy.rounding)
    fold = _Fold(book, policy, weigher, contract_of, plan, allocation.weight, decided)
    fold.run(credits)
    outcome = fold.legs()
    return Outcome(
        Plan(outcome, len(book.obligations), book.calendar, log, policy.rounding),
        fold.price_now(outcome),
        allocation.amount,
        allocation.weight,
        allocation.flags,
        fold.stated,
        decided.reasons,
        (*allocation.problems, *decided.problems),
    )


@dataclass(frozen=True, eq=False)
class _Decided:
    """Per change row its treatment; per obligation the group of added lines it belongs to, NONE for the order's own."""

    treatment: Column
    group: Column
    groups: int
    waits: Mask  # added by an event that is not separate: joins its contract when that event comes
    reasons: tuple[tuple[int, str], ...]
    problems: tuple[Problem, ...]


def _decide(book: Book, policy: Policy, weigher: Weigher) -> _Decided:
    changes, o = book.changes, book.obligations
    treatment = changes.treatment.copy()
    group = np.full(len(o), NONE, dtype=np.int64)
    waits = np.zeros(len(o), dtype=np.bool_)
    if not len(changes):
        return _Decided(treatment, group, 0, waits, (), ())
    modified = np.flatnonzero(changes.kind == ChangeKind.MODIFICATION)
    row = find_rows(o.id, changes.obligation[modified])
    new = o.added_by[row] == changes.id[modified]
    event, first = group_rows(changes.id[modified])
    events = first.size
    all_new = sum_by(event, (~new).astype(np.int64), events) == 0
    asked = np.full(events, int(Treatment.AUTO), dtype=np.int64)
    asked[event] = changes.treatment[modified]
    at_ssp = _at_ssp(book, policy, weigher)[row]
    all_at_ssp = sum_by(event, (~at_ssp).astype(np.int64), events) == 0
    separate = (asked == Treatment.SEPARATE) | ((asked == Treatment.AUTO) & all_new & all_at_ssp)
    ids = changes.id[modified][first]
    problems = [
        Problem(
            "separate_touches_old_line",
            f"modification {ids[e]}",
            f"Modification {ids[e]} is to be a separate contract but changes a line that was there before: choose "
            "prospective or cumulative_catch_up, or leave the old line out.",
        )
        for e in np.flatnonzero((asked == Treatment.SEPARATE) & ~all_new).tolist()
    ]
    by_line = np.isin(o.method[row], [int(Method.PERCENT_COMPLETE), int(Method.MILESTONE)])
    chosen = np.where(by_line, int(Treatment.CUMULATIVE_CATCH_UP), int(Treatment.PROSPECTIVE))
    chosen = np.where(asked[event] == Treatment.AUTO, chosen, asked[event])
    treatment[modified] = np.where(separate[event], int(Treatment.SEPARATE), chosen)
    zero = (
        (changes.amount[modified] == 0)
        & (treatment[modified] == Treatment.PROSPECTIVE)
        & (o.stated[row] != 0)
    )
    problems += [
        Problem(
            "zero_price_needs_catch_up",
            f"obligation {o.id[r]}",
            f"Obligation {o.id[r]} is changed to a price of zero from inception: treat it as cumulative_catch_up, or "
            "cancel the line.",
        )
        for r in row[zero].tolist()
    ]
    reasons = tuple(
        (int(ids[e]), _reason(int(asked[e]), bool(all_new[e]), bool(all_at_ssp[e]))) for e in range(events)
    )
    group[row[new]] = event[new]
    waits[row[new]] = ~separate[event[new]]
    return _Decided(treatment, group, events, waits, reasons, tuple(problems))


def _reason(asked: int, all_new: bool, at_ssp: bool) -> str:
    if asked != Treatment.AUTO:
        return "chosen by a user or rule"
    if not all_new:
        return "prospective or catch-up by line: it changes a line that was there before"
    if at_ssp:
        return "separate: all its lines are new, at their stand-alone selling prices"
    return "prospective or catch-up by line: its new lines are not priced at their stand-alone selling prices"


def _at_ssp(book: Book, policy: Policy, weigher: Weigher) -> Mask:
    """Lines whose stated price lies within the tolerance of an observed SSP."""
    o = book.obligations
    ssp, _ = weigher.weigh(stated_prices(book), o.quantity_e6, o.end)
    price = weigher.weigh_stated(stated_prices(book))
    room = share_columns(ssp, policy.ssp_tolerance_e10, RATE_SCALE)
    close: Mask = (o.ssp_low != NO_AMOUNT) & (np.abs(price - ssp) <= room)
    return close


@dataclass(frozen=True, eq=False)
class _Events:
    """One row per event, in the order in which each contract meets them; ``turn``: its number in its contract."""

    contract: Column
    kind: Column
    day: Column
    ref: Column  # modification: its id; else the row in Changes or Credits
    turn: Column


def _order_events(book: Book, credits: Credits) -> _Events:
    changes = book.changes
    modified = np.flatnonzero(changes.kind == ChangeKind.MODIFICATION)
    _, lead = group_rows(changes.id[modified])
    modified = modified[lead]
    others = np.flatnonzero(changes.kind != ChangeKind.MODIFICATION)
    rows = np.concatenate((modified, others))
    home = find_rows(book.contracts.id, changes.contract[rows])
    size = len(credits)
    contract = np.concatenate((home, credits.contract))
    kind = np.concatenate((changes.kind[rows], np.full(size, int(ChangeKind.CREDIT), dtype=np.int64)))
    day = np.concatenate((changes.day[rows], credits.day))
    sequence = np.concatenate((changes.sequence[rows], credits.document))
    ref = np.concatenate((changes.id[modified], others, np.arange(size, dtype=np.int64)))
    tie = np.concatenate((changes.id[rows], credits.line))
    order = sort_rows(contract, day, kind, sequence, tie)
    contract = contract[order]
    start = np.searchsorted(contract, contract, side="left")
    return _Events(contract, kind[order], day[order], ref[order], np.arange(order.size) - start)


class _Fold:
    """The state of all obligations while events are applied; lives for one call of ``run_contracts``."""

    def __init__(
        self,
        book: Book,
        policy: Policy,
        weigher: Weigher,
        contract_of: Column,
        plan: Plan,
        weight: Column,
        decided: _Decided,
    ) -> None:
        self.book, self.policy, self.weigher, self.plan, self.decided = book, policy, weigher, plan, decided
        self.relative = policy.allocation == "relative_ssp"
        self.contract_of = contract_of
        self.now = {name: array.copy() for name, array in plan.legs.columns().items()}
        self.begun = ~decided.waits
        # Lines that share one pool: those of the order (or of the latest prospective modification), not separate ones.
        self.member = self.begun & (decided.group == NONE)
        self.pool_weight = weight.copy()
        self.weight = weight.copy()
        self.inception_weight = weight
        self.stated = stated_prices(book)
        self.quantity = book.obligations.quantity_e6.copy()
        self.modified = np.zeros(len(book.contracts), dtype=np.bool_)
        self.past: list[Legs] = []

    def run(self, credits: Credits) -> None:
        """Apply all events, the first of every contract, then the second, and so on."""
        events = _order_events(self.book, credits)
        for turn in range(int(events.turn.max()) + 1 if events.turn.size else 0):
            for kind in ChangeKind:
                at = np.flatnonzero((events.turn == turn) & (events.kind == kind))
                if not at.size:
                    continue
                day = np.full(len(self.book.contracts), NO_DAY, dtype=np.int64)
                day[events.contract[at]] = events.day[at]
                if kind is ChangeKind.MODIFICATION:
                    self._modify(events.ref[at], day)
                elif kind is ChangeKind.CANCEL:
                    self._cancel(self.book.changes.take(events.ref[at]), day)
                elif kind is ChangeKind.PRICE_CHANGE:
                    self._change_price(self.book.changes.take(events.ref[at]), day)
                else:
                    self._credit(credits.take(events.ref[at]), day)

    # Modifications

    def _modify(self, ids: Column, day: Column) -> None:
        changes = self.book.changes
        mine = np.flatnonzero((changes.kind == ChangeKind.MODIFICATION) & np.isin(changes.id, ids))
        row = find_rows(self.book.obligations.id, changes.obligation[mine])
        treatment = self.decided.treatment[mine]
        for chosen in (Treatment.CUMULATIVE_CATCH_UP, Treatment.PROSPECTIVE):
            part = treatment == chosen
            if part.any():
                self._restate(row[part], changes.take(mine[part]), day, chosen is Treatment.PROSPECTIVE)

    def _restate(self, row: Column, changes: Changes, day: Column, prospective: bool) -> None:
        """New totals, ends and quantities of these lines; both treatments."""
        fresh = ~self.begun[row]
        stated, end = self.stated.copy(), self.now["end"].copy()
        quantity, whole = self.quantity.copy(), self.now["whole"].copy()
        given = changes.amount != NO_AMOUNT
        stated[row[given]] = changes.amount[given]
        end[row[changes.end != NO_DAY]] = changes.end[changes.end != NO_DAY]
        more = changes.quantity_e6 != NONE
        by_quantity = more & (self.book.obligations.whole[row] == NONE)
        by_quantity &= whole[row] == self.quantity[row]
        quantity[row[more]] = changes.quantity_e6[more]
        whole[row[by_quantity]] = changes.quantity_e6[by_quantity]
        difference = stated - self.stated
        difference[row[fresh]] = stated[row[fresh]]
        touched = np.zeros(stated.size, dtype=np.bool_)
        touched[row] = True
        real = fresh | (difference[row] != 0) | (end[row] != self.now["end"][row])
        real |= quantity[row] != self.quantity[row]
        contracts = np.zeros(len(self.book.contracts), dtype=np.bool_)
        contracts[self.contract_of[row[real]]] = True
        if not contracts.any():
            return  # nothing changed: nothing is shared anew
        touched &= contracts[self.contract_of]
        weight, _ = self.weigher.weigh(stated, quantity, end) if self.relative else (self.weight, None)
        old_weight = np.where(self.begun, self.weight, 0)
        if prospective:
            self._run_on(touched, contracts, difference, weight, old_weight, end, whole, day)
        else:
            self.now["end"] = np.where(touched, end, self.now["end"])
            self.now["whole"] = np.where(touched, whole, self.now["whole"])
            self._measure_again(touched & (self.now["before"] > 0))
            self.now["rest"] = np.where(self._fresh(row, fresh), 0, self.now["rest"])
            if self.relative:
                self.member |= touched
                self.pool_weight = np.where(
                    touched, np.maximum(self._pooled(row, fresh) + weight - old_weight, 0), self.pool_weight
                )
                self._share_pool(contracts, self._sum(np.where(touched, difference, 0)))
            else:
                self.now["rest"] = self.now["rest"] + np.where(touched, difference, 0)
        self.begun |= touched
        self.stated = np.where(touched, stated, self.stated)
        self.quantity = np.where(touched, quantity, self.quantity)
        self.weight = np.where(touched, weight, self.weight)

    def _measure_again(self, rows: Mask) -> None:
        """What was earned before the current leg began, as a fraction of the changed term."""
        if rows.any():
            before = self._day_before_each(self.now["from_day"])
            numerator, _ = earned_fraction(self._legs().terms(), before, self.plan.calendar, self.plan.log)
            self.now["before"] = np.where(rows, numerator, self.now["before"])

    def _fresh(self, row: Column, fresh: Mask) -> Mask:
        new = np.zeros(self.stated.size, dtype=np.bool_)
        new[row[fresh]] = True
        return new

    def _pooled(self, row: Column, fresh: Mask) -> Column:
        return np.where(self._fresh(row, fresh), 0, self.pool_weight)

    def _run_on(
        self,
        touched: Mask,
        contracts: Mask,
        difference: Column,
        weight: Column,
        old_weight: Column,
        end: Column,
        whole: Column,
        day: Column,
    ) -> None:
        """Fix what was recognised, spread the rest and the change over what remains (606-10-25-13(a))."""
        before = self._day_before(day)
        old = self.begun.copy()
        earned, _, _ = earn_legs(self.plan, self._legs(), before)
        numerator, denominator = earned_fraction(
            self._legs().terms(), before, self.plan.calendar, self.plan.log
        )
        open_now = old & (numerator < denominator) & (self._stop_open(before))
        affected = touched.copy()
        if self.relative:
            main = self.decided.group == NONE
            joined = main | self.decided.waits
            affected |= open_now & contracts[self.contract_of] & joined
        recognised = self.now["fixed"] + np.where(old, earned, 0)
        rest = np.where(old, self.now["rest"] - earned, 0)
        self._begin_leg(affected & old, day)
        self.now["end"] = np.where(touched, end, self.now["end"])
        self.now["whole"] = np.where(touched, whole, self.now["whole"])
        self.begun |= touched
        n_new, _ = earned_fraction(self._legs().terms(), before, self.plan.calendar, self.plan.log)
        self.now["before"] = np.where(affected, np.where(old, n_new, 0), self.now["before"])
        self.now["fixed"] = np.where(affected, np.where(old, recognised, 0), self.now["fixed"])
        if not self.relative:
            self.now["rest"] = np.where(affected, rest + difference, self.now["rest"])
            return
        left = share_columns(old_weight, denominator - numerator, denominator)
        remaining = np.maximum(left + np.where(touched, weight - old_weight, 0), 0)
        self.pool_weight = np.where(affected, remaining, self.pool_weight)
        self.member = np.where(contracts[self.contract_of], affected, self.member)
        self.modified |= contracts
        self.now["rest"] = np.where(affected, rest, self.now["rest"])
        self._share_pool(contracts, self._sum(np.where(touched, difference, 0)))

    # Cancels, price changes, credits

    def _cancel(self, changes: Changes, day: Column) -> None:
        """What was earned through ``end`` stays, and the fee; the rest leaves the price."""
        o = self.book.obligations
        by_line = find_rows(o.id, changes.obligation)
        for event in range(len(changes)):  # one per contract and turn, few in any close
            if by_line[event] != NONE:
                rows = by_line[event : event + 1]
            else:
                rows = np.flatnonzero((o.order == changes.order[event]) & self.begun)
            end = int(changes.end[event])
            if end == NO_DAY:
                end = int(changes.day[event]) - 1
            stop = self.now["stop_day"][rows]
            self.now["stop_day"][rows] = np.where(stop == NO_DAY, end, np.minimum(stop, end))
            fee = int(changes.amount[event])
            if fee != NO_AMOUNT and fee and rows.size:
                self._settle_extra(rows)
                zero = np.zeros(rows.size, dtype=np.int64)
                part = apportion(
                    np.asarray([fee]), np.maximum(self.now["rest"][rows], 0), zero, 1, self.stated[rows]
                )
                self.now["extra"][rows] = part
                self.now["extra_day"][rows] = int(changes.day[event])

    def _settle_extra(self, rows: Column) -> None:
        self.now["fixed"][rows] += self.now["extra"][rows]
        self.now["extra"][rows] = 0

    def _change_price(self, changes: Changes, day: Column) -> None:
        """An estimate of variable consideration: shared as at inception, earned at once where already transferred."""
        amount = np.zeros(len(self.book.contracts), dtype=np.int64)
        contract = find_rows(self.book.contracts.id, changes.contract)
        amount[contract] = changes.amount
        hit = np.zeros(amount.size, dtype=np.bool_)
        hit[contract] = True
        main = self.begun & (self.decided.group == NONE) & hit[self.contract_of]
        if not self.relative:
            main = self.begun & hit[self.contract_of]
            self.now["rest"] += self._spread(amount, np.where(main, np.maximum(self.stated, 0), 0), main)
            return
        plain = hit & ~self.modified
        self._share_pool(plain, np.where(plain, amount, 0))
        later = hit & self.modified
        if not later.any():
            return
        first = main & later[self.contract_of]
        part = self._spread(np.where(later, amount, 0), np.where(first, self.inception_weight, 0), first)
        before = self._day_before(day)
        numerator, denominator = earned_fraction(
            self._legs().terms(), before, self.plan.calendar, self.plan.log
        )
        finished = numerator >= denominator
        self.now["rest"] += np.where(finished, part, 0)
        again = self._sum(np.where(finished, 0, part))
        unfinished = self.member & ~finished & later[self.contract_of]
        self.now["rest"] += self._spread(again, np.where(unfinished, self.pool_weight, 0), unfinished)

    def _credit(self, credits: Credits, day: Column) -> None:
        before = self._day_before(day)
        earned, _, _ = earn_legs(self.plan, self._legs(), before)
        recognised, rest = self.now["fixed"] + earned, self.now["rest"] - earned
        hit = np.zeros(len(self.book.contracts), dtype=np.bool_)
        hit[credits.contract] = True
        amount, treatment = (
            self._per_contract(credits.contract, credits.amount),
            self._per_contract(credits.contract, credits.treatment),
        )
        named, product = (
            self._per_contract(credits.contract, credits.obligation),
            self._per_contract(credits.contract, credits.product),
        )
        home = self.contract_of
        rows = np.arange(self.stated.size)
        candidate = self.begun & hit[home]
        by_name = candidate & (named[home] == rows)
        by_product = candidate & (named[home] == NONE) & (self.book.obligations.product == product[home])
        some = np.zeros(hit.size, dtype=np.bool_)
        some[home[by_name | by_product]] = True
        chosen = by_name | by_product | (candidate & ~some[home])
        left = np.where(chosen, np.maximum(rest, 0), 0)
        whole = np.where(chosen, np.maximum(recognised + rest, 0), 0)
        anything = self._sum(left)[home] > 0
        cut = self._spread(amount, np.where(anything, left, whole), chosen)
        kind = treatment[home]
        backward = chosen & (kind == CreditTreatment.RETROSPECTIVE)
        if backward.any():
            pooled = backward & self.member & self.relative
            self.now["rest"] = self.now["rest"] - np.where(backward & ~pooled, cut, 0)
            if pooled.any():
                contracts = np.zeros(hit.size, dtype=np.bool_)
                contracts[home[pooled]] = True
                self._share_pool(contracts, -self._sum(np.where(pooled, cut, 0)))
        forward = chosen & (kind == CreditTreatment.PROSPECTIVE)
        at_once = chosen & (kind == CreditTreatment.IMMEDIATE)
        taken = np.where(forward, cut - np.minimum(cut, np.maximum(rest, 0)), 0)
        taken = np.where(at_once, np.minimum(cut, np.maximum(recognised, 0)), taken)
        legs = (forward | at_once) & (cut != 0)
        if not legs.any():
            return
        self._begin_leg(legs, day)
        numerator, _ = earned_fraction(self._legs().terms(), before, self.plan.calendar, self.plan.log)
        self.now["before"] = np.where(legs, numerator, self.now["before"])
        self.now["fixed"] = np.where(legs, recognised - taken, self.now["fixed"])
        after = rest - (cut - taken)
        self.now["rest"] = np.where(legs, after, self.now["rest"])
        lowered = legs & (rest > 0)
        kept = share_columns(
            self.pool_weight, np.where(lowered, np.maximum(after, 0), 1), np.where(lowered, rest, 1)
        )
        self.pool_weight = np.where(lowered, kept, self.pool_weight)

    # Shared steps

    def _legs(self) -> Legs:
        return Legs(**self.now)

    def _day_before(self, day: Column) -> Column:
        """Through which day each obligation's recognition is fixed when its contract changes on ``day``."""
        return self._day_before_each(day[self.contract_of])

    def _day_before_each(self, mine: Column) -> Column:
        mine = np.where(mine == NO_DAY, 0, mine)
        calendar = self.plan.calendar
        by_day = np.isin(self.now["method"], [int(m) for m in BY_DAY])
        before: Column = np.where(by_day, mine - 1, calendar.end_of(calendar.period_of(mine) - 1))
        return before

    def _stop_open(self, before: Column) -> Mask:
        stop = self.now["stop_day"]
        still: Mask = (stop == NO_DAY) | (stop > before)
        return still

    def _begin_leg(self, rows: Mask, day: Column) -> None:
        if rows.any():
            self.past.append(self._legs().take(rows))
            self.now["from_day"] = np.where(rows, day[self.contract_of], self.now["from_day"])

    def _share_pool(self, contracts: Mask, change: Column) -> None:
        """Share the rests of a contract's members, and a change of its price, by their weights."""
        rows = np.flatnonzero(self.member & contracts[self.contract_of])
        if not rows.size:
            return
        home = self.contract_of[rows]
        pool = sum_by(home, self.now["rest"][rows], contracts.size) + change
        rest = self.now["rest"].copy()
        rest[rows] = apportion(pool, self.pool_weight[rows], home, contracts.size, self.stated[rows])
        self.now["rest"] = rest

    def _spread(self, amount: Column, weight: Column, rows: Mask) -> Column:
        """Share an amount per contract over these rows by weight; 0 on all others."""
        part = np.zeros(rows.size, dtype=np.int64)
        at = np.flatnonzero(rows)
        if at.size:
            part[at] = apportion(amount, weight[at], self.contract_of[at], amount.size, self.stated[at])
        return part

    def _sum(self, values: Column) -> Column:
        return sum_by(self.contract_of, values, len(self.book.contracts))

    def _per_contract(self, contract: Column, values: Column) -> Column:
        out = np.full(len(self.book.contracts), NONE, dtype=np.int64)
        out[contract] = values
        return out

    def legs(self) -> Legs:
        """All legs: those that ended, then the current ones; a cancellation stops all legs of its line."""
        current = self._legs()
        if not self.begun.all():
            current = current.take(self.begun)
        if not self.past:
            return current
        every = Legs.concat((*self.past, current))
        columns = every.columns()
        columns["stop_day"] = self.now["stop_day"][every.row]
        return Legs(**columns)

    def price_now(self, legs: Legs) -> Column:
        """What each obligation will have earned in the end: of a cancelled one what it earned, and its fee."""
        price = np.where(self.begun, self.now["fixed"] + self.now["rest"] + self.now["extra"], 0)
        stopped = np.flatnonzero(self.begun & (self.now["stop_day"] != NO_DAY))
        if stopped.size:
            current = self._legs().take(stopped)
            earned, _, _ = earn_legs(self.plan, current, current.stop_day)
            price[stopped] = current.fixed + earned + current.extra
        return price
