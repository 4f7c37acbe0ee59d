"""The job file of a run: rows streamed from the database into the workbook, and its place on disk."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session

from jobs.lifecycle import progress
from jobs.resources import resources, store
from reconciliation.control_totals import (
    DocumentKind,
    GroupKey,
    GroupResult,
    LineState,
    OurGroup,
    Share,
    SourceGroup,
)
from reconciliation.job_file import JobData, write_job_file
from reconciliation.recon_details import ReconContext
from reconciliation.rows import BillingLine, Change, LookAlike, PendingDocument, PendingReason, ProductUsed
from reconciliation.summary import JobFacts
from revrec import __version__
from revrec.matching.keys import KeyRule
from revrec.matching.match import BilledCustomer, OrderCustomer
from revrec.matching.suggestions import suggest_customers
from revrec.operations.policies import policy_value
from revrec.store.core import (
    crm_customer,
    currency,
    group_result,
    job_file,
    job_note,
    netsuite_customer,
    segment_value,
)
from revrec.store.queries.changes import billing_lines, products_used, waiting_documents
from revrec.store.tables import Job

ROUNDING_RULE = (
    "Amounts are whole minor units. A running total is rounded once, half away from zero; what is divided is "
    "spread so that the parts add up to the whole."
)
COUNTED = {
    "new": "Documents new",
    "changed": "Documents changed",
    "same": "Documents read and as before",
    "gone": "Documents gone",
    "lines": "Lines read",
    "customers_linked": "Customers matched in this run",
    "customers_ambiguous": "Customers ambiguous",
    "customers_unmatched": "Customers unknown to the CRM",
    "customers_ignored": "Customers ignored",
    "sweep_compared": "Sweep: documents compared",
    "sweep_missing": "Sweep: documents missing here",
    "sweep_differing": "Sweep: documents that differed",
    "sweep_vanished": "Sweep: documents vanished from NetSuite",
    "sweep_read_again": "Sweep: documents read again",
    "documents_loaded": "Documents loaded in all",
    "documents_pending": "Documents pending in all",
    "documents_held": "Documents held in all",
    "documents_excluded": "Documents excluded in all (ignored customers)",
    "lines_loaded": "Billing lines loaded in all",
    "lines_pending": "Billing lines pending in all",
    "lines_excluded": "Billing lines excluded in all",
    "lines_held": "Billing lines held in all",
}
DOCUMENTS = {"CustInvc": "invoices", "CustCred": "credit memos"}
CHANGES = {"new": Change.NEW, "gone": Change.REMOVED}
STREAM_ROWS = 2000
SEGMENTS = ("department", "class", "location")


def write_workbook(job_id: int, plan: dict[str, Any], counts: dict[str, Any]) -> dict[str, Any]:
    """Write the run's job file and its row. Writing it again after a crash gives the same content hash."""
    progress(job_id, "job file", now=True)
    folder = resources().config.files_dir / f"job-{job_id}"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"invoices-job-{job_id}.xlsx"
    with store().read() as session:
        written = write_job_file(folder / name, _data(session, job_id, plan, counts))
    digest = hashlib.sha256()
    with written.path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    row = {
        "job_id": job_id,
        "name": name,
        "path": str(Path(folder.name) / name),
        "sha256": digest.hexdigest(),
        "content_hash": written.content_hash,
        "bytes": written.path.stat().st_size,
    }
    with store().write() as session:
        session.execute(job_file.delete().where(job_file.c.job_id == job_id))
        session.execute(insert(job_file).values(**row))
    return {"file": name, "path": _shown(written.path), "content_hash": written.content_hash}


def _shown(path: Path) -> str:
    """Where a file is, from the data folder on; from the folder of job files where that is elsewhere."""
    config = resources().config
    home = config.data_dir if path.is_relative_to(config.data_dir) else config.files_dir
    return str(path.relative_to(home))


