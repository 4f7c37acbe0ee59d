"""One flow's connection: what it is, testing, pausing, its schedule, from which day on documents count, the end."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from api.connecting import try_connections
from api.deployment import Deployment
from api.http.access import Needs, Opened
from api.views.connections import ConnectionTestView
from api.web.flow_cards import flow_card, flow_of
from api.web.forms import Form, Posted
from api.web.render import page
from jobs.schedule import FLOWS as SCHEDULES
from revrec.operations.actor import Actor
from revrec.operations.disconnect import disconnect
from revrec.operations.pause_connection import pause_flow, resume_flow
from revrec.operations.policies import policy_value
from revrec.operations.set_policy import set_policy
from revrec.operations.sync_schedule import FORM, parse_schedule
from revrec.problems import NotFound, RevRecError
from revrec.store.api_calls import limits_of

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
Flow = Annotated[str, Path(max_length=20)]


@router.get("/sync/connections/{flow}")
def connection(request: Request, deployment: Opened, actor: Reader, flow: Flow) -> Response:
    return _page(request, deployment, flow)


@router.post("/sync/connections/{flow}/test")
def test(form: Annotated[Form, Depends(Posted("test_connection"))], flow: Flow) -> Response:
    """Sign in, try what the flow's role needs, and show all of it."""
    flow_of(flow)
    (tested,) = try_connections(form.deployment, form.actor, flow)
    return _page(form.request, form.deployment, flow, tested=tested)


@router.post("/sync/connections/{flow}/pause")
def pause(form: Annotated[Form, Depends(Posted("pause_connection"))], flow: Flow) -> Response:
    with form.deployment.store.write() as session:
        pause_flow(session, form.actor, flow_of(flow).key, form.text("reason"), now=form.deployment.now())
    return form.done(
        f"/sync/connections/{flow}", f"{flow_of(flow).name} is paused; nothing is asked or sent."
    )


@router.post("/sync/connections/{flow}/resume")
def resume(form: Annotated[Form, Depends(Posted("pause_connection"))], flow: Flow) -> Response:
    with form.deployment.store.write() as session:
        resume_flow(session, form.actor, flow_of(flow).key, form.text("reason"), now=form.deployment.now())
    return form.done(f"/sync/connections/{flow}", f"{flow_of(flow).name} goes on.")


@router.post("/sync/connections/{flow}/disconnect")
def end(form: Annotated[Form, Depends(Posted("disconnect_system"))], flow: Flow) -> Response:
    with form.deployment.store.write() as session:
        disconnect(session, form.actor, flow_of(flow).key, form.text("reason"), now=form.deployment.now())
    return form.done(
        "/sync", f"{flow_of(flow).name} is disconnected: its credentials are gone, its data stays."
    )


@router.post("/sync/connections/{flow}/schedule")
def schedule(form: Annotated[Form, Depends(Posted("schedule_sync"))], flow: Flow) -> Response:
    if flow not in SCHEDULES:
        raise NotFound(f"{flow_of(flow).name} has no schedule.", where="flow")
    text = form.text("schedule")
    try:
        _set(form, SCHEDULES[flow], text)
    except RevRecError as wrong:
        return _wrong(form, flow, "schedule", wrong)
    if not parse_schedule(text).on:
        return form.done(f"/sync/connections/{flow}", "The schedule is off: nothing is pulled by itself.")
    return form.done(f"/sync/connections/{flow}", f"{flow_of(flow).name} are pulled {text}.")


@router.post("/sync/connections/invoices/import-from")
def import_from(form: Annotated[Form, Depends(Posted("set_policy"))]) -> Response:
    """From which day on documents count; with what closed periods rest on, only where it is confirmed."""
    day = form.text("import_from")
    try:
        _set(form, "import_from", day, retrospective=form.on("retrospective"))
    except RevRecError as wrong:
        return _wrong(form, "invoices", "import_from", wrong)
    what = f"Documents dated from {day} on count" if day else "All documents count"
    return form.done("/sync/connections/invoices", f"{what}, beginning with the next run.")


def _set(form: Form, key: str, value: str, *, retrospective: bool = False) -> None:
    with form.deployment.store.write() as session:
        set_policy(
            session,
            form.actor,
            key,
            value,
            now=form.deployment.now(),
            reason=form.text("reason"),
            retrospective=retrospective,
        )


def _wrong(form: Form, flow: str, field: str, wrong: RevRecError) -> Response:
    """The page again, what was typed in it, and the sentence beside the field."""
    typed = {name: form.text(name) for name in ("schedule", "import_from", "reason")}
    return _page(
        form.request, form.deployment, flow, wrong={field: wrong.message}, typed=typed, status=wrong.status
    )


def _page(
    request: Request,
    deployment: Deployment,
    flow: str,
    *,
    tested: ConnectionTestView | None = None,
    wrong: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with deployment.store.read() as session:
        card = flow_card(session, flow, deployment.now())
        if card.connection is None:
            raise NotFound(f"{card.flow.name} was never connected.", where=flow)
        values: dict[str, Any] = {
            "schedule": card.schedule,
            "import_from": str(policy_value(session, "import_from")),
        }
        limits = limits_of(session, card.connection.account) if card.flow.system == "netsuite" else None
    return page(
        request,
        "flow.html",
        status,
        card=card,
        one=card.connection,
        limits=limits,
        tested=tested,
        wrong=wrong or {},
        typed={**values, **{name: text for name, text in (typed or {}).items() if text}},
        form=FORM,
    )
