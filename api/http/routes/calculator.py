"""The calculator: a scenario in, what the engine of the close makes of it out. It reads and writes no books."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http.access import Needs
from api.views.calculator import CalculationView
from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_text import parse_scenario
from revrec.accounting.scenario_values import ScenarioError
from revrec.operations.actor import Actor
from revrec.problems import Finding, Invalid

router = APIRouter(tags=["calculator"])

SIDE_BY_SIDE = 2
"""Scenarios replayed at a time; more wait, so that no number of them keeps the other routes from answering."""
_threads = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="calculator")

_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Scenario"}}},
    }
}


@router.post(
    "/calculator",
    operation_id="calculate",
    summary="What a scenario comes to: allocation, schedule, balances, journals",
    response_model=CalculationView,
    openapi_extra=_BODY,
)
async def calculate(request: Request, actor: Annotated[Actor, Depends(Needs("read"))]) -> Response:
    """The body is a scenario as `revrec calc` reads it, and the answer is what that prints. Nothing is stored.

    `errors` names the place of what is wrong, such as `events[2].lines[0].amount`, or line and column of the text.
    """
    # Not by the framework's reader of bodies: keys that stand twice and numbers with a point are to be refused.
    content = await request.body()
    answer = await asyncio.get_running_loop().run_in_executor(_threads, _answer, content)
    return Response(answer, media_type="application/json")


def _answer(content: bytes) -> bytes:
    try:
        answer = run_scenario(parse_scenario(content))
    except ScenarioError as error:
        place = Finding("invalid", "blocking", error.where or "scenario", error.message)
        raise Invalid(str(error), where=error.where, findings=[place]) from None
    return json.dumps(answer, ensure_ascii=False).encode()