def _data(session: Session, job_id: int, plan: dict[str, Any], counts: dict[str, Any]) -> JobData:
    precisions = {s: p for s, p in session.execute(select(currency.c.symbol, currency.c.precision))}
    # A document of a currency that was not among the account's when they were read is held, and its amounts are zero.
    precisions[""] = 0
    names = {
        key: name for key, name in session.execute(select(netsuite_customer.c.id, netsuite_customer.c.name))
    }
    excluded = set(plan["excluded"])
    return JobData(
        facts=_facts(session, job_id, plan, counts),
        billing_lines=_billing_lines(session, job_id, excluded),
        products=_products(session, job_id, excluded),
        pending=_pending(session, job_id),
        results=list(_results(session, job_id)),
        recon=ReconContext(names, precisions),
    )


def _facts(session: Session, job_id: int, plan: dict[str, Any], counts: dict[str, Any]) -> JobFacts:
    row = session.get_one(Job, job_id)
    notices = session.execute(
        select(job_note.c.message)
        .where(job_note.c.job_id == job_id, job_note.c.severity != "info")
        .order_by(job_note.c.id)
        .limit(100)
    ).scalars()
    return JobFacts(
        job=f"job {job_id}",
        kind="Invoices (conversion)" if plan["conversion"] else "Invoices",
        state="awaiting load" if plan["conversion"] else "loaded",
        started=row.started_at or row.created_at,
        finished=row.published_at or datetime.now(UTC),
        connection=f"NetSuite account {plan['account']}",
        actor=row.requested_by,
        window_start=datetime.fromisoformat(plan["start"]) if plan["start"] else None,
        window_end=datetime.fromisoformat(plan["upper"]),
        parameters={
            "Pull": _pull(plan),
            "Documents": " and ".join(DOCUMENTS[kind] for kind in plan["kinds"]),
            "Import from": plan["dated_from"] or "the beginning",
            "Ignored customers": plan["ignored"] or "none",
            "Exclude Products": ", ".join(plan["excluded"]) or "none",
            "Use Customer Name Mapping": "on"
            if policy_value(session, "use_customer_name_mapping")
            else "off",
        },
        counts={COUNTED[name]: value for name, value in counts.items() if name in COUNTED},
        rounding_rule=ROUNDING_RULE,
        version=__version__,
        notices=tuple(notices),
    )


def _pull(plan: dict[str, Any]) -> str:
    """`full`, `changes only`, or what of each, with a sweep where there was one."""
    full = [kind for read in plan["reads"] if read["full"] for kind in read["kinds"]]
    if len(full) == len(plan["kinds"]):
        return "full"
    some = f"{' and '.join(DOCUMENTS[kind] for kind in full)} full, else " if full else ""
    return f"{some}changes only" + (", and a sweep of all documents" if plan["sweep"] else "")


def _billing_lines(session: Session, job_id: int, excluded: set[str]) -> Iterator[BillingLine]:
    values = _segment_names(session)
    stream = session.execute(billing_lines(job_id), execution_options={"yield_per": STREAM_ROWS})
    for row in stream:
        segments = json.loads(row.segments)
        named = {key: values.get((key, value), value) for key, value in segments.items()}
        out = row.item_name in excluded or row.item_display_name in excluded
        yield BillingLine(
            kind=DocumentKind(row.kind),
            document_number=row.tran_id,
            line=row.line_id,
            netsuite_id=row.external_id,
            customer=row.customer,
            netsuite_customer_id=row.customer_id,
            crm_customer=row.crm_customer,
            crm_customer_id=row.crm_customer_id,
            match_basis=row.basis,
            posting_period=row.period,
            document_date=row.tran_date,
            product=row.product,
            netsuite_item_id=row.item_id,
            description=row.description,
            quantity_e6=row.quantity_e6,
            service_start=row.starts,
            service_end=row.ends,
            currency=row.currency,
            amount_minor=row.billing_minor,
            exchange_rate_e10=row.exchange_rate_e10,
            base_currency=row.base_currency,
            base_minor=row.base_minor,
            order_number=row.order_reference,
            contract=row.contract,
            subsidiary=row.subsidiary,
            location=named.get("location", ""),
            department=named.get("department", ""),
            class_=named.get("class", ""),
            segments={key: name for key, name in named.items() if key not in SEGMENTS},
            posting_account=f"{row.account_number} {row.account}".strip(),
            state=_line_state(row.state, out),
            reason="Exclude Products names it." if out else row.reason,
            change=CHANGES.get(row.change, Change.CHANGED),
        )


