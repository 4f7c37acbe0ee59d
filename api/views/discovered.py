"""Segments as the account has them."""

from sqlmodel import Session

from api.views.shape import View
from revrec.operations.policies import policy_values_of
from revrec.operations.posting_policies import BY_DEPARTMENT
from revrec.store.queries.segments import segments, value_counts
from revrec.store.tables import SegmentValue

_NAMING = ("journal_segments", "custom_segments", "order_fields", "journal_breakdown")


class DiscoveredSegmentView(View):
    """A field of journal lines. `kind`: standard, segment, column. `required`: NetSuite wants it on every journal line,
    as far as the role may know. `kept_apart`: the policy `journal_segments` names it. `policies`: all that name it."""

    field: str
    name: str
    kind: str
    on_journals: bool
    required: bool
    active: bool
    values: int
    kept_apart: bool
    policies: list[str]


class DiscoveredValueView(View):
    """A value of a segment. `subsidiaries`: those that may use it; null: all."""

    id: int
    name: str
    active: bool
    subsidiaries: list[int] | None


def discovered_segment_views(session: Session) -> list[DiscoveredSegmentView]:
    counts, naming = value_counts(session), policies_naming(session)
    return [
        DiscoveredSegmentView(
            field=one.field,
            name=one.name,
            kind=one.kind,
            on_journals=one.on_journals,
            required=one.required,
            active=one.active,
            values=counts.get(one.field, 0),
            kept_apart="journal_segments" in naming.get(one.field, []),
            policies=naming.get(one.field, []),
        )
        for one in segments(session)
    ]


def policies_naming(session: Session) -> dict[str, list[str]]:
    """The policies that name each segment, by its field."""
    values = policy_values_of(session, _NAMING)
    found: dict[str, list[str]] = {}
    for key in ("journal_segments", "custom_segments"):
        for field in values[key] or []:
            found.setdefault(field, []).append(key)
    for field in (values["order_fields"] or {}).get("segments", {}):
        found.setdefault(field, []).append("order_fields")
    if values["journal_breakdown"] == BY_DEPARTMENT:
        found.setdefault("department", []).append("journal_breakdown")
    return found


def discovered_value_view(row: SegmentValue) -> DiscoveredValueView:
    return DiscoveredValueView(
        id=row.value_id, name=row.name, active=row.active, subsidiaries=row.subsidiaries
    )
