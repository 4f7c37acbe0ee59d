"""What a key may do, said in words: host, key and clock, then every permission that the flow's role needs (`role`).

The checks only read. NetSuite tells a missing permission from a feature that is off in no way: both make a table
"not found". Where a column of the transactions shows that the account has the feature, it is the permission.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from revrec.netsuite.client import NetSuiteClient
from revrec.netsuite.credentials import M2mCredentials
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
from revrec.netsuite.role import FLOWS, SEGMENTS, RolePermission, permissions_for

# NetSuite refuses a signature whose timestamp is more than five minutes off.
SKEW_LIMIT_SECONDS = 240


class State(StrEnum):
    """The outcome of one check. `NOT_SHOWN`: NetSuite shows it in use only."""

    GRANTED = "granted"
    MISSING = "missing"
    FEATURE_OFF = "feature off"
    NOT_SHOWN = "not shown"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried. `needed` is False where the flow does without it.

    `purpose` is what a permission is for, `screen` where NetSuite grants it; empty where it is no permission.
    """

    name: str
    state: State
    message: str
    needed: bool = True
    purpose: str = ""
    screen: str = ""

    @property
    def ok(self) -> bool:
        """True where nothing has to be done."""
        return self.state is State.GRANTED or not self.needed


async def check_connection(
    client: NetSuiteClient,
    fields: FieldSettings | None = None,
    *,
    flows: Sequence[str] = FLOWS,
    policy: Mapping[str, Any] | None = None,
) -> list[Check]:
    """Try the host, the key, the clock, and each permission of the flows; stops where nothing further can work.

    Asks each thing once or twice at most: five refused sign-ins would lock the user. `policy` says which permissions
    are wanted besides (posting as approved). `fields` are columns that the settings name.
    """
    wanted = permissions_for(flows, "m2m" if isinstance(client.credentials, M2mCredentials) else "tba")
    signed_in = await _sign_in(client, wanted)
    checks = signed_in[:1]
    if clock := _check_clock(client):
        checks.append(clock)
    checks += signed_in[1:]
    if not all(check.ok for check in signed_in):
        return checks
    for permission in wanted:
        if permission.unseen:
            checks += _unseen(permission, policy or {})
        elif permission.tables or permission.records:
            checks.append(await _permission(client, permission, fields))
    checks += [await _field(client, field) for field in _fields_of(fields, flows)]
    return checks


async def _sign_in(client: NetSuiteClient, wanted: Sequence[RolePermission]) -> list[Check]:
    """The host and the key, then the permissions that signing in and the first query show."""
    showing = [one for one in wanted if not (one.tables or one.records or one.unseen)]
    try:
        await client.query("SELECT 1 AS one FROM DUAL", what="a test query", attempts=2)
    except HostUnreachable as error:
        return [Check("host", State.FAILED, str(error))]
    except (KeyRefused, AuthenticationRefused) as error:
        return [Check("key", State.FAILED, str(error))]
    except PermissionMissing as error:
        named = [one for one in showing if one.name in error.words] or showing
        also = "" if len(named) == 1 else "one of these, or more: "
        return [
            _of(
                one, State.MISSING, f"The role lacks {also}{one.text}. Grant it. NetSuite says: {error.words}"
            )
            for one in named
        ]
    except NotFound as error:
        message = f"There is no REST query service at {client.base_url}. Check the account id. It says: {error.words}"
        return [Check("host", State.FAILED, message)]
    except NetSuiteError as error:
        return [Check("sign in and query", State.FAILED, str(error))]
    answered = f"{client.base_url} accepts the key and answers queries."
    return [
        Check("sign in and query", State.GRANTED, answered),
        *(_of(one, State.GRANTED, "The key works.") for one in showing),
    ]


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


def _unseen(permission: RolePermission, policy: Mapping[str, Any]) -> list[Check]:
    """A permission that nothing shows before it is used: said, unless no policy wants it."""
    message = "NetSuite shows it only when it is used."
    if permission.when:
        key, value = permission.when
        if policy.get(key) != value:
            return []
        message += f" The policy {key} is {value}, so the role must have {permission.text}."
    return [replace(_of(permission, State.NOT_SHOWN, message), needed=False)]


async def _permission(
    client: NetSuiteClient, permission: RolePermission, fields: FieldSettings | None
) -> Check:
    """Whether everything that a permission opens is open."""
    for table, column in permission.tables:
        failure = await _closed(client, table, column)
        if isinstance(failure, RecordNotFound) and permission.feature:
            return await _missing_or_off(client, permission, fields, failure)
        if failure is not None:
            return _closed_check(permission, failure)
    for record in permission.records:
        try:
            await client.get_record(record, what=f"a look at {record} records", parameters={"limit": "1"})
        except (PermissionMissing, NotFound, RecordRefused) as error:
            return _closed_check(permission, error)
        except NetSuiteError as error:
            return _of(permission, State.FAILED, str(error))
    return _of(
        permission,
        State.GRANTED,
        "Journal entries can be opened; posting one is the last proof."
        if permission.level == "Create"
        else "It can be read.",
    )


def _closed_check(permission: RolePermission, error: NetSuiteError) -> Check:
    if not isinstance(error, RecordNotFound | PermissionMissing | NotFound | RecordRefused):
        return _of(permission, State.FAILED, str(error))
    without = " Done without." if permission.optional else ""
    message = f"The role lacks {permission.text}.{without} NetSuite says: {error.words}"
    return _of(permission, State.MISSING, message)


async def _missing_or_off(
    client: NetSuiteClient, permission: RolePermission, fields: FieldSettings | None, error: RecordNotFound
) -> Check:
    """A table of a feature is not to be seen: the permission, where a column shows that the feature is on."""
    feature = permission.feature
    assert feature is not None
    witness = feature.witness
    if feature is SEGMENTS and fields and any(one.startswith("cseg_") for one in fields.segments):
        witness = ("transactionline", next(one for one in fields.segments if one.startswith("cseg_")))
    if witness and await _closed(client, *witness) is None:
        return _closed_check(permission, error)
    message = (
        f"The feature {feature.name} is off ({feature.screen}), or the role lacks {permission.text}. Done without. "
        f"NetSuite says: {error.words}"
    )
    return replace(_of(permission, State.FEATURE_OFF, message), needed=False)


async def _closed(client: NetSuiteClient, table: str, column: str) -> NetSuiteError | None:
    """None where the column of the table can be read, otherwise what NetSuite said."""
    try:
        await client.query(
            f"SELECT x.{column} AS found FROM {table} x WHERE ROWNUM <= 1",
            what=f"a look at {table}.{column}",
            limit=1,
            attempts=2,
        )
    except NetSuiteError as error:
        return error
    return None


def _fields_of(fields: FieldSettings | None, flows: Sequence[str]) -> list[tuple[str, str]]:
    if fields is None:
        return []
    if "invoices" not in flows:
        return [("transactionline", segment) for segment in fields.custom_segments]
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
    error = await _closed(client, table, column)
    if error is None:
        return Check(name, State.GRANTED, f"{name} can be read.")
    if not isinstance(error, Refused):
        return Check(name, State.FAILED, str(error))
    message = (
        f"This account or role has no {name}. If the settings mean another field, correct them; "
        f"otherwise it is left empty. NetSuite says: {error.words}"
    )
    return Check(name, State.FEATURE_OFF, message, needed=False)


def _of(permission: RolePermission, state: State, message: str) -> Check:
    return Check(
        permission.name, state, message, not permission.optional, permission.purpose, permission.screen
    )
