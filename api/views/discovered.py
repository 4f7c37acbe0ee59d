"""Segments as the account has them."""

from sqlmodel import Session

from api.views.shape import View
from revrec.operations.policies import policy_value
from revrec.store.queries.segments import segments, value_counts
from revrec.store.tables import SegmentValue


class DiscoveredSegmentView(View):
    """A field of journal lines. `kind`: standard, segment, column. `required`: NetSuite wants it on every journal line,
    as far as the role may know. `kept_apart`: the policy `journal_segments` names it."""

    field: str
    name: str
    kind: str
    on_journals: bool
    required: bool
    active: bool
    values: int
    kept_apart: bool


class DiscoveredValueView(View):
    """A value of a segment. `subsidiaries`: those that may use it; null: all."""

    id: int
    name: str
    active: bool
    subsidiaries: list[int] | None


def discovered_segment_views(session: Session) -> list[DiscoveredSegmentView]:
    counts, kept = value_counts(session), set(policy_value(session, "journal_segments"))
    return [
        DiscoveredSegmentView(
            field=one.field,
            name=one.name,
            kind=one.kind,
            on_journals=one.on_journals,
            required=one.required,
            active=one.active,
            values=counts.get(one.field, 0),
            kept_apart=one.field in kept,
        )
        for one in segments(session)
    ]


def discovered_value_view(row: SegmentValue) -> DiscoveredValueView:
    return DiscoveredValueView(
        id=row.value_id, name=row.name, active=row.active, subsidiaries=row.subsidiaries
    )
