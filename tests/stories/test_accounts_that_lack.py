"""Accounts differ: what one lacks is told as a notice, and the run works with the rest."""

import json

import pytest

from jobs.closing.controls import check_books


def slow(value):
    """A further value of the same kind, for the long suite."""
    return pytest.param(value, marks=pytest.mark.slow)


LACKING = {
    "oneworld": ("subsidiary",),
    "revrec": ("revrecstartdate",),
    "multicurrency": ("currency",),
    "classes": ("class",),
    "departments": ("department",),
    "locations": ("location",),
    "cseg_region": ("cseg_region",),
}


@pytest.mark.parametrize(
    "feature", [slow("classes"), slow("departments"), slow("locations"), "cseg_region", slow("revrec")]
)
def test_a_feature_that_is_off_is_a_notice_and_the_run_works(new_books, accounted_for, feature):
    books = new_books
    books.netsuite.lacks(feature)
    books.run_orders()
    books.set_first_period()
    run = books.run_invoices()
    assert run.result["reconciliation"]["status"] == "PASS"
    accounted_for(books)
    told = " ".join(message for _, message in books.notes(run))
    assert any(word in told for word in LACKING[feature]), told


def test_an_account_without_many_currencies_or_subsidiaries_keeps_books_all_the_same(new_books):
    """Amounts are then in the company's own currency: those of dollar documents are what they were."""
    books = new_books
    books.set_policy(order_fields=without_subsidiary(books), journal_segments=[])
    books.netsuite.lacks(
        "oneworld", "multicurrency", "classes", "departments", "locations", "cseg_region", "revrec"
    )
    for one in books.netsuite.picks(1):
        if one["subsidiary"] != 1:  # those of the subsidiaries that such an account would not have
            books.netsuite.change("delete", transaction=one["id"])
    books.run_orders()
    books.set_first_period()
    run = books.run_invoices()
    assert run.result["reconciliation"]["status"] == "PASS"
    assert books.values("SELECT DISTINCT currency FROM document_version") == ["USD"]
    assert books.rows("SELECT id, name FROM subsidiary WHERE active") == [(0, "The company")]
    theirs = books.netsuite.get("totals", by="all")
    assert books.value("SELECT count(*) FROM source_document") == sum(one["documents"] for one in theirs)
    books.map_accounts()
    books.run_invoices()
    books.close("2026-01")
    books.approve_and_post()
    assert books.rows("SELECT DISTINCT state, message, subsidiary_id FROM journal") == [("posted", "", 0)]
    (balances,) = [one for one in checks(books) if one.name == "gl_balances"]
    assert (balances.status, balances.violations) == ("PASS", 0)
    assert books.values("SELECT DISTINCT subsidiary_id FROM gl_balance") == [0]


def checks(books):
    with books.store.read() as session:
        return check_books(session, "2026-01")


def test_the_currency_of_an_account_without_many_is_the_one_the_company_names(new_books):
    books = new_books
    books.set_policy(order_fields=without_subsidiary(books), home_currency="CHF")
    books.netsuite.lacks("oneworld", "multicurrency")
    for one in books.netsuite.picks(1):
        if one["subsidiary"] != 1:
            books.netsuite.change("delete", transaction=one["id"])
    books.run_orders()
    books.set_first_period()
    assert books.run_invoices().result["reconciliation"]["status"] == "PASS"
    assert books.values("SELECT DISTINCT currency FROM document_version") == ["CHF"]


def without_subsidiary(books):
    (given,) = books.values(
        "SELECT value FROM policy_setting WHERE key = 'order_fields' ORDER BY id DESC LIMIT 1"
    )
    fields = json.loads(given)
    del fields["order"]["subsidiary"]
    return fields


