"""The opening as whoever asks for it finds it."""

from jobs.closing.compute import Opening, compute_opening
from revrec.problems import Conflict
from revrec.store.engine import Store


def current_opening(store: Store) -> Opening:
    """The opening of the first close. Raises `Conflict` where there is none to be seen."""
    opening = compute_opening(store)
    if opening is None:
        raise Conflict(
            "There is no opening to look at: no first period is set, or the first period is closed and its opening "
            "stands.",
            where="first_period",
        )
    return opening
