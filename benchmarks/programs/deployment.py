"""The deployment that a program works on, named by what it was given: `data_dir`, and on PostgreSQL
`database_url` and `secret_key`."""

from collections.abc import Mapping
from typing import Any

from jobs.resources import Resources, open_resources
from revrec.config import Config, load_config
from revrec.operations.actor import Actor

ADMIN = Actor("bench@example.com", "admin", "Benchmark")


def config_of(given: Mapping[str, Any]) -> Config:
    """Its settings."""
    environ = {
        "REVREC_DATA_DIR": given["data_dir"],
        "REVREC_DATABASE_URL": given.get("database_url", ""),
        "REVREC_SECRET_KEY": given.get("secret_key", ""),
    }
    return load_config(environ)


def open_deployment(given: Mapping[str, Any]) -> Resources:
    """Its database and secrets."""
    return open_resources(config_of(given))
