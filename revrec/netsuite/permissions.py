"""What a key may do, said in words: the test of a connection, and of each table and right that the flows need.

The checks only read. NetSuite tells a missing permission from a feature that is off in no way: both make a table
"not found"; what the table belongs to says which is likely.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from revrec.netsuite.client import NetSuiteClient
from revrec.netsuite.errors import (
    AuthenticationRefused,
    HostUnreachable,
    KeyRefused,
    NetSuiteError,
    NotFound,
    PermissionMissing,
    RecordNotFound,
    RecordRefused,
    Refused,
)
from revrec.netsuite.fields import FieldSettings

# NetSuite refuses a signature whose timestamp is more than five minutes off.
SKEW_LIMIT_SECONDS = 240


class State(StrEnum):
    """The outcome of one check."""

    GRANTED = "granted"
    MISSING = "missing"
    FEATURE_OFF = "feature off"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried. `needed` is False where the flows do without it."""

    name: str
    state: State
    message: str
    needed: bool = True

    @property
    def ok(self) -> bool:
        """True where nothing has to be done."""
        return self.state is State.GRANTED or not self.needed


@dataclass(frozen=True, slots=True)
class _Table:
    table: str
    column: str
    permission: str
    feature: str = ""


_TABLES = (
    _Table("transaction", "id", "Find Transaction, Invoice and Credit Memo (Transactions, View)"),
    _Table("transactionline", "id", "Find Transaction (Transactions, View)"),
    _Table("transactionaccountingline", "transaction", "Find Transaction (Transactions, View)"),
    _Table("customer", "id", "Customers (Lists, View)"),
    _Table("item", "id", "Items (Lists, View)"),
    _Table("account", "id", "Accounts (Lists, View)"),
    _Table("accountingperiod", "id", "Manage Accounting Periods (Setup, View)"),
    _Table("subsidiary", "id", "Subsidiaries (Lists, View)", "OneWorld"),
    _Table("currency", "id", "Currency (Lists, View)", "Multiple Currencies"),
    _Table("currencyrate", "transactioncurrency", "Currency (Lists, View)", "Multiple Currencies"),
    _Table("department", "id", "Departments (Lists, View)", "Departments"),
    _Table("classification", "id", "Classes (Lists, View)", "Classes"),
    _Table("location", "id", "Locations (Lists, View)", "Locations"),
    _Table("customsegment", "name", "Custom Segments (Setup, View)", "Custom Segments"),
    _Table("deletedrecord", "recordid", "Deleted Records (Setup)", "finding deleted documents at once"),
)


async def check_connection(client: NetSuiteClient, fields: FieldSettings | None = None) -> list[Check]:
    """Try the host, the key, the clock, and each permission; in order, stopping where nothing further can work.

    Asks each thing once or twice at most: five refused sign-ins would lock the user.
    """
    checks = [await _sign_in(client)]
    if clock := _check_clock(client):
        checks.append(clock)
    if not checks[0].ok:
        return checks
    checks += [await _table(client, table) for table in _TABLES]
    checks += [await _field(client, field) for field in _fields_of(fields)]
    checks.append(await _journal_entry(client))
    return checks


async def _sign_in(client: NetSuiteClient) -> Check:
    name = "sign in and query"
    try:
        await client.query("SELECT 1 AS one FROM DUAL", what="a test query", attempts=2)
    except HostUnreachable as error:
        return Check("host", State.FAILED, str(error))
    except KeyRefused as error:
        return Check("key", State.FAILED, str(error))
    except AuthenticationRefused as error:
        return Check("key", State.FAILED, str(error))
    except PermissionMissing as error:
        return Check(
            name,
            State.MISSING,
            "The role needs REST Web Services (Setup, Full), SuiteAnalytics Workbook (Reports, Edit) and Log in using "
            f"Access Tokens, or Log in using OAuth 2.0 Access Tokens (Setup). NetSuite says: {error.words}",
        )
    except NotFound as error:
        message = f"There is no REST query service at {client.base_url}. Check the account id. It says: {error.words}"
        return Check("host", State.FAILED, message)
    except NetSuiteError as error:
        return Check(name, State.FAILED, str(error))
    return Check(name, State.GRANTED, f"{client.base_url} accepts the key and answers queries.")


def _check_clock(client: NetSuiteClient) -> Check | None:
    skew = client.clock_skew_seconds
    if skew is None:
        return None
    if abs(skew) <= SKEW_LIMIT_SECONDS:
        return Check(
            "clock", State.GRANTED, f"This machine's clock is within {abs(skew):.0f} s of NetSuite's."
        )
    direction = "behind" if skew > 0 else "ahead of"
    return Check(
        "clock",
        State.FAILED,
        f"This machine's clock is {abs(skew):.0f} s {direction} NetSuite's; NetSuite refuses keys when it is more than "
        "300 s off. Set the clock (NTP).",
    )


async def _table(client: NetSuiteClient, table: _Table) -> Check:
    try:
        await client.query(
            f"SELECT x.{table.column} AS found FROM {table.table} x WHERE ROWNUM <= 1",
            what=f"a look at table {table.table}",
            limit=1,
        )
    except RecordNotFound as error:
        if table.feature:
            return Check(
                table.table,
                State.FEATURE_OFF,
                f"Not visible: the feature is off ({table.feature}), or the role lacks {table.permission}. "
                f"Done without. NetSuite says: {error.words}",
                needed=False,
            )
        return Check(
            table.table, State.MISSING, f"The role lacks {table.permission}. NetSuite says: {error.words}"
        )
    except PermissionMissing as error:
        message = f"The role lacks {table.permission}. NetSuite says: {error.words}"
        return Check(table.table, State.MISSING, message, needed=not table.feature)
    except NetSuiteError as error:
        return Check(table.table, State.FAILED, str(error))
    return Check(table.table, State.GRANTED, f"{table.table} can be read.")


def _fields_of(fields: FieldSettings | None) -> list[tuple[str, str]]:
    if fields is None:
        return []
    header = "transactionline" if fields.order_reference_on_line else "transaction"
    return [
        ("transactionline", fields.start_field),
        ("transactionline", fields.end_field),
        (header, fields.order_reference_field),
        *(("transactionline", segment) for segment in fields.segments),
    ]


async def _field(client: NetSuiteClient, field: tuple[str, str]) -> Check:
    table, column = field
    name = f"{table}.{column}"
    try:
        await client.query(
            f"SELECT x.{column} AS found FROM {table} x WHERE ROWNUM <= 1",
            what=f"a look at {name}",
            limit=1,
            attempts=2,
        )
    except Refused as error:
        message = (
            f"This account or role has no {name}. If the settings mean another field, correct them; "
            f"otherwise it is left empty. NetSuite says: {error.words}"
        )
        return Check(name, State.FEATURE_OFF, message, needed=False)
    except NetSuiteError as error:
        return Check(name, State.FAILED, str(error))
    return Check(name, State.GRANTED, f"{name} can be read.")


async def _journal_entry(client: NetSuiteClient) -> Check:
    name = "Make Journal Entry"
    try:
        await client.get_record("journalEntry", what="a look at journal entries", parameters={"limit": "1"})
    except (PermissionMissing, NotFound, RecordRefused) as error:
        message = (
            "Journals cannot be posted: the role lacks Make Journal Entry (Transactions, Create). "
            f"NetSuite says: {error.words}"
        )
        return Check(name, State.MISSING, message)
    except NetSuiteError as error:
        return Check(name, State.FAILED, str(error))
    return Check(name, State.GRANTED, "Journal entries can be opened; posting one is the last proof.")
