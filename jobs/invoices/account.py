"""What reading an account needs at hand: its client, what its queries may ask for, its currencies and accounts."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlmodel import Session

from jobs.pausing import require_open
from jobs.resources import netsuite_client, store
from revrec.netsuite.classify import Accounts
from revrec.netsuite.client import NetSuiteClient
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.currencies import Currency, CurrencyTable
from revrec.netsuite.fields import FieldSettings
from revrec.netsuite.invoices import InvoiceSource
from revrec.netsuite.population import ALL, Population
from revrec.netsuite.reference import primary_book
from revrec.operations.periods import periods_of
from revrec.operations.policies import policy_value
from revrec.store.core import account, account_mapping, currency, netsuite_period, subsidiary
from revrec.store.queries.connections import connection_for

# Two: one waits for the database, or computes outside of the interpreter's lock, while the other types or shapes. More
# would only take turns with the loop that talks HTTP.
threads = ThreadPoolExecutor(2, thread_name_prefix="documents")
"""Where pages are typed, shaped and staged."""

_columns: WeakKeyDictionary[NetSuiteClient, AccountColumns] = WeakKeyDictionary()
_books: WeakKeyDictionary[NetSuiteClient, int] = WeakKeyDictionary()

Scope = Mapping[str, Any]
"""Which documents a child reads, as its argument: `kinds`, and `dated_from` as text or ""."""


@dataclass(frozen=True)
class Account:
    """One account, ready to be read. `periods`: NetSuite period id to ours."""

    columns: AccountColumns
    source: InvoiceSource
    currencies: CurrencyTable
    accounts: Accounts
    periods: Mapping[str, str]
    names_orders: bool
    population: Population


def scope_of(plan: Mapping[str, Any], kinds: list[str] | None = None) -> Scope:
    """The scope of a child, of a run's plan; of these of its kinds."""
    return {"kinds": kinds or plan["kinds"], "dated_from": plan["dated_from"]}


def population_of(scope: Scope | None) -> Population:
    """The documents that a scope is about; without one, all."""
    if scope is None:
        return ALL
    since = scope["dated_from"]
    return Population(tuple(scope["kinds"]), date.fromisoformat(since) if since else None)


async def open_account(scope: Scope | None = None) -> Account:
    """The account of the invoices flow with the reference data that was read before its documents. Raises `Conflict`
    where its connection was paused since the run began."""
    columns = await account_columns("invoices")
    book = await accounting_book("invoices")
    population = population_of(scope)
    with store().read() as session:
        require_open(session, "invoices")
        fields, names_orders = _fields(session)
        currencies = read_currencies(session)
        return Account(
            columns=columns,
            source=InvoiceSource(
                columns, fields, currencies, book=book, population=population, executor=threads
            ),
            currencies=currencies,
            accounts=_accounts(session),
            periods=_periods(session),
            names_orders=names_orders,
            population=population,
        )


async def accounting_book(flow: str) -> int:
    """The primary accounting book of a flow's account, asked for once by each client.

    Where the flow's role may not see the books, the role of the invoices flow may: both are of one account.
    """
    client = await netsuite_client(flow)
    known = _books.get(client)
    if known is None:
        known, lacking = await primary_book(await account_columns(flow))
        if lacking and flow != "invoices" and await asyncio.to_thread(_is_connected, "invoices"):
            known = await accounting_book("invoices")
        _books[client] = known
    return known


def _is_connected(flow: str) -> bool:
    with store().read() as session:
        found = connection_for(session, flow)
        return found is not None and found.disconnected_at is None


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
