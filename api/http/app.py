"""The app: every face of HTTP, put together in one place."""

from importlib.metadata import version

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy import text

from api.deployment import Deployment
from api.http.body_limit import BodyLimit
from api.http.events_stream import JobWatch
from api.http.idempotency import Idempotency
from api.http.oidc import Provider
from api.http.openapi import describe
from api.http.problem_details import add_handlers, problem_response
from api.http.routes import ROUTERS
from api.http.shell import Doorkeeper, RequestShell
from api.web import add_web
from api.web.errors import refusal_page
from reconciliation.package_check import LIMITS

PREFIX = "/api/v1"
MAX_BODY_BYTES = 1_000_000
MAX_UPLOAD_BYTES = LIMITS.packed + 100_000  # the file, and the form around it
LARGER_BODIES = {f"{PREFIX}/uploads": MAX_UPLOAD_BYTES, "/sync/import": MAX_UPLOAD_BYTES}


def create_app(deployment: Deployment) -> FastAPI:
    """The HTTP API over a deployment. It opens nothing and closes nothing."""
    app = FastAPI(
        title="RevRec",
        version=version("revrec"),
        description="Revenue recognition from NetSuite's invoices to its journals.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    app.state.deployment = deployment
    app.state.job_watch = JobWatch(deployment)
    app.state.oidc = Provider(deployment.config, deployment.now) if deployment.config.oidc_issuer else None
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    add_handlers(app)
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)

    @app.get("/healthz", tags=["health"], summary="Whether the service and its database answer")
    def health() -> JSONResponse:
        try:
            with deployment.store.read() as session:
                session.execute(text("SELECT 1"))
        except Exception:  # whatever it is, the answer is that it is not well
            return problem_response(503, "unavailable", "The database cannot be reached.")
        return JSONResponse({"status": "ok"})

    add_web(app, deployment)
    # Added last is outermost.
    app.add_middleware(Idempotency, deployment=deployment)
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES, larger=LARGER_BODIES, page=refusal_page)
    app.add_middleware(Doorkeeper, deployment=deployment)
    app.add_middleware(RequestShell)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
