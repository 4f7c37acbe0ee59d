"""Opening balances at cut-over."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlmodel import Session

from api.http.access import Needs, Opened
from api.http.requests import Body, ReasonBody, Text
from api.importing import Decimals
from api.opening import current_opening
from api.views.openings import ImportedOpeningView, OpeningView, opening_view
from revrec.operations.accept_opening import accept_opening
from revrec.operations.actor import Actor
from revrec.operations.decimals import read_decimal, read_quantity
from revrec.operations.import_opening import GivenOpening, import_opening
from revrec.problems import Finding, Invalid
from revrec.store.queries.currencies import precisions

router = APIRouter(tags=["opening"])


class OpeningRowBody(Body):
    """A row of the sheet Opening. Amounts are decimal text; `base` ones in the subsidiary's currency."""

    contract: Text = ""
    order: Text = ""
    line: Text = ""
    currency: Text
    recognised: Text | None = None
    recognised_base: Text | None = None
    billed: Text | None = None
    billed_base: Text | None = None


class OpeningBody(Body):
    rows: list[OpeningRowBody] = Field(min_length=1, max_length=100_000)
    reason: Text = ""


@router.get("/opening", operation_id="show_opening", summary="Opening balances, and computed less loaded")
def get_opening(deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]) -> OpeningView:
    return opening_view(deployment.store, current_opening(deployment.store))


@router.put("/opening", operation_id="import_opening", summary="Load opening balances: all rows, or none")
def put_opening(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("import_opening"))], body: OpeningBody
) -> ImportedOpeningView:
    """`errors` of a refusal name each place as `rows[3], column Billed`."""
    with deployment.store.write() as session:
        found: list[Finding] = []
        given = [
            one for at, row in enumerate(body.rows) if (one := _given(session, row, at, found)) is not None
        ]
        done = import_opening(
            session, actor, given, source="the list", now=deployment.now(), reason=body.reason, found=found
        )
    return ImportedOpeningView(obligations=done.obligations, contracts=done.contracts, replaced=done.replaced)


@router.post("/opening/accept", operation_id="accept_opening", summary="Sign the opening balances off")
def post_acceptance(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("accept_opening"))], body: ReasonBody
) -> OpeningView:
    opening = current_opening(deployment.store)
    with deployment.store.write() as session:
        accept_opening(session, actor, opening.compared.totals, now=deployment.now(), reason=body.reason)
    return opening_view(deployment.store, current_opening(deployment.store))


def _given(session: Session, row: OpeningRowBody, at: int, found: list[Finding]) -> GivenOpening | None:
    place = f"rows[{at}]"
    digits = Decimals(precisions(session))

    def minor(text: str | None, where: str) -> int | None:
        return None if text is None else read_decimal(text, digits[row.currency], where=where)

    def scaled(text: str | None, where: str) -> int | None:
        return None if text is None else read_quantity(text, where=where)

    try:
        return GivenOpening(
            place,
            row.contract.strip(),
            row.order.strip(),
            row.line.strip(),
            row.currency,
            minor(row.recognised, "recognised"),
            scaled(row.recognised_base, "recognised_base"),
            minor(row.billed, "billed"),
            scaled(row.billed_base, "billed_base"),
        )
    except Invalid as wrong:
        found.append(Finding(wrong.code, "blocking", f"{place}.{wrong.where}", wrong.message))
        return None
