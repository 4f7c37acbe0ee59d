"""Pieces of SuiteQL text, each with the care NetSuite needs.

A bare date column comes back in the format of some user's preferences with its time cut off, and in the account's
zone: every date goes through TO_CHAR, every instant through SYS_EXTRACT_UTC first. Date literals do not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

MAX_IN_VALUES = 1000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
# Local time is at most 14 hours from UTC; a day is the margin for a filter in an unknown zone.
_ZONE_MARGIN = timedelta(days=1)


def date_text(column: str) -> str:
    """Expression for a calendar date as `YYYY-MM-DD`."""
    return f"TO_CHAR({column}, 'YYYY-MM-DD')"


def utc_text(column: str) -> str:
    """Expression for an instant as `YYYY-MM-DDTHH:MM:SSZ`, truly in UTC."""
    return f'TO_CHAR(SYS_EXTRACT_UTC({column}), \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')'


def instant(moment: datetime) -> str:
    """Expression for an instant given in any zone, as a UTC value to compare with SYS_EXTRACT_UTC."""
    return f"TO_TIMESTAMP('{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}', 'YYYY-MM-DD HH24:MI:SS')"


def between_instants(column: str, start: datetime | None, end: datetime | None) -> list[str]:
    """Conditions for `start <= column < end`.

    The exact comparison is in UTC; beside it stands a coarse one on the bare column, a day wider, because only the
    bare column can use NetSuite's index.
    """
    conditions: list[str] = []
    if start is not None:
        conditions += [
            f"{column} >= {instant(start - _ZONE_MARGIN)}",
            f"SYS_EXTRACT_UTC({column}) >= {instant(start)}",
        ]
    if end is not None:
        conditions += [
            f"{column} < {instant(end + _ZONE_MARGIN)}",
            f"SYS_EXTRACT_UTC({column}) < {instant(end)}",
        ]
    return conditions


def id_list(ids: Iterable[str | int]) -> str:
    """`1,2,3` for an IN list of at most 1,000 internal ids."""
    numbers = [int(item) for item in ids]
    if not 0 < len(numbers) <= MAX_IN_VALUES:
        raise ValueError(f"{len(numbers)} ids for one IN list: NetSuite takes 1 to {MAX_IN_VALUES}")
    return ",".join(map(str, numbers))


def name(text: str) -> str:
    """A field name from the settings, checked so that it can stand in a query."""
    lowered = text.strip().lower()
    if not _NAME.match(lowered):
        raise ValueError(
            f"{text!r} is not a NetSuite field id: letters, digits and underscores, such as custcol_start"
        )
    return lowered


def where(*conditions: str) -> str:
    """A WHERE clause from conditions; empty ones are left out."""
    kept = [condition for condition in conditions if condition]
    return f"WHERE {' AND '.join(kept)}" if kept else ""
