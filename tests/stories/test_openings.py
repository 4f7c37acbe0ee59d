"""Opening balances loaded at cut-over stand in for the computed ones, and what they differ by is a conversion."""

import pytest

from api.importing import read_opening
from api.opening_sheet import write_opening
from jobs.closing.compute import compute_opening
from revrec.operations.accept_opening import accept_opening
from revrec.operations.import_opening import GivenOpening, import_opening
from revrec.problems import Conflict, Invalid, Refused
from revrec.store.queries.openings import names_of

from .verbs import WARNINGS, now

UNCOMPARED = tuple(code for code in WARNINGS if code != "opening_not_compared")


@pytest.fixture
def march(new_books):
    """Books that begin in March, nothing closed."""
    books = new_books
    books.run_orders()
    books.set_first_period("2026-03")
    books.run_invoices()
    books.map_accounts()
    books.run_invoices()
    return books


def computed_rows(books):
    """The computed opening in the form of a sheet: recognised by line, billed by contract."""
    opening = compute_opening(books.store)
    booked, balances = opening.result.booked.rows(), opening.result.balances.rows()
    with books.store.read() as session:
        names = names_of(
            session, {row["contract"] for row in balances} - {-1}, {row["obligation"] for row in booked}
        )
    rows = []
    for at, row in enumerate(booked):
        named = names[row["contract"], row["obligation"]]
        currency = opening.currency_of(row["contract"])
        rows.append(
            given(at, named.contract, named.order, named.line, currency)
            | {"recognised_minor": row["target"], "base_recognised_e6": e6(books, row, "base_target")}
        )
    for at, row in enumerate(balances, start=len(rows)):
        if row["contract"] != -1:
            order = books.value(
                "SELECT min(number) FROM sales_order WHERE contract_id = :id", id=row["contract"]
            )
            named = names[row["contract"], None]
            rows.append(
                given(at, named.contract, order, "", opening.currency_of(row["contract"]))
                | {"billed_minor": row["billed"], "base_billed_e6": e6(books, row, "base_billed")}
            )
    return rows


def given(at, contract, order, line, currency):
    amounts = dict.fromkeys(
        ("recognised_minor", "base_recognised_e6", "billed_minor", "base_billed_e6"), None
    )
    return {
        "place": f"row {at}",
        "contract": contract,
        "order": order,
        "line": line,
        "currency": currency,
    } | amounts


def e6(books, row, name):
    """Base currencies of the made-up company have two decimals, but the yen."""
    base = books.value(
        "SELECT c.precision FROM contract k JOIN sales_order o ON o.contract_id = k.id JOIN order_version v"
        " ON v.order_id = o.id JOIN subsidiary s ON s.id = v.subsidiary_id JOIN currency c ON c.id = s.currency_id"
        " WHERE k.id = :id GROUP BY c.precision",
        id=row["contract"],
    )
    return row[name] * 10 ** (6 - base)


def load(books, rows):
    with books.store.write() as session:
        return import_opening(
            session, books.preparer, [GivenOpening(**row) for row in rows], source="old books.xlsx", now=now()
        )


