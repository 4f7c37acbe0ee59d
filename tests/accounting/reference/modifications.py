"""One contract's life: inception, modifications, price changes, cancellations, credits, in the order of their days.

Whatever reaches back to a base (a catch-up, a retrospective credit, a price change) is merged into that base, and the
life is lived again from the start; so each step needs only its own rule.
"""

import datetime as dt
from copy import deepcopy
from dataclasses import dataclass, field
from fractions import Fraction

from .allocation import Bundles, allocate, at_its_ssp, weigh
from .credits import credit
from .methods import BY_PERIOD, BY_SERVICE_DATES, cutoff, earned
from .money import CannotReplay, shares
from .months import last_day, month_of, term
from .obligations import Obligation, Stage, restated

Key = tuple[str, str]
CATCHES_UP = ("percent_complete", "milestone")


@dataclass
class Change:
    """A restated line; None: unchanged."""

    amount: int | None = None
    end: dt.date | None = None
    quantity: Fraction | None = None

    def moves(self, line: Obligation) -> bool:
        return (
            self.amount not in (None, line.stated)
            or self.end not in (None, line.terms.end)
            or self.quantity not in (None, line.terms.quantity)
        )


@dataclass
class Op:
    """A step of the life. ``inception``, ``prospective``, ``catch_up``, ``cancel``, ``price_change``, ``credit``."""

    kind: str
    day: dt.date
    changes: dict[Key, Change] = field(default_factory=dict)
    lines: list[Obligation] = field(default_factory=list)
    less: list[tuple[Key, int]] = field(
        default_factory=list
    )  # retrospective credits and what else lowers the price
    extra: list[tuple[Key, int]] = field(default_factory=list)  # shares of price changes
    amount: int = 0
    treatment: str | None = None
    keys: list[Key] = field(default_factory=list)  # of a cancel or a credit: the lines it names; none: all
    product: str | None = None
    shares: list[tuple[Key, int]] | None = (
        None  # of a credit, as found when only what came before it had happened
    )
    end: dt.date | None = None
    done: bool = False
    touched: set[Key] = field(default_factory=set)  # lines that a prospective step changed or added
    pooled: set[Key] = field(default_factory=set)  # and all whose rests it shared anew

    @property
    def base(self) -> bool:
        return self.kind in ("inception", "prospective")


