"""The calculator: a deal as a form or as JSON, through the engine of the close; nothing is stored."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.calculating import calculate_text
from api.http.access import Needs, Opened
from api.web.download import Field, download
from api.web.entry import Entry, sent
from api.web.forms import Form, Posted
from api.web.render import page
from api.web.scenario_examples import BY_NAME, EXAMPLES
from api.web.scenario_form import (
    ALLOCATION,
    BILLING,
    METHODS,
    MOST,
    PER,
    field_of,
    lines_of,
    scenario_of,
    with_a_line,
    without_line,
)
from api.web.scenario_results import Result, result_of
from revrec.operations.actor import Actor
from revrec.problems import Invalid, NotFound

router = APIRouter()
FIELDS = (
    Field("Order", lambda one: one["order"]),
    Field("Line", lambda one: one["line"]),
    Field("Period", lambda one: one["period"]),
    Field("Revenue", lambda one: one["amount"], "amount"),
    Field("Of that adjustment", lambda one: one["adjustment"], "amount"),
    Field("Cause", lambda one: one["cause"] or ""),
    Field("Currency", lambda one: one["currency"]),
)


@router.get("/calculator")
async def calculator(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]
) -> Response:
    """An empty form, or an example with what it comes to; `as=json` for the whole format."""
    name = request.query_params.get("example", "")
    if not name:
        mode = "json" if request.query_params.get("as") == "json" else "form"
        entry = Entry({"date": str(deployment.today().replace(day=1)), "currency": "USD"})
        return await _page(request, mode, entry)
    example = BY_NAME.get(name)
    if example is None:
        raise NotFound(f"There is no example {name}. There are {', '.join(BY_NAME)}.", where="example")
    scenario = example.scenario or scenario_of(example.form)[0]
    entry = Entry({**example.form, "scenario": _written(scenario), "example": name})
    said, answer = await calculate_text(_written(scenario).encode())
    return await _page(request, "form" if example.form else "json", entry, result=result_of(said, answer))


@router.post("/calculator")
async def calculate(form: Annotated[Form, Depends(Posted("read"))]) -> Response:
    """Calculate, change the rows of the form, show it as JSON, or hand the answer out as a file."""
    values, wish = sent(form), form.text("do")
    mode = "json" if form.text("mode") == "json" else "form"
    if wish == "add":
        return await _page(form.request, mode, Entry(with_a_line(values)))
    if wish.startswith("remove-") and wish[7:].isdigit():
        return await _page(form.request, mode, Entry(without_line(values, int(wish[7:]))))
    scenario, places = scenario_of(values) if mode == "form" else ({}, [])
    if wish == "as-json":
        return await _page(form.request, "json", Entry({"scenario": _written(scenario)}))
    try:
        content = await _given(form) if mode == "json" else _written(scenario).encode()
        said, answer = await calculate_text(content)
    except Invalid as error:
        return await _page(form.request, mode, _refused(values, error, mode, places))
    if wish in ("json", "csv", "xlsx"):
        return await to_thread.run_sync(_file, wish, said, answer)
    text = content.decode("utf-8-sig")
    return await _page(
        form.request, mode, Entry({**values, "scenario": text}), result=result_of(said, answer)
    )


async def _given(form: Form) -> bytes:
    """The scenario's text: of the file if one was chosen, else of the field."""
    upload = form.data.get("file")
    if isinstance(upload, UploadFile) and upload.filename:
        return await upload.read()
    text = form.text("scenario")
    if not text:
        raise Invalid("Paste a scenario, or choose a file.", where="scenario")
    return text.encode()


def _refused(values: Mapping[str, str], error: Invalid, mode: str, places: list[int]) -> Entry:
    """What was entry, with the engine's sentence beside the field that it speaks of."""
    if mode == "json":
        return Entry(values, {"scenario": error.message}, status=422)
    if not places:
        return Entry(
            values, {}, "Fill in at least one obligation: its price, and when it is served.", (), 422
        )
    found = error.findings[0] if error.findings else None
    name = field_of(found.where, places) if found else ""
    if found and name:
        return Entry(values, {name: found.message}, status=422)
    return Entry(values, trouble=error.message, status=422)


def _file(kind: str, scenario: Mapping[str, Any], answer: Mapping[str, Any]) -> Response:
    """The whole answer as JSON, or its schedule as a table."""
    if kind == "json":
        text = json.dumps(answer, indent=2, ensure_ascii=False)
        headers = {"Content-Disposition": 'attachment; filename="calculation.json"'}
        return Response(text, media_type="application/json", headers=headers)
    currency = scenario.get("currency", "USD")
    return download(kind, "schedule", FIELDS, [{**row, "currency": currency} for row in answer["schedule"]])


def _written(scenario: Any) -> str:
    return json.dumps(scenario, indent=1, ensure_ascii=False)


async def _page(request: Request, mode: str, entry: Entry, result: Result | None = None) -> Response:
    def made() -> Response:
        return page(
            request,
            "calculator.html",
            entry.status,
            mode=mode,
            entry=entry,
            result=result,
            rows=range(lines_of(entry.given)),
            most=MOST,
            examples=EXAMPLES,
            methods=METHODS,
            billing=BILLING,
            allocation=ALLOCATION,
            per=PER,
        )

    return await to_thread.run_sync(made)
