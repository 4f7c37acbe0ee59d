"""The product's HTTP API, as one person with a token uses it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

POLL_SECONDS = 0.1


class Refusal(Exception):
    """The service said no; `problem` is its problem document."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(str(problem.get("detail")))
        self.problem = problem


class Person:
    """One user of the service."""

    def __init__(self, name: str, address: str, token: str) -> None:
        self.name = name
        self._http = httpx.Client(
            base_url=f"{address}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            trust_env=False,
        )

    def get(self, path: str, **query: Any) -> Any:
        return self._answer(self._http.get(path, params=query))

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._answer(self._http.put(path, json=body))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._answer(self._http.post(path, json=body))

    def all(self, path: str, **query: Any) -> list[Any]:
        """Every item of a list, page by page."""
        items: list[Any] = []
        cursor: str | None = None
        while True:
            page = self.get(path, limit=200, **query, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    def run(self, path: str, body: dict[str, Any], watch: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Start a job and wait for its end; `watch` sees it at each look."""
        job: dict[str, Any] = self.post(path, body)
        while job["state"] in ("queued", "running"):
            time.sleep(POLL_SECONDS)
            job = self.get(f"/jobs/{job['id']}")
            watch(job)
        return job

    def download(self, file: dict[str, Any], folder: Path) -> Path:
        """A job's file, written below the folder."""
        answer = self._http.get(f"/files/{file['id']}")
        answer.raise_for_status()
        path = folder / Path(file["name"]).name
        path.write_bytes(answer.content)
        return path

    def _answer(self, answer: httpx.Response) -> Any:
        if answer.is_error:
            raise Refusal(answer.json())
        return answer.json() if answer.content else None
