"""Go on with what a dead worker had begun.

The slots named by unended runs are tried one by one; who gets a slot's lock knows that its worker is dead, gives
back its runs to their queues and lets the slot go. Runs then start again at their first unrecorded step, once, on
whichever worker takes them from the queue.
"""

import logging
from collections.abc import Collection

from jobs import slots
from jobs.runner import RunnerSettings
from jobs.runner.desk import open_desk

_log = logging.getLogger(__name__)


def take_over(settings: RunnerSettings, own_slot: str | None = None) -> list[str]:
    """Return the runs of dead slots to their queues; gives their ids. `own_slot` is not tried."""
    returned: list[str] = []
    with open_desk(settings) as desk:
        owners = sorted({run.slot for run in desk.running() if run.slot is not None and run.slot != own_slot})
        for name in owners:
            slot = slots.take(settings, name)
            if slot is None:
                continue
            try:
                ids = desk.give_back(name)
            finally:
                slot.release()
            if ids:
                _log.warning(
                    "The worker of %s is gone; %d of its runs go on: %s", name, len(ids), ", ".join(ids[:20])
                )
            returned += ids
    return returned


def give_back_own(settings: RunnerSettings, slot: str, only: Collection[str] | None = None) -> list[str]:
    """Return what the calling worker's own slot has begun (`only` some of it), none of which it still runs."""
    with open_desk(settings) as desk:
        return desk.give_back(slot, only)


def claimed_by(settings: RunnerSettings, slot: str) -> set[str]:
    """The runs that the slot has begun and not ended, by their rows."""
    with open_desk(settings) as desk:
        return {run.workflow_id for run in desk.running() if run.slot == slot}
