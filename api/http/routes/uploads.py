"""Import Data in Bulk: bringing a job file, what its check found, and loading it."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Query, Response, UploadFile
from sqlmodel import col

from api.http.access import Id, Needs, Opened
from api.http.paging import Page, PageAsked, Paged, write_place
from api.http.routes.jobs import STARTED
from api.uploading import take_in
from api.views.jobs import JobView, job_view
from api.views.uploads import UploadDetailView, UploadView, upload_detail_view, upload_view
from jobs.imports.loading import check_upload, load_upload
from jobs.start import read_job
from revrec.operations.actor import Actor
from revrec.problems import NotFound
from revrec.store.queries.ordered import one_page
from revrec.store.queries.uploads import UPLOAD_SORTS, uploads_where
from revrec.store.tables import Upload

router = APIRouter(tags=["uploads"])


@router.get("/uploads", operation_id="list_uploads", summary="List the files that were brought")
def list_uploads(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    asked: Annotated[PageAsked, Depends(Paged("-uploaded"))],
    search: Annotated[str, Query(max_length=200, description="Part of the name, or of who brought it.")] = "",
) -> Page[UploadView]:
    with deployment.store.read() as session:
        rows, place = one_page(
            session, uploads_where(search=search), UPLOAD_SORTS, col(Upload.id), asked.order, asked.limit
        )
        items = [upload_view(session, row[0]) for row in rows]
    return Page(items=items, next_cursor=write_place(asked.order, place))


@router.post(
    "/uploads",
    operation_id="upload_file",
    summary="Bring a job file (.xlsx, at most 100 MB); a job checks it",
    status_code=202,
    responses=STARTED,
)
def upload_file(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("import_file"))],
    file: Annotated[UploadFile, File(description="The workbook.")],
    response: Response,
) -> UploadView:
    """`Location` is the upload, which says how its check went. Nothing of the file is loaded by this."""
    upload_id, _ = take_in(deployment, actor, file.filename or "", file.file)
    response.headers["Location"] = f"/api/v1/uploads/{upload_id}"
    with deployment.store.read() as session:
        return upload_view(session, session.get_one(Upload, upload_id))


@router.get(
    "/uploads/{upload_id}",
    operation_id="show_upload",
    summary="What the check of a file found: faults by sheet, row and column, counts and sums, first rows",
)
def show_upload(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], upload_id: Id
) -> UploadDetailView:
    with deployment.store.read() as session:
        row = session.get(Upload, upload_id)
        if row is None:
            raise NotFound(f"There is no upload {upload_id}.", where="upload_id")
        return upload_detail_view(session, row)


@router.post(
    "/uploads/{upload_id}/check",
    operation_id="check_upload",
    summary="Check a file again",
    status_code=202,
    responses=STARTED,
)
def post_check(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("import_file"))],
    upload_id: Id,
    response: Response,
) -> JobView:
    return _started(deployment, check_upload(deployment.config, deployment.store, upload_id, actor), response)


@router.post(
    "/uploads/{upload_id}/load",
    operation_id="load_upload",
    summary="Load the job that wrote a file, if the file is as the job wrote it",
    status_code=202,
    responses=STARTED,
)
def post_load(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("load_job"))], upload_id: Id, response: Response
) -> JobView:
    return _started(deployment, load_upload(deployment.config, deployment.store, upload_id, actor), response)


def _started(deployment: Opened, job_id: int, response: Response) -> JobView:
    response.headers["Location"] = f"/api/v1/jobs/{job_id}"
    return job_view(read_job(deployment.store, job_id))
