"""What a change that reaches into closed periods does: nothing to them, an adjustment in the open one."""

from datetime import date

from sqlmodel import Session

from revrec.operations.periods import periods_of
from revrec.store.queries.closes import newest_closed_period


def closed_through(session: Session) -> date | None:
    """The last day of the newest closed period; None where nothing is closed."""
    closed = newest_closed_period(session)
    return None if closed is None else periods_of(session).last_day(closed)


def reaches_closed(session: Session, day: date | None) -> bool:
    """Whether something effective on a day (None: always) touches a closed period."""
    through = closed_through(session)
    return through is not None and (day is None or day <= through)


def adjustment_note(session: Session, day: date | None) -> str:
    """What to tell who makes a change effective on a day (None: always); empty where no closed period is touched."""
    closed = newest_closed_period(session)
    if closed is None or not reaches_closed(session, day):
        return ""
    due = periods_of(session).next(closed)
    return (
        f"Closed periods stay as they are ({closed} is the newest); the difference is booked in {due}, as an "
        "adjustment."
    )
