"""Every way in which a control check can fail: a row is tampered with, the check names it, and all is undone."""

import re

from sqlalchemy import text

from jobs.closing.controls import check_books

CLOSE = "(SELECT id FROM period_close WHERE period = '2026-02' AND state = 'closed')"
COPIED = (
    "period_close_id, customer_id, subsidiary_id, currency, billed_minor, recognised_minor, liability_minor,"
    " contract_asset_minor, unbilled_receivable_minor, billed_base_minor, recognised_base_minor, fx_base_minor,"
    " liability_base_minor, contract_asset_base_minor, unbilled_receivable_base_minor"
)


def change(table, values, where="1 = 1"):
    """The last of February's rows of a table of the close that fit."""
    return (
        f"UPDATE {table} SET {values} WHERE id = (SELECT max(id) FROM {table} WHERE period_close_id = {CLOSE}"
        f" AND {where})"
    )


def change_journal(table, values, where="1 = 1"):
    key = "id" if table == "journal" else "journal_id"
    return (
        f"UPDATE {table} SET {values} WHERE id = (SELECT max(id) FROM {table} WHERE {where} AND {key} IN"
        " (SELECT id FROM journal WHERE period = '2026-02'))"
    )


LAST_JOURNAL = "(SELECT max(id) FROM journal WHERE period = '2026-02')"
POSTED = change_journal("journal", "state = 'posted', netsuite_id = 4711")
READ_BACK = (
    "INSERT INTO posting_attempt (journal_id, at, action, outcome, request, reply) VALUES"
    f" ({LAST_JOURNAL}, '2026-03-01 00:00:00', 'read_back', '{{outcome}}', '{{request}}', '')"
)


def failing(books, *statements):
    """What fails with these changes, by check; nothing of them stays."""
    with books.store.write() as session:
        for statement in statements:
            assert session.execute(text(statement)).rowcount == 1, statement
        found = check_books(session, "2026-02")
        session.rollback()
    return {
        one.name: [(row.where, row.message) for row in one.first] for one in found if one.status == "FAIL"
    }


def only(books, name, where, message, *statements):
    """One row of one check, that says where and what."""
    found = failing(books, *statements)
    assert list(found) == [name], found
    ((place, sentence),) = found[name]
    assert re.fullmatch(where, place), place
    assert re.search(message, sentence), sentence


def test_schedules(closed_books):
    line = r"2026-02, order line \S+/\S+"
    for values in ("cause = 'late'", "adjustment_minor = 1"):
        bent = change("booked", values, "cause = '' AND adjustment_minor = 0")
        told = r"\d+ before \+ -?\d+ revenue = \d+ booked"
        only(closed_books, "schedule_is_allocated", line, told, bent)
    finished = change(
        "booked", "fraction_numerator = fraction_denominator", "fraction_numerator < fraction_denominator"
    )
    only(closed_books, "schedule_is_allocated", line, r"= \d+ booked; allocated \d+ minor units", finished)


def test_balances(closed_books):
    books = closed_books
    number, code = books.rows(
        "SELECT k.number, b.currency FROM balance b JOIN contract k ON k.id = b.contract_id WHERE b.id = (SELECT"
        f" max(id) FROM balance WHERE period_close_id = {CLOSE} AND scope = 'contract' AND liability_minor > 0)"
    )[0]
    ahead, name = "scope = 'contract' AND liability_minor > 0", "billed_less_recognised"
    where = f"2026-02, contract {number}"
    sides = rf"contract {number} at the end of 2026-02: billed \d+ - recognised \d+ stands as liability"
    both = change(
        "balance",
        "liability_minor = liability_minor + 5, contract_asset_minor = contract_asset_minor + 5",
        ahead,
    )
    only(books, name, where, rf"{sides} \d+ - asset 5 {code}", both)
    turned = change("balance", "contract_asset_minor = -liability_minor, liability_minor = 0", ahead)
    only(books, name, where, rf"{sides} 0 - asset -\d+ {code}", turned)
    for column in ("billed", "recognised", "fx", "liability", "contract_asset", "unbilled_receivable"):
        bent = change("balance", f"{column}_base_minor = {column}_base_minor + 1", ahead)
        found = failing(books, bent)
        assert [row[0] for row in found[name]] == [where]
        assert "in base currency billed" in found[name][0][1]
        # What was billed, earned and converted moved otherwise than the ledger, too.
        assert (set(found) == {name}) is (column in ("liability", "contract_asset", "unbilled_receivable"))
    netted = (
        f"INSERT INTO balance (scope, {COPIED}) SELECT 'customer', {COPIED} FROM balance WHERE id = (SELECT max(id)"
        f" FROM balance WHERE period_close_id = {CLOSE} AND {ahead})"
    )
    only(books, name, f"2026-02, {code}", r"All balances .* billed - recognised is -?\d+, liability", netted)


