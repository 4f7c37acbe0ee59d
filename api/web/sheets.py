"""A sheet of many rows that a form brings: put into a file while it is read, and gone after."""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fastapi import Response
from starlette.datastructures import UploadFile

from api.web.entry import Entry, entry_again
from api.web.forms import Form
from revrec.problems import Invalid, RevRecError


def load_sheet(
    form: Form, run: Callable[[Path], str], again: Callable[[Entry], Response], to: str
) -> Response:
    """Load the sheet of the field `file` and go to the page `to`, saying what `run` gives; it reads the file and loads
    all of it or nothing. Refused, the form is shown `again` with the sentence beside its field."""
    file = form.data.get("file")
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise Invalid("Choose the sheet: an .xlsx or .csv file.", where="file")
        with _kept(file.filename, file.file) as path:
            words = run(path)
    except RevRecError as wrong:
        return again(entry_again(form, wrong, ("file",)))
    finally:
        if isinstance(file, UploadFile):
            file.file.close()
    return form.done(to, words)


@contextmanager
def _kept(name: str, file: BinaryIO) -> Iterator[Path]:
    """The file under its own name, for as long as it is read."""
    name = re.sub(r"[^\w. -]", "_", name)[-80:]
    if Path(name).suffix.lower() not in (".xlsx", ".csv"):
        raise Invalid(f"{name} is neither an .xlsx nor a .csv file.", where="file")
    with tempfile.TemporaryDirectory(prefix="revrec-sheet-") as folder:
        path = Path(folder) / name
        path.write_bytes(file.read())
        yield path
