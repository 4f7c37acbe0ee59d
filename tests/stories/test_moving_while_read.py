"""NetSuite moves while it is read: pages stay whole, and what moved is read again."""

import pytest

LINES = "FROM transactionline tl INNER JOIN transaction t"
TOTALS = "AS document_count"
HEADERS = "AS statuscode"


def edit(invoice, amount, **more):
    return {"change": "edit_line", "transaction": invoice, "line": 1, "amount": amount, **more}


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(LINES, id="lines"),
        pytest.param(HEADERS, id="headers", marks=pytest.mark.slow),
        pytest.param(TOTALS, id="totals"),
    ],
)
def test_an_invoice_edited_in_the_middle_of_a_run_is_read_again(books, accounted_for, before):
    invoice, deleted = books.documents("2026-03")[:2]
    books.netsuite.post(
        "hooks",
        changes=[edit(invoice, "777.00"), {"change": "delete", "transaction": deleted}],
        contains=before,
    )
    run = books.run_invoices(full=True)
    assert run.result["reconciliation"]["status"] == "PASS"
    assert run.result["changes"] == {"changed": 1, "gone": 1}
    accounted_for(books)
    assert books.value(
        "SELECT sum(l.amount_minor) FROM document_line l JOIN source_document d ON d.current_version_id ="
        " l.version_id WHERE d.external_id = :id AND l.line_id = 1",
        id=invoice,
    ) in (77_700, 777)


def test_a_line_edited_without_its_header_shows_in_the_totals_and_is_held(books, accounted_for):
    """A change that moves no stamp of the header is what control totals are for."""
    invoice = books.documents("2026-03")[0]
    books.netsuite.change("edit_line", transaction=invoice, line=1, amount="777.00", moves_header_stamp=False)
    run = books.run_invoices()
    state, reason = books.state_of(invoice)
    assert (run.result["reconciliation"]["status"], state) == ("FAIL", "held")
    assert "did not change in NetSuite" in reason
    # Held documents are read again by id in every run, so the next one finds what is there.
    again = books.run_invoices()
    assert again.result["reconciliation"]["status"] == "PASS"
    assert books.state_of(invoice) == ("loaded", "")
    accounted_for(books)


@pytest.fixture
def small_pages(monkeypatch):
    """Pages of ten rows, ours and the stand-in's."""
    from revrec.netsuite import client, columns

    ask = columns.AccountColumns.ask.__kwdefaults__
    query = client.NetSuiteClient.query.__kwdefaults__
    for defaults in (ask, query):
        monkeypatch.setitem(defaults, "limit", 10)


@pytest.mark.usefixtures("small_pages")
def test_documents_of_one_second_that_fill_many_pages_are_all_read(books, accounted_for):
    """Bulk updates stamp thousands of documents with one second: a page by stamp would lose or repeat some."""
    books.netsuite.post("settings", page_size_max=10)
    ids = books.values("SELECT external_id FROM source_document ORDER BY 1")
    invoice = ids[len(ids) // 2]
    books.netsuite.change("edit_line", transaction=invoice, line=1, amount="777.00")
    stamp = books.netsuite.get(f"transactions/{invoice}")["transaction"][0]["lastmodifieddate__utc"]
    books.netsuite.change("touch", first_id=ids[0], last_id=ids[-1], at_utc=stamp)
    run = books.run_invoices()
    assert run.result["pulled"]["same"] + run.result["pulled"]["changed"] == len(ids)
    assert run.result["changes"] == {"changed": 1}
    accounted_for(books)


@pytest.mark.slow
@pytest.mark.usefixtures("small_pages")
def test_a_cap_of_two_pages_loses_nothing(new_books, accounted_for):
    books = new_books
    books.netsuite.post("settings", row_cap=20, page_size_max=10)
    books.run_orders()
    books.set_first_period()
    assert books.run_invoices().result["reconciliation"]["status"] == "PASS"
    accounted_for(books)
    theirs = books.netsuite.get("totals", by="all")
    assert books.value("SELECT count(*) FROM document_line") == sum(one["lines"] for one in theirs)


def test_a_document_that_never_rests_is_held_and_the_rest_loads(books):
    """It is edited before each look at the totals: after three rounds it is held by name."""
    invoice, other = books.documents("2026-03")[:2]
    books.netsuite.change("edit_line", transaction=other, line=1, amount="55.00")
    for round_ in range(12):
        books.netsuite.post(
            "hooks", changes=[edit(invoice, f"{700 + round_}.00")], contains=TOTALS, after=4 * round_
        )
    run = books.run_invoices()
    assert run.result["reconciliation"]["held_by_reconciliation"] == 1
    assert books.state_of(invoice)[0] == "held"
    assert books.state_of(other) == ("loaded", "")
    assert ("held", books.state_of(invoice)[1]) in books.notes(run)


def test_lists_that_move_while_documents_are_read(books, accounted_for):
    """A customer is merged into another, an item renamed and a currency added, after the lists have been read."""
    duplicate, into = books.values(
        "SELECT v.customer_id FROM source_document d JOIN document_version v ON v.id = d.current_version_id"
        " WHERE d.state = 'loaded' AND v.currency = 'USD' GROUP BY v.customer_id ORDER BY count(*) DESC"
    )[:2]
    theirs = (
        "SELECT d.external_id FROM source_document d JOIN document_version v ON v.id = d.current_version_id"
    )
    theirs += " WHERE v.customer_id = :c AND d.state <> 'gone' ORDER BY 1"
    merged = books.values(theirs, c=duplicate)
    item, lines = books.rows(
        "SELECT l.item_id, count(*) FROM document_line l JOIN source_document d ON d.current_version_id = l.version_id"
        " WHERE l.role = 'billing' GROUP BY l.item_id ORDER BY 2 DESC"
    )[0]
    moved = next(one for one in books.documents("2026-03") if one not in merged)
    books.set_policy(exclude_products={"product": {"name": "Name", "values": ["Brand New Name"]}})
    books.netsuite.post(
        "hooks",
        changes=[
            {"change": "merge_customers", "duplicate": duplicate, "into": into},
            {"change": "rename_item", "item": item, "name": "Brand New Name"},
            {"change": "add_currency", "symbol": "CHF", "name": "Swiss Franc", "transactions": [moved]},
        ],
        contains=TOTALS,
    )
    run = books.run_invoices()
    # Seen to move by the totals, read again, and named where it cannot be read yet.
    assert run.result["reconciliation"]["status"] == "PASS"
    assert books.values(theirs, c=duplicate) == []
    assert set(merged) <= set(books.values(theirs, c=into))
    state, reason = books.state_of(moved)
    assert state == "held"
    assert "not among the account's currencies" in reason
    assert books.value("SELECT count(*) FROM item WHERE excluded") == 0

    # The next run has the lists as they are now, and nobody had to do anything.
    again = books.run_invoices()
    assert again.result["reconciliation"]["status"] == "PASS"
    assert books.state_of(moved) == ("loaded", "")
    assert (
        books.value(
            "SELECT v.currency FROM source_document d JOIN document_version v ON v.id = d.current_version_id"
            " WHERE d.external_id = :id",
            id=moved,
        )
        == "CHF"
    )
    assert books.values("SELECT id FROM item WHERE excluded") == [item]
    assert accounted_for(books)["excluded"] >= lines
