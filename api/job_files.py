"""Where a job's file lies. Files are named by their row, never by what a request says."""

from pathlib import Path

from revrec.config import Config
from revrec.problems import NotFound
from revrec.store.tables import JobFile


def path_of(config: Config, row: JobFile) -> Path:
    """The file of a row, inside the files folder. Raises `NotFound` if it was pruned."""
    root = config.files_dir.resolve()
    path = (root / row.path).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise NotFound(f"The file {row.name} of job {row.job_id} is no longer kept.", where=f"file {row.id}")
    return path
