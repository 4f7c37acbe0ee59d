"""What reading an account needs at hand: its client, what its queries may ask for, its currencies and accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlmodel import Session

from jobs.resources import netsuite_client, store
from revrec.netsuite.classify import Accounts
from revrec.netsuite.client import NetSuiteClient
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.currencies import Currency, CurrencyTable
from revrec.netsuite.fields import FieldSettings
from revrec.netsuite.invoices import InvoiceSource
from revrec.operations.periods import periods_of
from revrec.operations.policies import policy_value
from revrec.store.core import account, account_mapping, currency, netsuite_period, subsidiary

_columns: WeakKeyDictionary[NetSuiteClient, AccountColumns] = WeakKeyDictionary()


@dataclass(frozen=True)
class Account:
    """One account, ready to be read. `periods`: NetSuite period id to ours."""

    columns: AccountColumns
    source: InvoiceSource
    currencies: CurrencyTable
    accounts: Accounts
    periods: Mapping[str, str]
    names_orders: bool


async def open_account() -> Account:
    """The account of the invoices flow with the reference data that was read before its documents."""
    columns = await account_columns("invoices")
    with store().read() as session:
        fields, names_orders = _fields(session)
        currencies = read_currencies(session)
        return Account(
            columns=columns,
            source=InvoiceSource(columns, fields, currencies),
            currencies=currencies,
            accounts=_accounts(session),
            periods=_periods(session),
            names_orders=names_orders,
        )


async def account_columns(flow: str) -> AccountColumns:
    """What a flow's client has learned of the columns that the account lacks; kept as long as the client."""
    client = await netsuite_client(flow)
    known = _columns.get(client)
    if known is None:
        known = _columns[client] = AccountColumns(client)
    return known


def clearing_accounts(session: Session) -> frozenset[int]:
    """NetSuite accounts that any rule maps to the clearing role."""
    mapping = account_mapping.c
    found = session.execute(
        select(mapping.account_id).where(mapping.role == "clearing", mapping.account_id.is_not(None))
    )
    return frozenset(found.scalars())


def read_currencies(session: Session) -> CurrencyTable:
    """The currencies as the last run left them."""
    c, s = currency.c, subsidiary.c
    base = {str(key): str(home) for key, home in session.execute(select(s.id, s.currency_id))}
    rows: list[Any] = list(session.execute(select(c.id, c.symbol, c.name, c.precision, c.active)))
    only = next(iter(base.values())) if len(base) == 1 else ""
    return CurrencyTable.of(
        [
            Currency(str(row.id), row.symbol, row.name, row.precision, str(row.id) == only, not row.active)
            for row in rows
        ],
        base,
    )


def _fields(session: Session) -> tuple[FieldSettings, bool]:
    reference = str(policy_value(session, "order_reference_field"))
    standard = FieldSettings()
    fields = FieldSettings(
        start_field=str(policy_value(session, "service_start_field")),
        end_field=str(policy_value(session, "service_end_field")),
        end_exclusive=bool(policy_value(session, "service_end_exclusive")),
        order_reference_field=reference or standard.order_reference_field,
        custom_segments=tuple(policy_value(session, "custom_segments")),
        credit_reason_field=str(policy_value(session, "credit_reason_field")),
    )
    return fields, bool(reference)


def _accounts(session: Session) -> Accounts:
    types = session.execute(select(account.c.id, account.c.type))
    return Accounts(
        {str(key): kind for key, kind in types}, frozenset(str(one) for one in clearing_accounts(session))
    )


def _periods(session: Session) -> dict[str, str]:
    """Our periods by NetSuite's id: the one that NetSuite's ends in, adjustment periods too."""
    return {str(key): name for key, name in period_names(session).items()}


def period_names(session: Session) -> dict[int, str]:
    """Our period of each posting period of NetSuite: the one in which it ends."""
    p, periods = netsuite_period.c, periods_of(session)
    return {key: periods.of(last) for key, last in session.execute(select(p.id, p.last_day))}
