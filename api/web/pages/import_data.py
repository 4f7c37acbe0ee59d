"""Import Data in Bulk: bringing a job file, what its check found, loading it."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Id, Needs, Opened
from api.uploading import take_in
from api.views.uploads import UploadView, upload_detail_view, upload_view
from api.web.download import Field
from api.web.entry import FRESH, Entry, entry_again
from api.web.forms import Form, Posted
from api.web.listing import Listing, listing_of
from api.web.render import page
from api.web.taking import take_list
from jobs.imports.loading import check_upload, load_upload
from jobs.imports.standing import WHY_FOREIGN
from reconciliation.package_check import LIMITS
from revrec.operations.actor import Actor
from revrec.problems import Invalid, NotFound
from revrec.store.queries.ordered import all_rows, one_page
from revrec.store.queries.uploads import UPLOAD_SORTS, uploads_where
from revrec.store.tables import Upload
from revrec.store.tables.jobs import OPEN_JOB_STATES

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
ROWS = 25
FIELDS = (
    Field("Upload", lambda one: str(one.id)),
    Field("File", lambda one: one.name),
    Field("Bytes", lambda one: one.bytes, "count"),
    Field("SHA-256", lambda one: one.sha256),
    Field("By", lambda one: one.created_by),
    Field("At (UTC)", lambda one: one.created_at, "moment"),
    Field("Check", lambda one: one.verdict),
    Field("Job that wrote it", lambda one: str(one.job or "")),
    Field("Loaded by job", lambda one: str(one.loaded_by_job or "")),
    Field("Says", lambda one: one.says),
)


@router.get("/sync/import")
def imports(request: Request, deployment: Opened, actor: Reader) -> Response:
    return _list_page(request, deployment)


@router.get("/sync/import.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    listing = _listing(request)

    def rows(session: Session) -> Iterator[UploadView]:
        query = uploads_where(**listing.filters)
        for part in all_rows(session, query, UPLOAD_SORTS, col(Upload.id), listing.order):
            yield from (upload_view(session, row[0]) for row in part)

    return take_list(deployment, actor, kind, "uploads", listing.filters, FIELDS, rows)


@router.post("/sync/import")
def bring(form: Annotated[Form, Depends(Posted("import_file"))]) -> Response:
    """Keep the file, and check it; nothing of it is loaded by this."""
    given = form.data.get("file")
    try:
        if not isinstance(given, UploadFile) or not given.filename:
            raise Invalid("Choose the file that a job wrote (.xlsx).", where="file")
        upload_id, _ = take_in(form.deployment, form.actor, given.filename, given.file)
    except Invalid as wrong:
        return _list_page(form.request, form.deployment, entry_again(form, wrong, ("file",)))
    return form.done(f"/sync/import/{upload_id}")


@router.get("/sync/import/{upload_id}")
def upload(request: Request, deployment: Opened, actor: Reader, upload_id: Id) -> Response:
    with deployment.store.read() as session:
        view = upload_detail_view(session, _existing(session.get(Upload, upload_id), upload_id))
    going = view.check is not None and view.check.state in OPEN_JOB_STATES
    return page(request, "upload.html", upload=view, going=going)


@router.post("/sync/import/{upload_id}/check")
def check(form: Annotated[Form, Depends(Posted("import_file"))], upload_id: Id) -> Response:
    check_upload(form.deployment.config, form.deployment.store, upload_id, form.actor)
    return form.done(f"/sync/import/{upload_id}", "The file is checked again.")


@router.post("/sync/import/{upload_id}/load")
def load(form: Annotated[Form, Depends(Posted("load_job"))], upload_id: Id) -> Response:
    job = load_upload(form.deployment.config, form.deployment.store, upload_id, form.actor)
    return form.done(f"/sync/jobs/{job}", f"Loading upload {upload_id}.")


def _list_page(request: Request, deployment: Deployment, entry: Entry = FRESH) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        query = uploads_where(**listing.filters)
        rows, place = one_page(session, query, UPLOAD_SORTS, col(Upload.id), listing.order, ROWS)
        uploads = [upload_view(session, row[0]) for row in rows]
    return page(
        request,
        "import_data.html",
        entry.status,
        uploads=uploads,
        list=listing.page(len(uploads), place),
        entry=entry,
        limits=LIMITS,
        why_foreign=WHY_FOREIGN,
    )


def _listing(request: Request) -> Listing:
    return listing_of(request, "-uploaded", "search")


def _existing(row: Upload | None, upload_id: int) -> Upload:
    if row is None:
        raise NotFound(f"There is no upload {upload_id}.", where="upload")
    return row
