"""`revrec import`: check a job file, and load it."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.exits import OK, REFUSED
from api.cli.output import print_json, print_table
from api.cli.session import As, Json, acting, deployment
from api.cli.working import see_job, watch_job
from api.uploading import take_in
from api.views.uploads import UploadDetailView, upload_detail_view
from jobs.imports.loading import load_upload
from revrec.problems import Invalid
from revrec.store.tables import Upload


def import_file(
    file: Annotated[Path, typer.Argument(help="The workbook of a job (.xlsx).")],
    load: Annotated[
        bool,
        typer.Option(
            "--load", help="Load it, if a job here wrote it, it is untouched, and the job awaits loading."
        ),
    ] = False,
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Import Data in Bulk: check a job file, name every fault or edit by sheet, row and column, and load it on request.

    Exit status 1 where it is faulty or edited, or cannot be loaded as asked.
    """
    with deployment() as opened:
        actor = acting(opened, as_)
        try:
            with file.expanduser().open("rb") as stream:
                upload_id, job_id = take_in(opened, actor, file.name, stream)
        except OSError as error:
            raise Invalid(f"The file {file} cannot be read: {error.strerror}.", where="file") from None
        watch_job(opened, job_id)
        with opened.store.read() as session:
            view = upload_detail_view(session, session.get_one(Upload, upload_id))
        if as_json and not load:
            print_json(view)
        elif not as_json:
            _print(view)
        if load:
            return see_job(
                opened, load_upload(opened.config, opened.store, upload_id, actor), as_json=as_json
            )
        return REFUSED if view.verdict in ("", "unreadable", "edited") else OK


def _print(view: UploadDetailView) -> None:
    print(f"Upload {view.id}: {view.name}. {view.says}")
    if view.faults:
        rows = [[one.sheet, str(one.row or ""), one.column, one.message] for one in view.faults]
        print_table(["sheet", "row>", "column", "what"], rows)
        if view.fault_count > len(view.faults):
            print(f"The first {len(view.faults)} of {view.fault_count:,}.")
    if view.groups:
        print_table(
            ["kind", "period", "documents>", "lines>", "amount$", "currency"],
            [
                [
                    one.document_type,
                    one.period,
                    f"{one.documents:,}",
                    f"{one.lines:,}",
                    one.amount,
                    one.currency,
                ]
                for one in view.groups
            ],
        )
