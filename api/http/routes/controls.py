"""Control checks."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.http.access import Needs, Opened
from api.views.controls import ControlsView, controls_view
from jobs.closing.controls import check_books, closed_periods
from revrec.operations.actor import Actor

router = APIRouter(tags=["periods"])


@router.get(
    "/controls",
    operation_id="run_controls",
    summary="Check what must always hold of closed periods; changes nothing",
)
def run_controls(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    period: Annotated[str, Query(max_length=20, description="Only this closed period; else all.")] = "",
) -> ControlsView:
    """`passed` is false when a check fails; a check that is not built is said so and counts as no pass."""
    with deployment.store.read() as session:
        results = check_books(session, period)
        return controls_view(session, [period] if period else closed_periods(session), results)
