"""Home: the open period, what needs a person, messages, the last runs, and a year at a glance."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.http.access import Needs, Opened
from api.views.home import home_view
from api.views.jobs import job_view
from api.web.chart import year_charts
from api.web.render import page
from revrec.operations.actor import Actor
from revrec.store.queries.jobs import jobs_before

router = APIRouter()
_RUNS = 6


@router.get("/")
def home(request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]) -> Response:
    with deployment.store.read() as session:
        view = home_view(session, deployment.now(), deployment.today())
        runs = [job_view(row) for row in jobs_before(session, None, _RUNS)]
    charts = [(year, year_charts(year)) for year in view.years]
    return page(request, "home.html", home=view, runs=runs, charts=charts)
