"""The calculator: a scenario in, what the engine of the close makes of it out. It reads and writes no books."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.calculating import calculate_text
from api.http.access import Needs
from api.views.calculator import CalculationView
from revrec.operations.actor import Actor

router = APIRouter(tags=["calculator"])

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
    _, answer = await calculate_text(await request.body())
    return Response(json.dumps(answer, ensure_ascii=False).encode(), media_type="application/json")
