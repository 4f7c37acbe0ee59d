"""NetSuite's documents: loaded + pending + excluded + held, against NetSuite's own totals of the last run."""

from typing import Any, TypeAlias

from sqlalchemy import case, func, select
from sqlmodel import Session

from revrec.store.controls.check import ControlResult, Findings, Scope, Sum
from revrec.store.core import (
    document_line,
    document_version,
    group_result,
    netsuite_period,
    source_document,
)
from revrec.store.queries.currencies import in_words, precisions
from revrec.store.queries.reconciliation import newest_results

Group: TypeAlias = tuple[str, str, str, int]
"""Period, kind, currency, NetSuite's customer."""


def documents_complete(session: Session, scope: Scope) -> ControlResult:
    """Group by group, in documents, lines and amount net of tax, as they stand here now."""
    found = Findings(
        "netsuite_documents",
        "NetSuite's documents of a period = loaded + pending + excluded + held here, in documents, lines and amount "
        "net of tax, by kind, currency and customer, against the control totals of the last run that read the period; "
        "and each document that is not held sums to zero over all its lines.",
    )
    days = {close.last_day: close.period for close in scope.closes}
    theirs, ours = _theirs(session, scope), _ours(session, days)
    read = {key[0] for key in theirs}
    totals: dict[tuple[str, str], list[int]] = {}
    for key in sorted(theirs.keys() | {one for one in ours if one[0] in read}):
        source, held = theirs.get(key, (0, 0, 0)), ours.get(key, (0, 0, 0))
        found.checked += 1
        total = totals.setdefault((key[0], key[2]), [0, 0])
        total[0] += source[2]
        total[1] += held[2]
        if source != held:
            period, kind, currency, customer = key
            found.violate(
                f"{period}, {kind}, {currency}, NetSuite customer {customer}",
                f"NetSuite has {source[0]} documents with {source[1]} lines, {source[2]} minor units; here are "
                f"{held[0]} with {held[1]}, {held[2]}.",
            )
    _unbalanced(session, days, found)
    found.sums += [Sum(f"{period}: NetSuite, here", c, *both) for (period, c), both in sorted(totals.items())]
    return found.result()


def _theirs(session: Session, scope: Scope) -> dict[Group, tuple[int, int, int]]:
    g = group_result.c
    newest = newest_results(g.period.in_([one.period for one in scope.closes]))
    same = (newest.c.period == g.period) & (newest.c.kind == g.kind) & (newest.c.job_id == g.job_id)
    rows = session.execute(
        select(
            g.period, g.kind, g.currency, g.customer_id, g.source_documents, g.source_lines, g.source_minor
        ).join(newest, same)
    )
    return {(row[0], row[1], row[2], row[3]): (row[4], row[5], int(row[6])) for row in rows}


def _ours(session: Session, days: dict[Any, str]) -> dict[Group, tuple[int, int, int]]:
    d, v, line, p = source_document.c, document_version.c, document_line.c, netsuite_period.c
    keys = (p.last_day, d.kind, v.currency, v.customer_id)
    rows = session.execute(
        select(
            *keys,
            func.count(func.distinct(v.id)),
            func.count(),
            func.sum(case((line.role.in_(("main", "tax")), 0), else_=line.amount_minor)),
        )
        .join_from(netsuite_period, document_version, v.period_id == p.id)
        .join(source_document, d.current_version_id == v.id)
        .join(document_line, line.version_id == v.id)
        .where(p.last_day.in_(list(days)), d.state.not_in(("new", "gone")))
        .group_by(*keys)
    )
    found: dict[Group, tuple[int, int, int]] = {}
    for last_day, kind, currency, customer, documents, lines, amount in rows:
        key = (days[last_day], kind, currency, customer)
        known = found.get(key, (0, 0, 0))
        found[key] = (known[0] + documents, known[1] + lines, known[2] + int(amount))
    return found


def _unbalanced(session: Session, days: dict[Any, str], found: Findings) -> None:
    """Documents whose lines, main line and tax included, do not sum to zero."""
    d, v, line, p = source_document.c, document_version.c, document_line.c, netsuite_period.c
    total, digits = func.sum(line.amount_minor), precisions(session)
    rows = session.execute(
        select(v.tran_id, d.external_id, p.last_day, v.currency, total)
        .join_from(netsuite_period, document_version, v.period_id == p.id)
        .join(source_document, d.current_version_id == v.id)
        .join(document_line, line.version_id == v.id)
        .where(p.last_day.in_(list(days)), d.state.in_(("loaded", "pending")))
        .group_by(v.tran_id, d.external_id, p.last_day, v.currency)
        .having(total != 0)
        .order_by(d.external_id)
    )
    for number, external_id, last_day, currency, amount in rows:
        found.violate(
            f"{days[last_day]}, document {number}",
            f"The lines of document {number} (NetSuite {external_id}) sum to "
            f"{in_words(int(amount), currency, digits)} instead of zero: one is missing, doubled or changed.",
        )
