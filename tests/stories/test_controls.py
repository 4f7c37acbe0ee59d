"""What must always hold is checked, a row that somebody tampered with is named, and the next close stops."""

import json
import re

import pytest
from sqlalchemy import text

from api.cli import main
from jobs.closing.controls import check_books, control_findings
from revrec.operations.map_account import MappingTarget
from revrec.problems import Conflict

CHECKS = [
    "allocated_is_price",
    "schedule_is_allocated",
    "roll_forward",
    "billed_less_recognised",
    "ledger_transfers",
    "debits_are_credits",
    "journals_are_the_ledger",
    "posted_is_read_back",
    "netsuite_documents",
    "gl_balances",
]


def results(books, period=""):
    with books.store.read() as session:
        return {one.name: one for one in check_books(session, period)}


def failing(books, period=""):
    return {name: one for name, one in results(books, period).items() if one.status == "FAIL"}


def tamper(books, statement, **values):
    with books.store.write() as session:
        changed = session.execute(text(statement), values)
        assert changed.rowcount > 0


def test_every_check_passes_on_two_posted_closes(posted_books):
    found = results(posted_books)
    assert list(found) == CHECKS
    assert {name: one.first for name, one in found.items() if one.status == "FAIL"} == {}
    assert [name for name, one in found.items() if one.status == "PASS"] == CHECKS
    assert all(found[name].checked > 0 for name in CHECKS)
    for one in found.values():
        assert all(total.left == total.right for total in one.sums)


def test_every_check_passes_after_everything_that_happens(closed_books):
    """Edits, a deletion, a credit, an amended mapping, closes, a reopening, and customers netted as one."""
    books = closed_books
    edited, deleted, credited = books.documents("2026-01")[:3]
    books.netsuite.change("edit_line", transaction=edited, line=1, amount="9999.00")
    books.netsuite.change("delete", transaction=deleted)
    books.netsuite.change("add_credit", invoice=credited, percent=50, date="2026-03-10")
    books.run_invoices()
    books.close("2026-03")
    books.reopen("2026-03")
    assert failing(books) == {}
    books.set_policy(netting="customer")
    books.close("2026-03")
    books.close("2026-04")
    assert failing(books) == {}


IN_FEBRUARY = "period_close_id = (SELECT id FROM period_close WHERE period = '2026-02' AND state = 'closed')"
ONE = "id = (SELECT max(id) FROM {table} WHERE {where})"


def one_row(table, where="1 = 1"):
    return ONE.format(table=table, where=f"{IN_FEBRUARY} AND {where}")


TAMPERINGS = {
    "a share of the price": (
        "UPDATE allocation SET inception_minor = inception_minor + 1 WHERE id = (SELECT max(id) FROM allocation)",
        {"allocated_is_price"},
    ),
    "what a booking rests on": (
        "UPDATE booked SET allocated_minor = allocated_minor + 1 WHERE id = (SELECT max(b.id) FROM booked b JOIN"
        " allocation a ON a.obligation_id = b.obligation_id AND a.period_close_id = b.period_close_id)",
        {"allocated_is_price"},
    ),
    "a running total": (
        f"UPDATE booked SET target_minor = target_minor + 1 WHERE {one_row('booked')}",
        {"schedule_is_allocated"},
    ),
    "revenue and its running total": (
        "UPDATE booked SET revenue_minor = revenue_minor + 7, target_minor = target_minor + 7 WHERE "
        + one_row("booked"),
        {"roll_forward"},
    ),
    "where an invoice line bills": (
        "UPDATE billing_split SET amount_minor = amount_minor - 100 WHERE "
        + one_row("billing_split", "contract_id IS NOT NULL"),
        {"roll_forward"},
    ),
    "base currency of a split": (
        "UPDATE billing_split SET base_minor = base_minor - 1 WHERE "
        + one_row("billing_split", "contract_id IS NOT NULL"),
        {"roll_forward"},
    ),
    "what was billed": (
        "UPDATE balance SET billed_minor = billed_minor + 5 WHERE "
        + one_row("balance", "scope = 'contract'"),
        {"roll_forward", "billed_less_recognised"},
    ),
    "a balance taken away": (
        "DELETE FROM balance WHERE "
        + one_row("balance", "scope = 'contract' AND billed_minor <> recognised_minor"),
        {"roll_forward"},
    ),
    "a liability": (
        "UPDATE balance SET liability_minor = liability_minor + 5 WHERE "
        + one_row("balance", "scope = 'contract'"),
        {"billed_less_recognised"},
    ),
    "a ledger row's amount": (
        "UPDATE ledger_transfer SET base_minor = base_minor + 100 WHERE "
        + one_row("ledger_transfer", "event = 'recognition'"),
        {"roll_forward", "journals_are_the_ledger"},
    ),
    "a ledger row turned round": (
        "UPDATE ledger_transfer SET amount_minor = -amount_minor WHERE "
        + one_row("ledger_transfer", "event = 'recognition'"),
        {"roll_forward", "ledger_transfers"},
    ),
    "a ledger row taken away": (
        "DELETE FROM ledger_transfer WHERE " + one_row("ledger_transfer", "event = 'recognition'"),
        {"roll_forward", "journals_are_the_ledger"},
    ),
    "one side of a journal": (
        "UPDATE journal_line SET debit_minor = debit_minor + 1 WHERE id = (SELECT max(l.id) FROM journal_line l JOIN"
        " journal j ON j.id = l.journal_id WHERE j.period = '2026-02' AND l.debit_minor > 0)",
        {"debits_are_credits", "journals_are_the_ledger"},
    ),
    "the account of a journal line": (
        "UPDATE journal_line SET account_id = 90 WHERE id = (SELECT max(l.id) FROM journal_line l JOIN journal j"
        " ON j.id = l.journal_id WHERE j.period = '2026-02')",
        {"journals_are_the_ledger"},
    ),
    "a journal that is called posted": (
        "UPDATE journal SET state = 'posted', netsuite_id = 4711 WHERE id = (SELECT max(id) FROM journal)",
        {"posted_is_read_back"},
    ),
    "an invoice line": (
        "UPDATE document_line SET amount_minor = amount_minor + 1 WHERE id = (SELECT max(l.id) FROM document_line l"
        " JOIN source_document d ON d.current_version_id = l.version_id JOIN document_version v ON v.id = l.version_id"
        " WHERE v.period = '2026-02' AND l.role = 'billing' AND d.state = 'loaded')",
        {"netsuite_documents"},
    ),
    "a document that vanishes": (
        "UPDATE source_document SET state = 'gone' WHERE id = (SELECT max(d.id) FROM source_document d JOIN"
        " document_version v ON v.id = d.current_version_id WHERE v.period = '2026-02' AND d.state = 'loaded')",
        {"netsuite_documents"},
    ),
}


