"""Documents wait by customer until their name, or a person, says which CRM customer it is."""

import pytest

from reconciliation.columns import PENDING_DATA
from revrec.problems import Refused

OF = (
    "SELECT d.external_id, d.state, d.reason FROM source_document d JOIN document_version v"
    " ON v.id = d.current_version_id WHERE v.customer_id = :customer ORDER BY d.external_id"
)


def customers(books, match):
    """(id, name) of customers with documents that came to a match, in order."""
    return books.rows(
        "SELECT n.id, n.name FROM netsuite_customer n WHERE n.match = :match AND EXISTS"
        " (SELECT 1 FROM document_version v WHERE v.customer_id = n.id) ORDER BY n.id",
        match=match,
    )


def states(books, customer):
    return {(state, reason) for _, state, reason in books.rows(OF, customer=customer)}


def look_alikes(books, name):
    return books.values(
        "SELECT external_id FROM crm_customer WHERE lower(name) LIKE :n ORDER BY 1", n=f"{name}%"
    )


@pytest.fixture
def absent(books):
    return customers(books, "none")[0]


@pytest.fixture
def ambiguous(books):
    return customers(books, "ambiguous")[0]


def test_a_customer_renamed_in_netsuite_leaves_pending_data_with_the_reason(books, absent, accounted_for):
    customer, _ = absent
    name = books.values("SELECT name FROM crm_customer ORDER BY id")[0]
    before = len(books.rows(OF, customer=customer))
    books.netsuite.change("rename_customer", customer=customer, name=name)
    run = books.run_invoices()
    assert run.result["left_pending"] == [
        {
            "customer": name,
            "crm_customer": name,
            "reason": "exact_name",
            "state": "loaded",
            "documents": before,
        }
    ]
    assert run.result["changes"] == {"moved": before}
    assert states(books, customer) == {("loaded", "")}
    assert all(row["Customer"] != name for row in books.tab(run, PENDING_DATA))
    accounted_for(books)


def test_a_customer_made_in_the_crm_is_found_by_the_next_runs(books, absent, accounted_for):
    customer, name = absent
    books.salesforce.send("POST", "records/Account", Name=name.upper(), CurrencyIsoCode="USD")
    books.run_orders()
    assert books.run_invoices().result["left_pending"][0]["reason"] == "name_key"
    assert states(books, customer) == {("loaded", "")}
    accounted_for(books)


def test_an_ambiguous_customer_waits_with_both_shown_until_it_is_paired(books, ambiguous, accounted_for):
    customer, name = ambiguous
    assert states(books, customer) == {("pending", "several CRM customers of this name")}
    books.pair(customer, look_alikes(books, name.lower()[:4])[0])
    assert {state for state, _ in states(books, customer)} == {"pending"}
    (left,) = books.run_invoices().result["left_pending"]
    assert (left["customer"], left["reason"], left["state"]) == (name, "alias", "loaded")
    assert states(books, customer) == {("loaded", "")}
    accounted_for(books)


def test_an_undone_pairing_sends_documents_back_and_names_do_not_make_it_again(
    books, ambiguous, accounted_for
):
    customer, name = ambiguous
    books.pair(customer, look_alikes(books, name.lower()[:4])[0])
    books.run_invoices()
    books.unpair(customer)
    back = books.run_invoices()
    assert back.result["changes"] == {"moved": len(books.rows(OF, customer=customer))}
    assert states(books, customer) == {("pending", "several CRM customers of this name")}
    accounted_for(books)


def test_a_link_by_name_that_a_person_undid_is_not_made_again(books):
    customer = books.values(
        "SELECT netsuite_customer_id FROM customer_link WHERE basis = 'exact_name' AND netsuite_customer_id IN"
        " (SELECT customer_id FROM document_version) ORDER BY 1"
    )[0]
    books.unpair(customer)
    books.run_invoices()
    assert {state for state, _ in states(books, customer)} == {"pending"}
    books.run_invoices()
    assert {state for state, _ in states(books, customer)} == {"pending"}


def test_undoing_a_link_that_closed_periods_rest_on_flows_as_an_adjustment(closed_books, accounted_for):
    books = closed_books
    invoice = books.documents("2026-01")[0]
    customer = books.value(
        "SELECT v.customer_id FROM source_document d JOIN document_version v ON v.id = d.current_version_id"
        " WHERE d.external_id = :id",
        id=invoice,
    )
    before = books.closed_rows("2026-01", "2026-02")
    assert books.billed(invoice)
    with pytest.raises(Refused, match="needs a reason"):
        books.unpair(customer)
    books.unpair(customer, reason="another company of that name")
    books.run_invoices()
    accounted_for(books)
    books.close("2026-03")
    assert books.billed(invoice) == 0
    assert {cause for _, cause in books.transfers(invoice, "2026-03")} == {"late"}
    assert books.closed_rows("2026-01", "2026-02") == before


def test_a_linked_customer_that_is_renamed_stays_linked_and_is_told(books, accounted_for):
    customer, _ = customers(books, "linked")[0]
    books.netsuite.change("rename_customer", customer=customer, name="Quite Another Name")
    run = books.run_invoices()
    assert run.result["changes"] == {}
    assert {state for state, _ in states(books, customer)} == {"loaded"}
    assert any(code.startswith("link_") and "Quite Another Name" in text for code, text in books.notes(run))
    accounted_for(books)


def test_excluded_products_bill_nothing_and_come_back(books, accounted_for):
    item, code, name = books.rows(
        "SELECT i.id, i.name, i.display_name FROM item i JOIN document_line l ON l.item_id = i.id"
        " WHERE l.role = 'billing' GROUP BY i.id, i.name, i.display_name ORDER BY count(*) DESC, i.id LIMIT 1"
    )[0]
    for text in (code, name):
        books.set_policy(exclude_products={"product": {"name": "Name", "values": [text]}})
        excluding = books.run_invoices()
        outcome = accounted_for(books)
        assert outcome["excluded"] == books.value(
            "SELECT count(*) FROM document_line l JOIN source_document d ON d.current_version_id = l.version_id"
            " WHERE l.item_id = :item AND d.state <> 'gone'",
            item=item,
        )
        assert excluding.result["outcome"]["counts"]["lines_excluded"] == outcome["excluded"]
    books.set_policy(exclude_products={"product": {"name": "Name", "values": []}})
    books.run_invoices()
    assert "excluded" not in accounted_for(books)


def test_a_product_excluded_after_a_close_takes_its_billing_back(closed_books, accounted_for):
    books = closed_books
    before = books.closed_rows("2026-01", "2026-02")
    ((item, name),) = books.rows(
        "SELECT i.id, i.name FROM item i JOIN document_line l ON l.item_id = i.id JOIN billing_split s"
        " ON s.line_id = l.line_id JOIN source_document d ON d.id = s.document_id"
        " AND d.current_version_id = l.version_id GROUP BY i.id, i.name ORDER BY count(*) DESC, i.id LIMIT 1"
    )
    books.set_policy(exclude_products={"product": {"name": "Name", "values": [name]}})
    books.run_invoices()
    accounted_for(books)
    books.close("2026-03")
    left = books.values(
        "SELECT sum(s.amount_minor) FROM billing_split s JOIN source_document d ON d.id = s.document_id"
        " JOIN document_line l ON l.version_id = d.current_version_id AND l.line_id = s.line_id"
        " WHERE l.item_id = :item GROUP BY d.id, l.line_id HAVING sum(s.amount_minor) <> 0",
        item=item,
    )
    assert left == []
    assert books.closed_rows("2026-01", "2026-02") == before
