"""Credit memo lines that wait for a decision, and what they have in common: kept, for there may be very many."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from api.views.amounts import amount_writer
from api.views.shape import View
from revrec.operations.policies import policy_steps
from revrec.store.books.credits import UNDECIDED, CreditLine, read_rules, treats_everything
from revrec.store.books.invoice_contracts import source_on
from revrec.store.core import credit_decision
from revrec.store.queries.credit_memos import loaded_credit_lines
from revrec.store.queries.kept import NO_FIGURES, Kept, books_state


class CreditPatternView(View):
    """Lines that wait for a decision and look alike to a rule: one credit reason, one product. `amount` is negative."""

    credit_reason: str
    product: str
    product_id: int | None
    currency: str
    memos: int
    lines: int
    amount: str
    oldest: date


def undecided_lines(session: Session) -> list[Any]:
    """Every line that waits for a decision, as `loaded_credit_lines` has it."""
    return _WAITING.of(session).lines


def undecided_memos(session: Session) -> int:
    """How many credit memos have a line that waits."""
    return _WAITING.of(session).memos


def credit_pattern_views(session: Session) -> list[CreditPatternView]:
    """The patterns of lines that wait, those of most memos first."""
    return _WAITING.of(session).patterns


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Lines that wait for a decision, of how many credit memos, and what they have in common."""

    lines: list[Any]
    memos: int
    patterns: list[CreditPatternView]


def _lines_without_rule(session: Session) -> list[Any]:
    """Every line that no rule treats, whether somebody decided about it or not."""
    if treats_everything(session):
        return []  # without reading what may be hundreds of thousands of documents
    treatments, source = read_rules(session), source_on(policy_steps(session, "contract_source"))
    return [
        row
        for row in loaded_credit_lines(session)
        if treatments.of(
            CreditLine(
                row.document,
                row.line,
                row.product,
                row.day,
                row.reason,
                f"{row.memo} {row.description}".strip(),
            ),
            source=source(row.day),
        ).treatment
        == UNDECIDED
    ]


def _rules_state(session: Session) -> Hashable:
    return books_state(session, but=NOT_OF_CREDITS)


_WITHOUT_RULE = Kept(_rules_state, _lines_without_rule)
"""Twenty thousand credit memos take half a second to go through, so what no rule treats is kept: deciding about one
memo after the other goes through none of them again."""

NOT_OF_CREDITS = (
    *NO_FIGURES,
    "decide_credit",
    "pair_customer",
    "undo_pairing",
    "approve_journal",
    "hold_journals",
    "release_journals",
    "retry_journals",
)
"""Events after which the same lines are treated by rules as before."""


def _waiting_state(session: Session) -> Hashable:
    newest = session.execute(select(func.max(credit_decision.c.id))).scalar()
    return newest, _rules_state(session)


def _waiting(session: Session) -> _Waiting:
    lines = _WITHOUT_RULE.of(session)
    decision = credit_decision.c
    decided = {
        (document, line)
        for document, line in (
            session.execute(select(decision.document_id, decision.line_id)) if lines else ()
        )
    }
    if decided:
        lines = [
            row
            for row in lines
            if (row.document, None) not in decided and (row.document, row.line) not in decided
        ]
    return _Waiting(lines, len({row.document for row in lines}), _patterns(session, lines))


def _patterns(session: Session, lines: Sequence[Any]) -> list[CreditPatternView]:
    write = amount_writer(session)
    found: dict[tuple[str, int | None, str, str], list[Any]] = {}
    for row in lines:
        found.setdefault((row.reason, row.product, row.product_name, row.currency), []).append(row)
    views = [
        CreditPatternView(
            credit_reason=reason,
            product=name,
            product_id=product,
            currency=currency,
            memos=len({row.document for row in own}),
            lines=len(own),
            amount=write.text(sum(row.amount_minor for row in own), currency),
            oldest=min(row.day for row in own),
        )
        for (reason, product, name, currency), own in found.items()
    ]
    return sorted(views, key=lambda one: (-one.memos, one.credit_reason, one.product, one.currency))


_WAITING = Kept(_waiting_state, _waiting)