@dataclass
class Life:
    """The steps of one contract and the policy it lives under."""

    ops: list[Op]
    policy: dict[str, str]
    bundles: Bundles

    def live(self) -> dict[Key, Obligation]:
        """The contract's lines after all steps."""
        while True:
            found = self._once()
            if found is not None:
                return found

    def _once(self) -> dict[Key, Obligation] | None:
        lines: dict[Key, Obligation] = {}
        for i, op in enumerate(self.ops):
            if op.done:
                continue
            if op.kind == "inception":
                self._begin(op, lines)
            elif op.kind == "prospective":
                self._prospective(op, lines)
            elif op.kind == "catch_up":
                self._merge_catch_up(i, op, lines)
                return None
            elif op.kind == "price_change":
                self._merge_price_change(i, op, lines)
                return None
            elif op.kind == "cancel":
                cancel(op, lines)
            elif op.treatment == "retrospective":
                for key, amount in credit_targets(op, lines):
                    bases = [
                        o for o in self.ops[:i] if o.kind == "prospective" and key in o.pooled and not o.done
                    ]
                    base = bases[-1] if bases else self._origin(key)
                    base.less.append((key, amount))
                    self._share_again(base)
                op.done = True
                return None
            else:
                if op.shares is None:
                    op.shares = credit_targets(op, lines)
                for key, amount in op.shares:
                    credit(lines[key], op.treatment, amount, op.day)
        return lines

    def _base(self, before: int, key: Key | None) -> Op:
        """Inception, or the latest prospective modification; with stated prices, the latest that touched the line."""
        for op in reversed(self.ops[:before]):
            if not op.base or op.done:
                continue
            if (
                op.kind == "inception"
                or self.policy["allocation"] == "relative_ssp"
                or key in (*op.touched, None)
            ):
                return op
        raise AssertionError("a life begins with an inception")

    # -- inception ---------------------------------------------------------------------------------------------------

    def _begin(self, op: Op, lines: dict[Key, Obligation]) -> None:
        for blueprint in op.lines:
            line = deepcopy(blueprint)
            change = op.changes.get(line.key, Change())
            line.terms = restated(line.terms, change.end, change.quantity)
            line.stated = line.stated if change.amount is None else change.amount
            lines[line.key] = line
        sharing = [line for line in lines.values() if not line.usage]
        less = sum(amount for _, amount in op.less)
        price = sum(line.stated for line in sharing) - less
        for line in lines.values():
            if line.usage:
                line.stages = [Stage(None, None, 0, 0, line.terms)]
        for line, (allocated, weight) in zip(
            sharing, allocate(sharing, price, self.policy, self.bundles), strict=True
        ):
            if self.policy["allocation"] == "stated_price":
                allocated -= sum(amount for key, amount in op.less if key == line.key)
            allocated += sum(amount for key, amount in op.extra if key == line.key)
            line.whole = line.inception = weight
            line.stages = [Stage(None, None, 0, allocated, line.terms, weight)]

    # -- modifications -----------------------------------------------------------------------------------------------

    def _prospective(self, op: Op, lines: dict[Key, Obligation]) -> None:
        relative = self.policy["allocation"] == "relative_ssp"
        new = [deepcopy(line) for line in op.lines]
        moved: dict[Key, int] = {}
        for key, amount in op.less:
            moved[key] = moved.get(key, 0) - amount
        if not relative:
            for key, amount in op.extra:
                moved[key] = moved.get(key, 0) + amount
        for line in new:
            change = op.changes.get(line.key, Change())
            line.terms = restated(line.terms, change.end, change.quantity)
            line.stated = line.stated if change.amount is None else change.amount
        touched = {k for k, c in op.changes.items() if k in lines and c.moves(lines[k])} | {
            k for k in moved if k in lines
        }
        if not touched and not new:
            op.done = True  # it changes nothing
            return
        op.touched = touched | {line.key for line in new}
        op.pooled = set(op.touched)
        # Usage has no price: lines of usage that join, or are restated, share nothing with others.
        priced = bool(moved) or any(not line.usage for line in (*new, *(lines[key] for key in touched)))
        legs: list[tuple[Obligation, int, Fraction]] = []  # line, its rest as it stands, weight
        for key, line in lines.items():
            unfinished = relative and line.left(op.day) > 0 and not line.cancelled
            if line.usage or not priced:
                continue
            remains = 1 - earned(line.terms, line.facts, cutoff(line.terms.method, op.day))
            if not (key in touched or unfinished):
                line.stages[-1].weight = _left_of_weight(line, op.day, remains, relative)
                line.weighed = op.day
                continue
            op.pooled.add(key)
            change = op.changes.get(key, Change())
            added = _own_weight(line, change, self.policy)
            over = remains == 0 and change.end in (None, line.terms.end)
            more = Change(quantity=change.quantity) if by_time(line, change) and not over else Change()
            passing = _own_weight(line, more, self.policy)
            weight = _left_of_weight(line, op.day, remains, relative) + passing * remains + added - passing
            if line.waits(op.day):
                weight = line.stages[-1].weight + added
            line.whole = max(line.whole + added, Fraction(0))
            terms = restated(line.terms, change.end, change.quantity)
            price = moved.pop(key, 0)
            if change.amount is not None:
                price += change.amount - line.stated
                line.stated = change.amount
            line.start_stage(op.day, price, max(weight, Fraction(0)), terms)
            line.weighed = op.day
            legs.append((line, line.stages[-1].rest, line.stages[-1].weight))
        weights = (
            weigh(new, sum(n.stated for n in new), self.policy["missing_ssp"], self.bundles)
            if relative
            else []
        )
        for i, line in enumerate(new):
            lines[line.key] = line
            rest = 0 if line.usage else line.stated + moved.pop(line.key, 0)
            weight = weights[i] if relative else Fraction(line.stated)
            line.whole = weight
            line.stages = [Stage(None, None, 0, rest, line.terms, weight)]
            if not line.usage:
                legs.append((line, rest, weight))
        if relative:
            pool = sum(rest for _, rest, _ in legs)
            shared = shares(pool, [w for _, _, w in legs], [max(line.stated, 0) for line, _, _ in legs])
            for (line, _, _), share in zip(legs, shared, strict=True):
                line.stages[-1].rest = share + sum(a for key, a in op.extra if key == line.key)

    def _merge_catch_up(self, i: int, op: Op, lines: dict[Key, Obligation]) -> None:
        for key, change in op.changes.items():
            if not change.moves(lines[key]):
                continue
            base = self._base(i, key)
            old = base.changes.setdefault(key, Change())
            old.amount = old.amount if change.amount is None else change.amount
            old.end = change.end or old.end
            old.quantity = old.quantity if change.quantity is None else change.quantity
            self._share_again(base)
        for line in op.lines:
            base = self._base(i, None)
            base.lines.append(line)
            self._share_again(base)
        op.done = True

    def _share_again(self, base: Op) -> None:
        """What goes back to a base is shared with all of its price: price changes that came before included."""
        if self.policy["allocation"] == "relative_ssp":
            base.less += [(key, -amount) for key, amount in base.extra]
            base.extra = []

    # -- price changes -----------------------------------------------------------------------------------------------

    def _merge_price_change(self, i: int, op: Op, lines: dict[Key, Obligation]) -> None:
        """Shared as at inception; after a prospective modification the unfinished lines' part is shared anew."""
        first = next(o for o in self.ops if o.kind == "inception")
        keys = [line.key for line in first.lines if not line.usage]
        weights = [lines[key].inception for key in keys]
        part = dict(zip(keys, shares(op.amount, weights, [lines[k].stated for k in keys]), strict=True))
        between = [o for o in self.ops[:i] if o.kind == "prospective" and not o.done]
        if between:
            unfinished = [k for k, line in lines.items() if not line.usage and line.left(op.day) > 0]
            pool = sum(part.pop(key, 0) for key in unfinished)
            remaining = [lines[key].stages[-1].weight for key in unfinished]
            prices = [max(lines[key].stated, 0) for key in unfinished]
            for key, share in zip(unfinished, shares(pool, remaining, prices), strict=True):
                part[key] = share
            if not unfinished:
                part = dict(zip(keys, shares(op.amount, weights), strict=True))
        for key, share in part.items():
            line = lines[key]
            bases = [o for o in self.ops[:i] if o.base and any(s.day == o.day for s in line.stages)]
            (bases[-1] if bases else self._origin(key)).extra.append((key, share))
        op.done = True

    def _origin(self, key: Key) -> Op:
        return next(o for o in self.ops if any(line.key == key for line in o.lines))


