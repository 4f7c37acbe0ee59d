"""Sales orders change after they were signed: each change is a version, and an order never vanishes."""

import pytest


def versions(books, number):
    """(number, effective day, cancelled on, total) of an order's versions, oldest first."""
    return [
        (version, str(effective), cancelled and str(cancelled), int(total))
        for version, effective, cancelled, total in books.rows(
            "SELECT v.number, v.effective_on, v.cancelled_on, sum(l.amount_minor) FROM order_version v"
            " JOIN sales_order o ON o.id = v.order_id JOIN order_line l ON l.version_id = v.id"
            " WHERE o.number = :number AND v.published GROUP BY v.id, v.number, v.effective_on, v.cancelled_on"
            " ORDER BY v.number",
            number=number,
        )
    ]


@pytest.fixture
def customer(books):
    """A Salesforce account that a dollar invoice of subsidiary 1 is linked to."""
    return books.values(
        "SELECT c.external_id FROM customer_link l JOIN crm_customer c ON c.id = l.crm_customer_id"
        " JOIN netsuite_customer n ON n.id = l.netsuite_customer_id WHERE n.subsidiary_id = 1 ORDER BY c.id"
    )[0]


@pytest.fixture
def order(books, customer):
    """A year of the platform for 12,000 dollars from February on, known to the books."""
    made = books.salesforce.send(
        "POST",
        "orders",
        account=customer,
        effective_date="2026-02-01",
        currency="USD",
        subsidiary="1",
        lines=[line("PLAT-ENT", "12000.00"), line("SUPP-PREM", "2400.00")],
    )
    books.run_orders()
    return made


def line(product, amount, **more):
    dates = {"start": "2026-02-01", "end": "2027-01-31"}
    return {"product": product, "quantity": 1, "amount": amount, **dates, **more}


def earned(books, number):
    """Revenue that standing closes booked for an order, by period."""
    return {
        period: int(amount)
        for period, amount in books.rows(
            "SELECT c.period, sum(b.revenue_minor) FROM booked b JOIN period_close c ON c.id = b.period_close_id"
            " JOIN obligation o ON o.id = b.obligation_id JOIN sales_order s ON s.id = o.order_id"
            " WHERE c.state = 'closed' AND s.number = :number GROUP BY c.period ORDER BY c.period",
            number=number,
        )
    }


def test_a_new_order_earns_by_day(books, order):
    number = order["number"]
    assert versions(books, number) == [(1, "2026-02-01", None, 1_440_000)]
    for period in ("2026-01", "2026-02", "2026-03"):
        books.close(period)
    february, march = 1_440_000 * 28 // 365, 1_440_000 * 59 // 365 - 1_440_000 * 28 // 365
    booked = earned(books, number)
    assert list(booked) == ["2026-02", "2026-03"]
    assert abs(booked["2026-02"] - february) <= 1
    assert abs(booked["2026-03"] - march) <= 2


def test_an_amendment_is_a_version_that_takes_effect_on_its_own_day(books, order):
    number, first = order["number"], order["lines"][0]
    books.salesforce.send(
        "POST",
        f"orders/{number}/amend",
        effective="2026-03-15",
        lines=[{"id": line_id(first), "amount": "18000.00"}],
    )
    assert books.run_orders().result["orders"]["changed"] == 1
    assert versions(books, number) == [(1, "2026-02-01", None, 1_440_000), (2, "2026-03-15", None, 2_040_000)]
    for period in ("2026-01", "2026-02"):
        books.close(period)
    before = earned(books, number)
    books.close("2026-03")
    assert earned(books, number) | before == earned(books, number)
    causes = books.values("SELECT DISTINCT cause FROM booked WHERE adjustment_minor <> 0")
    assert set(causes) <= {"modification", "late"}


def line_id(one):
    return one["id"] if isinstance(one, dict) else one


def test_a_field_that_is_not_mapped_makes_no_version(books, order):
    books.salesforce.send("PATCH", f"records/Order/{order['id']}", PoNumber="4711")
    assert books.run_orders().result["versions"] == 0
    assert len(versions(books, order["number"])) == 1


def test_an_order_that_is_cancelled_is_a_cancel_and_keeps_what_it_earned(books, order):
    number = order["number"]
    for period in ("2026-01", "2026-02"):
        books.close(period)
    kept = earned(books, number)
    books.salesforce.send("POST", f"orders/{number}/cancel")
    assert books.run_orders().result["orders"]["cancelled"] == 1
    last = versions(books, number)[-1]
    assert last[2] is not None
    books.close("2026-03")
    assert earned(books, number)["2026-02"] == kept["2026-02"]
    assert books.run_orders(full=True).result["versions"] == 0


