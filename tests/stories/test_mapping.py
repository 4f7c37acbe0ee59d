"""Reference data kept fresh, and mappings that a company makes: by department, by category, by company entity."""

import json
from datetime import date
from fractions import Fraction

from jobs.closing.clearing import clearing_at, clearing_findings
from jobs.closing.controls import check_books
from revrec.operations.map_account import MappingTarget, map_account
from revrec.operations.map_entity import map_entity
from revrec.operations.pair_item import pair_item
from revrec.store.queries.readings import readings
from revrec.store.tables import (
    Account,
    CurrencyRate,
    Item,
    NetSuiteCustomer,
    NetSuitePeriod,
    SegmentValue,
)

from .verbs import WARNINGS, Books, now

NOT_READ = {"gl_balances"}


def assert_controls(books: Books) -> None:
    with books.store.read() as session:
        results = check_books(session)
    assert {one.name: one.first for one in results if one.status == "FAIL"} == {}
    assert {one.name for one in results if one.status != "PASS"} <= NOT_READ


def test_what_netsuite_no_longer_has_goes_out_of_use(books: Books) -> None:
    """Rows that NetSuite lacks, as it lacks what somebody deleted there; and an account that was made inactive."""
    with books.store.write() as session:
        rate = CurrencyRate(base_currency_id=1, currency_id=98, effective=date(2020, 1, 1), rate_e10=1)
        session.add(rate)
        period = session.get_one(NetSuitePeriod, books.value("SELECT max(id) FROM netsuite_period"))
        values = {name: getattr(period, name) for name in ("first_day", "last_day", "closed", "all_locked")}
        session.add(NetSuitePeriod(id=9_000, name="Never used", **values))
        session.add(SegmentValue(segment="department", value_id=900, name="Closed down"))
        session.add(SegmentValue(segment="cseg_gone", value_id=1, name="Of a segment that is gone"))
        session.add(Item(id=9_001, name="GONE", type="Service"))
        session.add(NetSuiteCustomer(id=9_002, name="Merged away", key="merged away", key_version=1))
        session.add(Account(id=9_003, number="9999", name="Deleted", type="Income"))
        session.flush()
        map_account(session, books.preparer, MappingTarget("revenue", category="Support"), 9_003, now=now())
    job = books.run("reference")
    assert books.value("SELECT count(*) FROM currency_rate WHERE currency_id = 98") == 0
    assert books.value("SELECT count(*) FROM netsuite_period WHERE id = 9000") == 0
    for table, where in (
        ("segment_value", "value_id = 900"),
        ("segment_value", "segment = 'cseg_gone'"),
        ("item", "id = 9001"),
        ("netsuite_customer", "id = 9002"),
        ("account", "id = 9003"),
    ):
        assert books.values(f"SELECT active FROM {table} WHERE {where}") == [False], table
        assert books.value(f"SELECT count(*) FROM {table} WHERE NOT active") >= 1
    with books.store.read() as session:
        kept = {name: (one.job_id, one.rows) for name, one in readings(session).items()}
    assert kept == {name: (job.id, rows) for name, rows in job.result["rows"].items()}
    assert [code for code, _ in books.notes(job)] == ["account_inactive"]
    close = books.run("close", period="2026-01", ends="failed", acknowledge=list(WARNINGS), reason="x")
    assert "[account_mapping_broken]" in close.error and "category Support" in close.error


def test_a_period_that_has_documents_stays_for_them_and_takes_no_journal(books: Books) -> None:
    period = books.value("SELECT min(period_id) FROM document_version")
    with books.store.write() as session:
        row = session.get_one(NetSuitePeriod, period)
        values = {
            name: getattr(row, name) for name in ("first_day", "last_day", "closed", "all_locked", "name")
        }
        session.add(NetSuitePeriod(id=9_000, **values))
        session.flush()
    moved = books.value("SELECT min(id) FROM document_version WHERE period_id = :id", id=period)
    with books.store.write() as session:
        session.connection().exec_driver_sql(
            f"UPDATE document_version SET period_id = 9000 WHERE id = {int(moved)}"
        )
    job = books.run("reference")
    assert books.values("SELECT active FROM netsuite_period WHERE id = 9000") == [False]
    assert [code for code, _ in books.notes(job)] == ["period_vanished"]
    assert books.notes(books.run("reference")) == []


