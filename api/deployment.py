"""One deployment as the faces hold it: its settings, its database, its vault and its clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from jobs.resources import runner_settings
from jobs.runner import RunnerSettings
from revrec.config import Config
from revrec.secrets import Vault, open_vault
from revrec.store.engine import Store


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Deployment:
    """What every command and every request needs. The vault is opened when first asked for."""

    config: Config
    store: Store
    clock: Callable[[], datetime] = utc_now

    @cached_property
    def vault(self) -> Vault:
        return open_vault(self.config)

    @property
    def runner(self) -> RunnerSettings:
        return runner_settings(self.config)

    def now(self) -> datetime:
        return self.clock()

    def today(self) -> date:
        return self.clock().date()


def open_deployment(config: Config) -> Deployment:
    return Deployment(config, Store(config.database_url))
