"""Segment values by segment, with NetSuite's names."""

import json
from collections.abc import Mapping

from api.views.journals import SegmentView


def segment_views(canonical: str, names: Mapping[tuple[str, str], str]) -> list[SegmentView]:
    """The values of a segment set's canonical text; none of the empty one."""
    values: dict[str, str] = json.loads(canonical) if canonical else {}
    return [
        SegmentView(segment=segment, id=str(value), name=names.get((segment, str(value)), ""))
        for segment, value in sorted(values.items())
    ]


def segments_text(views: list[SegmentView]) -> str:
    """How a table shows them: `class Services, department Sales`."""
    return ", ".join(f"{one.segment} {one.name or one.id}" for one in views)
