"""Contract liability by product or category, brought to its accounts by every close once a rule asks for it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from sqlalchemy import func, or_, select
from sqlmodel import Session

from revrec.accounting.book import Book
from revrec.accounting.calendar import to_day
from revrec.accounting.columns import NONE
from revrec.accounting.liability_accounts import Amounts, move_liabilities, opened_by_account
from revrec.accounting.mapping import map_accounts
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem, blockers
from revrec.accounting.result import CloseResult, Transfers
from revrec.accounting.terms import Role
from revrec.operations.periods import periods_of
from revrec.operations.set_first_period import first_period
from revrec.store.controls.journals import known_accounts
from revrec.store.core import account_mapping, ledger_transfer
from revrec.store.engine import Store
from revrec.store.general_ledger.accounts import compared_accounts
from revrec.store.general_ledger.ledger import document_sums, journal_sums
from revrec.store.queries.closes import standing_close

LIABILITY = "contract_liability"


def with_liabilities_moved(
    store: Store,
    period: str,
    book: Book,
    result: CloseResult,
    policy: Policy,
    opened: CloseResult | None,
) -> tuple[CloseResult, tuple[Problem, ...]]:
    """The result with reclass rows between liability accounts; as it is where no rule by product or category ever was.
    `opened`: the opening, where this close brings it."""
    if blockers(result.problems):
        return result, ()
    day = int(book.calendar.ends[book.calendar.index(period)])
    with store.read() as session:
        if not _asked_for(session):
            return result, ()
        accounts = {key for key, role in compared_accounts(session).items() if role == LIABILITY}
        standing: Amounts = (
            opened_by_account(book, opened.transfers, policy, day)
            if opened is not None
            else _standing(session, period, accounts)
        )
    rows, problems = move_liabilities(book, result, policy, day, standing, accounts)
    if not len(rows):
        return result, problems
    return replace(result, transfers=Transfers.concat((result.transfers, rows))), problems


def _asked_for(session: Session) -> bool:
    """Whether there is, or was, a rule for the liability of a product or category."""
    m = account_mapping.c
    narrowed = or_(m.product_id.is_not(None), m.category.is_not(None))
    found = select(m.id).where(m.role == LIABILITY, m.account_id.is_not(None), narrowed).limit(1)
    return session.execute(found).first() is not None


def _standing(session: Session, period: str, accounts: set[int]) -> Amounts:
    """What the ledger put on the accounts up to the period before, credits positive: the opening, NetSuite's own
    postings of billing lines, and our journals."""
    begin = first_period(session)
    assert begin is not None, "a period that is closed has a first one"
    periods = periods_of(session)
    before = periods.previous(period)
    closed = periods.between(begin, before) if before >= begin else []
    found: Amounts = dict(_opening(session, begin))
    for place, amount in document_sums(session, closed, accounts).items():
        found[place] = found.get(place, 0) - amount
    journals = journal_sums(session, periods.last_day(before), accounts)
    for (_, subsidiary, account), amount in journals.items():
        found[subsidiary, account] = found.get((subsidiary, account), 0) - amount
    return found


def _opening(session: Session, begin: str) -> Mapping[tuple[int, int], int]:
    """The opening that stands, by the mapping of the first period as it was known at its close."""
    periods = periods_of(session)
    opening, first = standing_close(session, periods.previous(begin)), standing_close(session, begin)
    if opening is None:
        return {}
    day = periods.last_day(begin)
    mapping, categories = known_accounts(session, day, first.closed_at if first else opening.closed_at)
    t = ledger_transfer.c
    found: Amounts = {}
    for role, sign in ((t.credit_role, 1), (t.debit_role, -1)):
        keys = (t.subsidiary_id, t.product_id, t.category)
        rows = session.execute(
            select(*keys, func.sum(t.base_minor))
            .where(t.period_close_id == opening.id, role == LIABILITY)
            .group_by(*keys)
        ).all()
        if not rows:
            continue
        account = map_accounts(
            mapping,
            np.full(len(rows), int(Role.CONTRACT_LIABILITY), dtype=np.int64),
            np.asarray([NONE if row[1] is None else row[1] for row in rows], dtype=np.int64),
            np.asarray([categories.get(row[2], NONE) for row in rows], dtype=np.int64),
            np.asarray([row[0] for row in rows], dtype=np.int64),
            to_day(day),
        ).account.tolist()
        for row, place in zip(rows, account, strict=True):
            found[row[0], place] = found.get((row[0], place), 0) + sign * int(row[3])
    return found
