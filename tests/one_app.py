"""The service's app, made once for a process of tests and put over one test's deployment after the other.

FastAPI works the routes of an app out at its first request, which takes longer than most tests of a page.
"""

from functools import cache
from typing import Any, cast

from fastapi import FastAPI

from api.deployment import Deployment
from api.http.app import create_app
from api.http.events_stream import JobWatch
from api.http.oidc import Provider


class _InTurn:
    """Stands for the deployment of the test that runs."""

    def __init__(self) -> None:
        self.current: Deployment | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.current, name)


_standing = _InTurn()


def app_over(deployment: Deployment) -> FastAPI:
    """The app, from now on over this deployment: clients of an earlier one see this one too."""
    _standing.current = deployment
    app = _made()
    app.state.deployment = deployment
    app.state.job_watch = JobWatch(deployment)
    issuer = deployment.config.oidc_issuer
    app.state.oidc = Provider(deployment.config, deployment.now) if issuer else None
    return app


@cache
def _made() -> FastAPI:
    return create_app(cast(Deployment, _standing))
