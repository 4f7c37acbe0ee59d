"""Credit memos with what they do to revenue, and the rules that say so."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from api.views.amounts import AmountWriter, amount_writer
from api.views.shape import View
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.policies import policy_steps
from revrec.store.books.credits import (
    UNDECIDED,
    CreditLine,
    CreditTreatments,
    read_treatments,
)
from revrec.store.books.invoice_contracts import source_on
from revrec.store.queries.credit_memos import (
    CreditMemo,
    CreditMemoLine,
    credit_lines,
    credit_memos_before,
    decisions_of,
)
from revrec.store.queries.products import products_by_id
from revrec.store.tables import CreditDecision, CreditRule

_BATCH = 500


class CreditLineView(View):
    """A billing line of a credit memo, its amount negative. `basis`: `decision`, `rule` (then `rule` is its position),
    or `default`; `said_by` and `reason`: of a decision."""

    line: int
    product: str
    description: str
    amount: str
    treatment: str
    basis: str
    rule: int | None
    said_by: str
    reason: str


class CreditMemoView(View):
    """A credit memo. `treatment`: of all its lines, `undecided` where any is, else `mixed` where they differ.
    `note`: what a decision does to closed periods."""

    netsuite_id: int
    number: str
    date: date
    period: str
    customer: str
    currency: str
    amount: str
    undecided: str
    credit_reason: str
    memo: str
    treatment: str
    lines: list[CreditLineView]
    note: str = ""


class CreditRuleView(View):
    """A rule: the first, by position, whose every condition fits a line. Empty conditions fit all."""

    position: int
    credit_reason: str
    product: str
    memo_text: str
    treatment: str
    valid_from: date | None
    withdrawn: bool
    reason: str
    set_by: str
    set_at: datetime
    note: str = ""


def credit_memo_page(
    session: Session, before: int | None, limit: int, *, undecided: bool
) -> list[tuple[int, CreditMemoView]]:
    """Up to `limit` credit memos, newest first, each with our id; only those with an undecided line where asked."""
    found: list[tuple[int, CreditMemoView]] = []
    while len(found) < limit:
        rows = credit_memos_before(session, before, _BATCH if undecided else limit - len(found))
        views = credit_memo_views(session, rows)
        found += [
            (row.id, view)
            for row, view in zip(rows, views, strict=True)
            if view.treatment == UNDECIDED or not undecided
        ]
        if not rows or not undecided:
            break
        before = rows[-1].id
    return found[:limit]


def credit_memo_views(session: Session, rows: Sequence[CreditMemo]) -> list[CreditMemoView]:
    ids = [row.id for row in rows]
    lines, decisions = credit_lines(session, ids), decisions_of(session, ids)
    treatments, source = read_treatments(session), source_on(policy_steps(session, "contract_source"))
    write = amount_writer(session)
    views = []
    for row in rows:
        own = [
            _line_view(row, line, treatments, source(row.day), decisions, write)
            for line in lines.get(row.id, [])
        ]
        said = {line.treatment for line in own}
        total = sum(line.amount_minor for line in lines.get(row.id, []))
        waiting = sum(
            line.amount_minor
            for line, view in zip(lines.get(row.id, []), own, strict=True)
            if view.treatment == UNDECIDED
        )
        views.append(
            CreditMemoView(
                netsuite_id=row.netsuite_id,
                number=row.number,
                date=row.day,
                period=row.period,
                customer=row.customer,
                currency=row.currency,
                amount=write.text(total, row.currency),
                undecided=write.text(waiting, row.currency),
                credit_reason=row.reason,
                memo=row.memo,
                treatment=UNDECIDED
                if UNDECIDED in said
                else said.pop()
                if len(said) == 1
                else "mixed"
                if said
                else "",
                lines=own,
            )
        )
    return views


def decided_view(session: Session, memo: CreditMemo) -> CreditMemoView:
    """The answer to who decides."""
    view = credit_memo_views(session, [memo])[0]
    return view.model_copy(update={"note": adjustment_note(session, memo.day)})


def credit_rule_views(session: Session, rows: Sequence[CreditRule]) -> list[CreditRuleView]:
    products = products_by_id(session, {row.product_id for row in rows if row.product_id is not None})
    return [
        CreditRuleView(
            position=row.position,
            credit_reason=row.credit_reason,
            product=""
            if row.product_id is None
            else products[row.product_id].code or products[row.product_id].name,
            memo_text=row.memo_text,
            treatment=row.treatment,
            valid_from=row.valid_from,
            withdrawn=row.withdrawn,
            reason=row.reason,
            set_by=row.set_by,
            set_at=row.set_at,
        )
        for row in rows
    ]


def credit_rule_view(session: Session, row: CreditRule) -> CreditRuleView:
    view = credit_rule_views(session, [row])[0]
    return view.model_copy(update={"note": adjustment_note(session, row.valid_from)})


def _line_view(
    memo: CreditMemo,
    line: CreditMemoLine,
    treatments: CreditTreatments,
    source: str,
    decisions: dict[tuple[int, int | None], CreditDecision],
    write: AmountWriter,
) -> CreditLineView:
    text = f"{memo.memo} {line.description}".strip()
    found = treatments.of(
        CreditLine(memo.id, line.line_id, line.product_id, memo.day, memo.reason, text), source=source
    )
    said = [one for key in (line.line_id, None) if (one := decisions.get((memo.id, key)))]
    word = max(said, key=lambda one: one.id) if found.basis == "decision" else None
    return CreditLineView(
        line=line.line_id,
        product=line.product,
        description=line.description,
        amount=write.text(line.amount_minor, memo.currency),
        treatment=found.treatment,
        basis=found.basis,
        rule=found.rule,
        said_by=word.set_by if word else "",
        reason=word.reason if word else "",
    )
