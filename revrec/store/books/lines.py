# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""Order lines, version by version: what each version in force says of each line."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlmodel import Session

from revrec.accounting.columns import NO_DAY, NONE, Column, Table, column, find_rows, sort_rows
from revrec.accounting.terms import Method, Trigger
from revrec.store.books.arrays import columns_of
from revrec.store.books.versions import Said, Versions
from revrec.store.core import order_line, order_version

UNKNOWN_METHOD = -2
"""The CRM names a method that there is none of: the contract waits whole."""
PLAIN = ["version", "line", "sequence", "product", "quantity_e6", "amount", "start", "end", "segments"]


@dataclass(frozen=True, eq=False)
class Lines(Table):
    """One row for a line in a version, in order of line and version. `version` is a row of the versions."""

    version: Column = column()
    line: Column = column()  # the obligation's id
    sequence: Column = column()
    product: Column = column()
    quantity_e6: Column = column()
    amount: Column = column()
    start: Column = column(NO_DAY)
    end: Column = column(NO_DAY)
    segments: Column = column(NONE)
    method: Column = column(NONE)  # Method; NONE: the line says nothing
    trigger: Column = column(int(Trigger.AUTO))
    region: Column = column(0)
    problem: Column = column(0)


def read_lines(session: Session, versions: Versions, last_day: date) -> tuple[Lines, tuple[str, ...]]:
    """The lines of all these versions, and what the region codes mean (the first is everywhere)."""
    v, line = order_version.c, order_line.c
    rows = session.execute(
        select(
            line.version_id,
            line.obligation_id,
            line.sequence,
            line.product_id,
            line.quantity_e6,
            line.amount_minor,
            line.starts,
            line.ends,
            line.segment_set_id,
            line.method,
            line.trigger,
            line.region,
            line.problem,
        )
        .join_from(order_line, order_version, v.id == line.version_id)
        .where(v.published, v.effective_on <= last_day)
    ).all()
    if not rows:
        return Lines.empty(), ("",)
    methods, triggers, regions, problems = zip(*(row[9:] for row in rows), strict=True)
    region_codes = {text: code for code, text in enumerate(sorted({"", *regions}))}
    lines = Lines.of(
        **columns_of([row[:9] for row in rows], PLAIN),
        method=codes_of(methods, method_code),
        trigger=codes_of(triggers, trigger_code),
        region=codes_of(regions, region_codes.__getitem__),
        problem=np.array([bool(text) for text in problems], dtype=np.int64),
    )
    # An amount below zero is no price: a discount belongs to the line it lowers.
    lines = replace(
        lines,
        version=find_rows(versions.id, lines.version),
        problem=np.where(lines.amount < 0, 1, lines.problem),
    )
    return lines.take(sort_rows(lines.line, lines.version)), tuple(region_codes)


def method_code(text: str) -> int:
    """The Method of a text such as `point_in_time` or `Point in time`; NONE of an empty one."""
    if not text.strip():
        return NONE
    name = "_".join(text.replace("-", " ").replace("/", " ").replace("_", " ").split()).upper()
    return int(Method[name]) if name in Method.__members__ else UNKNOWN_METHOD


def trigger_code(text: str) -> int:
    """The Trigger of a text; AUTO of an empty or unknown one."""
    name = text.strip().upper()
    return int(Trigger[name]) if name in Trigger.__members__ else int(Trigger.AUTO)


def codes_of(texts: tuple[str, ...], code: Callable[[str], int]) -> Column:
    """Each text's code, worked out once a text."""
    known = {text: code(text) for text in set(texts)}
    return np.fromiter((known[text] for text in texts), dtype=np.int64, count=len(texts))


def correct(versions: Versions, lines: Lines) -> Lines:
    """The lines as the versions that a person called corrections say they had always been.

    A correction corrects the latest statement: what it changes of a line changes in the versions before it as far back
    as they say the same; a line that it adds had always been there, a line that it lacks never was. `versions` are
    those in force, in order of order and number.
    """
    corrections = np.flatnonzero(versions.said == Said.CORRECTION)
    for at in corrections.tolist():
        before = np.flatnonzero(versions.order[:at] == versions.order[at])
        if before.size:
            lines = _correct_once(lines, at, before[::-1].tolist())
    return lines


FIELDS = ("amount", "quantity_e6", "start", "end")


def _correct_once(lines: Lines, at: int, before: list[int]) -> Lines:
    """Apply the correction of version `at` to the versions `before` it, latest first."""
    mine = np.flatnonzero(np.isin(lines.version, [at, *before]))
    by_version: dict[int, dict[int, int]] = {}
    for row in mine.tolist():
        by_version.setdefault(int(lines.version[row]), {})[int(lines.line[row])] = row
    corrected, latest = by_version.get(at, {}), by_version.get(before[0], {})
    columns = {name: values.copy() for name, values in lines.columns().items()}
    for line, row in corrected.items():
        for field in FIELDS if line in latest else ():
            wrong, right = int(lines.columns()[field][latest[line]]), int(lines.columns()[field][row])
            for version in before:
                place = by_version.get(version, {}).get(line)
                if place is None or columns[field][place] != wrong or wrong == right:
                    break
                columns[field][place] = right
    never = [line for line in latest if line not in corrected]
    gone = [
        by_version[version][line]
        for version in before
        for line in never
        if line in by_version.get(version, {})
    ]
    new = [row for line, row in corrected.items() if line not in latest]
    kept = np.ones(len(lines), dtype=np.bool_)
    kept[gone] = False
    added = [
        replace(lines.take(np.array(new)), version=np.full(len(new), version)) for version in before if new
    ]
    every = Lines.concat((Lines(**columns).take(kept), *added))
    return every.take(sort_rows(every.line, every.version))
