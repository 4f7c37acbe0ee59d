"""What is known to be wrong with journals before they are sent."""

from collections.abc import Sequence

from sqlmodel import Session

from api.views.shape import View
from jobs.posting.precheck import check_journals
from revrec.store.queries.journals import journals_by_id


class JournalProblemView(View):
    """`line` counts from 1, null: the journal as a whole; `field` and `value` as NetSuite knows them."""

    line: int | None
    field: str
    value: str
    message: str


class JournalCheckView(View):
    """A journal, and what NetSuite would refuse of it by the reference data that was read last."""

    journal: int
    number: str | None
    period: str
    state: str
    fit: bool
    problems: list[JournalProblemView]


def journal_check_views(session: Session, ids: Sequence[int]) -> list[JournalCheckView]:
    found = check_journals(session, ids)
    rows = journals_by_id(session, list(found))
    return [
        JournalCheckView(
            journal=key,
            number=rows[key].number,
            period=rows[key].period,
            state=rows[key].state,
            fit=not problems,
            problems=[JournalProblemView.model_validate(one, from_attributes=True) for one in problems],
        )
        for key, problems in found.items()
    ]
