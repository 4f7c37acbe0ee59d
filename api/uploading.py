"""Taking in a file that somebody brought: first onto the disk under a name of ours, then looked at, then its row.

The name that it came with is shown and never used as a path.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import IO

from api.deployment import Deployment
from jobs.imports.loading import check_upload
from reconciliation.package_check import LIMITS, UnreadableWorkbook, check_package
from revrec.operations.actor import Actor
from revrec.operations.permissions import require
from revrec.operations.store_upload import FOLDER, store_upload
from revrec.problems import Invalid

_PIECE_BYTES = 1 << 20
_NAME_LENGTH = 120


def take_in(deployment: Deployment, actor: Actor, name: str, stream: IO[bytes]) -> tuple[int, int]:
    """Keep a workbook and start its check; gives the upload's number and the job's.

    Raises `Invalid` for what is no workbook that may be opened (too big, too dense, encrypted, not .xlsx); nothing is
    kept then.
    """
    require(actor, "import_file")
    shown = shown_name(name)
    folder = deployment.config.files_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="coming-", delete=False) as file:
        path = Path(file.name)
        try:
            sha256, size = _copy(stream, file, shown)
            file.flush()
            os.fsync(file.fileno())
            check_package(path, called=shown)
            upload_id = _keep(deployment, actor, path, shown, sha256, size)
        except UnreadableWorkbook as error:
            raise Invalid(str(error), where="file") from None
        finally:
            path.unlink(missing_ok=True)  # it bears its own name by now, or is not wanted
    return upload_id, check_upload(deployment.config, deployment.store, upload_id, actor)


def shown_name(name: str) -> str:
    """The last part of a name as people see it, without what would not show, and not long."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(letter for letter in last if letter.isprintable()).strip()[-_NAME_LENGTH:] or "file.xlsx"


def _keep(deployment: Deployment, actor: Actor, path: Path, name: str, sha256: str, size: int) -> int:
    """The row, and the file under its number. Where the row is not written after all, the next of its number takes the
    file's place."""
    with deployment.store.write() as session:
        row = store_upload(session, actor, name=name, sha256=sha256, size=size, now=deployment.now())
        path.replace(deployment.config.files_dir / row.path)
        return row.id


def _copy(stream: IO[bytes], file: IO[bytes], name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(_PIECE_BYTES):
        size += len(piece)
        if size > LIMITS.packed:
            raise Invalid(
                f"{name} has more than {LIMITS.packed / 1e6:,.0f} MB, the most that is read.", where="file"
            )
        digest.update(piece)
        file.write(piece)
    if not size:
        raise Invalid(f"{name} is empty. Choose a job file (.xlsx).", where="file")
    return digest.hexdigest(), size
