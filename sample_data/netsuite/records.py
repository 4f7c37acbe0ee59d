"""The journalEntry record service: create, read, upsert, update, delete, and search by external id."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sample_data.netsuite.bookkeeping import post_to_second_book
from sample_data.netsuite.clock import Clock
from sample_data.netsuite.journal_body import Body, read_body
from sample_data.netsuite.journal_rules import JournalRules
from sample_data.netsuite.journal_view import JournalView
from sample_data.netsuite.journals import Journal, JournalTable, reversal_of
from sample_data.netsuite.kinds import SECONDS_A_DAY
from sample_data.netsuite.paging import collection, read_page
from sample_data.netsuite.periods import Periods
from sample_data.netsuite.problems import NetSuiteError, nonexistent, not_permitted, user_error
from sample_data.netsuite.record_filter import read_filter
from sample_data.netsuite.settings import Settings, oracle_mask
from sample_data.netsuite.store import Store

_SAFE_KEY = re.compile(r"eid:[A-Za-z0-9_\-.]+|\d+")


@dataclass(frozen=True)
class Saved:
    """What a write did: the record's id and the properties that were dropped from the body."""

    id: int
    dropped: list[str]


class JournalRecords:
    """The service. Each call is one transaction; a failed one leaves nothing behind."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings

    def create(self, raw: bytes, validation: str) -> Saved:
        """POST: a new journal; a used external id is refused."""
        self._need("Make Journal Entry")
        body = read_body(raw, validation, self._settings)
        return self._save(body, None, replace_lines=True)

    def upsert(self, key: str, raw: bytes, validation: str) -> Saved:
        """PUT eid:X: create it, or overwrite it with its lines."""
        self._need("Make Journal Entry")
        if not key.startswith("eid:"):
            raise NetSuiteError(
                405, "INVALID_METHOD", "PUT works with an external id only: use eid:<externalId>."
            )
        body = read_body(raw, validation, self._settings)
        external_id = key[4:]
        if body.given.setdefault("externalId", external_id) != external_id:
            raise user_error("The external id in the body is not the one in the URL.", path="externalId")
        old = self._load(key, missing_ok=True)
        return self._save(body, old, replace_lines=True)

    def update(self, key: str, raw: bytes, validation: str, *, replace_lines: bool) -> Saved:
        """PATCH: properties given are changed; lines merge by their ``line`` number unless replaced as a whole."""
        self._need("Make Journal Entry")
        body = read_body(raw, validation, self._settings)
        old = self._load(key)
        return self._save(body, old, replace_lines=replace_lines)

    def delete(self, key: str, url: str) -> None:
        """DELETE: gone, but for its row in deletedrecord."""
        self._need("Make Journal Entry")
        with self._store.write() as connection:
            table = JournalTable(connection, self._store.zone)
            number = table.find(key)
            if number is None:
                raise nonexistent(url)
            journal = table.load(number)
            self._check_editable(journal)
            Periods(connection, self._settings).check_open(journal.period)
            table.delete(journal, self._clock.utc())

    def read(self, key: str, query: Mapping[str, str], base_url: str, url: str) -> dict[str, Any]:
        """GET one. The record opens as if for editing, so a workflow's lock makes it fail."""
        self._need("Make Journal Entry")
        with self._store.read() as connection:
            table = JournalTable(connection, self._store.zone)
            number = table.find(key) if _SAFE_KEY.fullmatch(key) else None
            if number is None:
                raise nonexistent(url)
            journal = table.load(number)
            self._check_unlocked(journal)
            fields = query["fields"].split(",") if query.get("fields") else None
            return JournalView(connection, self._settings, base_url).body(
                journal,
                expand=query.get("expandSubResources", "").lower() == "true",
                fields=fields,
                simple_enums=query.get("simpleEnumFormat", "").lower() == "true",
            )

    def search(self, query: Mapping[str, str], base_url: str) -> dict[str, Any]:
        """GET the collection: ids only, those that ``q`` lets through."""
        self._need("Make Journal Entry")
        page = read_page(query, self._settings)
        where = ""
        values: list[Any] = []
        if query.get("q"):
            condition = read_filter(query["q"], oracle_mask(self._settings.user_date_format))
            where, values = f" AND {condition.sql}", condition.values
        with self._store.read() as connection:
            source = f"FROM [transaction] WHERE [type] = 'Journal'{where}"
            total = connection.execute(f"SELECT COUNT(*) {source}", values).fetchone()[0]
            rows = connection.execute(
                f"SELECT [id] {source} ORDER BY [id] LIMIT {page.limit} OFFSET {page.offset}", values
            ).fetchall()
        items = [
            {"links": [{"rel": "self", "href": f"{base_url}/journalentry/{row[0]}"}], "id": str(row[0])}
            for row in rows
        ]
        return collection(items, page, total, total, f"{base_url}/journalEntry")

    def _need(self, permission: str) -> None:
        if permission in self._settings.denied:
            raise not_permitted(permission, self._settings)

    def _check_editable(self, journal: Journal) -> None:
        """A reversing entry follows its original and is not edited by itself."""
        self._check_unlocked(journal)
        if journal.reverses is not None:
            raise user_error(
                "This record is a reversing entry and cannot be edited. Edit the original journal."
            )

    def _check_unlocked(self, journal: Journal) -> None:
        if journal.workflow_locked:
            raise user_error("This record has been locked by a user defined workflow.")

    def _load(self, key: str, *, missing_ok: bool = False) -> Journal | None:
        with self._store.read() as connection:
            table = JournalTable(connection, self._store.zone)
            number = table.find(key) if _SAFE_KEY.fullmatch(key) else None
            if number is None:
                if missing_ok:
                    return None
                raise nonexistent(f"/services/rest/record/v1/journalentry/{key}")
            journal = table.load(number)
        self._check_editable(journal)
        return journal

    def _save(self, body: Body, old: Journal | None, *, replace_lines: bool) -> Saved:
        today = self._clock.local() // SECONDS_A_DAY * SECONDS_A_DAY
        now = self._clock.utc()
        with self._store.write() as connection:
            rules = JournalRules(connection, self._settings, today)
            if old is not None:
                rules.periods.check_open(old.period)
            journal = rules.build(body, old, replace_lines=replace_lines)
            if journal.external_id is not None:
                taken = JournalTable(connection, self._store.zone).find(f"eid:{journal.external_id}")
                if taken is not None and taken != journal.id:
                    if self._settings.duplicate_external_id == "dup_rcrd":
                        raise NetSuiteError(400, "DUP_RCRD", "This record already exists")
                    raise user_error("This record already exists")
            precision = rules.precision(rules.base_currency(journal.subsidiary))
            table = JournalTable(connection, self._store.zone)
            saved = table.insert(journal, now, precision)
            post_to_second_book(connection, saved.id)
            if journal.reversal_date is not None and not journal.reversal_defer and old is None:
                self._reverse(connection, rules, saved, now)
        return Saved(saved.id, body.dropped)

    def _reverse(self, connection: sqlite3.Connection, rules: JournalRules, of: Journal, now: int) -> None:
        assert of.reversal_date is not None
        period = rules.periods.of_date(of.reversal_date)
        rules.periods.check_open(period)
        table = JournalTable(connection, self._store.zone)
        precision = rules.precision(rules.base_currency(of.subsidiary))
        made = table.insert(replace(reversal_of(of, period), created=now), now, precision)
        post_to_second_book(connection, made.id)

    def reverse_what_is_due(self) -> list[int]:
        """Make the deferred reversals whose day has come; the ids of the journals that they reverse."""
        today = self._clock.local() // SECONDS_A_DAY * SECONDS_A_DAY
        with self._store.write() as connection:
            due = [
                int(row[0])
                for row in connection.execute(
                    "SELECT [id] FROM [transaction] t WHERE [type] = 'Journal' AND [reversaldefer] = 'T'"
                    " AND [reversaldate] <= ? AND [reversal] IS NULL AND NOT EXISTS"
                    " (SELECT 1 FROM [transaction] r WHERE r.[reversal] = t.[id]) ORDER BY [id]",
                    (today,),
                ).fetchall()
            ]
            table = JournalTable(connection, self._store.zone)
            for number in due:
                rules = JournalRules(connection, self._settings, today)
                self._reverse(connection, rules, table.load(number), self._clock.utc())
        return due
