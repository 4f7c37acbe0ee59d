"""Accounting policies: what is in force, what it was and will be, and setting a value from a day on."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Needs, Opened
from api.views.policies import PolicyView, later_values, policy_change_view, policy_detail_view, policy_views
from api.web.download import Field
from api.web.entry import FRESH, Entry, carry_out, entry_again, sent
from api.web.forms import Form, Posted, read_day
from api.web.policy_fields import policy_field, policy_text, read_policy
from api.web.render import page
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.operations.effective_date import effective_from
from revrec.operations.permissions import may
from revrec.operations.set_policy import policy_change, set_policy
from revrec.problems import RevRecError

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
Key = Annotated[str, Path(max_length=60)]

GROUPS = {
    "contract": ("Contracts", "Taken when a contract begins; of a modification, on the day it takes effect."),
    "posting": ("Closes and journals", "Taken on the last day of the period that is closed."),
    "pull": ("Pulling", "Count from the next run on, everywhere."),
    "people": ("People", "Count at once."),
}
FIELDS = (
    Field("Policy", lambda one: one.key),
    Field("Value", lambda one: policy_text(one.key, one.value)),
    Field("From", lambda one: one.valid_from, "day"),
    Field("Set by", lambda one: one.set_by or "default"),
    Field("Set at", lambda one: one.set_at, "moment"),
    Field("Reason", lambda one: one.reason),
    Field("Meaning", lambda one: one.meaning),
)


@router.get("/settings/policies")
def policies(request: Request, deployment: Opened, actor: Reader) -> Response:
    search, day = _asked(request, deployment)
    with deployment.store.read() as session:
        found = [one for one in policy_views(session, day) if _fits(one, search)]
        coming = later_values(session, day)
    groups = [
        (name, lead, [one for one in found if one.shapes == shapes])
        for shapes, (name, lead) in GROUPS.items()
    ]
    return page(
        request,
        "policies.html",
        groups=[one for one in groups if one[2]],
        coming=coming,
        told=policy_text,
        search=search,
        day=day,
        today=deployment.today(),
        query=request.url.query,
    )


@router.get("/settings/policies.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    search, day = _asked(request, deployment)

    def rows(session: Session) -> list[PolicyView]:
        return [one for one in policy_views(session, day) if _fits(one, search)]

    filters = {"search": search, "day": str(day)}
    return take_list(deployment, actor, kind, "policies", filters, FIELDS, rows)


@router.get("/settings/policies/{key}")
def policy(request: Request, deployment: Opened, actor: Reader, key: Key) -> Response:
    return _page(request, deployment, actor, key)


@router.post("/settings/policies/{key}/check")
def check(form: Annotated[Form, Depends(Posted("set_policy"))], key: Key) -> Response:
    """What the change would do, to be confirmed; a value that cannot be is told beside its field."""
    try:
        with form.deployment.store.read() as session:
            change = policy_change_view(session, policy_change(session, form.actor, key, **_given(form, key)))
    except RevRecError as wrong:
        return _again(form, key)(entry_again(form, wrong, **_places(key)))
    given = {name: text for name, text in sent(form).items() if text}
    return page(form.request, "policy_check.html", change=change, told=policy_text, given=given)


@router.post("/settings/policies/{key}")
def change(form: Annotated[Form, Depends(Posted("set_policy"))], key: Key) -> Response:
    def run(session: Session) -> Response:
        row = set_policy(session, form.actor, key, now=form.deployment.now(), **_given(form, key))
        since = f" from {row.valid_from} on" if row.valid_from else ""
        name = key.replace("_", " ").capitalize()
        return form.done(f"/settings/policies/{key}", f"{name} is {policy_text(key, row.value)}{since}.")

    return carry_out(form, run, _again(form, key), **_places(key))


def first_open_day(session: Any) -> date | None:
    """From when a choice counts that names no day: the first day after the newest closed period; None: always."""
    return effective_from(session, None, subject="", retrospective=False, reason="")


def _given(form: Form, key: str) -> dict[str, Any]:
    return {
        "value": read_policy(key, str(form.data.get("value", ""))),
        "valid_from": form.day("valid_from"),
        "retrospective": form.on("retrospective"),
        "reason": form.text("reason"),
    }


def _again(form: Form, key: str) -> Callable[[Entry], Response]:
    return lambda entry: _page(form.request, form.deployment, form.actor, key, entry)


def _places(key: str) -> dict[str, str]:
    """By what words operations call the field that holds the value."""
    return {key: "value", "key": "value"}


def _page(request: Request, deployment: Deployment, actor: Actor, key: str, entry: Entry = FRESH) -> Response:
    with deployment.store.read() as session:
        view = policy_detail_view(session, key, deployment.today())
        open_from = first_open_day(session)
    able = may(actor, "set_policy") and (view.kind != "schedule" or may(actor, "schedule_sync"))
    return page(
        request,
        "policy.html",
        entry.status,
        policy=view,
        able=able,
        asks=policy_field(key, view.value),
        told=policy_text,
        entry=entry,
        open_from=open_from,
    )


def _asked(request: Request, deployment: Deployment) -> tuple[str, date]:
    search = request.query_params.get("search", "").strip()[:100]
    return search, read_day(request.query_params.get("day", ""), "day") or deployment.today()


def _fits(one: Any, search: str) -> bool:
    wanted = search.lower().replace(" ", "_")
    return wanted in one.key or search.lower() in one.meaning.lower()
