"""Where a number comes from."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.http.access import Id, Needs, Opened
from api.views.explain import explain_view
from api.views.explained import ExplainView
from jobs.closing.explain import explained_rows
from revrec.operations.actor import Actor
from revrec.problems import NotFound
from revrec.store.queries.promised import promised

router = APIRouter(tags=["contracts"])


@router.get(
    "/obligations/{obligation_id}/explain",
    operation_id="explain_obligation",
    summary="How an obligation's revenue of a period comes about, in parts from which it can be worked out",
)
def explain_obligation(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    obligation_id: Id,
    period: Annotated[str, Query(max_length=20, examples=["2026-03"])],
) -> ExplainView:
    """A closed period from what is stored; an open one is computed, and `booked` is false."""
    with deployment.store.read() as session:
        found = promised(session, [obligation_id])
    if not found:
        raise NotFound(f"There is no obligation {obligation_id}.", where="obligation_id")
    rows = explained_rows(deployment.store, found[0], period)
    with deployment.store.read() as session:
        return explain_view(session, found[0], rows)
