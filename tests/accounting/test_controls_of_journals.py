"""Journals of a close are its ledger rows that NetSuite lacks; a draft out of balance or unlike them is named."""

from dataclasses import replace

import numpy as np

from revrec.accounting.close import close_period
from revrec.accounting.columns import NONE
from revrec.accounting.controls import check_journals
from revrec.accounting.journals import Sides, draft_journals, ledger_sides
from revrec.accounting.problem import Problem
from revrec.accounting.result import JournalDraft, JournalLine, Journals


def column(*values):
    return np.asarray(values, dtype=np.int64)


def sides(*rows):
    """Subsidiary, base currency, account and amount (debit positive)."""
    subsidiary, currency, account, amount = (column(*values) for values in zip(*rows, strict=True))
    size = len(rows)
    return Sides(
        np.zeros(size, dtype=np.int64), account, np.ones(size, dtype=bool), subsidiary, currency,
        np.full(size, NONE), np.full(size, 5), amount,
    )  # fmt: skip


def draft(subsidiary, currency, *lines):
    return JournalDraft(
        subsidiary, currency, 12, 0, tuple(JournalLine(0, account, d, c) for account, d, c in lines)
    )


LEDGER = sides(
    (1, 0, 24, 6000), (1, 0, 40, -4000), (1, 0, 24, -2000), (1, 1, 24, 50), (1, 1, 40, -50),
    (2, 0, 24, 7), (2, 0, 40, -7),
)  # fmt: skip
DRAFTS = (
    draft(1, 0, (24, 3000, 0), (40, 0, 3000)),
    draft(1, 0, (24, 1000, 0), (40, 0, 1000)),
    draft(1, 1, (24, 50, 0), (40, 0, 50)),
    draft(2, 0, (24, 7, 0), (40, 0, 7)),
)


def test_journals_hold_what_the_ledger_holds_by_subsidiary_currency_and_account():
    assert check_journals(LEDGER, Journals(DRAFTS)) == ()
    assert check_journals(sides((1, 0, 24, 5), (1, 0, 24, -5)), Journals(())) == ()


def test_a_journal_out_of_balance_is_named_with_both_its_sides():
    bent = draft(1, 0, (24, 1000, 0), (24, 5, 0), (40, 0, 1000))
    assert check_journals(LEDGER, Journals((DRAFTS[0], bent, *DRAFTS[2:]))) == (
        Problem(
            "journal_out_of_balance",
            "subsidiary 1",
            "A journal of subsidiary 1 has 1005 of debits and 1000 of credits.",
        ),
        Problem(
            "journal_unlike_ledger",
            "subsidiary 1, account 24",
            "Journals of subsidiary 1 differ from the ledger by -5 on account 24.",
        ),
    )


def test_a_journal_that_is_missing_on_another_account_or_in_another_currency_is_named_by_account():
    assert check_journals(LEDGER, Journals(DRAFTS[:-1])) == (
        Problem(
            "journal_unlike_ledger",
            "subsidiary 2, account 24",
            "Journals of subsidiary 2 differ from the ledger by 7 on account 24.",
        ),
        Problem(
            "journal_unlike_ledger",
            "subsidiary 2, account 40",
            "Journals of subsidiary 2 differ from the ledger by -7 on account 40.",
        ),
    )
    moved = draft(2, 0, (25, 7, 0), (40, 0, 7))
    assert [one.message for one in check_journals(LEDGER, Journals((*DRAFTS[:-1], moved)))] == [
        "Journals of subsidiary 2 differ from the ledger by 7 on account 24.",
        "Journals of subsidiary 2 differ from the ledger by -7 on account 25.",
    ]
    turned = draft(1, 0, (24, 50, 0), (40, 0, 50))
    named = [one.where for one in check_journals(LEDGER, Journals((*DRAFTS[:2], turned, DRAFTS[3])))]
    assert named == ["subsidiary 1, account 24", "subsidiary 1, account 40"] * 2


def test_the_drafts_of_a_close_are_its_ledger(book, line, bill, policy):
    b = book([line()], [bill(1, 30000, "2025-01-05", order=100)])
    result = close_period(b, b.calendar.index("2025-01"), policy)
    journals = draft_journals(b, result, policy)
    rows = ledger_sides(b, result.transfers, policy, int(b.calendar.ends[result.period]))
    assert check_journals(rows, journals) == ()
    (one,) = journals.drafts
    assert check_journals(rows, Journals((replace(one, lines=one.lines[:-1]),))) != ()
