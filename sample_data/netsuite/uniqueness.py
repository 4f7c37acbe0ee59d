"""Does an ORDER BY fix the order of the rows completely?

NetSuite runs a query afresh for every page; rows that the ORDER BY leaves tied come in any order, so offset paging
over them loses and repeats rows. To show that, the stand-in shuffles ties, and so has to know where there are none:
when the ordering fields, with the query's equalities, determine a unique key of every source.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from sample_data.netsuite.scope import Field, Source

FieldName = tuple[str, str]
"""(alias of the source, name of the field)."""

Implication = tuple[FieldName | None, FieldName]
"""The first determines the second; None: a constant does."""


def determines_rows(given: Iterable[FieldName], sources: list[Source], implied: list[Implication]) -> bool:
    """True where the given fields single out one row of the joined sources."""
    known = set(given)
    covered: set[str] = set()
    while True:
        before = (len(known), len(covered))
        known.update(target for origin, target in implied if origin is None or origin in known)
        for source in sources:
            if source.alias in covered:
                continue
            if any(all((source.alias, name) in known for name in key) for key in source.keys):
                covered.add(source.alias)
                known.update((source.alias, name) for name in source.fields)
        if len(covered) == len(sources):
            return True
        if (len(known), len(covered)) == before:
            return False


def keys_of_projection(
    fields: list[Field], sources: list[Source], implied: list[Implication]
) -> list[frozenset[str]]:
    """The unique keys, of up to two fields, that a sub-select's rows have by its own projected fields."""
    bare = {
        each.name: (each.typed.alias, each.typed.field)
        for each in fields
        if each.typed.alias is not None and each.typed.field is not None
    }
    keys: list[frozenset[str]] = []
    for size in (1, 2):
        for names in combinations(bare, size):
            if any(key <= set(names) for key in keys):
                continue
            given = [(alias or "", field or "") for alias, field in (bare[name] for name in names)]
            if determines_rows(given, sources, implied):
                keys.append(frozenset(names))
    return keys
