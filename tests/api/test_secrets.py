"""How old secrets are, over HTTP."""

from fastapi.testclient import TestClient

from api.deployment import Deployment
from revrec.secrets import new_key

Clients = dict[str, TestClient]


def test_the_key_and_the_tokens_are_told(clients: Clients, deployment: Deployment) -> None:
    told = clients["controller"].get("/api/v1/secrets").json()
    assert told["key"] == {"source": "the file secret.key in the data folder", "keys": 1, "problem": ""}
    assert told["credentials"] == []
    # The controller's own was used just now.
    assert (told["tokens"]["working"], told["tokens"]["never_used"]) == (4, 3)
    assert told["tokens"]["oldest"].startswith("2026-04-10T12:00:00")


def test_a_key_that_is_none_is_told_and_not_raised(clients: Clients, deployment: Deployment) -> None:
    (deployment.config.data_dir / "secret.key").write_text("no key")
    told = clients["admin"].get("/api/v1/secrets").json()
    assert told["key"]["keys"] == 0 and "is not a key" in told["key"]["problem"]
    (deployment.config.data_dir / "secret.key").write_text(new_key())
