"""What makes a journal entry acceptable, checked in the order in which NetSuite tends to complain.

Subsidiary given; lines two or more, one side each, exact to the currency; accounts and segment values active and open
to the subsidiary; an entity on receivable and payable lines; balanced; a posting period that is open.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sample_data.netsuite.journal_body import Body, day, flag, invalid_value, number, reference, text
from sample_data.netsuite.journals import Journal, JournalLine
from sample_data.netsuite.periods import Periods
from sample_data.netsuite.problems import not_permitted, user_error
from sample_data.netsuite.settings import Settings
from sample_data.netsuite.units import ONE

_SEGMENTS = (
    ("department", "department", "department"),
    ("class", "classification", "class_"),
    ("location", "location", "location"),
    ("cseg_region", "customrecord_cseg_region", "region"),
    ("custcol_channel", "customlist_channel", "channel"),
)
_LABELS = {"department": "Department", "class": "Class", "location": "Location", "cseg_region": "Region",
           "custcol_channel": "Channel"}  # fmt: skip
_BY_SUBSIDIARY = {"department", "classification", "location"}
_NEEDS_ENTITY = {"AcctRec", "AcctPay"}
_NOT_POSTABLE = {"NonPosting", "Stat"}


class JournalRules:
    """The rules against one state of the database."""

    def __init__(self, connection: sqlite3.Connection, settings: Settings, today: int) -> None:
        self._run = connection.execute
        self._settings = settings
        self._today = today
        self._one_world = "oneworld" in settings.features
        self.periods = Periods(connection, settings)

    def build(self, body: Body, old: Journal | None, *, replace_lines: bool) -> Journal:
        """The journal that the body makes, new or out of an old one."""
        given = body.given
        subsidiary = self._subsidiary(given, old)
        date = day(given, "tranDate") or (old.date if old else self._today)
        currency, rate = self._currency(given, subsidiary, date, old)
        journal = Journal(
            subsidiary=subsidiary,
            date=date,
            period=0,
            currency=currency,
            rate=rate,
            lines=(),
            external_id=text(given, "externalId", 255)
            if "externalId" in given
            else (old.external_id if old else None),
            memo=text(given, "memo", 999) if "memo" in given else (old.memo if old else None),
            order_number=text(given, "custbody_order_number")
            if "custbody_order_number" in given
            else (old.order_number if old else None),
            reversal_date=day(given, "reversalDate")
            if "reversalDate" in given
            else (old.reversal_date if old else None),
            reversal_defer=flag(given, "reversalDefer"),
            approval=self._approval(given, old),
        )
        if old is not None:
            journal = replace(
                journal,
                id=old.id,
                tran_id=old.tran_id,
                created=old.created,
                workflow_locked=old.workflow_locked,
            )
        lines = self._lines(body, old, subsidiary, self.precision(currency), replace_lines=replace_lines)
        journal = replace(journal, lines=lines)
        self._check_lines(journal)
        return replace(journal, period=self._period(given, date, old, journal))

    def precision(self, currency: int) -> int:
        """Decimals of a currency."""
        return int(
            self._run("SELECT [currencyprecision] FROM [currency] WHERE [id] = ?", (currency,)).fetchone()[0]
        )

    def base_currency(self, subsidiary: int) -> int:
        """The currency of a subsidiary's books."""
        return int(
            self._run("SELECT [currency] FROM [subsidiary] WHERE [id] = ?", (subsidiary,)).fetchone()[0]
        )

    def _find(self, table: str, value: Any, path: str, label: str) -> tuple[Any, ...]:
        """The referenced row (id, is inactive), or the error of an invalid reference."""
        how, key = reference(value, path, label)
        columns = "[id], [isinactive]"
        if how == "externalId":
            row = self._run(f"SELECT {columns} FROM [{table}] WHERE [externalid] = ?", (key,)).fetchone()
        elif key.isdigit() and len(key) < 19:
            row = self._run(f"SELECT {columns} FROM [{table}] WHERE [id] = ?", (int(key),)).fetchone()
        else:
            row = None
        if row is None or row[1] == "T":
            raise invalid_value(value, path, label)
        found: tuple[Any, ...] = row
        return found

    def _subsidiary(self, given: dict[str, Any], old: Journal | None) -> int:
        if not self._one_world:
            return 1
        if given.get("subsidiary") is None:
            if old is not None and "subsidiary" not in given:
                return old.subsidiary
            raise user_error("Please enter a value for subsidiary")
        return int(self._find("subsidiary", given["subsidiary"], "subsidiary", "subsidiary")[0])

    def _currency(
        self, given: dict[str, Any], subsidiary: int, date: int, old: Journal | None
    ) -> tuple[int, int]:
        base = self.base_currency(subsidiary)
        currency = old.currency if old is not None else base
        if given.get("currency") is not None:
            how, key = reference(given["currency"], "currency", "currency")
            column = "id" if how == "id" else "symbol"
            row = self._run(
                f"SELECT [id] FROM [currency] WHERE [{column}] = ? AND [isinactive] = 'F'", (key,)
            ).fetchone()
            if row is None:
                raise invalid_value(given["currency"], "currency", "currency")
            currency = int(row[0])
        if given.get("exchangeRate") is not None:
            rate = int(number(given["exchangeRate"], "exchangeRate", "exchangeRate") * ONE)
            if rate <= 0 or (currency == base and rate != ONE):
                raise invalid_value(given["exchangeRate"], "exchangeRate", "exchangeRate")
            return currency, rate
        if currency == base:
            return currency, ONE
        if old is not None and old.currency == currency and "tranDate" not in given:
            return currency, old.rate
        row = self._run(
            "SELECT [exchangerate] FROM [currencyrate] WHERE [basecurrency] = ? AND [transactioncurrency] = ?"
            " AND [effectivedate] <= ? ORDER BY [effectivedate] DESC LIMIT 1",
            (base, currency, date),
        ).fetchone()
        if row is None:
            raise user_error("Please enter value(s) for: Exchange Rate")
        return currency, int(row[0])

    def _approval(self, given: dict[str, Any], old: Journal | None) -> int:
        """1 (pending), 2 (approved) or 3 (rejected).

        ``approvalStatus`` says so; under the preference *Require Approvals on Journal Entries* ``approved`` does too.
        Only a role with Journal Approval may say 2 or 3.
        """
        wanted = None
        if "approved" in given and self._settings.approval_by == "preference":
            wanted = 2 if flag(given, "approved") else 1
        if given.get("approvalStatus") is not None:
            _, key = reference(given["approvalStatus"], "approvalStatus", "approvalStatus")
            if key not in {"1", "2", "3"}:
                raise invalid_value(given["approvalStatus"], "approvalStatus", "approvalStatus")
            wanted = int(key)
        may_approve = "Journal Approval" not in self._settings.denied
        if wanted in (2, 3) and self._settings.approve_journals and not may_approve:
            raise not_permitted("Journal Approval", self._settings)
        if wanted is not None:
            return wanted
        if old is not None:
            return old.approval
        return 1 if self._settings.approve_journals else 2

    def _lines(
        self, body: Body, old: Journal | None, subsidiary: int, precision: int, *, replace_lines: bool
    ) -> tuple[JournalLine, ...]:
        kept = {} if old is None else dict(enumerate(old.lines, 1))
        if body.lines is None:
            return tuple(kept.values())
        built: dict[int, JournalLine] = {} if replace_lines else kept
        fresh = max(kept, default=0)
        for place, given in enumerate(body.lines):
            key = given.get("line")
            before = kept.get(key) if isinstance(key, int) and not replace_lines else None
            line = self._line(given, place, before, subsidiary, precision)
            if before is not None:
                built[int(key or 0)] = line
            else:
                fresh += 1
                built[fresh] = line
        return tuple(built[key] for key in sorted(built))

    def _line(
        self, given: dict[str, Any], place: int, before: JournalLine | None, subsidiary: int, precision: int
    ) -> JournalLine:
        path = f"line.items[{place}]"
        line = before or JournalLine(0, 0)
        if "account" in given:
            line = replace(line, account=self._account(given["account"], f"{path}.account", subsidiary))
        elif before is None:
            raise user_error("Please enter value(s) for: Account", path=f"{path}.account")
        if given.get("debit") is not None or given.get("credit") is not None or before is None:
            line = replace(line, amount=_amount(given, path, precision))
        for name, table, attribute in _SEGMENTS:
            if name in given:
                value = (
                    None
                    if given[name] is None
                    else self._segment(table, given[name], f"{path}.{name}", name, subsidiary)
                )
                line = replace(line, **_only(attribute, value))
        if "entity" in given:
            line = replace(line, entity=self._entity(given["entity"], f"{path}.entity", subsidiary))
        for name, attribute in (("startDate", "start"), ("endDate", "end")):
            if name in given:
                line = replace(line, **_only(attribute, day(given, name)))
        if "memo" in given:
            line = replace(line, memo=text(given, "memo", 4000))
        if "eliminate" in given:
            line = replace(line, eliminate=flag(given, "eliminate"))
        return line

    def _account(self, value: Any, path: str, subsidiary: int) -> int:
        account = int(self._find("account", value, path, "account")[0])
        kind, summary = self._run(
            "SELECT [accttype], [issummary] FROM [account] WHERE [id] = ?", (account,)
        ).fetchone()
        if kind in _NOT_POSTABLE or summary == "T":
            raise invalid_value(value, path, "account")
        if not self._one_world:
            return account
        allowed = self._run(
            "SELECT 1 FROM [accountsubsidiarymap] WHERE [account] = ? AND [subsidiary] = ?",
            (account, subsidiary),
        ).fetchone()
        if allowed is None:
            raise user_error(
                f"Invalid account reference key {account} for subsidiary {subsidiary}.", path=path
            )
        return account

    def _segment(self, table: str, value: Any, path: str, label: str, subsidiary: int) -> int:
        found = int(self._find(table, value, path, label)[0])
        if table in _BY_SUBSIDIARY and self._one_world:
            only = self._run(f"SELECT [subsidiary] FROM [{table}] WHERE [id] = ?", (found,)).fetchone()[0]
            if only is not None and only != subsidiary:
                raise invalid_value(value, path, label)
        return found

    def _entity(self, value: Any, path: str, subsidiary: int) -> int | None:
        if value is None:
            return None
        found = int(self._find("customer", value, path, "entity")[0])
        if not self._one_world:
            return found
        related = self._run(
            "SELECT 1 FROM [customersubsidiaryrelationship] WHERE [entity] = ? AND [subsidiary] = ?",
            (found, subsidiary),
        ).fetchone()
        if related is None:
            raise invalid_value(value, path, "entity")
        return found

    def _check_lines(self, journal: Journal) -> None:
        if len(journal.lines) < 2:
            raise user_error(
                "You must enter at least two lines for this transaction: one debit and one credit."
            )
        if len(journal.lines) > self._settings.journal_max_lines:
            raise user_error(
                f"The maximum number ({self._settings.journal_max_lines}) of lines was exceeded."
            )
        if sum(line.amount for line in journal.lines) != 0:
            raise user_error("The amounts in a journal entry must balance")
        for place, line in enumerate(journal.lines):
            for name, _, attribute in _SEGMENTS:
                if name in self._settings.mandatory_segments and getattr(line, attribute) is None:
                    raise user_error(
                        f"Please enter value(s) for: {_LABELS[name]}", path=f"line.items[{place}].{name}"
                    )
            kind = self._run("SELECT [accttype] FROM [account] WHERE [id] = ?", (line.account,)).fetchone()[0]
            if kind in _NEEDS_ENTITY and line.entity is None:
                raise user_error("Please enter value(s) for: Name", path=f"line.items[{place}].entity")

    def _period(self, given: dict[str, Any], date: int, old: Journal | None, journal: Journal) -> int:
        if given.get("postingPeriod") is not None:
            period = int(
                self._find("accountingperiod", given["postingPeriod"], "postingPeriod", "postingPeriod")[0]
            )
            base = self._run(
                "SELECT [isposting] FROM [accountingperiod] WHERE [id] = ?", (period,)
            ).fetchone()[0]
            if base != "T":
                raise invalid_value(given["postingPeriod"], "postingPeriod", "postingPeriod")
        elif old is not None and "tranDate" not in given:
            period = old.period
        else:
            period = self.periods.of_date(date)
        return self.periods.usable(period, {line.account for line in journal.lines})


def _amount(given: dict[str, Any], path: str, precision: int) -> int:
    debit, credit = given.get("debit"), given.get("credit")
    if (debit is None) == (credit is None):
        raise user_error("Please enter value(s) for: Debit or Credit, one of the two", path=path)
    label = "debit" if debit is not None else "credit"
    value = debit if debit is not None else credit
    amount = number(value, f"{path}.{label}", label)
    if not 0 < amount < 10**13 or amount != amount.quantize(Decimal(1).scaleb(-precision)):
        raise invalid_value(value, f"{path}.{label}", label)
    hundredths = int(amount * 100)
    return hundredths if debit is not None else -hundredths


def _only(attribute: str, value: int | None) -> dict[str, Any]:
    return {attribute: value}