def test_revenue_by_department_and_liability_by_category(books: Books) -> None:
    """Every account holds what the contracts owe of its category, in every close, whatever the rules were before."""
    with books.store.write() as session:
        for number in (241, 242):
            session.add(
                Account(id=number, number=str(number), name=f"Deferred {number}", type="DeferRevenue")
            )
        session.add(Account(id=541, number="4001", name="Sales of department 1", type="Income"))
    departments = books.values(
        "SELECT value_id FROM segment_value WHERE segment = 'department' AND active ORDER BY 1"
    )
    books.set_policy(journal_breakdown="department", journal_segments=["location"])
    books.map(MappingTarget("revenue", department_id=departments[0]), 541)
    books.map(MappingTarget("revenue", category="Platform"), None)
    books.map(MappingTarget("contract_liability", category="Platform"), 241)
    books.close("2026-01")
    assert_alike(owned(books), owed(books, {"Platform": 241}))
    books.map(MappingTarget("contract_liability", category="Support"), 242)
    books.map(MappingTarget("contract_liability", category="Platform"), None)
    books.close("2026-02")
    assert_alike(owned(books), owed(books, {"Support": 242}))
    # Platform is sold by department 1: without a rule of its own its revenue stands on that department's account.
    segments = set(
        books.values(
            "SELECT s.canonical FROM journal_line l JOIN segment_set s ON s.id = l.segment_set_id"
            " WHERE l.role = 'revenue' AND l.account_id = 541"
        )
    )
    assert segments and all(f'"department":"{departments[0]}"' in text for text in segments)
    assert not any('"class"' in text for text in segments)
    others = books.values(
        "SELECT count(*) FROM journal_line l JOIN segment_set s ON s.id = l.segment_set_id WHERE l.role = 'revenue'"
        " AND l.account_id <> 541 AND s.canonical LIKE :own AND l.account_id = 54",
        own=f'%"department":"{departments[0]}"%',
    )
    assert others == [0]
    assert_controls(books)


def assert_alike(held: dict[tuple[int, int], int], wanted: dict[tuple[int, int], int]) -> None:
    """The same accounts with the same amounts, but for cents by which a contract's parts may be rounded otherwise; in
    all to the cent."""
    for home in (1, 2, 3):
        ours, theirs = (
            {account: amount for (one, account), amount in side.items() if one == home}
            for side in (held, wanted)
        )
        assert ours.keys() == theirs.keys()
        assert sum(ours.values()) == sum(theirs.values()) > 0
        assert {
            account: ours[account] - theirs[account]
            for account in ours
            if abs(ours[account] - theirs[account]) > 5
        } == {}


def owned(books: Books) -> dict[tuple[int, int], int]:
    """What the accounts of liability hold, by subsidiary and account: NetSuite's own postings of documents and our
    journals (the opening of these books is empty)."""
    found: dict[tuple[int, int], int] = {}
    for statement in (
        "SELECT j.subsidiary_id, l.account_id, sum(l.credit_minor - l.debit_minor) FROM journal_line l"
        " JOIN journal j ON j.id = l.journal_id WHERE l.account_id IN (24, 25, 241, 242) GROUP BY 1, 2",
        "SELECT subsidiary_id, debit_account_id, sum(base_minor) FROM ledger_transfer"
        " WHERE debit_role = 'billing_offset' AND debit_account_id IN (24, 25) GROUP BY 1, 2",
        "SELECT subsidiary_id, credit_account_id, -sum(base_minor) FROM ledger_transfer"
        " WHERE credit_role = 'billing_offset' AND credit_account_id IN (24, 25) GROUP BY 1, 2",
    ):
        for home, account, amount in books.rows(statement):
            found[home, account] = found.get((home, account), 0) + int(amount)
    return {place: amount for place, amount in found.items() if amount}


def owed(books: Books, accounts: dict[str, int]) -> dict[tuple[int, int], int]:
    """What the contracts owe, shared by what each of their lines is billed ahead, by the newest close."""
    newest = books.value("SELECT id FROM period_close WHERE state = 'closed' ORDER BY period DESC LIMIT 1")
    ahead: dict[int, dict[int, int]] = {}
    for contract, category, amount in books.rows(
        "SELECT v.contract_id, p.category, v.amount FROM ("
        " SELECT contract_id, obligation_id, product_id, amount_minor AS amount FROM billing_split"
        " WHERE contract_id IS NOT NULL UNION ALL"
        " SELECT contract_id, obligation_id, NULL, -revenue_minor FROM booked) v"
        " LEFT JOIN (SELECT obligation_id, max(product_id) AS product_id FROM order_line GROUP BY 1) l"
        " ON l.obligation_id = v.obligation_id JOIN product p ON p.id = coalesce(l.product_id, v.product_id)"
    ):
        mine = ahead.setdefault(contract, {})
        account = accounts.get(category, 24)
        mine[account] = mine.get(account, 0) + int(amount)
    found: dict[tuple[int, int], int] = {}
    for contract, home, liability in books.rows(
        "SELECT contract_id, subsidiary_id, liability_base_minor FROM balance WHERE period_close_id = :id"
        " AND liability_base_minor <> 0 AND scope = 'contract'",
        id=newest,
    ):
        mine = {one: amount for one, amount in ahead[contract].items() if amount > 0}
        total = sum(mine.values())
        rest = int(liability)
        for at, (account, amount) in enumerate(sorted(mine.items())):
            part = rest if at == len(mine) - 1 else round(Fraction(int(liability) * amount, total))
            rest -= part
            found[home, account] = found.get((home, account), 0) + part
    for home, category, liability in books.rows(
        "SELECT s.subsidiary_id, coalesce(p.category, ''), sum(s.base_minor) FROM billing_split s"
        " LEFT JOIN product p ON p.id = s.product_id WHERE s.contract_id IS NULL GROUP BY 1, 2"
    ):
        place = home, accounts.get(category, 24)
        found[place] = found.get(place, 0) + int(liability)
    return {place: amount for place, amount in found.items() if amount}


