"""What a close comes to, computed and not written: for the close itself, and for whoever asks beforehand."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from sqlmodel import Session

from jobs.closing.checklist import close_findings
from jobs.closing.liabilities import with_liabilities_moved
from jobs.closing.naming import with_names
from jobs.closing.openings import ComparedOpening, compare_opening
from jobs.closing.policy import choices_of, policy_of
from jobs.invoices.account import clearing_accounts
from revrec.accounting.book import Book
from revrec.accounting.calendar import Calendar
from revrec.accounting.carry import carry_forward
from revrec.accounting.close import close_period
from revrec.accounting.controls import check_journals
from revrec.accounting.journals import draft_journals, ledger_sides
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem, blockers
from revrec.accounting.result import CloseResult, JournalDraft, Transfers
from revrec.operations.periods import MONTHS, periods_of
from revrec.operations.set_first_period import first_period
from revrec.problems import Finding
from revrec.store.books import Names, load_book
from revrec.store.books.discounts import move_discounts
from revrec.store.engine import Store
from revrec.store.queries.closes import standing_close

CALENDAR: Calendar = MONTHS.calendar
"""Of books that are kept by months."""


@dataclass(frozen=True)
class Opening:
    """The period before the first: what was earned and billed by then."""

    period: str
    result: CloseResult
    names: Names
    settings: dict[str, Any]
    compared: ComparedOpening
    currencies: dict[int, str] = field(default_factory=dict)

    def currency_of(self, contract: int) -> str:
        """The currency of one of its contracts, by our id."""
        return self.currencies.get(contract, "")


@dataclass(frozen=True)
class Computed:
    """A period, computed. `settings`: the policy in force, as it is kept with the close."""

    result: CloseResult
    drafts: tuple[JournalDraft, ...]
    findings: tuple[Finding, ...]
    names: Names
    settings: dict[str, Any]
    opening: Opening | None
    calendar: Calendar


Shape: TypeAlias = Callable[[Book], Book]
"""What is made of a book before it is computed: cut down, or with another past."""


def as_it_is(book: Book) -> Book:
    """The whole book."""
    return book


def compute_period(store: Store, period: str, shape: Shape = as_it_is) -> Computed:
    """The period as it would close now. The first close computes the opening too: the rows of the period before it,
    which the general ledger has already."""
    opening = _compute_opening(store, period, shape)
    book, names, policy, settings = _load(store, period, opening=False)
    index = book.calendar.index(period)
    if opening:
        book = replace(book, prior=carry_forward(book.prior, opening.result))
        names = replace(names, documents={**opening.names.documents, **names.documents})
    book = shape(book)
    result = close_period(book, index, policy)
    result = _with_discounts(store, result, book.calendar)
    unequal: tuple[Problem, ...] = ()
    if shape is as_it_is:
        opened = opening.result if opening else None
        result, unequal = with_liabilities_moved(store, period, book, result, policy, opened)
    drafted = draft_journals(book, result, policy)
    problems: list[Problem] = [*result.problems, *unequal, *drafted.problems]
    if not blockers(drafted.problems):
        sides = ledger_sides(book, result.transfers, policy, int(book.calendar.ends[index]))
        problems += check_journals(sides, drafted)
    with store.read() as session:
        problems = with_names(session, problems)
    findings = tuple(
        Finding(one.kind, "blocking" if one.blocking else "warning", one.where, one.message)
        for one in problems
    )
    if opening:
        findings = (*findings, *opening.compared.findings(opening.period))
    return Computed(result, drafted.drafts, findings, names, settings, opening, book.calendar)


def _with_discounts(store: Store, result: CloseResult, calendar: Calendar) -> CloseResult:
    """What NetSuite posted of discounts to other accounts than those of the lines they lower, moved there."""
    if blockers(result.problems):
        return result
    with store.read() as session:
        periods = periods_of(session)
        moved = move_discounts(
            session,
            period=result.period,
            first_day=periods.first_day(str(first_period(session))),
            last_day=periods.last_day(calendar.names[result.period]),
            clearing=clearing_accounts(session),
        )
    return replace(result, transfers=Transfers.concat((result.transfers, moved)))


def compute_opening(store: Store) -> Opening | None:
    """The opening of the first period as it would be written now; None where it stands already, or no first period is
    set."""
    with store.read() as session:
        begin = first_period(session)
    return None if begin is None else _compute_opening(store, begin, as_it_is)


def open_book(store: Store, period: str) -> tuple[Book, Names, Policy, dict[str, Any]]:
    """The book as the close of an open period would see it, on what is booked and the opening, written or not."""
    opening = compute_opening(store)
    book, names, policy, settings = _load(store, period, opening=False)
    if opening:
        book = replace(book, prior=carry_forward(book.prior, opening.result))
        names = replace(names, documents={**opening.names.documents, **names.documents})
    return book, names, policy, settings


def everything_against(store: Store, period: str) -> list[Finding]:
    """The checklist, and what only the computation can tell where the checklist finds nothing that blocks."""
    with store.read() as session:
        found = close_findings(session, period)
    if any(one.severity == "blocking" for one in found):
        return found
    known = {one.code for one in found}
    computed = [one for one in compute_period(store, period).findings if one.code not in known]
    return sorted([*found, *computed], key=lambda one: one.severity != "blocking")


def _compute_opening(store: Store, period: str, shape: Shape) -> Opening | None:
    with store.read() as session:
        before = _opening_due(session, period)
    if before is None:
        return None
    book, names, policy, settings = _load(store, before, opening=True)
    book = shape(book)
    computed = close_period(book, book.calendar.index(before), policy)
    with store.read() as session:
        compared = compare_opening(session, book, book.calendar.index(before), policy, computed, names)
    symbols = [names.currencies.get(code, "") for code in book.contracts.currency.tolist()]
    currencies = dict(zip(book.contracts.id.tolist(), symbols, strict=True))
    return Opening(before, compared.result, names, settings, compared, currencies)


def _opening_due(session: Session, period: str) -> str | None:
    """The period before the first, if this close is the first and it was never opened."""
    if period != first_period(session):
        return None
    before = periods_of(session).previous(period)
    return before if standing_close(session, before) is None else None


def _load(store: Store, period: str, *, opening: bool) -> tuple[Book, Names, Policy, dict[str, Any]]:
    with store.read() as session:
        periods = periods_of(session)
        day = periods.last_day(period)
        book, names = load_book(
            session,
            calendar=periods.calendar,
            period=periods.index(period),
            first_period=periods.index(str(first_period(session))),
            choices=choices_of(session),
            clearing=clearing_accounts(session),
            opening=opening,
        )
        policy, settings = policy_of(session, day, names.categories)
    return book, names, policy, settings
