"""Policies over HTTP: one with its history, and what a change would do before it is made."""

from collections.abc import Callable

from fastapi.testclient import TestClient

Clients = dict[str, TestClient]
Draft = Callable[..., list[int]]


def test_a_policy_is_shown_with_every_value_it_had(clients: Clients) -> None:
    controller = clients["controller"]
    for value in ("customer", "contract"):
        body = {"value": value, "valid_from": "2026-05-01", "reason": value}
        assert controller.put("/api/v1/policies/netting", json=body).status_code == 200
    shown = clients["viewer"].get("/api/v1/policies/netting").json()
    assert (shown["value"], shown["shapes"], shown["set_elsewhere"]) == ("contract", "posting", "")
    assert [(one["value"], one["valid_from"]) for one in shown["history"]] == [
        ("contract", "2026-05-01"),
        ("customer", "2026-05-01"),
    ]
    assert clients["viewer"].get("/api/v1/policies/colour").status_code == 404


def test_what_a_change_would_do_is_told_and_not_done(clients: Clients, draft: Draft) -> None:
    draft(period="2026-03")
    controller, path = clients["controller"], "/api/v1/policies/allocation/check"
    body = {"value": "stated_price", "valid_from": "2026-02-01", "reason": "An error"}
    assert controller.post(path, json=body).status_code == 403
    told = controller.post(path, json=body | {"retrospective": True}).json()
    assert (told["before"], told["value"]) == ("relative_ssp", "stated_price")
    assert "2026-04 is the first open period whose close shows it." in told["effect"][0]
    assert "booked in 2026-04" in told["effect"][1]
    assert clients["viewer"].get("/api/v1/policies/allocation").json()["history"] == []
