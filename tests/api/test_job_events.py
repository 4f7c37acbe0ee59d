"""Jobs watched over server-sent events, by a real server over loopback."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy.exc import OperationalError

from api.deployment import Deployment
from api.http import events_stream
from api.http.app import create_app
from api.http.events_stream import MOST_OF_ONE_USER
from api.http.serving import _Announcing, _listen
from revrec.store.tables import Job, JobNote

from .conftest import NOW

Event = dict[str, Any]


@pytest.fixture
def service(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, uvicorn.Server]]:
    """The address of a running service that looks for jobs 50 times a second."""
    monkeypatch.setattr(events_stream, "LOOK_EVERY_SECONDS", 0.02)
    app, listener = create_app(deployment), _listen("127.0.0.1", 0)
    config = uvicorn.Config(app, log_config=None, lifespan="off")
    server = _Announcing(config, lambda: None, app.state.job_watch.close)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", server
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def client(service: tuple[str, uvicorn.Server], tokens: dict[str, str]) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {tokens['viewer']}"}
    with httpx.Client(base_url=service[0], headers=headers, trust_env=False, timeout=20) as opened:
        yield opened


@pytest.fixture
def job(deployment: Deployment) -> int:
    with deployment.store.write() as session:
        row = Job(kind="orders", state="running", parameters={}, requested_by="x", created_at=NOW)
        session.add(row)
        session.flush()
        return row.id


def say(deployment: Deployment, job: int, *messages: str) -> None:
    with deployment.store.write() as session:
        for one in messages:
            session.add(JobNote(job_id=job, at=NOW, severity="info", message=one))


def change(deployment: Deployment, job: int, **values: Any) -> None:
    with deployment.store.write() as session:
        row = session.get_one(Job, job)
        for name, value in values.items():
            setattr(row, name, value)


def events(lines: Iterator[str]) -> Iterator[Event]:
    """The events of a stream, comments left out."""
    found: dict[str, str] = {}
    for line in lines:
        if not line and "event" in found:
            yield {"event": found["event"], "id": int(found["id"]), "data": json.loads(found["data"])}
        if not line:
            found = {}
        name, _, value = line.partition(": ")
        found[name] = value


def test_a_job_is_watched_as_it_goes_until_it_ends(
    client: httpx.Client, deployment: Deployment, job: int
) -> None:
    say(deployment, job, "began")
    with client.stream("GET", f"/api/v1/jobs/{job}/events") as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        stream = events(answer.iter_lines())
        note, progress = next(stream), next(stream)
        assert (note["event"], note["data"]["message"]) == ("note", "began")
        assert (progress["event"], progress["data"]["state"], progress["id"]) == (
            "progress",
            "running",
            note["id"],
        )
        change(deployment, job, stage="orders", stage_done=5, stage_total=9)
        moved = next(stream)["data"]
        assert (moved["stage"], moved["stage_done"], moved["stage_total"]) == ("orders", 5, 9)
        say(deployment, job, "first line\nsecond line")
        change(deployment, job, state="done", result={"read": 9})
        rest = list(stream)
    assert [one["event"] for one in rest] == ["note", "progress", "done"]
    assert rest[0]["data"]["message"] == "first line\nsecond line"
    assert (rest[-1]["data"]["state"], rest[-1]["data"]["result"]) == ("done", {"read": 9})


def test_a_broken_stream_goes_on_where_it_was(client: httpx.Client, deployment: Deployment, job: int) -> None:
    say(deployment, job, "one", "two", "three")
    change(deployment, job, state="failed", error="It broke.")

    def watched(after: str) -> list[str]:
        headers = {"Last-Event-ID": after} if after else {}
        with client.stream("GET", f"/api/v1/jobs/{job}/events", headers=headers) as answer:
            found = list(events(answer.iter_lines()))
        assert (found[-1]["event"], found[-1]["data"]["error"], found[-1]["id"]) == ("done", "It broke.", 3)
        return [one["data"]["message"] for one in found if one["event"] == "note"]

    assert watched("") == ["one", "two", "three"]
    assert watched("2") == ["three"]
    assert watched("3") == []


def test_a_long_log_arrives_whole_and_once(client: httpx.Client, deployment: Deployment, job: int) -> None:
    say(deployment, job, *(f"{number}" for number in range(450)))
    change(deployment, job, state="done")
    with client.stream("GET", f"/api/v1/jobs/{job}/events") as answer:
        found = list(events(answer.iter_lines()))
    assert [one["data"]["message"] for one in found if one["event"] == "note"] == [str(n) for n in range(450)]


def test_streams_are_kept_alive_and_bounded(
    client: httpx.Client, deployment: Deployment, job: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events_stream, "HEARTBEAT_SECONDS", 0.05)
    opened = []
    try:
        for _ in range(MOST_OF_ONE_USER):
            answer = client.send(client.build_request("GET", f"/api/v1/jobs/{job}/events"), stream=True)
            assert answer.status_code == 200
            lines = answer.iter_lines()
            while ": still going" not in next(lines):
                pass
            opened.append((answer, lines))  # a generator that is dropped closes its stream
        refused = client.get(f"/api/v1/jobs/{job}/events")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert "12 is the most" in refused.json()["detail"]
        assert threading.active_count() < 30
    finally:
        for answer, _ in opened:
            answer.close()


def test_a_stream_ends_by_itself_and_is_taken_up_again(
    client: httpx.Client, job: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events_stream, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(events_stream, "LASTS_SECONDS", 0.1)
    with client.stream("GET", f"/api/v1/jobs/{job}/events") as answer:
        assert [one["event"] for one in events(answer.iter_lines())] == ["progress"]


def test_a_service_that_stops_does_not_wait_for_its_streams(
    service: tuple[str, uvicorn.Server], client: httpx.Client, job: int
) -> None:
    with client.stream("GET", f"/api/v1/jobs/{job}/events") as answer:
        lines = answer.iter_lines()
        next(lines)
        service[1].should_exit = True
        assert "event: done" not in list(lines)


def test_the_database_away_for_a_moment_ends_nothing(
    client: httpx.Client, deployment: Deployment, job: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client.stream("GET", f"/api/v1/jobs/{job}/events") as answer:
        stream = events(answer.iter_lines())
        assert next(stream)["event"] == "progress"
        away = threading.Event()

        def refuse() -> None:
            away.set()
            raise OperationalError("SELECT", {}, Exception("database is locked"))

        with monkeypatch.context() as patched:
            patched.setattr(deployment.store, "read", refuse)
            assert away.wait(10)
        change(deployment, job, state="done")
        assert [one["event"] for one in stream] == ["progress", "done"]


def test_no_job_no_stream(client: httpx.Client) -> None:
    assert client.get("/api/v1/jobs/99/events").status_code == 404
    assert client.get("/api/v1/jobs/1/events", headers={"Last-Event-ID": "x"}).status_code == 422
    assert client.get("/api/v1/jobs/1/events", headers={"Authorization": ""}).status_code == 401