@pytest.mark.parametrize("row", TAMPERINGS)
def test_a_row_that_was_tampered_with_is_named(closed_books, row):
    statement, expected = TAMPERINGS[row]
    tamper(closed_books, statement)
    found = failing(closed_books, "2026-02")
    assert set(found) == expected
    for one in found.values():
        assert 1 <= one.violations <= 3
        assert len(one.first) == one.violations
        assert all(violation.where and violation.message for violation in one.first)
    with closed_books.store.read() as session:
        findings = control_findings(session)
    assert {finding.severity for finding in findings} == {"blocking"}
    assert len(findings) == len(expected)


def test_a_failed_check_stops_the_next_close_and_names_the_row(closed_books):
    books = closed_books
    contract, number = books.rows(
        "SELECT k.id, k.number FROM balance b JOIN contract k ON k.id = b.contract_id WHERE b.scope = 'contract'"
        f" AND b.{IN_FEBRUARY} ORDER BY b.id"
    )[0]
    change = f"UPDATE balance SET liability_minor = liability_minor + :by WHERE {IN_FEBRUARY} AND contract_id = :one"
    tamper(books, change, by=500, one=contract)
    error = books.close("2026-03", ends="failed").error
    assert "[control_failed]" in error
    assert f"contract {number} at the end of 2026-02" in error
    assert books.values("SELECT state FROM period_close WHERE period = '2026-03'") in ([], ["discarded"])
    tamper(books, change, by=-500, one=contract)
    books.close("2026-03")


def test_a_reversed_close_that_was_tampered_with_is_found(closed_books):
    books = closed_books
    books.reopen("2026-02")
    books.close("2026-02")
    assert failing(books) == {}
    last = "id = (SELECT max(id) FROM ledger_transfer WHERE event = 'reversal')"
    tamper(books, f"UPDATE ledger_transfer SET base_minor = base_minor + 3 WHERE {last}")
    (found,) = failing(books).values()
    assert found.name == "journals_are_the_ledger"
    assert found.violations == 2
    assert re.search(r"mirror rows leave -?3 \w+ minor units of base currency on", found.first[0].message)
    tamper(books, f"DELETE FROM ledger_transfer WHERE {last}")
    (found,) = failing(books).values()
    assert found.name == "journals_are_the_ledger"
    assert "mirror rows leave" in found.first[0].message


def test_a_mapping_that_changes_afterwards_fails_nothing(closed_books):
    """The mapping counts as it was known when the period closed."""
    books = closed_books
    books.map(MappingTarget("contract_asset"), 7)
    assert failing(books) == {}


def test_people_see_a_table_and_programs_the_exit_status(closed_books, monkeypatch, capsys):
    books = closed_books
    monkeypatch.setenv("REVREC_DATA_DIR", str(books.config.data_dir))

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(["controls", *arguments])
        return left.value.code, capsys.readouterr().out

    status, printed = run()
    assert status == 0
    assert "Closed periods checked: 2025-12, 2026-01, 2026-02." in printed
    assert printed.count("PASS") == len(CHECKS) - 1
    assert printed.count("NOT READ") == 1  # nothing is posted, so nobody asked NetSuite
    tamper(books, f"UPDATE balance SET liability_minor = liability_minor + 5 WHERE {IN_FEBRUARY}")
    status, printed = run("--period", "2026-02")
    assert status == 1
    assert "billed_less_recognised:" in printed
    status, printed = run("--json")
    told = json.loads(printed)
    assert (status, told["passed"]) == (1, False)
    (failed,) = [one for one in told["controls"] if one["status"] == "FAIL"]
    assert failed["violations"] > 20 == len(failed["first"])
    with books.store.read() as session, pytest.raises(Conflict, match="2026-03 is not closed"):
        check_books(session, "2026-03")
