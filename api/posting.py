"""Sending journals to NetSuite at somebody's word: what the command line and the API share."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_

from api.deployment import Deployment
from jobs.posting.batch import journals_to_send, why_nothing_is_sent
from jobs.start import start_job
from revrec.operations.actor import Actor
from revrec.operations.hub_choice import Told
from revrec.operations.permissions import require
from revrec.operations.retry_journals import retry_journals
from revrec.problems import Conflict
from revrec.store.queries.hub import HubState, Selection, ids_to_send

NOTHING = "Nothing waits to be sent."


@dataclass(frozen=True)
class Sending:
    """The batch that was started, if one was; `note` says why not."""

    job_id: int | None
    note: str = ""


def require_posting(opened: Deployment) -> None:
    """Raise `Conflict`, in words, where posting is not connected or paused."""
    with opened.store.read() as session:
        if words := why_nothing_is_sent(session):
            raise Conflict(words, where="journals")


def send_now(opened: Deployment, actor: Actor, journal_ids: Sequence[int] | None) -> Sending:
    """Start a batch of these journals (None: all that wait). Raises `Conflict` where posting is not connected or
    paused, where one of the journals is held, and while another batch goes."""
    require(actor, "post_journal")
    require_posting(opened)
    with opened.store.read() as session:
        if not journals_to_send(session, opened.now(), journal_ids):
            return Sending(None, NOTHING)
    wanted = None if journal_ids is None else list(journal_ids)
    return Sending(start_job(opened.config, opened.store, "post", {"journals": wanted}, actor))


def retry_now(
    opened: Deployment, actor: Actor, journal_ids: Sequence[int], reason: str, *, again: bool = False
) -> tuple[list[Told], Sending]:
    """Make journals due, and start a batch of them. Where none can go now they are due all the same, and `note` says
    what they wait for."""
    with opened.store.write() as session:
        told = retry_journals(session, actor, journal_ids, now=opened.now(), reason=reason, again=again)
    due = [one.journal_id for one in told if one.changed]
    if not due:
        return told, Sending(None, "There is nothing to retry.")
    try:
        return told, send_now(opened, actor, due)
    except Conflict as error:
        return told, Sending(None, f"{error} They go with the next batch.")


def all_failed(opened: Deployment, period: str = "") -> list[int]:
    """Ids of the journals that failed, held ones left out."""
    with opened.store.read() as session:
        return ids_to_send(session, and_(*Selection(HubState.FAILED, period).conditions), None)
