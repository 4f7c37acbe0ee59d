"""How old the secrets are: credentials of connections, certificates, API tokens, and the key that protects them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.http.access import Needs, Opened
from api.secret_ages import secrets_of
from api.web.render import page
from revrec.operations.actor import Actor
from revrec.operations.permissions import may

router = APIRouter()


@router.get("/settings/secrets")
def secrets(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]
) -> Response:
    """Whoever may not read users is told who may see this."""
    view = secrets_of(deployment) if may(actor, "read_users") else None
    told = [notice for one in view.credentials for notice in one.notices] if view else []
    # Flows of one account often have the same notice.
    notices = {one.message: one.severity for one in told}
    return page(request, "secrets.html", secrets=view, notices=notices)