def _own_weight(line: Obligation, change: Change, policy: dict[str, str]) -> Fraction:
    """What an extended term, or more of the product, adds to the weight of what remains: what its totals weigh after
    the change, less what they weighed before. Where the stated price stands in for the SSP it goes with it, as it does
    where stated prices are not shared anew at all."""
    if policy["allocation"] == "stated_price":
        return Fraction(0 if change.amount is None else change.amount - line.stated)
    if line.ssp_used is None or line.ssp.residual:
        return (
            Fraction(change.amount - line.stated)
            if change.amount is not None and line.ssp.residual
            else Fraction(0)
        )
    after = deepcopy(line)
    after.terms = restated(line.terms, change.end, change.quantity)
    after.stated = line.stated if change.amount is None else change.amount
    old, new = (weigh([deepcopy(one)], one.stated, policy["missing_ssp"], [])[0] for one in (line, after))
    one = line.ssp.low is not None and line.ssp.low == line.ssp.high
    if line.ssp.per == "each" and one and by_time(line, change):
        # One SSP for `each` is the price of the term that was sold at inception.
        sold, was, now = (
            term(terms.start, terms.end, "month") for terms in (line.stages[0].terms, line.terms, after.terms)
        )
        return new * now / sold - old * was / sold
    return new - old