def test_movements(closed_books):
    books = closed_books
    moved = change("ledger_transfer", "amount_minor = amount_minor + 9", "event = 'recognition'")
    only(books, "roll_forward", r"2026-02, contract \S+", r"ledger rows say: net by 9 minor units", moved)
    loose = change(
        "balance", "billed_minor = billed_minor + 5, liability_minor = liability_minor + 5", "scope = 'unassigned'"
    )  # fmt: skip
    only(books, "roll_forward", r"2026-02, customer \d+", r"moved in 2026-02 by 5 \w+ minor units", loose)


def test_ledger_rows(closed_books):
    books = closed_books
    posted = "event = 'billing' AND in_gl"
    for values, moves in (
        ("base_minor = -base_minor", r"moves \d+, in base currency -\d+"),
        ("amount_minor = 0, base_minor = 0", "moves 0, in base currency 0"),
    ):
        found = failing(books, change("ledger_transfer", values, posted))
        assert set(found) == {"ledger_transfers", "roll_forward"}
        ((where, message),) = found["ledger_transfers"]
        assert re.fullmatch(r"2026-02, ledger row \d+", where)
        assert re.search(moves, message)
    still = change("ledger_transfer", "credit_role = debit_role", "event = 'netting'")
    found = failing(books, still)
    assert {"ledger_transfers", "journals_are_the_ledger"} <= set(found)
    ((where, message),) = found["ledger_transfers"]
    assert re.search(r"\(netting, (\w+) to \1\)", message)
    for role in ("debit_role", "credit_role"):
        other = change("ledger_transfer", f"{role} = 'contract_asset'", "event = 'recognition'")
        assert "journals_are_the_ledger" in failing(books, other)


def test_journals(closed_books):
    books = closed_books
    where = r"2026-02, journal id \d+"
    twice = change_journal("journal_line", "debit_minor = debit_minor + 7, credit_minor = credit_minor + 7")
    only(books, "debits_are_credits", where, "and 1 lines without one positive side", twice)
    place, posted = r"2026-02, journal \d+", "posted_is_read_back"
    conflict = change_journal("journal", "state = 'conflict'")
    only(books, posted, place, "is in conflict with NetSuite's: not read", conflict)
    only(books, posted, place, "counts as posted and was never read back", POSTED)
    differs = READ_BACK.format(outcome="1 line differs", request="4711")
    only(books, posted, place, "differed when it was read back: 1 line differs", POSTED, differs)
    other = READ_BACK.format(outcome="agrees", request="4712")
    only(books, posted, place, "as NetSuite's 4711; what was read back is 4712", POSTED, other)
    agrees = READ_BACK.format(outcome="agrees", request="4711")
    assert failing(books, POSTED, agrees) == {}
    # The newest reading counts.
    assert failing(books, POSTED, differs, agrees) == {}
    only(books, posted, place, "1 line differs", POSTED, agrees, differs)


def test_documents(closed_books):
    books = closed_books
    where = (
        "id = (SELECT max(l.id) FROM document_line l JOIN source_document d ON d.current_version_id = l.version_id"
        " JOIN document_version v ON v.id = l.version_id WHERE v.period = '2026-02' AND l.role = 'main'"
        " AND d.state = 'loaded')"
    )
    (number,) = books.values(
        f"SELECT v.tran_id FROM document_line m JOIN document_version v ON v.id = m.version_id WHERE m.{where}"
    )
    main = f"UPDATE document_line SET amount_minor = amount_minor + 1 WHERE {where}"
    told = f"The lines of document {number} .* instead of zero"
    only(books, "netsuite_documents", f"2026-02, document {number}", told, main)
    group = r"2026-02, Cust\w+, \w{3}, NetSuite customer \d+"
    for column in ("documents", "lines", "minor"):
        bent = (
            f"UPDATE group_result SET source_{column} = source_{column} + 1 WHERE id = (SELECT max(id) FROM"
            " group_result WHERE period = '2026-02')"
        )
        only(books, "netsuite_documents", group, r"NetSuite has \d+ documents .* here are \d+", bent)
