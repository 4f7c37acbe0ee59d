"""How far each kind of NetSuite's documents has been read, and how: kept beside each other as watermarks.

`CustInvc` is the end of the last window, `CustInvc settings` what decided how its documents are read, and
`CustInvc from` the date from which on they were read (empty: from the beginning); `CustInvc sweep` when all of them
were last compared with what is here. A database that was written before
kinds were read apart has `documents` and `settings` for both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

KINDS = ("CustInvc", "CustCred")
_BOTH, _SETTINGS = "documents", "settings"


@dataclass(frozen=True, slots=True)
class DocumentMark:
    """`upper` None: never read."""

    upper: datetime | None
    settings: str | None
    dated_from: date | None
    swept: datetime | None = None


def document_marks(marks: Mapping[str, str]) -> dict[str, DocumentMark]:
    """The mark of each kind, from the watermarks of the invoices connection."""
    found: dict[str, DocumentMark] = {}
    for kind in KINDS:
        upper = marks.get(kind, marks.get(_BOTH))
        since, swept = marks.get(_since(kind), ""), marks.get(_sweep(kind))
        found[kind] = DocumentMark(
            upper=datetime.fromisoformat(upper) if upper else None,
            settings=marks.get(_settings(kind), marks.get(_SETTINGS)),
            dated_from=date.fromisoformat(since) if since else None,
            swept=datetime.fromisoformat(swept) if swept else None,
        )
    return found


def positions(kind: str, upper: str, settings: str, dated_from: str, *, swept: bool) -> dict[str, str]:
    """The watermarks that say that a kind was read so far, with these settings, from this date on. `swept`: all of its
    documents were, one way or another."""
    found = {kind: upper, _settings(kind): settings, _since(kind): dated_from}
    return found | {_sweep(kind): upper} if swept else found


def _settings(kind: str) -> str:
    return f"{kind} settings"


def _sweep(kind: str) -> str:
    return f"{kind} sweep"


def _since(kind: str) -> str:
    return f"{kind} from"
