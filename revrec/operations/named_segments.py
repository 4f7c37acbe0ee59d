"""Segments as people give them (`department` is `Sales`, or 5): looked up among NetSuite's values."""

import re
from collections.abc import Mapping

from sqlmodel import Session

from revrec.problems import Invalid, NotFound
from revrec.store.queries.segments import segment_names
from revrec.store.staging.intern import canonical_segments, intern_segments

_SEGMENT = re.compile(r"(location|department|class|cseg_?[a-z0-9_]+)\Z")


def segment_set_of(session: Session, given: Mapping[str, str]) -> int | None:
    """The id of the segment set of these values (each NetSuite's id or its name); None where none is given."""
    if not given:
        return None
    names = segment_names(session)
    values: dict[str, str] = {}
    for segment, text in given.items():
        if not _SEGMENT.match(segment):
            raise Invalid(
                f"'{segment}' is no segment; there are location, department, class and cseg_...",
                where="segments",
            )
        values[segment] = _value_id(names, segment, text.strip())
    canonical = canonical_segments(values)
    return intern_segments(session, [canonical])[canonical]


def _value_id(names: Mapping[tuple[str, str], str], segment: str, text: str) -> str:
    if (segment, text) in names:
        return text
    found = sorted(number for (one, number), name in names.items() if one == segment and name == text)
    if not found:
        raise NotFound(
            f"NetSuite has no {segment} '{text}', by id or name. Segments are read by every invoices run.",
            where="segments",
        )
    if len(found) > 1:
        raise Invalid(f"Several values of {segment} are called {text}: {', '.join(found)}.", where="segments")
    return found[0]
