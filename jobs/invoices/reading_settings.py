"""What decides how a document is read. Kept with the watermark: what was read under other settings is read again."""

import json

from sqlmodel import Session

from jobs.invoices.account import clearing_accounts
from revrec.operations.policies import policy_values_of

_POLICIES = (
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
_CLEARING = "clearing"


def reading_settings(session: Session) -> str:
    """The fields of the account, its calendar and its clearing accounts, as text."""
    values = policy_values_of(session, _POLICIES)
    return json.dumps({**values, _CLEARING: sorted(clearing_accounts(session))}, sort_keys=True)


def changed_since(read: str, now: str) -> list[str]:
    """What differs between the settings that documents were read under and those of now, in words."""
    before, after = json.loads(read), json.loads(now)
    differ = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return ["the clearing account" if key == _CLEARING else f"the policy {key}" for key in differ]