def _left_of_weight(line: Obligation, day: dt.date, remains: Fraction, relative: bool) -> Fraction:
    """What is left of what a line weighs: of all of it, or of what remained when it was weighed last, changes then
    included. What was returned since counts as all of it does."""
    if line.weighed is None or not relative:
        return line.whole * remains
    then = 1 - earned(line.terms, line.facts, cutoff(line.terms.method, line.weighed))
    if not remains <= then < 1 or then == 0:
        return line.whole * remains
    return line.stages[-1].weight * remains / then


def by_time(line: Obligation, change: Change) -> bool:
    """Earned as time goes by, with both dates."""
    timed = line.terms.method in (*BY_SERVICE_DATES, "custom")
    return timed and None not in (line.terms.start, line.terms.end)


def choose(treatment: str, op: Op, lines: dict[Key, Obligation]) -> list[Op]:
    """``auto`` and explicit treatments: the steps that a modification becomes (a ``separate`` one has kind so)."""
    fresh = {line.key for line in op.lines}
    if treatment == "separate":
        if op.changes:
            raise CannotReplay("a separate contract touches no old line")
        op.kind = "separate"
        return [op]
    at_ssp = all(at_its_ssp(line.stated, line) for line in op.lines)
    if treatment == "auto" and fresh and not op.changes and at_ssp:
        op.kind = "separate"
        return [op]
    catch, rest = Op("catch_up", op.day), Op("prospective", op.day)
    for key, change in op.changes.items():
        late = treatment == "cumulative_catch_up" or (
            treatment == "auto" and lines[key].terms.method in CATCHES_UP
        )
        (catch if late else rest).changes[key] = change
    for line in op.lines:
        late = treatment == "cumulative_catch_up" or (treatment == "auto" and line.terms.method in CATCHES_UP)
        (catch if late else rest).lines.append(line)
    for change in rest.changes.values():
        if change.amount == 0:
            raise CannotReplay("a price of zero from inception needs cumulative_catch_up")
    return [part for part in (catch, rest) if part.changes or part.lines]


def cancel(op: Op, lines: dict[Key, Obligation]) -> None:
    """The new total is what was earned through ``end`` plus the fee; methods by period: through the end's period."""
    gone = [lines[key] for key in op.keys if key in lines]
    end = op.end or op.day
    rests = []
    for line in gone:
        last = line.stages[-1]
        through = last_day(month_of(end)) if line.terms.method in BY_PERIOD else end
        fixed = line.through_stage(last, through)
        rests.append(max(last.rest, 0))
        line.stages.append(Stage(end, through, fixed, 0, line.terms, over=True))
        line.cancelled = True
    fees = shares(op.amount, rests, [max(line.stated, 0) for line in gone])
    for line, fee in zip(gone, fees, strict=True):
        if fee:
            line.lumps.append((op.day, fee))


def credit_targets(op: Op, lines: dict[Key, Obligation]) -> list[tuple[Key, int]]:
    """The line it names; else the contract's lines of the product, else all; by what remains, else by allocated."""
    keys = [key for key in op.keys if key in lines]
    if not keys:
        sharing = {key: line for key, line in lines.items() if not line.usage}
        there = {key: line for key, line in sharing.items() if line.facts.ordered <= op.day} or sharing
        keys = [key for key, line in there.items() if line.product == op.product] or list(there)
    remains = [
        max(line.stages[-1].fixed + line.stages[-1].rest - line.before(op.day), 0)
        for line in map(lines.get, keys)
    ]
    parts = shares(op.amount, remains, [max(lines[key].allocated, 0) for key in keys])
    return [(key, part) for key, part in zip(keys, parts, strict=True) if part]
