"""The checklist of a close: what blocks it, and what a person has to acknowledge with a reason."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from jobs.closing.clearing import clearing_findings
from jobs.closing.controls import control_findings
from jobs.invoices.reading_settings import changed_since, reading_settings
from revrec.operations.audit_mapping import audit_mapping
from revrec.operations.entity_findings import entity_findings
from revrec.operations.periods import periods_of
from revrec.operations.policies import policy_value
from revrec.operations.set_first_period import first_period
from revrec.problems import Finding
from revrec.store.queries.checklist import (
    failing_groups,
    held_documents,
    held_order_lines,
    open_jobs,
    pending_documents,
)
from revrec.store.queries.closes import newest_closed_period
from revrec.store.queries.connections import connection_for
from revrec.store.queries.currencies import in_words, precisions
from revrec.store.queries.document_marks import DocumentMark, document_marks
from revrec.store.queries.hub import held_numbers
from revrec.store.queries.policies import mapping_in_force
from revrec.store.staging.publish import read_watermarks

KIND_WORDS = {"CustInvc": "invoices", "CustCred": "credit memos"}


def close_findings(session: Session, period: str, *, but_job: int | None = None) -> list[Finding]:
    """Everything that speaks against closing `period` now, blocking things first. `but_job`: the job that asks.

    What only the computation can tell (held obligations, unassigned billing, missing accounts) is found by the
    close itself, which stops in the same way. Raises `Invalid` where `period` names none.
    """
    found = findings_at_once(session, period, but_job=but_job)
    return blocking_first([*found, *_clearing(session, period), *control_findings(session)])


def findings_at_once(session: Session, period: str, *, but_job: int | None = None) -> list[Finding]:
    """What a few look-ups tell, blocking things first: all but the clearing accounts and the control checks, which go
    through the whole books. Raises `Invalid` where `period` names none."""
    day = periods_of(session).last_day(period)
    found = [*_order_of_periods(session, period), *_jobs(session, but_job), *_reconciliation(session, day)]
    found += [*_pull(session, day), *_waiting(session, day), *_unverified(session, day)]
    found += [*entity_findings(session), *_broken_mapping(session, day), *_held_journals(session)]
    return blocking_first(found)


def blocking_first(found: list[Finding]) -> list[Finding]:
    """Blocking findings, then warnings, each as they came."""
    return sorted(found, key=lambda finding: finding.severity != "blocking")


def _order_of_periods(session: Session, period: str) -> list[Finding]:
    begin = first_period(session)
    where = f"period {period}"
    if begin is None:
        message = "No accounting period is set. Set the first one with `revrec period set`."
        return [Finding("no_first_period", "blocking", where, message)]
    periods = periods_of(session)
    if periods.first_day(period) < periods.first_day(begin):
        message = f"The books begin with {begin}; {period} lies before it."
        return [Finding("before_first_period", "blocking", where, message)]
    newest = newest_closed_period(session)
    due = periods.next(newest) if newest and newest >= begin else begin
    if period > due:
        return [Finding("earlier_open", "blocking", where, f"{due} is still open; close it first.")]
    return []


def _jobs(session: Session, but_job: int | None) -> list[Finding]:
    return [
        Finding("job_running", "blocking", f"job {row.id}", f"Job {row.id} ({row.kind}) is still going.")
        for row in open_jobs(session)
        if row.id != but_job
    ]


def _reconciliation(session: Session, day: date) -> list[Finding]:
    digits = precisions(session)
    return [
        Finding(
            "reconciliation_failed",
            "blocking",
            f"period {group.period}, {group.currency}, customer {group.customer_id}",
            "The last run did not reconcile: NetSuite differs by "
            f"{in_words(group.difference_minor, group.currency, digits)} and "
            f"{group.difference_documents} documents. Run invoices again, or settle the held documents.",
        )
        for group in failing_groups(session, periods_of(session).of(day))
    ]


def _pull(session: Session, day: date) -> list[Finding]:
    connection = connection_for(session, "invoices")
    where = "invoices"
    if connection is None:
        return [Finding("not_connected", "blocking", where, "NetSuite is not connected for invoices.")]
    marks = document_marks(read_watermarks(session, connection.id))
    never = [kind for kind, mark in marks.items() if mark.upper is None]
    if never:
        what = "invoices" if len(never) == len(marks) else KIND_WORDS[never[0]]
        return [Finding("never_pulled", "blocking", where, f"No {what} run has loaded yet.")]
    if changed := _read_otherwise(session, marks.values()):
        message = (
            f"{changed} changed after the last invoices run, so documents would be read otherwise now. "
            "Run invoices again (it reads all of them anew), then close."
        )
        return [Finding("read_otherwise", "blocking", where, message)]
    mark = min(one.upper for one in marks.values() if one.upper is not None)
    zone = ZoneInfo(str(policy_value(session, "account_time_zone")))
    if mark < datetime.combine(day + timedelta(days=1), time(), zone):
        message = f"The last invoices run read up to {mark.isoformat()}, before the period ended."
        return [Finding("pulled_before_end", "warning", where, message)]
    return []


def _read_otherwise(session: Session, marks: Iterable[DocumentMark]) -> str:
    """What of the settings that decide reading has changed since; empty: nothing."""
    now = reading_settings(session)
    changed = {one for mark in marks if mark.settings for one in changed_since(mark.settings, now)}
    words = " and ".join(sorted(changed))
    return words[:1].upper() + words[1:]


def _waiting(session: Session, day: date) -> list[Finding]:
    found: list[Finding] = []
    pending = pending_documents(session, day)
    if pending:
        message = f"{pending} documents posted by {day} wait in Pending Data and bill nothing."
        found.append(Finding("pending", "warning", "Pending Data", message))
    held = held_documents(session, day)
    if held:
        message = f"{held} documents posted by {day} are held and bill nothing."
        found.append(Finding("held", "warning", "documents", message))
    lines = held_order_lines(session, day)
    if lines:
        message = f"{lines} order lines in force on {day} could not be read in full and wait."
        found.append(Finding("held", "warning", "orders", message))
    return found


def _broken_mapping(session: Session, day: date) -> list[Finding]:
    broken = audit_mapping(session, day)
    if not broken:
        return []
    named = " ".join(f"{one.where.removeprefix('account mapping ')}: {one.message}" for one in broken[:5])
    more = f" And {len(broken) - 5} more." if len(broken) > 5 else ""
    message = f"Rules do not fit the chart of accounts. {named}{more} `revrec accounts audit` lists all."
    return [Finding("account_mapping_broken", "warning", "account mapping", message)]


def _clearing(session: Session, period: str) -> list[Finding]:
    begin = first_period(session)
    known = begin is not None and periods_of(session).index(period) >= periods_of(session).index(begin)
    return clearing_findings(session, period) if known else []


def _held_journals(session: Session) -> list[Finding]:
    numbers = held_numbers(session)
    if not numbers:
        return []
    shown = ", ".join(numbers[:10]) + (f" and {len(numbers) - 10} more" if len(numbers) > 10 else "")
    message = f"Journals of closed periods are held back from NetSuite: {shown}. Its ledger lacks them."
    return [Finding("journals_held", "warning", "transaction hub", message)]


def _unverified(session: Session, day: date) -> list[Finding]:
    roles = sorted({row.role for row in mapping_in_force(session, day) if row.is_default})
    if not roles:
        return []
    message = f"Default accounts stand in where no rule fits: {', '.join(roles)}."
    return [Finding("unverified_account", "warning", "account mapping", message)]
