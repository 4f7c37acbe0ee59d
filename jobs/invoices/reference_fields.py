"""Which fields journal lines have in the account: what `journal_segments` and `custom_segments` may name."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from jobs.invoices.reference_tables import keep
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.journal_fields import journal_fields
from revrec.netsuite.problems import Notice
from revrec.netsuite.segments import CustomSegment
from revrec.store import core
from revrec.store.reference.upsert import deactivate_missing, upsert


async def keep_journal_fields(
    columns: AccountColumns, defined: Sequence[CustomSegment], *, listed: bool
) -> list[Notice]:
    """Location, Department, Class, custom segments and custom columns of journal lines. A custom segment that journals
    do not have is kept too: NetSuite refuses a journal that names it. `listed`: the custom segments could be read."""
    found, notices = await journal_fields(columns, defined)
    on_lines = {one.field for one in found}
    rows: list[dict[str, Any]] = [
        {
            "field": one.field,
            "name": one.name,
            "kind": one.kind,
            "source": one.source,
            "on_journals": True,
            "required": one.required,
            "gl_impact": one.gl_impact,
            "active": True,
        }
        for one in found
    ]
    rows += [
        {
            "field": one.field,
            "name": one.name,
            "kind": "segment",
            "source": one.table,
            "on_journals": False,
            "required": False,
            "gl_impact": one.gl_impact,
            "active": not one.inactive,
        }
        for one in defined
        if one.field not in on_lines
    ]

    def write(session: Session) -> None:
        upsert(session, core.segment, rows, ["field"])
        if listed and found:
            deactivate_missing(session, core.segment, "field", [row["field"] for row in rows])

    await keep(write)
    return notices
