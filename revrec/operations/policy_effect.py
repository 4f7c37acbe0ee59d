"""What changing a policy does to the books, in sentences for whoever is about to do it."""

from sqlmodel import Session

from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.periods import periods_of
from revrec.operations.set_first_period import first_period
from revrec.operations.set_policy import PolicyChange
from revrec.store.queries.closes import newest_closed_period


def policy_effect(session: Session, change: PolicyChange) -> list[str]:
    """What it does to open periods, then to closed ones; the change is one that may be made."""
    told = [_open_periods(session, change)]
    if change.definition.dated:
        told.append(adjustment_note(session, change.valid_from))
    elif change.retrospective:
        told.append(adjustment_note(session, None))
    return [one for one in told if one]


def _open_periods(session: Session, change: PolicyChange) -> str:
    since = f"{change.valid_from} or later" if change.valid_from else "any day"
    match change.definition.shapes:
        case "contract":
            return (
                f"Contracts that begin on {since}, and modifications that take effect then, are accounted for by the "
                f"new value. {_from_period(session, change)}"
            )
        case "posting":
            return f"Journals of periods that end on {since} are made by it. {_from_period(session, change)}"
        case "pull":
            return (
                "It counts from the next run on. Open periods change with what that run reads; nothing that is loaded "
                "moves before."
            )
        case "people":
            return "It counts at once, for every period."


def _from_period(session: Session, change: PolicyChange) -> str:
    """The first period whose close shows it."""
    begun, closed = first_period(session), newest_closed_period(session)
    if begun is None and closed is None:
        return "No period is set yet, so it is there when the first one is closed."
    periods = periods_of(session)
    due = periods.next(closed) if closed else str(begun)
    if change.valid_from is not None:
        due = max(due, periods.of(change.valid_from))
    return f"{due} is the first open period whose close shows it."