def test_a_deleted_order_is_a_cancel_and_never_vanishes(books, order):
    number = order["number"]
    books.salesforce.send("DELETE", f"orders/{number}")
    assert books.run_orders().result["deleted"] == 1
    assert versions(books, number)[-1][2] is not None
    assert books.run_orders().result["versions"] == 0
    books.close("2026-01")


def test_an_order_put_back_is_in_force_again(books, order):
    number = order["number"]
    books.salesforce.send("POST", f"orders/{number}/deactivate")
    books.run_orders()
    assert versions(books, number)[-1][2] is not None
    books.salesforce.send("POST", f"orders/{number}/activate")
    books.run_orders()
    assert versions(books, number)[-1][2:] == (None, 1_440_000)


def test_a_reduction_order_changes_its_original(books, order, customer):
    number = order["number"]
    first = line_id(order["lines"][0])
    books.salesforce.send(
        "POST",
        "orders",
        account=customer,
        effective_date="2026-03-01",
        currency="USD",
        subsidiary="1",
        original=order["id"],
        lines=[line("PLAT-ENT", "-3000.00", start="2026-03-01", quantity=-1, original_line=first)],
    )
    books.run_orders()
    assert versions(books, number)[-1] == (2, "2026-03-01", None, 1_140_000)
    assert books.values("SELECT count(*) FROM sales_order WHERE number = :n", n=number) == [1]


def test_orders_that_share_a_contract_number_are_one_contract(books, customer):
    contract = books.salesforce.records("Contract")[0]
    numbers = []
    for amount in ("1000.00", "2000.00"):
        made = books.salesforce.send(
            "POST",
            "orders",
            account=customer,
            effective_date="2026-02-01",
            currency="USD",
            subsidiary="1",
            fields={"ContractId": contract["Id"]},
            lines=[line("PLAT-ENT", amount)],
        )
        numbers.append(made["number"])
    books.run_orders()
    contracts = books.values(
        f"SELECT DISTINCT contract_id FROM sales_order WHERE number IN ('{numbers[0]}', '{numbers[1]}')"
    )
    assert len(contracts) == 1
    assert (
        books.value("SELECT number FROM contract WHERE id = :id", id=contracts[0])
        == contract["ContractNumber"]
    )


def test_billing_that_no_contract_absorbs_moves_to_an_order_that_comes_later(books):
    """It is unassigned, and a later order of the customer takes it over in the open period."""
    books.close("2026-01")
    document, crm, currency, subsidiary, reference = books.rows(
        "SELECT d.id, c.external_id, v.currency, v.subsidiary_id, v.order_reference FROM waiting_item w"
        " JOIN source_document d ON d.id = w.document_id JOIN document_version v ON v.id = d.current_version_id"
        " JOIN customer_link l ON l.netsuite_customer_id = v.customer_id AND l.undone_at IS NULL"
        " JOIN crm_customer c ON c.id = l.crm_customer_id WHERE w.kind = 'unassigned' ORDER BY v.order_reference, d.id"
    )[0]
    assert reference == "", "the made-up company has billing that names no order and that no contract absorbs"
    books.salesforce.send(
        "POST",
        "orders",
        account=crm,
        effective_date="2026-01-01",
        currency=currency,
        subsidiary=str(subsidiary),
        lines=[{**line("PLAT-ENT", "900000.00"), "start": "2026-01-01", "end": "2026-12-31"}],
    )
    books.run_orders()
    books.close("2026-02")
    events = books.values(
        "SELECT DISTINCT t.event FROM ledger_transfer t WHERE t.period = '2026-02' AND t.document_id = :id",
        id=document,
    )
    assert events == ["reassignment"]
    placed = books.rows(
        "SELECT contract_id IS NULL, sum(amount_minor) FROM billing_split WHERE document_id = :id GROUP BY 1",
        id=document,
    )
    assert [amount for loose, amount in placed if loose] == [0]


def test_won_opportunities_make_contracts_where_the_company_says_so(new_books):
    books = new_books
    books.set_policy(salesforce_source="opportunity", order_fields={})
    run = books.run_orders()
    won = [one for one in books.salesforce.records("Opportunity") if one["IsWon"] and not one["IsDeleted"]]
    assert len(won) == run.result["orders"]["new"] > 0
    books.set_first_period()
    books.run_invoices()
    books.map_accounts()
    books.run_invoices()
    books.close("2026-01")
    assert books.value("SELECT count(*) FROM billing_split") > 0
