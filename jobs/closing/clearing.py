"""Whether the clearing accounts net to zero: what NetSuite's own postings of documents put there, less what the ledger
took out, document by document.

NetSuite credits the clearing account with a line; the journal of the close that bills it debits the account. What is
left at a period's end is of documents that bill nothing, or bill something else than they say now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlmodel import Session

from jobs.invoices.account import clearing_accounts
from revrec.accounting.money import format_amount
from revrec.operations.periods import periods_of
from revrec.operations.set_first_period import first_period
from revrec.problems import Conflict, Finding
from revrec.store.core import currency, document_version, netsuite_customer, source_document, subsidiary
from revrec.store.general_ledger.documents import GlPart, document_parts
from revrec.store.queries.accounts import accounts_by_id
from revrec.store.queries.batches import batches
from revrec.store.queries.closes import newest_closed_period, standing_close
from revrec.store.queries.currencies import precisions
from revrec.store.queries.journals import subsidiary_names

BILLS_NOTHING = {
    "pending": "it waits in Pending Data",
    "held": "it is held",
    "excluded": "its item is excluded",
}
_NAMED = 5


@dataclass(frozen=True, slots=True)
class ClearingDocument:
    """A document that makes part of what is left. `amount_minor`: NetSuite's side less ours, credits positive, base
    currency."""

    document: int
    number: str
    customer: str
    period: str
    why: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ClearingAccount:
    """A clearing account of a subsidiary at a period's end. `rest_minor`: 0 where it nets to zero."""

    account_id: int
    account: str
    subsidiary: str
    currency: str
    rest_minor: int
    documents: Sequence[ClearingDocument] = field(default=())


def clearing_at(session: Session, period: str = "") -> tuple[str, list[ClearingAccount]]:
    """Every clearing account that does not net to zero at a period's end, with its documents; the period (default: the
    newest closed one, else the first). Raises `Conflict` before the first period is set."""
    period = clearing_period(session, period)
    return period, _accounts(session, period, _parts(session, period))


def clearing_period(session: Session, period: str = "") -> str:
    """The period, known here; where none is named the newest closed one, else the first. Raises `Conflict` before the
    first period is set, `Invalid` where it is none."""
    begin = first_period(session)
    if begin is None:
        raise Conflict(
            "No accounting period is set. Set the first one with `revrec period set`.", where="period"
        )
    period = period or newest_closed_period(session) or begin
    periods_of(session).index(period)
    return period


def clearing_findings(session: Session, period: str) -> list[Finding]:
    """What the close of a period will leave on clearing accounts: of documents that bill nothing. One finding for each
    account."""
    if first_period(session) is None or not clearing_accounts(session):
        return []
    left = [part for part in _parts(session, period) if part.kind in BILLS_NOTHING]
    digits = precisions(session)
    return [_finding(one, digits) for one in _accounts(session, period, left)]


def _finding(one: ClearingAccount, digits: dict[str, int]) -> Finding:
    amount = format_amount(one.rest_minor, digits.get(one.currency, 2))
    named = ", ".join(f"{each.number} ({each.customer})" for each in one.documents[:_NAMED])
    more = len(one.documents) - _NAMED
    tail = f" and {more:,} more" if more > 0 else ""
    return Finding(
        "clearing_not_zero",
        "warning",
        f"account {one.account}, {one.subsidiary}",
        f"The clearing account {one.account} of {one.subsidiary} keeps {amount} {one.currency} of documents that bill "
        f"nothing: {named}{tail}. `revrec accounts clearing` lists them.",
    )


def _parts(session: Session, period: str) -> list[GlPart]:
    accounts = clearing_accounts(session)
    begin = first_period(session)
    if begin is None or not accounts:
        return []
    periods = periods_of(session)
    closed = [one for one in periods.between(begin, period) if standing_close(session, one) is not None]
    last = standing_close(session, closed[-1]) if closed else None
    return document_parts(
        session,
        periods.last_day(periods.previous(begin)),
        periods.last_day(period),
        closed,
        accounts,
        last.closed_at if last and last.closed_at else datetime.now(UTC),
    )


def _accounts(session: Session, period: str, parts: Sequence[GlPart]) -> list[ClearingAccount]:
    known = _documents(session, [part.reference for part in parts if part.reference is not None])
    accounts = accounts_by_id(session, {part.place[1] for part in parts})
    homes = subsidiary_names(session)
    currencies = _base_currencies(session)
    closed = {one for one in {row[1] for row in known.values()} if standing_close(session, one) is not None}
    by_place: dict[tuple[int, int], list[ClearingDocument]] = {}
    for part in parts:
        customer, posted = known.get(part.reference or 0, ("", ""))
        by_place.setdefault(part.place, []).append(
            ClearingDocument(
                part.reference or 0,
                part.name,
                customer,
                posted,
                _why(part.kind, posted, posted in closed),
                -part.amount_minor,
            )
        )
    found = []
    for (home, account_id), documents in sorted(by_place.items()):
        account = accounts.get(account_id)
        found.append(
            ClearingAccount(
                account_id,
                f"{account.number} {account.name}".strip() if account else str(account_id),
                homes.get(home, f"subsidiary {home}"),
                currencies.get(home, ""),
                sum(one.amount_minor for one in documents),
                tuple(documents),
            )
        )
    return found


def _why(kind: str, period: str, closed: bool) -> str:
    if kind in BILLS_NOTHING:
        return BILLS_NOTHING[kind]
    if kind == "late":
        return "it changed since; the next close books the difference"
    if period and not closed:
        return f"it waits for the close of {period}"
    return "the ledger holds it otherwise than NetSuite"


def _documents(session: Session, references: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Customer and posting period of documents, by NetSuite's id."""
    d, v, c = source_document.c, document_version.c, netsuite_customer.c
    found: dict[int, tuple[str, str]] = {}
    for some in batches(references):
        rows = session.execute(
            select(d.external_id, c.name, v.customer_id, v.period)
            .join_from(source_document, document_version, v.id == d.current_version_id)
            .outerjoin(netsuite_customer, c.id == v.customer_id)
            .where(d.external_id.in_(some))
        )
        for key, name, customer_id, period in rows:
            found[key] = (name or f"customer {customer_id}", period)
    return found


def _base_currencies(session: Session) -> dict[int, str]:
    s, c = subsidiary.c, currency.c
    rows = session.execute(select(s.id, c.symbol).join_from(subsidiary, currency, c.id == s.currency_id))
    return {key: symbol for key, symbol in rows}