def test_what_was_loaded_stands_and_its_difference_is_booked_as_conversion(march):
    books = march
    rows = computed_rows(books)
    line = next(row for row in rows if (row["recognised_minor"] or 0) > 20_000 and row["currency"] == "USD")
    line["recognised_minor"] -= 10_000
    line["base_recognised_e6"] -= 100 * 10**6
    contract = next(row for row in rows if (row["billed_minor"] or 0) > 20_000 and row["currency"] == "USD")
    contract["billed_minor"] -= 5_000
    contract["base_billed_e6"] -= 50 * 10**6
    done = load(books, rows)
    assert (done.obligations, done.contracts) == (
        len([row for row in rows if row["line"]]),
        len([row for row in rows if not row["line"]]),
    )

    opening = compute_opening(books.store)
    found = {(row["computed"], row["loaded"]) for row in opening.compared.differences.rows()}
    assert found == {
        (line["recognised_minor"] + 10_000, line["recognised_minor"]),
        (contract["billed_minor"] + 5_000, contract["billed_minor"]),
    }
    error = books.close("2026-03", acknowledge=UNCOMPARED, ends="failed").error
    assert "[opening_not_compared]" in error
    assert "2 lines and contracts were loaded otherwise" in error
    with books.store.write() as session, pytest.raises(Refused, match="needs a reason"):
        accept_opening(session, books.approver, opening.compared.totals, now=now(), reason=" ")
    with books.store.write() as session:
        accept_opening(
            session, books.approver, opening.compared.totals, now=now(), reason="one credit was booked late"
        )
    books.close("2026-03", acknowledge=UNCOMPARED)

    moved = books.rows(
        "SELECT b.adjustment_minor, b.cause FROM booked b JOIN period_close c ON c.id = b.period_close_id"
        " WHERE c.state = 'closed' AND c.period = '2026-03' AND b.adjustment_minor <> 0"
    )
    assert [(int(amount), cause) for amount, cause in moved] == [(10_000, "conversion")]
    opened = books.rows(
        "SELECT t.event, t.in_gl, count(*) FROM ledger_transfer t JOIN period_close c ON c.id = t.period_close_id"
        " WHERE c.state = 'closed' AND c.period = '2026-02' GROUP BY 1, 2"
    )
    assert [(event, bool(in_gl)) for event, in_gl, _ in opened] == [("opening", True)]
    for billed, recognised, liability, asset in books.rows(
        "SELECT b.billed_minor, b.recognised_minor, b.liability_minor, b.contract_asset_minor"
        " + b.unbilled_receivable_minor FROM balance b JOIN period_close c ON c.id = b.period_close_id"
        " WHERE c.state = 'closed' AND b.scope = 'contract'"
    ):
        assert billed - recognised == liability - asset
    with pytest.raises(Conflict, match="stands"):
        load(books, rows)


def test_an_opening_written_to_a_sheet_and_loaded_from_it_changes_nothing(march, tmp_path):
    books = march
    before = compute_opening(books.store)
    sheet = tmp_path / "opening.csv"
    written = write_opening(sheet, books.store, now())
    with books.store.read() as session:
        rows, found = read_opening(sheet, session)
    assert (len(rows), found) == (written, [])
    with books.store.write() as session:
        import_opening(session, books.preparer, rows, source=sheet.name, now=now())
    after = compute_opening(books.store)
    assert len(after.compared.differences) == 0
    assert (before.compared.loaded, after.compared.loaded) == (False, True)
    # Base amounts aside: a cent of conversion that was trued up is no part of what is loaded.
    assert [figures(one) for one in after.compared.totals] == [figures(one) for one in before.compared.totals]


def figures(one):
    return (
        one.subsidiary_id,
        one.currency,
        one.billed_minor,
        one.recognised_minor,
        one.liability_minor,
        one.asset_minor,
    )


@pytest.mark.slow
def test_every_fault_is_named_and_nothing_is_loaded(march, tmp_path):
    books = march
    rows = computed_rows(books)
    good = next(row for row in rows if row["line"])
    wrong = [
        good | {"place": "a", "order": "no such order"},
        good | {"place": "b", "line": "no such line"},
        good | {"place": "c", "currency": "CHF"},
        good | {"place": "d", "line": ""},
        good | {"place": "e", "contract": "", "order": ""},
        good,
        good | {"place": "f"},
    ]
    with pytest.raises(Invalid, match="6 faults") as refused:
        load(books, wrong)
    assert [one.where for one in refused.value.findings] == [
        "a, column Order",
        "b, column Line",
        "c, column Currency",
        "d, column Line",
        "e, column Contract",
        "f, column Line",
    ]
    assert books.values("SELECT count(*) FROM opening_balance") == [0]

    sheet = tmp_path / "opening.csv"
    sheet.write_text(
        "Contract,Order,Line,Recognised,Recognised base,Billed,Billed base,Currency\n"
        f"{good['contract']},{good['order']},{good['line']},12.345,,,,{good['currency']}\n"
        f"{good['contract']},{good['order']},{good['line']},12.34,,,,{good['currency']}\n"
    )
    with books.store.read() as session:
        given_rows, found = read_opening(sheet, session)
    assert [one.where for one in found] == ["opening.csv, row 2, column Recognised"]
    assert [one.recognised_minor for one in given_rows] == [1234]