def _line_state(state: str, excluded: bool) -> LineState:
    """A removed document's lines are shown as what they were: loaded, and now removed."""
    if excluded:
        return LineState.EXCLUDED
    return LineState.LOADED if state == "gone" else LineState(state)


def _products(session: Session, job_id: int, excluded: set[str]) -> Iterator[ProductUsed]:
    for row in products_used(session, job_id):
        yield ProductUsed(
            netsuite_item_id=row.id,
            product=row.name,
            description=row.display_name,
            item_type=row.type,
            category=row.category,
            income_account=row.income,
            deferred_account=row.deferral,
            is_excluded=row.name in excluded or row.display_name in excluded,
            is_active=row.active,
            lines=row.lines,
        )


def _pending(session: Session, job_id: int) -> Iterator[PendingDocument]:
    rows = waiting_documents(session, job_id)
    if not rows:
        return
    c = crm_customer.c
    known = session.execute(select(c.id, c.name, c.external_id).where(c.active).order_by(c.id)).all()
    external = {row.id: row.external_id for row in known}
    orders = [OrderCustomer(row.id, row.name) for row in known]
    billed = [
        BilledCustomer(key, name) for key, name in sorted({(row.customer_id, row.customer) for row in rows})
    ]
    rule = KeyRule(bool(policy_value(session, "strip_legal_forms")))
    by_key: dict[str, list[Any]] = {}
    for row in known:
        by_key.setdefault(rule.key(row.name), []).append(row)
    none = [one for one in billed if rule.key(one.name) not in by_key]
    suggestions = suggest_customers(none, orders)
    for row in rows:
        ambiguous = row.match == "ambiguous"
        candidates = by_key.get(rule.key(row.customer), []) if ambiguous else []
        yield PendingDocument(
            customer=row.customer,
            netsuite_customer_id=row.customer_id,
            pending_reason=PendingReason.AMBIGUOUS if ambiguous else PendingReason.NO_MATCH,
            candidates=tuple(LookAlike(one.name, one.external_id) for one in candidates),
            suggestions=tuple(
                LookAlike(one.candidate.name, external[int(one.candidate.id)], one.score)
                for one in suggestions.get(row.customer_id, ())
            ),
            kind=DocumentKind(row.kind),
            document_number=row.tran_id,
            netsuite_id=row.external_id,
            posting_period=row.period,
            document_date=row.tran_date,
            lines=row.lines,
            currency=row.currency,
            amount_minor=int(row.amount),
            pending_since=_date_of(row.since) or datetime.now(UTC).date(),
        )


def _results(session: Session, job_id: int) -> Iterator[GroupResult]:
    g = group_result.c
    for row in session.execute(select(group_result).where(g.job_id == job_id).order_by(g.id)):
        key = GroupKey(row.period, DocumentKind(row.kind), row.currency, row.customer_id)
        yield GroupResult(
            SourceGroup(
                key, row.source_documents, row.source_lines, row.source_main_minor, row.source_tax_minor
            ),
            OurGroup(
                key,
                row.our_documents,
                Share(row.loaded_lines, row.loaded_minor),
                Share(row.pending_lines, row.pending_minor),
                Share(row.excluded_lines, row.excluded_minor),
                Share(row.held_lines, row.held_minor),
            ),
        )


def _segment_names(session: Session) -> dict[tuple[str, str], str]:
    v = segment_value.c
    rows = session.execute(select(v.segment, v.value_id, v.name))
    return {(segment, str(value_id)): name for segment, value_id, name in rows}


def _date_of(moment: Any) -> Any:
    return moment.date() if isinstance(moment, datetime) else None
