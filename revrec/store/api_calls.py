"""What all processes that call one account agree on, and what their calls came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, case, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from revrec.store.core import api_gate, api_usage, connection, job_usage

WINDOW_MS = 61_000
"""A minute, and a second for calls that are longer on their way than those before them."""
_LONGEST_LINE = 200
"""Turns that may be given out ahead; more means that the clock was set back."""
SUMMED = ("requests", "failed", "refused", "retried", "busy_ms", "waited_ms", "received_bytes")


@dataclass(frozen=True, slots=True)
class Limits:
    """What an account may be asked: `concurrency` requests at once, `calls_per_minute` (0: no such limit)."""

    concurrency: int
    calls_per_minute: int = 0


DEFAULT_CONCURRENCY = 5  # NetSuite's smallest service tier


def limits_of(session: Session, account: str) -> Limits:
    """The limits of a NetSuite account: the lowest that its flows' connections name."""
    c = connection.c
    found = session.execute(select(c.options).where(c.account == account, c.system == "netsuite")).scalars()
    options: list[Mapping[str, Any]] = [one or {} for one in found]
    paces = [int(one["calls_per_minute"]) for one in options if one.get("calls_per_minute")]
    return Limits(
        min(
            (int(one.get("concurrency", DEFAULT_CONCURRENCY)) for one in options), default=DEFAULT_CONCURRENCY
        ),
        min(paces, default=0),
    )


def take_turn(session: Session, account: str, calls_per_minute: int, *, now: datetime) -> float:
    """Seconds until the account's next free turn, which is the caller's from here on.

    Turns are as far apart as the limit asks, in the order in which they were taken, whoever takes them. A process
    that dies loses its turn and holds nobody up. On PostgreSQL the database's clock counts, else `now`.
    """
    step = -(-WINDOW_MS // calls_per_minute)
    postgres = session.get_bind().dialect.name == "postgresql"
    moment: Any = int(now.timestamp() * 1000)
    if postgres:
        moment = literal_column("(extract(epoch from clock_timestamp()) * 1000)::bigint")
    insert = (postgresql.insert if postgres else sqlite.insert)(api_gate)
    free = api_gate.c.free_at_ms
    latest = moment + _LONGEST_LINE * step
    turn = case((free < moment, moment), (free > latest, moment), else_=free)
    statement = insert.values(account=account, free_at_ms=moment + step).on_conflict_do_update(
        index_elements=["account"], set_={"free_at_ms": turn + step}
    )
    wait_ms = session.execute(statement.returning(free - step - moment)).scalar_one()
    return max(0.0, float(wait_ms) / 1000)


def claim_retry(session: Session, account: str, process: str, *, now: datetime, since: timedelta) -> bool:
    """Whether this process is the one that may try a refused sign-in of the account once more.

    One at a time: another gets it only once the claim before was settled, or is older than `since` (its process died).
    """
    _make_row(session, account)
    gate = api_gate.c
    free = or_(gate.refused_at.is_(None), gate.refused_at < now - since, gate.refused_by == process)
    claimed = session.execute(
        update(api_gate).where(gate.account == account, free).values(refused_at=now, refused_by=process)
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def settle_retry(session: Session, account: str, process: str) -> None:
    """The claimed retry is over: nobody's sign-in is in doubt any more."""
    gate = api_gate.c
    session.execute(
        update(api_gate)
        .where(gate.account == account, gate.refused_by == process)
        .values(refused_at=None, refused_by="")
    )


def retry_under_way(session: Session, account: str, *, now: datetime, since: timedelta) -> str:
    """The process that is trying a refused sign-in once more, or ""."""
    gate = api_gate.c
    statement = select(gate.refused_by).where(gate.account == account, gate.refused_at >= now - since)
    return str(session.execute(statement).scalar() or "")


def add_usage(
    session: Session,
    account: Mapping[tuple[str, str, datetime], Mapping[str, int]],
    jobs: Mapping[int, Mapping[str, int]],
) -> None:
    """Add counts to the rows of (account, flow, hour), and of jobs. `peak` is the highest, all else is summed."""
    hours = [
        {"account": name, "flow": flow, "hour": hour, **counts}
        for (name, flow, hour), counts in account.items()
    ]
    _add(session, api_usage, ("account", "flow", "hour"), hours)
    _add(
        session, job_usage, ("job_id",), [{"job_id": job, **_summed(counts)} for job, counts in jobs.items()]
    )


def usage_since(session: Session, start: datetime) -> list[dict[str, Any]]:
    """Rows of (account, flow, hour) from `start` on, oldest first."""
    u = api_usage.c
    names = ("account", "flow", "hour", *SUMMED, "peak")
    statement = (
        select(*(u[name] for name in names)).where(u.hour >= start).order_by(u.hour, u.account, u.flow)
    )
    return [dict(zip(names, row, strict=True)) for row in session.execute(statement)]


def usage_of_job(session: Session, job_id: int) -> dict[str, int]:
    """What a job's calls came to so far; nothing where it made none."""
    j = job_usage.c
    row = session.execute(select(*(j[name] for name in SUMMED)).where(j.job_id == job_id)).first()
    return dict(zip(SUMMED, row, strict=True)) if row else {}


def hour_of(moment: datetime) -> datetime:
    """The beginning of its hour, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _summed(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in SUMMED}


def _add(session: Session, table: Table, key: Sequence[str], rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if postgres else sqlite.insert)(table)
    given = insert.excluded
    changed: dict[str, ColumnElement[Any]] = {name: table.c[name] + given[name] for name in SUMMED}
    if "peak" in table.c:
        changed["peak"] = case((table.c.peak > given.peak, table.c.peak), else_=given.peak)
    rows.sort(
        key=lambda row: [str(row[name]) for name in key]
    )  # one order in all processes: no circle of waits
    session.execute(insert.on_conflict_do_update(index_elements=list(key), set_=changed), rows)


def _make_row(session: Session, account: str) -> None:
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if postgres else sqlite.insert)(api_gate)
    session.execute(insert.values(account=account).on_conflict_do_nothing())