@pytest.mark.slow
def test_orders_of_a_subsidiary_that_netsuite_does_not_have_wait(books):
    """They are held with a reason, and the rest closes."""
    customer = books.values("SELECT external_id FROM crm_customer ORDER BY id")[0]
    books.salesforce.send(
        "POST",
        "orders",
        account=customer,
        effective_date="2026-01-01",
        currency="USD",
        subsidiary="77",
        lines=[
            {
                "product": "PLAT-ENT",
                "quantity": 1,
                "amount": "1200.00",
                "start": "2026-01-01",
                "end": "2026-12-31",
            }
        ],
    )
    books.run_orders()
    books.close("2026-01")
    assert books.values("SELECT amount_minor FROM waiting_item WHERE reason = 'missing_rule'") == [120_000]


@pytest.mark.parametrize(
    "preference", [slow(one) for one in ("D.M.YYYY", "DD MONTH, YYYY", "YYYY-MM-DD", "D-MON-YYYY")]
)
def test_dates_are_the_same_in_every_format_of_the_user(books, accounted_for, preference):
    books.netsuite.post("settings", user_date_format=preference)
    assert books.run_invoices(full=True).result["changes"] == {}
    accounted_for(books)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", slow("Asia/Kolkata"), slow("Pacific/Pago_Pago")])
def test_a_server_in_another_zone_changes_nothing(books, accounted_for, zone):
    books.netsuite.post("settings", server_zone=zone)
    invoice = books.documents("2026-03")[0]
    books.netsuite.change("edit_line", transaction=invoice, line=1, amount="777.00")
    assert books.run_invoices().result["changes"] == {"changed": 1}
    accounted_for(books)


def test_service_dates_come_from_the_columns_that_the_company_names(books, accounted_for):
    dates = "SELECT v.document_id, l.line_id, l.starts, l.ends FROM document_line l JOIN document_version v"
    dates += " ON v.id = l.version_id JOIN source_document d ON d.current_version_id = v.id ORDER BY 1, 2"
    before = books.rows(dates)
    assert any(start for _, _, start, _ in before)
    features = set(books.netsuite.get("settings")["features"])
    books.netsuite.post("settings", features=sorted((features | {"custcol_dates"}) - {"revrec"}))
    books.set_policy(service_start_field="custcol_service_start", service_end_field="custcol_service_end")
    run = books.run_invoices()
    assert (run.result["full"], run.result["changes"]) == (True, {})
    assert books.rows(dates) == before
    accounted_for(books)


def test_an_end_that_the_source_excludes_is_turned_where_it_enters(books):
    invoice = books.documents("2026-03")[0]
    books.netsuite.change(
        "edit_line", transaction=invoice, line=1, service_start="2026-03-01", service_end="2026-04-01"
    )
    books.set_policy(service_end_exclusive=True)
    books.run_invoices()
    ((start, end),) = books.rows(
        "SELECT l.starts, l.ends FROM document_line l JOIN source_document d ON d.current_version_id ="
        " l.version_id WHERE d.external_id = :id AND l.line_id = 1",
        id=invoice,
    )
    assert (str(start), str(end)) == ("2026-03-01", "2026-03-31")


def test_a_second_accounting_book_does_not_double_lines(new_books, accounted_for):
    books = new_books
    features = set(books.netsuite.get("settings")["features"])
    books.netsuite.post("settings", features=sorted(features | {"multibook"}))
    books.run_orders()
    books.set_first_period()
    assert books.run_invoices().result["reconciliation"]["status"] == "PASS"
    accounted_for(books)


@pytest.mark.slow
def test_mapping_the_clearing_account_makes_its_lines_bill(new_books):
    from revrec.operations.map_account import MappingTarget

    books = new_books
    books.run_orders()
    books.set_first_period()
    books.run_invoices()
    on_it = "SELECT DISTINCT l.role FROM document_line l JOIN source_document d ON d.current_version_id = l.version_id"
    on_it += " WHERE l.account_id = 28 AND l.item_id IS NOT NULL"
    assert books.values(on_it) == ["other"]
    books.map(MappingTarget("clearing"), 28)
    assert books.run_invoices().result["full"] is True
    assert books.values(on_it) == ["billing"]
