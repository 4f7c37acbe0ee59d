"""What a credit memo does to the revenue of one line."""

import datetime as dt

from .obligations import Obligation


def credit(line: Obligation, treatment: str | None, amount: int, day: dt.date) -> None:
    """``prospective``: the rest, to zero and no further, the excess at once. ``immediate``: what is recognised, and
    what is left of the credit as if it were prospective, but no more of a cancelled line. Anything else leaves revenue
    alone. What is recognised reaches to the day before (daily, deliveries) or through the previous period (methods that
    weigh periods)."""
    if treatment not in ("prospective", "immediate"):
        return
    last, before = line.stages[-1], line.before(day)
    remains = max(last.fixed + last.rest - before, 0)
    if treatment == "prospective":
        lower = min(amount, remains)
        at_once = amount - lower
    else:
        recognised = before + sum(value for _, value in line.lumps)
        at_once = min(amount, max(recognised, 0))
        lower = min(amount - at_once, remains)
        if not line.cancelled:
            at_once = amount - lower
    if lower:
        line.start_stage(day, -lower, last.weight)  # it weighs what it did at the latest modification
        line.stages[-1].fixed -= at_once  # what is taken back can not be returned again
    elif at_once:
        line.lumps.append((day, -at_once))
