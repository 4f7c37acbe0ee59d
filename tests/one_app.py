"""The service's app, made once for a process of tests and put over one test's deployment after the other."""

from functools import cache

from fastapi import FastAPI

from api.deployment import Deployment
from api.http.app import create_app
from api.http.events_stream import JobWatch
from api.http.oidc import Provider
from tests.in_turn import InTurn

_turn = InTurn()


def app_over(deployment: Deployment) -> FastAPI:
    """The app, from now on over this deployment: clients of an earlier one see this one too."""
    app = _made()
    _turn.now = app.state.deployment = deployment
    app.state.job_watch = JobWatch(deployment)
    issuer = deployment.config.oidc_issuer
    app.state.oidc = Provider(deployment.config, deployment.now) if issuer else None
    return app


@cache
def _made() -> FastAPI:
    return _turn.make(create_app)
