"""Requests with ``Prefer: respond-async``: a job at once, its result to be fetched, and the idempotency key.

The work is done before the 202 is sent, so a job is complete when it is first asked for. Only such requests know the
header ``X-NetSuite-Idempotency-Key``; on others it is ignored, as Oracle's help says.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sample_data.netsuite.problems import NetSuiteError
from sample_data.netsuite.records import Saved

IDEMPOTENCY_KEY = "X-NetSuite-Idempotency-Key"
_KEPT = 10_000


class AlreadySubmitted(NetSuiteError):
    """The same key came before: 400, entitled *Conflict*, with the earlier job's address."""

    def __init__(self, location: str) -> None:
        super().__init__(
            400,
            "IDEMPOTENCY_ERROR",
            'A request with the same idempotency key is already submitted. See the "Location" header for a link to'
            " the previously submitted job",
            headers={"Location": location},
        )

    def body(self) -> dict[str, Any]:
        """As every error, but for its title."""
        return {**super().body(), "title": "Conflict"}


@dataclass
class AsyncJobs:
    """The jobs, by number, and the jobs of idempotency keys."""

    _results: OrderedDict[int, Saved | NetSuiteError] = field(default_factory=OrderedDict)
    _by_key: dict[str, int] = field(default_factory=dict)
    _last: int = 0

    def submit(self, key: str | None, base_url: str, work: Callable[[], Saved]) -> str:
        """Do the work and return the job's address; a key that was used before is refused."""
        root = base_url.removesuffix("/record/v1") + "/async/v1/job"
        if key is not None and key in self._by_key:
            raise AlreadySubmitted(f"{root}/{self._by_key[key]}")
        self._last += 1
        if key is not None:
            self._by_key[key] = self._last
        try:
            self._results[self._last] = work()
        except NetSuiteError as refused:
            self._results[self._last] = refused
        while len(self._results) > _KEPT:
            self._results.popitem(last=False)
        return f"{root}/{self._last}"

    def find(self, number: str) -> Saved | NetSuiteError | None:
        """What came of a job; None where there is none of that number."""
        return self._results.get(int(number)) if number.isdigit() else None

    def start_afresh(self) -> None:
        """Forget all jobs and keys."""
        self._results.clear()
        self._by_key.clear()


def job_body(number: str, url: str) -> dict[str, Any]:
    """A job as it is shown."""
    return {
        "links": [{"rel": "self", "href": url}],
        "completed": True,
        "id": number,
        "progress": "succeeded",
        "task": {"links": [{"rel": "self", "href": f"{url}/task"}]},
    }


def task_body(number: str, url: str, outcome: Saved | NetSuiteError) -> dict[str, Any]:
    """The one task of a job."""
    return {
        "links": [{"rel": "self", "href": url}],
        "completed": True,
        "id": number,
        "progress": "succeeded" if isinstance(outcome, Saved) else "failed",
    }
