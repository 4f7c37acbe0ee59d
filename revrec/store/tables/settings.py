"""Accounting policies and the account mapping: rows with an effective date, never overwritten."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, SQLModel

from revrec.store.columns import Json, UtcDateTime, big_key, words


class PolicySetting(SQLModel, table=True):
    """One value of one policy from `valid_from` on; the latest row set for a key, scope and date rules."""

    __tablename__ = "policy_setting"

    id: int = Field(default=None, sa_column=big_key())
    key: str = Field(index=True)
    scope: str = ""  # empty: everywhere
    valid_from: date | None = None  # empty: always
    value: Any = Field(sa_type=Json)
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)
    reason: str = ""


class AccountMapping(SQLModel, table=True):
    """A ledger role's NetSuite account; the most specific row that fits rules.

    `account_id` empty withdraws the rule from `valid_from` on.
    """

    __tablename__ = "account_mapping"

    id: int = Field(default=None, sa_column=big_key())
    role: str = Field(index=True)
    product_id: int | None = None
    category: str | None = None
    subsidiary_id: int | None = None  # NetSuite id
    department_id: int | None = None  # NetSuite id; where journals are broken down by department
    valid_from: date | None = None
    account_id: int | None = None  # NetSuite id
    # why an account of a type that the role does not take was chosen; empty: it fits
    type_reason: str = Field(default="", sa_column=words())
    is_default: bool = False  # used where nothing else fits; what falls to it is marked unverified
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)
