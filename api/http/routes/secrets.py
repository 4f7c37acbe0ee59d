"""How old the secrets are that this installation keeps."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.http.access import Needs, Opened
from api.secret_ages import secrets_of
from api.views.secrets import SecretsView
from revrec.operations.actor import Actor

router = APIRouter(tags=["secrets"])


@router.get(
    "/secrets",
    operation_id="show_secrets",
    summary="How old credentials and tokens are, and where the key comes from; never a secret itself",
)
def show_secrets(deployment: Opened, actor: Annotated[Actor, Depends(Needs("read_users"))]) -> SecretsView:
    return secrets_of(deployment)
