"""One reading of NetSuite's balances, compared with the ledger and written down with what explains the difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from revrec.store.core import currency, gl_balance, gl_item, period_close, subsidiary
from revrec.store.general_ledger.accounts import Place, add_to
from revrec.store.general_ledger.documents import GlPart, document_parts
from revrec.store.general_ledger.journals import GlEntry, journal_parts
from revrec.store.general_ledger.kinds import EXPLAINING
from revrec.store.general_ledger.ledger import document_sums, journal_sums, opening_sums

LISTED = 200
"""Parts of a kind and account that a reading names; what more there is stands in one row."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was read: the end of a period, and of the one before the first (`opening`), with our periods between."""

    period: str
    through: date
    opening: str
    opening_day: date
    periods: Sequence[str]
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GlReading:
    """NetSuite's side, debits positive, base minor units: all from the beginning; the part of it before the books
    begin; what its invoices and credit memos moved since; and its other transactions since, one by one."""

    balances: Mapping[Place, int]
    opening: Mapping[Place, int]
    documents: Mapping[Place, int]
    entries: Sequence[GlEntry] = field(default=())


def keep_reading(
    session: Session,
    asked: Asked,
    accounts: Mapping[int, str],
    reading: GlReading,
    *,
    job_id: int,
    now: datetime,
) -> None:
    """Compare and write down, in place of what was read of the period before. The parts of an account add up to its
    difference: what is neither explained nor named otherwise is said of the opening, or of documents."""
    opening = opening_sums(session, asked.opening, asked.opening_day, accounts)
    if asked.period == asked.opening:
        known = _stands(session, asked.opening)
        # Accounts without a posting are zero, not unread.
        nothing = {(one, key): 0 for one in base_currencies(session) for key in accounts}
        theirs = nothing | dict(reading.opening)
        _write(session, asked.opening, theirs, opening if known else None, [], job_id, now)
        return
    documents = document_sums(session, asked.periods, accounts)
    ours: dict[Place, int] = {}
    for more in (opening, documents):
        add_to(ours, more)
    for (_, *place), amount in journal_sums(session, asked.through, accounts).items():
        add_to(ours, {(place[0], place[1]): amount})
    waiting = document_parts(
        session, asked.opening_day, asked.through, asked.periods, accounts, asked.closed_at or now
    )
    parts = [*waiting, *journal_parts(session, asked.through, accounts, reading.entries)]
    parts += _rest("opening", f"before {asked.periods[0]}", reading.opening, opening, [])
    parts += _rest("documents", "invoices and credit memos", reading.documents, documents, waiting)
    _write(session, asked.period, reading.balances, ours, parts, job_id, now)
    _write(session, asked.opening, reading.opening, opening, [], job_id, now)


def ledger_sums(session: Session, asked: Asked, accounts: Mapping[int, str]) -> dict[Place, int]:
    """Our side as it stands now: what a reading is compared with."""
    ours = opening_sums(session, asked.opening, asked.opening_day, accounts)
    if asked.period != asked.opening:
        add_to(ours, document_sums(session, asked.periods, accounts))
        for (_, *place), amount in journal_sums(session, asked.through, accounts).items():
            add_to(ours, {(place[0], place[1]): amount})
    return ours


def _rest(
    kind: str,
    name: str,
    theirs: Mapping[Place, int],
    ours: Mapping[Place, int],
    explained: Sequence[GlPart],
) -> list[GlPart]:
    left = dict(theirs)
    add_to(left, {place: -amount for place, amount in ours.items()})
    for part in explained:
        add_to(left, {part.place: -part.amount_minor})
    return [GlPart(place, kind, name, None, amount) for place, amount in sorted(left.items()) if amount]


def _stands(session: Session, period: str) -> bool:
    p = period_close.c
    found = session.execute(select(p.id).where(p.period == period, p.state == "closed")).first()
    return found is not None


def _write(
    session: Session,
    period: str,
    theirs: Mapping[Place, int],
    ours: Mapping[Place, int] | None,
    parts: Sequence[GlPart],
    job_id: int,
    now: datetime,
) -> None:
    for table in (gl_balance, gl_item):
        session.execute(delete(table).where(table.c.period == period))
    explained: dict[Place, int] = {}
    for part in parts:
        if part.kind in EXPLAINING:
            add_to(explained, {part.place: part.amount_minor})
    symbols = base_currencies(session)
    places = sorted(theirs.keys() | (ours or {}).keys() | {part.place for part in parts})
    rows = [
        {
            "period": period,
            "subsidiary_id": place[0],
            "account_id": place[1],
            "currency": symbols.get(place[0], ""),
            "balance_minor": theirs.get(place, 0),
            "ledger_minor": None if ours is None else ours.get(place, 0),
            "explained_minor": explained.get(place, 0),
            "read_at": now,
            "job_id": job_id,
        }
        for place in places
    ]
    if rows:
        session.execute(insert(gl_balance), rows)
    items = [
        {
            "period": period,
            "subsidiary_id": part.place[0],
            "account_id": part.place[1],
            "kind": part.kind,
            "name": part.name,
            "reference": part.reference,
            "memo": part.memo,
            "amount_minor": part.amount_minor,
        }
        for part in _shortened(parts)
    ]
    if items:
        session.execute(insert(gl_item), items)


def _shortened(parts: Sequence[GlPart]) -> list[GlPart]:
    """The largest parts of each kind and account by name, the others in one row."""
    groups: dict[tuple[Place, str], list[GlPart]] = {}
    for part in parts:
        groups.setdefault((part.place, part.kind), []).append(part)
    found: list[GlPart] = []
    for (place, kind), group in sorted(groups.items()):
        largest = sorted(group, key=lambda part: (-abs(part.amount_minor), part.name))
        found += largest[:LISTED]
        if more := largest[LISTED:]:
            total = sum(part.amount_minor for part in more)
            found.append(GlPart(place, kind, f"{len(more)} more", None, total))
    return found


def base_currencies(session: Session) -> dict[int, str]:
    """The symbol of each subsidiary's base currency."""
    rows = session.execute(
        select(subsidiary.c.id, currency.c.symbol).join(currency, currency.c.id == subsidiary.c.currency_id)
    )
    return {key: symbol for key, symbol in rows}
