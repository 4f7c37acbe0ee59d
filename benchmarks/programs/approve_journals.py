"""Writes approved journals under a close of their own, as many and as long as asked, for the post job to send."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from benchmarks.programs.deployment import ADMIN, open_deployment
from revrec.operations.periods import periods_of
from revrec.store.core import journal, journal_line
from revrec.store.tables import Job, PeriodClose

# Account ids of the made-up company's chart; subsidiary 1 keeps its books in USD.
DEFERRED, REVENUE, SUBSIDIARY, CURRENCY = 24, (54, 55, 56), 1, "USD"


def main() -> None:
    given = json.load(sys.stdin)
    now = datetime.now(UTC)
    with open_deployment(given).store.write() as session:
        job = Job(kind="close", state="done", parameters={}, requested_by=ADMIN.email, created_at=now)
        session.add(job)
        session.flush()
        close = PeriodClose(
            period=given["period"],
            state="closed",
            job_id=job.id,
            policy={},
            closed_by=ADMIN.email,
            closed_at=now,
        )
        session.add(close)
        session.flush()
        session.execute(
            insert(journal), [_journal(given, n, close.id, now, session) for n in _numbers(given)]
        )
        lines = [line for n in _numbers(given) for line in _lines(n, given["lines"])]
        session.execute(insert(journal_line), lines)
    print(json.dumps({}))


def _numbers(given: dict[str, Any]) -> range:
    return range(1, given["journals"] + 1)


def _journal(
    given: dict[str, Any], number: int, close: int, now: datetime, session: Session
) -> dict[str, Any]:
    name = f"{given['period']}-{number:04d}"
    return {
        "id": number,
        "period_close_id": close,
        "period": given["period"],
        "subsidiary_id": SUBSIDIARY,
        "currency": CURRENCY,
        "journal_date": periods_of(session).last_day(given["period"]),
        "part": number,
        "parts": given["journals"],
        "memo": f"Revenue recognition {given['period']} ({number} of {given['journals']})",
        "state": "approved",
        "sequence": number,
        "number": name,
        "external_id": f"REVREC-{name}",
        "prepared_by": ADMIN.email,
        "approved_by": ADMIN.email,
        "approved_at": now,
        "netsuite_approval": "",
        "attempts": 0,
        "message": "",
    }


def _lines(number: int, count: int) -> list[dict[str, Any]]:
    """One debit of deferred revenue, and credits of revenue that make it up."""
    amounts = [1_000 + 7 * line + number for line in range(1, count)]
    sides = [("contract_liability", DEFERRED, sum(amounts), 0)]
    sides += [("revenue", REVENUE[line % len(REVENUE)], 0, amount) for line, amount in enumerate(amounts)]
    return [
        {
            "journal_id": number,
            "line": line,
            "role": role,
            "account_id": account,
            "debit_minor": debit,
            "credit_minor": credit,
            "memo": "",
            "unverified": False,
        }
        for line, (role, account, debit, credit) in enumerate(sides, 1)
    ]


if __name__ == "__main__":
    main()
