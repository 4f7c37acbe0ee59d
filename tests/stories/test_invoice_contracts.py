"""Invoices that are contracts of their own earn, closed from the database, what the same life does as a scenario."""

import pytest
from sqlalchemy import text as sql

from revrec.accounting.scenario import run_scenario
from revrec.operations.periods import MONTHS

from .conftest import begin

PERIODS = ("2026-01", "2026-02", "2026-03")
LINES = """
SELECT d.external_id, v.tran_id, v.tran_date, v.currency, l.line_id, l.billing_minor, l.starts, l.ends, l.item_type,
       coalesce(p.code, '') AS product, coalesce(p.method, '') AS method, v.created_from, d.kind
  FROM source_document d
  JOIN document_version v ON v.id = d.current_version_id
  JOIN document_line l ON l.version_id = v.id AND l.role = 'billing'
  LEFT JOIN item i ON i.id = l.item_id
  LEFT JOIN product p ON p.id = i.product_id
 WHERE d.state = 'loaded' ORDER BY d.external_id, l.line_id
"""
EARNED = """
SELECT s.number, o.line_external_id, c.period, b.revenue_minor
  FROM booked b
  JOIN period_close c ON c.id = b.period_close_id AND c.state = 'closed'
  JOIN obligation o ON o.id = b.obligation_id
  JOIN sales_order s ON s.id = o.order_id
 WHERE s.document_id IS NOT NULL AND b.revenue_minor <> 0
"""
YEN = "JPY"


def text(minor, currency):
    return str(minor) if currency == YEN else f"{minor // 100}.{minor % 100:02d}"


def line_of(row):
    """A document's line as a scenario has it."""
    line = {"line": str(row.line_id), "amount": text(abs(row.billing_minor), row.currency)}
    line |= {"product": row.product} if row.product else {}
    line |= {"start": str(row.starts)} if row.starts else {}
    line |= {"end": str(row.ends)} if row.ends else {}
    method = row.method or ("point_in_time" if row.item_type == "ShipItem" else "")
    if row.kind == "CustInvc":
        line |= {"method": method} if method else {}
    return line


def lives(books):
    """Each invoice with its credit memos as a scenario, by its number; those of before the books began are left out."""
    with books.store.read() as session:
        rows = session.execute(sql(LINES)).all()
    documents = {}
    for row in rows:
        documents.setdefault(row.external_id, []).append(row)
    found = {}
    for lines in documents.values():
        head = lines[0]
        if head.kind == "CustInvc":
            event = {"type": "invoice", "date": str(head.tran_date), "number": head.tran_id, "customer": "C"}
            found[head.external_id] = [event | {"lines": [line_of(row) for row in lines]}]
    for lines in documents.values():
        head = lines[0]
        if head.kind == "CustCred" and head.created_from in found:
            event = {
                "type": "credit_memo",
                "date": str(head.tran_date),
                "number": head.tran_id,
                "customer": "C",
            }
            event |= {"invoice": found[head.created_from][0]["number"]}
            found[head.created_from].append(event | {"lines": [line_of(row) for row in lines]})
    currencies = {one: lines[0].currency for one, lines in documents.items()}
    return {
        events[0]["number"]: {
            "currency": currencies[one],
            "policy": {"contract_source": "invoices"},
            "through": PERIODS[-1],
            "events": events,
        }
        for one, events in found.items()
        if PERIODS[0] <= events[0]["date"][:7] <= PERIODS[-1]
    }


def earned(books):
    """(invoice number, line, period) -> revenue in minor units, as standing closes booked it."""
    return {(number, line, period): int(amount) for number, line, period, amount in books.rows(EARNED)}


def replayed(life):
    answer = run_scenario(life)
    whole = 1 if life["currency"] == YEN else 100
    return {
        (row["order"], row["line"], row["period"]): round(float(row["amount"]) * whole)
        for row in answer["schedule"]
    }


@pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
def test_each_invoice_earns_what_its_life_earns_as_a_scenario(books_on):
    books = books_on
    books.set_policy(contract_source="invoices")
    begin(books)
    credited = books.documents("2026-01")[0]
    books.netsuite.change(
        "add_credit",
        invoice=credited,
        percent=30,
        date="2026-02-10",
        period=books.netsuite.period_ids()[1],
        created_from=True,
    )
    books.run_invoices()
    for period in PERIODS:
        books.close(period)
    ours, expected = earned(books), lives(books)
    assert len(expected) > 20
    assert any(len(life["events"]) > 1 for life in expected.values())
    # A credit that names no invoice frees the customer's newest: no life above tells of it.
    loose = books.values(
        "SELECT DISTINCT o.number FROM billing_split s JOIN sales_order o ON o.contract_id = s.contract_id"
        " JOIN source_document d ON d.id = s.document_id JOIN document_version v ON v.id = d.current_version_id"
        " WHERE d.kind = 'CustCred' AND v.created_from IS NULL"
    )
    for number, life in expected.items():
        if number in loose:
            continue
        mine = {key: amount for key, amount in ours.items() if key[0] == number}
        assert mine == replayed(life), number
    assert books.values(
        "SELECT count(*) FROM waiting_item WHERE kind = 'unassigned' AND amount_minor > 0"
    ) == [0]


def test_a_voided_invoice_takes_its_revenue_back_and_an_edited_one_moves_it(books):
    books.set_policy(contract_source="invoices")
    books.close("2026-01")
    voided, edited = (
        next(one for one in books.documents("2026-01") if of_one(books, one) > 0),
        [one for one in books.documents("2026-01") if of_one(books, one) > 0][1],
    )
    before = of_one(books, edited)
    books.netsuite.change("void", transaction=voided, style="direct")
    line = books.value(
        "SELECT min(l.line_id) FROM document_line l JOIN source_document d ON d.current_version_id = l.version_id"
        " WHERE d.external_id = :id AND l.role = 'billing'",
        id=edited,
    )
    books.netsuite.change("edit_line", transaction=edited, line=line, amount="99999.00")
    books.run_invoices()
    closed = books.closed_rows("2026-01")
    books.close("2026-02")
    assert of_one(books, voided) == 0
    assert books.billed(voided) == 0
    assert of_one(books, edited) > before
    assert books.closed_rows("2026-01") == closed


def of_one(books, document):
    """Revenue booked so far for an invoice that is its own contract."""
    found = books.value(
        "SELECT sum(b.revenue_minor) FROM booked b JOIN period_close c ON c.id = b.period_close_id"
        " AND c.state = 'closed' JOIN obligation o ON o.id = b.obligation_id JOIN sales_order s ON s.id = o.order_id"
        " JOIN source_document d ON d.id = s.document_id WHERE d.external_id = :id",
        id=document,
    )
    return int(found or 0)


UNASSIGNED = """
SELECT d.external_id, w.line_id, w.amount_minor
  FROM waiting_item w
  JOIN period_close c ON c.id = w.period_close_id AND c.state = 'closed'
  JOIN source_document d ON d.id = w.document_id
 WHERE w.kind = 'unassigned' AND w.amount_minor > 0 ORDER BY 3 DESC
"""


@pytest.fixture
def unabsorbed(books):
    """(document, {line: amount}): what no order takes of an invoice of January, served all January. Under `orders` it
    is unassigned billing."""
    books.close("2026-01")
    waiting = books.rows(UNASSIGNED)
    document = waiting[0][0]
    books.reopen("2026-01")
    parts = {line: int(amount) for found, line, amount in waiting if found == document}
    for line in parts:
        dates = {"service_start": "2026-01-02", "service_end": "2026-01-31"}
        books.netsuite.change("edit_line", transaction=document, line=line, **dates)
    books.run_invoices()
    return document, parts


