"""From which day a choice may take effect, given what is closed already."""

from datetime import date, timedelta

from sqlmodel import Session

from revrec.operations.periods import periods_of
from revrec.problems import Refused
from revrec.store.queries.closes import newest_closed_period


def effective_from(
    session: Session, valid_from: date | None, *, subject: str, retrospective: bool, reason: str
) -> date | None:
    """The day a choice takes effect; None is "always".

    Without a day: the first day after the newest closed period, or always where nothing is closed. A day in
    a closed period is refused unless it is confirmed as a retrospective change, with a reason; its effect on
    closed periods then is an adjustment in the open one.
    """
    closed = newest_closed_period(session)
    if closed is None:
        return valid_from
    closed_through = periods_of(session).last_day(closed)
    if valid_from is None and not retrospective:
        return closed_through + timedelta(days=1)
    if valid_from is not None and valid_from > closed_through:
        return valid_from
    if not retrospective:
        raise Refused(
            f"{subject} from {valid_from} on reaches into closed periods ({closed} is closed). Confirm it as a "
            "retrospective change, with a reason, or let it begin on "
            f"{closed_through + timedelta(days=1)}.",
            where="valid_from",
        )
    if not reason.strip():
        raise Refused(f"A retrospective change of {subject} needs a reason.", where="reason")
    return valid_from
