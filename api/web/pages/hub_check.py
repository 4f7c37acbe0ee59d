"""The cross-check: the journals that NetSuite holds under our prefix against those that were posted."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.http.access import Needs, Opened
from api.posting import require_posting
from api.views.hub import cross_check_view
from api.views.netsuite_pages import netsuite_pages
from api.web.forms import Form, Posted
from api.web.render import page
from jobs.start import start_job
from revrec.operations.actor import Actor
from revrec.operations.policies import policy_value

router = APIRouter()
KINDS = {
    "foreign": "In NetSuite, unknown here",
    "missing": "Posted here, gone in NetSuite",
    "differs": "Not the same on both sides",
    "unposted": "In NetSuite, not posted here",
    "rejected": "Rejected in NetSuite",
    "approval": "Approval in NetSuite",
}
"""What is found, in the order in which it is shown."""


@router.get("/hub/cross-check")
def cross_check(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]
) -> Response:
    with deployment.store.read() as session:
        view = cross_check_view(session)
        pages = netsuite_pages(session, "journals")
        hours = int(policy_value(session, "cross_check_hours"))
    found = view.findings if view else []
    groups = [(words, [one for one in found if one.code == code]) for code, words in KINDS.items()]
    groups.append(("Else", [one for one in found if one.code not in KINDS]))
    return page(
        request,
        "hub_check.html",
        check=view,
        groups=[(words, rows) for words, rows in groups if rows],
        netsuite=pages,
        hours=hours,
    )


@router.post("/hub/cross-check")
def start(form: Annotated[Form, Depends(Posted("cross_check"))]) -> Response:
    require_posting(form.deployment)
    parameters = {"period": form.text("period")}
    start_job(form.deployment.config, form.deployment.store, "cross_check", parameters, form.actor)
    return form.done("/hub/cross-check", "The cross-check has begun.")