def test_what_no_order_absorbs_is_its_own_contract_until_its_order_comes(books, unabsorbed):
    """Reversed in the period in which the order comes, which catches its own revenue up."""
    unabsorbed, parts = unabsorbed
    books.set_policy(contract_source="orders_then_invoices")
    books.close("2026-01")
    assert books.rows(UNASSIGNED) == []
    assert of_one(books, unabsorbed) == sum(parts.values())

    with books.store.read() as session:
        rows = [
            row
            for row in session.execute(sql(LINES))
            if row.external_id == unabsorbed and row.line_id in parts
        ]
    ((account, subsidiary),) = books.rows(
        "SELECT c.external_id, v.subsidiary_id FROM source_document d JOIN document_version v"
        " ON v.id = d.current_version_id JOIN customer_link l ON l.netsuite_customer_id = v.customer_id"
        " JOIN crm_customer c ON c.id = l.crm_customer_id WHERE d.external_id = :id",
        id=unabsorbed,
    )
    promised = [
        {"product": row.product, "quantity": 1, "amount": text(parts[row.line_id], row.currency)}
        | {"start": str(row.starts), "end": "2026-02-28"}
        for row in rows
    ]
    made = books.salesforce.send(
        "POST",
        "orders",
        account=account,
        effective_date="2026-02-01",
        currency=rows[0].currency,
        subsidiary=str(subsidiary),
        lines=promised,
    )
    books.run_orders()
    closed = books.closed_rows("2026-01")
    books.close("2026-02")
    books.close("2026-03")
    assert books.closed_rows("2026-01") == closed

    invoice = {"type": "invoice", "date": str(rows[0].tran_date), "number": rows[0].tran_id, "customer": "C"}
    order = {"type": "order", "date": "2026-02-01", "order": made["number"], "customer": "C"}
    life = {
        "currency": rows[0].currency,
        "policy": {"contract_source": "orders_then_invoices"},
        "through": PERIODS[-1],
        "events": [
            invoice
            | {"lines": [line_of(row) | {"amount": promised[n]["amount"]} for n, row in enumerate(rows)]},
            order | {"lines": [one | {"line": str(n)} for n, one in enumerate(promised)]},
        ],
    }
    expected: dict[tuple[str, str], int] = {}
    for (number, _, period), amount in replayed(life).items():
        expected[number, period] = expected.get((number, period), 0) + amount
    ours = books.rows(
        "SELECT s.number, c.period, sum(b.revenue_minor) FROM booked b JOIN period_close c ON c.id = b.period_close_id"
        " AND c.state = 'closed' JOIN obligation o ON o.id = b.obligation_id JOIN sales_order s ON s.id = o.order_id"
        " WHERE s.number IN (:order, :invoice) GROUP BY 1, 2 HAVING sum(b.revenue_minor) <> 0",
        order=made["number"],
        invoice=rows[0].tran_id,
    )
    assert {(number, period): int(amount) for number, period, amount in ours} == expected
    assert expected[rows[0].tran_id, "2026-02"] < 0
    assert of_one(books, unabsorbed) == 0


@pytest.mark.slow
def test_invoice_contracts_of_before_the_first_period_go_on_from_the_opening(chapter, connected_chapter):
    """The opening is what the closes before it would have come to."""
    stands = []
    for first in ("2026-01", "2026-03"):
        with chapter(connected_chapter) as books:
            books.set_policy(contract_source="invoices")
            books.run_orders()
            books.set_first_period(first)
            books.run_invoices()
            books.map_accounts()
            books.run_invoices()
            for period in MONTHS.between(first, "2026-03"):
                books.close(period)
            stands.append(books.rows(BALANCES))
    assert len(stands[0]) > 20
    assert stands[0] == stands[1]


BALANCES = (
    "SELECT b.scope, k.number, b.currency, b.billed_minor, b.recognised_minor, b.liability_minor,"
    " b.contract_asset_minor + b.unbilled_receivable_minor FROM balance b"
    " JOIN period_close c ON c.id = b.period_close_id AND c.state = 'closed' AND c.period = '2026-03'"
    " LEFT JOIN contract k ON k.id = b.contract_id ORDER BY 1, 2, 3, 4"
)
