"""One flow's connection: what it is, testing, pausing, its schedule, from which day on documents count, the end."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from sqlmodel import Session
from starlette.responses import Response

from api.connecting import try_connections
from api.deployment import Deployment
from api.http.access import Needs, Opened
from api.views.connections import ConnectionTestView
from api.web.entry import FRESH, Entry, carry_out
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
from revrec.problems import NotFound
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
    text, key = form.text("schedule"), SCHEDULES[flow]

    def run(session: Session) -> Response:
        set_policy(session, form.actor, key, text, now=form.deployment.now(), reason=form.text("reason"))
        to = f"/sync/connections/{flow}"
        if not parse_schedule(text).on:
            return form.done(to, "The schedule is off: nothing is pulled by itself.")
        return form.done(to, f"{flow_of(flow).name} are pulled {text}.")

    places = {key: "schedule", "key": "schedule"}
    return carry_out(
        form, run, lambda entry: _page(form.request, form.deployment, flow, entry=entry), **places
    )


@router.post("/sync/connections/invoices/import-from")
def import_from(form: Annotated[Form, Depends(Posted("set_policy"))]) -> Response:
    """From which day on documents count; with what closed periods rest on, only where it is confirmed."""

    def run(session: Session) -> Response:
        day = form.text("import_from")
        set_policy(
            session,
            form.actor,
            "import_from",
            day,
            now=form.deployment.now(),
            reason=form.text("reason"),
            retrospective=form.on("retrospective"),
        )
        what = f"Documents dated from {day} on count" if day else "All documents count"
        return form.done("/sync/connections/invoices", f"{what}, beginning with the next run.")

    return carry_out(form, run, lambda entry: _page(form.request, form.deployment, "invoices", entry=entry))


def _page(
    request: Request,
    deployment: Deployment,
    flow: str,
    *,
    tested: ConnectionTestView | None = None,
    entry: Entry = FRESH,
) -> Response:
    with deployment.store.read() as session:
        card = flow_card(session, flow, deployment.now())
        if card.connection is None:
            raise NotFound(f"{card.flow.name} was never connected.", where=flow)
        begins = str(policy_value(session, "import_from"))
        limits = limits_of(session, card.connection.account) if card.flow.system == "netsuite" else None
    return page(
        request,
        "flow.html",
        entry.status,
        card=card,
        one=card.connection,
        limits=limits,
        tested=tested,
        import_from=begins,
        entry=entry,
        form=FORM,
    )
