"""Choose what a credit memo does to revenue."""

from datetime import datetime

from sqlmodel import Session

from revrec.accounting.terms import CreditTreatment
from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Invalid, NotFound
from revrec.store.queries.credit_memos import CreditMemo, credit_lines, decisions_of
from revrec.store.tables import CreditDecision

TREATMENTS = tuple(one.name.lower() for one in CreditTreatment if one is not CreditTreatment.UNDECIDED)


def decide_credit(
    session: Session,
    actor: Actor,
    memo: CreditMemo,
    treatment: str,
    *,
    now: datetime,
    reason: str,
    line_id: int | None = None,
) -> CreditDecision:
    """Decide for a credit memo, or one line of it; the newest decision rules over the rules."""
    require(actor, "decide_credit")
    check_treatment(treatment)
    if not reason.strip():
        raise Invalid("Say why: the treatment of a credit memo needs a reason.", where="reason")
    lines = {one.line_id for one in credit_lines(session, [memo.id]).get(memo.id, [])}
    if line_id is not None and line_id not in lines:
        known = ", ".join(str(one) for one in sorted(lines)) or "none"
        raise NotFound(
            f"Credit memo {memo.number} has no billing line {line_id}; it has {known}.", where="line"
        )
    decided = decisions_of(session, [memo.id])
    before = decided.get((memo.id, line_id))
    row = CreditDecision(
        document_id=memo.id,
        line_id=line_id,
        treatment=treatment,
        reason=reason,
        set_by=actor.email,
        set_at=now,
    )
    session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        "decide_credit",
        f"credit memo {memo.number}" + ("" if line_id is None else f", line {line_id}"),
        now=now,
        before=None if before is None else {"treatment": before.treatment, "reason": before.reason},
        after={"treatment": treatment},
        reason=reason,
    )
    return row


def check_treatment(treatment: str) -> None:
    """Raise `Invalid` unless this is what a credit memo may do to revenue."""
    if treatment not in TREATMENTS:
        raise Invalid(
            f"'{treatment}' is no treatment of a credit memo; there are {', '.join(TREATMENTS)}.",
            where="treatment",
        )
