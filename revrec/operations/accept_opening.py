"""Sign the opening balances off, so that the first period may close."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.operations.policies import definition_of, policy_value
from revrec.operations.set_policy import write_policy
from revrec.problems import Refused


@dataclass(frozen=True, slots=True)
class OpeningTotal:
    """What stands at the opening in one subsidiary (NetSuite's id) and currency, minor units; `differing`: lines and
    contracts whose loaded amount is not the computed one."""

    subsidiary_id: int
    currency: str
    billed_minor: int
    recognised_minor: int
    liability_minor: int
    asset_minor: int
    base_liability_minor: int
    base_asset_minor: int
    differing: int = 0
    conversion_minor: int = 0


def fingerprint(totals: Sequence[OpeningTotal]) -> str:
    """What tells one opening from another: an acceptance holds for the figures that were looked at."""
    text = json.dumps([asdict(one) for one in totals], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def accept_opening(
    session: Session, actor: Actor, totals: Sequence[OpeningTotal], *, now: datetime, reason: str
) -> str:
    """Accept these balances: they equal the general ledger's, or differ for the reason given. Returns their
    fingerprint; the first close asks no more as long as the opening stays what it is."""
    require(actor, "accept_opening")
    if not reason.strip():
        raise Refused(
            "Accepting the opening balances needs a reason: what they were compared with, and what was found.",
            where="reason",
        )
    mark = fingerprint(totals)
    write_policy(session, actor, definition_of("opening_accepted"), mark, now=now, reason=reason)
    record_event(
        session,
        actor,
        "accept_opening",
        "opening balances",
        now=now,
        after={"fingerprint": mark, "totals": [asdict(one) for one in totals]},
        reason=reason,
    )
    return mark


def is_accepted(session: Session, totals: Sequence[OpeningTotal]) -> bool:
    """Whether somebody accepted just these balances."""
    return bool(totals) and policy_value(session, "opening_accepted") == fingerprint(totals)
