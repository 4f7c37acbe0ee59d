"""What a run will do, decided once at its beginning and recorded: its window, its settings, conversion or not."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from jobs.invoices.account import clearing_accounts
from jobs.resources import store
from jobs.runner import account_queue
from revrec.operations.policies import policy_value
from revrec.operations.set_first_period import first_period
from revrec.problems import Conflict
from revrec.store.queries.connections import connection_for
from revrec.store.staging.documents import recheck_ids
from revrec.store.staging.publish import read_watermarks
from revrec.store.tables import Job

OVERLAP = timedelta(days=1)
WATERMARK = "documents"
SETTINGS = "settings"


def plan_run(job_id: int) -> dict[str, Any]:
    """The plan of an invoices run. Raises `Conflict` if NetSuite is not connected or its connection is paused.

    Before an accounting period is set the run is a conversion: a full pull that moves no watermark.
    """
    with store().read() as session:
        connection = connection_for(session, "invoices")
        if connection is None:
            raise Conflict(
                "NetSuite is not connected for invoices. Run `revrec connect netsuite`.", where="invoices"
            )
        if connection.paused:
            raise Conflict(f"The invoices connection is paused: {connection.paused}", where="invoices")
        parameters = session.get_one(Job, job_id).parameters or {}
        begun = first_period(session)
        marks = read_watermarks(session, connection.id)
        mark, settings = marks.get(WATERMARK), reading_settings(session)
        # Documents read under other settings would be read otherwise now: all of them are read again.
        otherwise = marks.get(SETTINGS) != settings
        full = bool(parameters.get("full")) or begun is None or mark is None or otherwise
        exclusion = policy_value(session, "exclude_products")
        return {
            "connection_id": connection.id,
            "account": connection.account,
            "queue": account_queue(connection.account),
            "conversion": begun is None,
            "full": full,
            "start": None if full or mark is None else (datetime.fromisoformat(mark) - OVERLAP).isoformat(),
            "settings": settings,
            "excluded": list(exclusion["product"]["values"]),
            "recheck": len(recheck_ids(session)),
        }


def reading_settings(session: Session) -> str:
    """What decides how a document is read, as text: the fields of the account, and its clearing accounts."""
    keys = (
        "order_reference_field",
        "credit_reason_field",
        "service_start_field",
        "service_end_field",
        "service_end_exclusive",
        "custom_segments",
        "calendar",
        "fiscal_year_first_day",
        "week_53_rule",
        "fiscal_year_named_by",
        "home_currency",
    )
    values = {key: policy_value(session, key) for key in keys}
    values["clearing"] = sorted(clearing_accounts(session))
    return json.dumps(values, sort_keys=True)
