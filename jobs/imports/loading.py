"""Starting what is done with an uploaded file: its check, and its load, which is that of the job that wrote it, of the
job's own rows, and happens once."""

from jobs.imports.standing import note_check, standing_of
from jobs.start import start_job
from revrec.config import Config
from revrec.operations.actor import Actor
from revrec.operations.permissions import require
from revrec.problems import Conflict, NotFound
from revrec.store.engine import Store
from revrec.store.tables import Upload


def check_upload(config: Config, store: Store, upload_id: int, actor: Actor) -> int:
    """Start the check of an upload; gives the job's number. Raises `NotFound`, and `Conflict` where the file is no
    longer kept."""
    with store.read() as session:
        upload = session.get(Upload, upload_id)
        if upload is None:
            raise NotFound(f"There is no upload {upload_id}.", where="upload")
        if not upload.path:
            raise Conflict(
                f"The file of upload {upload_id} is no longer kept. Upload it again.", where="upload"
            )
    job_id = start_job(config, store, "check_file", {"upload": upload_id}, actor)
    note_check(store, upload_id, job_id)
    return job_id


def load_upload(config: Config, store: Store, upload_id: int, actor: Actor) -> int:
    """Start the load job; gives its number. Raises `Conflict`, in the words of `standing_of`, where it cannot be
    loaded, and `NotFound`."""
    require(actor, "load_job")
    with store.read() as session:
        upload = session.get(Upload, upload_id)
        if upload is None:
            raise NotFound(f"There is no upload {upload_id}.", where="upload")
        standing = standing_of(session, upload)
    if not standing.loadable:
        raise Conflict(standing.says, where=f"upload {upload_id}")
    parameters = {"job": standing.job, "upload": upload_id}
    return start_job(
        config,
        store,
        "load",
        parameters,
        actor,
        only_if=lambda session: standing_of(session, session.get_one(Upload, upload_id)).loadable,
    )
