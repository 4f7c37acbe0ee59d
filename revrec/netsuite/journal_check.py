"""What NetSuite would refuse of a journal, told from the reference data that was read of the account. Pure.

Facts that were never read say nothing: an account that is not known here may be new. What is known to be wrong is a
sentence that names the line, the field, the value and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from revrec.netsuite.journals import Journal, JournalLine

NEEDS_ENTITY = frozenset({"AcctRec", "AcctPay"})
NOT_POSTABLE = frozenset({"NonPosting", "Stat"})
SHOWN = 5
"""How many problems of a journal its message tells."""


@dataclass(frozen=True, slots=True)
class AccountFact:
    """A ledger account. `subsidiaries` may use it; empty: all."""

    name: str
    type: str
    active: bool
    summary: bool
    subsidiaries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ValueFact:
    """A value of a segment. `subsidiaries` may use it; None: all."""

    name: str
    active: bool
    subsidiaries: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FieldFact:
    """A field that the account has for analysis. `on_journals`: journal lines have it."""

    name: str
    active: bool
    on_journals: bool
    required: bool


@dataclass(frozen=True)
class AccountFacts:
    """What was read of the account. A table that is empty was not read, and nothing is told from it. `subsidiaries`:
    active ones by id; `values`: by field, then id."""

    accounts: Mapping[str, AccountFact] = field(default_factory=dict)
    subsidiaries: Mapping[str, bool] = field(default_factory=dict)
    fields: Mapping[str, FieldFact] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, ValueFact]] = field(default_factory=dict)

    @property
    def one_world(self) -> bool:
        """Whether the account has subsidiaries: journals name one then."""
        return bool(self.subsidiaries)


@dataclass(frozen=True, slots=True)
class JournalProblem:
    """`line` counts from 1; None: the journal as a whole. `field` is NetSuite's name of it, `value` an id or ""."""

    line: int | None
    field: str
    value: str
    message: str


def check_journal(journal: Journal, facts: AccountFacts) -> list[JournalProblem]:
    """Everything that is known to be wrong, in the order of the lines."""
    found = list(_subsidiary(journal, facts))
    for number, line in enumerate(journal.lines, 1):
        found += _account(number, line, journal.subsidiary, facts)
        found += _segments(number, line, journal.subsidiary, facts)
    return found


def told(problems: Sequence[JournalProblem]) -> str:
    """The first problems as one message, the others counted."""
    more = f" And {len(problems) - SHOWN} more." if len(problems) > SHOWN else ""
    return f"Nothing was sent. {' '.join(one.message for one in problems[:SHOWN])}{more}" if problems else ""


def _subsidiary(journal: Journal, facts: AccountFacts) -> Iterator[JournalProblem]:
    if not facts.one_world:
        return
    if journal.subsidiary is None:
        yield JournalProblem(
            None,
            "subsidiary",
            "",
            "The journal names no subsidiary, and this account has several. Reopen the period "
            "and close it again, so that its journals are drafted by subsidiary.",
        )
    elif not facts.subsidiaries.get(journal.subsidiary, False):
        yield JournalProblem(
            None,
            "subsidiary",
            journal.subsidiary,
            f"Subsidiary {journal.subsidiary} is not among NetSuite's active subsidiaries. Make it active there, then "
            "run invoices, so that it is read again.",
        )


def _account(
    number: int, line: JournalLine, subsidiary: str | None, facts: AccountFacts
) -> Iterator[JournalProblem]:
    if not facts.accounts:
        return
    account = facts.accounts.get(line.account)
    named = f"Line {number}: account {account.name if account else line.account}"
    reason = ""
    if account is None:
        reason = "is not in NetSuite's chart of accounts. Map its role to another (`revrec accounts map`)"
    elif not account.active:
        reason = "is inactive in NetSuite. Make it active there, or map its role to another (`revrec accounts map`)"
    elif account.summary:
        reason = "is a summary account and takes no postings. Map its role to another (`revrec accounts map`)"
    elif account.type in NOT_POSTABLE:
        reason = f"is of type {account.type} and takes no postings. Map its role to another (`revrec accounts map`)"
    elif subsidiary and account.subsidiaries and subsidiary not in account.subsidiaries:
        reason = (
            f"is not allowed for subsidiary {subsidiary}. Allow it in NetSuite (Lists > Accounting > Accounts), or map "
            "its role for the subsidiary (`revrec accounts map --subsidiary`)"
        )
    elif account.type in NEEDS_ENTITY and line.entity is None:
        reason = (
            f"is of type {account.type}, and a journal line on it needs a customer or vendor. Map its role to an "
            "account of another type"
        )
    if reason:
        yield JournalProblem(number, "account", line.account, f"{named} {reason}.")


def _segments(
    number: int, line: JournalLine, subsidiary: str | None, facts: AccountFacts
) -> Iterator[JournalProblem]:
    for name, value in sorted(line.segments.items()):
        of = facts.fields.get(name)
        if facts.fields and (of is None or not of.active or not of.on_journals):
            yield JournalProblem(
                number,
                name,
                value,
                f"Line {number}: journal lines have no field {name} in this account. Take it out of the policy "
                "journal_segments, or have it applied to journals in NetSuite (Customization > Lists, Records, & "
                "Fields).",
            )
            continue
        known = facts.values.get(name)
        if not known:
            continue
        one = known.get(value)
        reason = ""
        if one is None:
            reason = "is not in NetSuite"
        elif not one.active:
            reason = "is inactive in NetSuite"
        elif subsidiary and one.subsidiaries is not None and subsidiary not in one.subsidiaries:
            reason = f"may not be used by subsidiary {subsidiary}"
        if reason:
            shown = f"{value} {one.name}" if one else value
            yield JournalProblem(
                number,
                name,
                value,
                f"Line {number}: {of.name if of else name} {shown} {reason}. Put the value right there and run "
                "invoices, or correct it where the revenue got it and close again.",
            )
    for name, of in sorted(facts.fields.items()):
        if of.required and of.active and of.on_journals and name not in line.segments:
            yield JournalProblem(
                number,
                name,
                "",
                f"Line {number}: NetSuite wants a {of.name} on every journal line, and this one has none. Add {name} "
                "to the policy journal_segments, set balance_sheet_segments for lines on the balance sheet, and give "
                "the product or order line a value.",
            )
