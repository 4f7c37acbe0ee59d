"""What was read of the NetSuite account, as a journal is checked against it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from revrec.netsuite.journal_check import AccountFact, AccountFacts, FieldFact, ValueFact
from revrec.store.core import account, account_subsidiary, segment, segment_value, subsidiary


def account_facts(session: Session) -> AccountFacts:
    """Accounts, subsidiaries, fields of journal lines and segment values, as the last reading left them. Subsidiary 0
    stands for an account without any."""
    allowed: dict[int, set[str]] = {}
    for account_id, subsidiary_id in session.execute(
        select(account_subsidiary.c.account_id, account_subsidiary.c.subsidiary_id)
    ):
        allowed.setdefault(account_id, set()).add(str(subsidiary_id))
    accounts: Sequence[Any] = session.execute(select(account)).all()
    values: dict[str, dict[str, ValueFact]] = {}
    for row in session.execute(select(segment_value)):
        only = None if row.subsidiaries is None else frozenset(str(one) for one in row.subsidiaries)
        values.setdefault(row.segment, {})[str(row.value_id)] = ValueFact(row.name, row.active, only)
    return AccountFacts(
        accounts={
            str(row.id): AccountFact(
                f"{row.number} {row.name}".strip(),
                row.type,
                row.active,
                row.summary,
                frozenset(allowed.get(row.id, ())),
            )
            for row in accounts
        },
        subsidiaries={
            str(row.id): row.active for row in session.execute(select(subsidiary)) if row.id and row.id > 0
        },
        fields={
            row.field: FieldFact(row.name, row.active, row.on_journals, row.required)
            for row in session.execute(select(segment))
        },
        values=values,
    )
