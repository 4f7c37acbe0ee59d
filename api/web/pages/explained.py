"""Where a number comes from: each step of it in words, down to documents, order versions and policies."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.http.access import INT64_MAX, Id, Needs, Opened
from api.http.routes.contracts import existing_contract
from api.views.explain import explain_view
from api.views.explain_text import sentences_of
from api.web.render import page
from jobs.closing.explain import explained_rows
from revrec.operations.actor import Actor
from revrec.operations.periods import periods_of
from revrec.problems import Invalid, NotFound, RevRecError
from revrec.store.queries.closes import newest_closed_period
from revrec.store.queries.promised import obligations_of_contract, promised

router = APIRouter()
SHARES = 60
"""Lines that share a price, as many as the page shows; the API lists them all."""


@router.get("/contracts/{contract_id}/explain")
def explain(
    request: Request,
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    contract_id: Id,
    obligation: Annotated[int | None, Query(ge=1, le=INT64_MAX)] = None,
    period: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Without an obligation, the contract's first; without a period, the newest closed one."""
    with deployment.store.read() as session:
        row = existing_contract(session, contract_id)
        contract = {"id": row.id, "number": row.number}
        lines = obligations_of_contract(session, contract_id)
        chosen = obligation if obligation is not None else (lines[0][0] if lines else None)
        found = promised(session, [chosen]) if chosen is not None else []
        asked = period or newest_closed_period(session) or ""
        periods = periods_of(session)
    if chosen is not None and (not found or found[0].contract_id != contract_id):
        raise NotFound(f"Contract {contract['number']} has no obligation {chosen}.", where="obligation")
    view, wrong, status = None, "", 200
    if found and asked:
        try:
            rows = explained_rows(deployment.store, found[0], asked)
        except RevRecError as refused:
            # That it is not in the books by then is an answer; a period that is none is a mistake of who asks.
            wrong, status = refused.message, 422 if isinstance(refused, Invalid) else 200
        else:
            with deployment.store.read() as session:
                view = explain_view(session, found[0], rows)
    return page(
        request,
        "explain.html",
        status,
        contract=contract,
        lines=lines,
        chosen=chosen,
        period=asked,
        near=(periods.previous(asked), periods.next(asked)) if view else (),
        is_invoice=bool(found) and found[0].document_id is not None,
        explained=view,
        shares=[one for at, one in enumerate(view.allocation) if one.this or at < SHARES] if view else [],
        sentences=list(sentences_of(view)) if view else [],
        wrong=wrong,
        invalid=status == 422,
    )
