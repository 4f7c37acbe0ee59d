"""NetSuite's invoices and credit memos as they were loaded."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.http.access import INT64_MAX, Needs, Opened
from api.views.documents import DocumentDetailView, document_detail_view
from revrec.operations.actor import Actor

router = APIRouter(tags=["customers"])


@router.get(
    "/documents/{netsuite_id}",
    operation_id="show_document",
    summary="An invoice or credit memo with its versions, the lines of one, and what they bill",
)
def show_document(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    netsuite_id: Annotated[int, Path(ge=1, le=INT64_MAX, description="NetSuite's internal id.")],
    version: Annotated[
        int | None,
        Query(ge=1, le=INT64_MAX, description="The version whose lines are shown; else the current one."),
    ] = None,
) -> DocumentDetailView:
    with deployment.store.read() as session:
        return document_detail_view(session, netsuite_id, version)