def test_clearing_accounts_net_to_zero_but_for_documents_that_are_named(books: Books) -> None:
    with books.store.read() as session:
        (warned,) = clearing_findings(session, "2026-01")
        period, before = clearing_at(session)
    assert period == "2026-01" and {len(one.documents) for one in before} == {4, 1, 2}
    assert {each.why for one in before for each in one.documents} == {
        "it waits for the close of 2026-01",
        "it waits in Pending Data",
    }
    books.close("2026-01")
    with books.store.read() as session:
        _, (left,) = clearing_at(session)
    (document,) = left.documents
    assert (left.account, left.currency, left.rest_minor) == ("2450 Revenue Clearing", "USD", 1_500_000)
    assert (document.why, document.amount_minor) == ("it waits in Pending Data", 1_500_000)
    assert f"{document.number} ({document.customer})" in warned.message and "15000.00 USD" in warned.message


def test_company_entities_tell_the_subsidiary_until_something_is_booked(books: Books) -> None:
    """The CRM names the seller; its field of NetSuite ids is not read."""
    mapping = books.value(
        "SELECT value FROM policy_setting WHERE key = 'order_fields' ORDER BY id DESC LIMIT 1"
    )
    fields = json.loads(mapping) if isinstance(mapping, str) else mapping
    fields["order"] = {**fields["order"], "subsidiary": None, "selling_entity": "Subsidiary__c"}
    homes = "SELECT b.contract_id, b.subsidiary_id FROM balance b WHERE b.scope = 'contract'"
    books.set_policy(order_fields=fields)
    job = books.run_orders(full=True)
    assert {code for code, _ in books.notes(job)} == {"entity_not_mapped"}
    refused = books.run("close", period="2026-01", ends="failed", acknowledge=list(WARNINGS), reason="x")
    assert "[entity_not_mapped]" in refused.error
    for entity, home in (("1", 1), ("2", 2), ("3", 3)):
        with books.store.write() as session:
            map_entity(session, books.preparer, entity, home, now=now())
    books.close("2026-01")
    booked = dict(books.rows(homes))
    told = dict(
        books.rows(
            "SELECT o.contract_id, CAST(max(v.entity) AS INTEGER) FROM order_version v"
            " JOIN sales_order o ON o.id = v.order_id WHERE v.entity <> '' GROUP BY 1"
        )
    )
    assert booked and all(told.get(contract, home) == home for contract, home in booked.items())
    with books.store.write() as session:
        map_entity(session, books.preparer, "2", 1, now=now(), reason="merged")
    books.close("2026-02")
    assert_controls(books)
    after = dict(books.rows(f"{homes} AND b.period_close_id = (SELECT max(id) FROM period_close)"))
    assert {contract: after[contract] for contract in booked} == booked
    fresh = {contract: home for contract, home in after.items() if contract not in booked}
    assert fresh and 2 not in fresh.values()


def test_an_item_paired_by_hand_keeps_closed_periods_and_their_controls(closed_books: Books) -> None:
    books = closed_books
    before = books.closed_rows("2026-01", "2026-02")
    ((item, other),) = books.rows(
        "SELECT i.id, (SELECT id FROM product WHERE key = 'supp prem') FROM item i WHERE i.name = 'IMPL'"
    )
    with books.store.write() as session:
        pair_item(session, books.preparer, item, other, now=now(), reason="mixed up in the catalogue")
    books.run_invoices()
    assert books.rows("SELECT product_id, paired FROM item WHERE id = :id", id=item) == [(other, "manual")]
    books.close("2026-03")
    assert books.closed_rows("2026-01", "2026-02") == before
    assert_controls(books)
