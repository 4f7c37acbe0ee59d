"""Signing in by the provider: off to it, and back from it."""

import secrets
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from api.http.access import Opened
from api.http.oidc import Attempt, Provider, SignOnFailed
from api.web.cookies import drop_attempt, keep_attempt, kept_attempt
from api.web.pages.signing_in import browser_of, own_page, sign_in_form, signed_in_answer
from revrec.operations.sign_in import Refusal
from revrec.operations.sign_in_oidc import Rules, sign_in_oidc
from revrec.problems import NotFound, RevRecError

_log = structlog.stdlib.get_logger("api.web")

router = APIRouter()
_SEALED = "sign-on attempt"
Told = Annotated[str, Query(max_length=4000)]


@router.get("/sign-in/provider/begin")
def begin(
    request: Request, deployment: Opened, next: Annotated[str, Query(max_length=2000)] = "/"
) -> Response:
    """To the provider. What the way back needs goes along in a cookie that only this service can read."""
    provider = _provider(request)
    redirect = str(request.url.replace(path="/sign-in/provider/end", query="", fragment=""))
    try:
        address, attempt = provider.begin(redirect, own_page(next))
    except SignOnFailed as failed:
        return _failed(request, failed)
    response = RedirectResponse(address, status_code=303)
    keep_attempt(response, request.scope, deployment.vault.seal(_SEALED, attempt.record()).decode())
    return response


@router.get("/sign-in/provider/end")
def end(
    request: Request, deployment: Opened, code: Told = "", state: Told = "", error: Told = "",
    error_description: Told = "",
) -> Response:  # fmt: skip
    """Back from the provider, with a code or with the reason why there is none."""
    provider = _provider(request)
    try:
        attempt = _attempt(request, deployment, state)
        if error:
            raise SignOnFailed(f"The provider refused the sign-in: {(error_description or error)[:300]}.")
        who = provider.finish(attempt, code)
    except SignOnFailed as failed:
        return _failed(request, failed)
    secret = secrets.token_urlsafe(32)
    config = deployment.config
    with deployment.store.write() as session:
        told = sign_in_oidc(
            session,
            who,
            Rules(config.oidc_domains, config.oidc_new_users),
            secret=secret,
            browser=browser_of(request),
            now=deployment.now(),
        )
    if isinstance(told, Refusal):
        return _failed(request, SignOnFailed(told.message))
    response = signed_in_answer(request, secret, attempt.next)
    drop_attempt(response, request.scope)
    return response


def _attempt(request: Request, deployment: Opened, state: str) -> Attempt:
    """The sign-in that this browser began. Raises `SignOnFailed` for one of another browser, used, or too old."""
    begin_again = (
        "This sign-in was begun in another browser, is older than 10 minutes, or was used. Begin again."
    )
    try:
        attempt = Attempt(**deployment.vault.open(_SEALED, kept_attempt(request.scope).encode()))
    except (RevRecError, TypeError):
        raise SignOnFailed(begin_again) from None
    if not secrets.compare_digest(attempt.state.encode(), state.encode()) or attempt.is_over(
        deployment.now()
    ):
        raise SignOnFailed(begin_again)
    return attempt


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.oidc
    if provider is None:
        raise NotFound("Single sign-on is not set up here.", where="oidc")
    return provider


def _failed(request: Request, failed: SignOnFailed) -> Response:
    _log.warning("A single sign-on came to nothing.", why=failed.message)
    response = sign_in_form(request, failed.status, wrong=failed.message)
    drop_attempt(response, request.scope)
    return response
