"""The web UI: pages that the server renders, a little htmx on top. Nothing needs JavaScript to be read.

door      who may come in: session cookie, same origin      forms     what a POST carries, and permission for it
render    templates and what all of them know               figures   numbers, dates and times as pages show them
errors    refusals as pages                                 pages/    one subject a module
"""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI

from api.deployment import Deployment
from api.web.door import WebDoor
from api.web.errors import add_page_errors
from api.web.pages import ROUTERS
from api.web.static_files import mount_static

__all__ = ["add_web", "web_routers"]


def web_routers() -> Sequence[APIRouter]:
    """Every page, for the app and for tests that walk them."""
    return ROUTERS


def add_web(app: FastAPI, deployment: Deployment) -> None:
    """Put the pages beside the API. Call after the API's own error handlers are there."""
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    mount_static(app)
    add_page_errors(app)
    app.add_middleware(WebDoor, deployment=deployment)
