"""The account that is played: its data, settings, credentials, and everything that watches it. Wired in one place."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sample_data.netsuite.async_jobs import AsyncJobs
from sample_data.netsuite.audit import LoginAudit
from sample_data.netsuite.changes import Changes
from sample_data.netsuite.clock import Clock
from sample_data.netsuite.dice import Dice
from sample_data.netsuite.faults import Faults
from sample_data.netsuite.gate import Concurrency, Gate
from sample_data.netsuite.hooks import Hooks
from sample_data.netsuite.log import RequestLog
from sample_data.netsuite.oauth1 import Signatures, TokenCredentials
from sample_data.netsuite.oauth2 import TokenEndpoint
from sample_data.netsuite.pace import Pace
from sample_data.netsuite.records import JournalRecords
from sample_data.netsuite.settings import Settings
from sample_data.netsuite.store import Store
from sample_data.netsuite.suiteql import Engine


@dataclass
class Account:
    """One NetSuite account."""

    settings: Settings
    store: Store
    clock: Clock
    credentials: TokenCredentials
    gate: Gate
    concurrency: Concurrency
    engine: Engine
    records: JournalRecords
    jobs: AsyncJobs
    changes: Changes
    faults: Faults
    dice: Dice
    pace: Pace
    hooks: Hooks
    log: RequestLog
    first_settings: Settings

    def start_afresh(self) -> bool:
        """Data as in the snapshot; settings, clocks, faults, hooks, locks, peaks and log as at the start."""
        if not self.store.restore_snapshot():
            return False
        for name in Settings.model_fields:
            setattr(self.settings, name, getattr(self.first_settings, name))
        self.clock.skew_seconds = self.clock.auth_skew_seconds = 0
        self.faults.clear()
        self.dice.start_afresh()
        self.pace.start_afresh()
        self.jobs.start_afresh()
        self.hooks.clear()
        self.gate.start_afresh()
        self.concurrency.start_afresh()
        self.log.clear()
        return True


def make_credentials(seed: int) -> TokenCredentials:
    """Credentials that look like NetSuite's and follow from the seed."""
    keys = [
        hashlib.sha256(f"{name}:{seed}".encode()).hexdigest()
        for name in ("consumer key", "consumer secret", "token id", "token secret")
    ]
    return TokenCredentials(*keys)


def open_account(store: Store, settings: Settings, clock: Clock, credentials: TokenCredentials) -> Account:
    """Wire an account over a filled store."""
    signatures = Signatures(settings.account_id, {credentials.token_id: credentials})
    tokens = TokenEndpoint(settings, client_id=credentials.consumer_key)
    return Account(
        settings=settings,
        store=store,
        clock=clock,
        credentials=credentials,
        gate=Gate(settings, signatures, tokens, LoginAudit(), clock),
        concurrency=Concurrency(settings),
        engine=Engine(store, clock, settings),
        records=JournalRecords(store, clock, settings),
        jobs=AsyncJobs(),
        changes=Changes(store, clock, settings),
        faults=Faults(),
        dice=Dice(),
        pace=Pace(),
        hooks=Hooks(),
        log=RequestLog(),
        first_settings=settings.model_copy(),
    )
