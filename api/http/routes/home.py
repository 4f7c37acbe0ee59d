"""What Home shows: what needs a person, messages, postings, and a year at a glance."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.http.access import Needs, Opened
from api.views.home import HomeView, home_view
from revrec.operations.actor import Actor

router = APIRouter(tags=["home"])


@router.get(
    "/home", operation_id="show_home", summary="What needs a person today, messages, and the last year"
)
def show_home(deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]) -> HomeView:
    with deployment.store.read() as session:
        return home_view(session, deployment.now(), deployment.today())
