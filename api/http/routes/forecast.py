"""Expected revenue."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.http.access import Needs, Opened
from api.views.forecast import ForecastView, forecast_view
from jobs.closing.forecast import By, expected_revenue
from revrec.operations.actor import Actor

router = APIRouter(tags=["contracts"])


@router.get(
    "/forecast",
    operation_id="forecast_revenue",
    summary="Expected revenue from the first open period on; writes nothing",
)
def forecast_revenue(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    through: Annotated[str, Query(max_length=20, description="The last period; else twelve of them.")] = "",
    by: Annotated[By, Query(description="What amounts are added up by.")] = "period",
) -> ForecastView:
    """What the closes of these periods would recognise if nothing more were learnt; held lines are left out."""
    expected = expected_revenue(deployment.store, through=through, by=by)
    with deployment.store.read() as session:
        return forecast_view(session, expected, by)
