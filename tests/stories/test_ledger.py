"""What must always hold of the ledger, asked by SQL of our own on real data."""

import pytest

CLOSED = "JOIN period_close c ON c.id = t.period_close_id AND c.state = 'closed'"


def check(books):
    """Billed less recognised = liability less asset, and the ledger says the same of every contract."""
    newest = books.value("SELECT max(period) FROM period_close WHERE state = 'closed'")
    balances = books.rows(
        "SELECT t.contract_id, t.currency, t.billed_minor, t.recognised_minor, t.liability_minor,"
        f" t.contract_asset_minor + t.unbilled_receivable_minor FROM balance t {CLOSED}"
        " WHERE t.scope = 'contract' AND c.period = :period",
        period=newest,
    )
    assert balances
    for _, _, billed, recognised, liability, asset in balances:
        assert billed - recognised == liability - asset
        assert min(liability, asset) == 0
        assert max(liability, asset) >= 0
    by_ledger = {}
    for contract, debit, credit, amount in books.rows(
        f"SELECT t.contract_id, t.debit_role, t.credit_role, sum(t.amount_minor) FROM ledger_transfer t {CLOSED}"
        " WHERE t.contract_id IS NOT NULL GROUP BY 1, 2, 3"
    ):
        for role, signed in ((debit, int(amount)), (credit, -int(amount))):
            by_ledger[contract, role] = by_ledger.get((contract, role), 0) + signed
    for contract, _, _, recognised, liability, asset in balances:
        assert -by_ledger.get((contract, "contract_liability"), 0) == liability
        assets = by_ledger.get((contract, "contract_asset"), 0) + by_ledger.get(
            (contract, "unbilled_receivable"), 0
        )
        assert assets == asset
        assert -by_ledger.get((contract, "revenue"), 0) == recognised
    booked = dict(books.rows(f"SELECT t.contract_id, sum(t.revenue_minor) FROM booked t {CLOSED} GROUP BY 1"))
    assert {c: int(v) for c, v in booked.items() if v} == {c: r for c, _, _, r, _, _ in balances if r}
    assert books.values("SELECT count(*) FROM ledger_transfer WHERE amount_minor < 0 OR base_minor < 0") == [
        0
    ]


def check_journals(books):
    """Debits = credits in every journal; by account they are the ledger rows that NetSuite has not got."""
    for journal, debit, credit, lowest in books.rows(
        "SELECT journal_id, sum(debit_minor), sum(credit_minor), min(debit_minor + credit_minor)"
        " FROM journal_line GROUP BY 1"
    ):
        assert debit == credit, journal
        assert lowest > 0, journal
    assert books.values("SELECT count(*) FROM journal_line WHERE debit_minor > 0 AND credit_minor > 0") == [0]
    drafted = {}
    for period, subsidiary, account, amount in books.rows(
        "SELECT j.period, j.subsidiary_id, l.account_id, sum(l.debit_minor - l.credit_minor) FROM journal_line l"
        " JOIN journal j ON j.id = l.journal_id WHERE j.state <> 'cancelled' AND j.reverses_id IS NULL"
        " GROUP BY 1, 2, 3"
    ):
        drafted[period, subsidiary, account] = int(amount)
    ledger = {}
    for period, subsidiary, category, in_gl, amount, *sides in books.rows(
        "SELECT t.period, t.subsidiary_id, t.category, t.in_gl, t.base_minor, t.debit_role, t.debit_account_id,"
        f" t.credit_role, t.credit_account_id FROM ledger_transfer t {CLOSED} WHERE t.event <> 'opening'"
    ):
        for role, given, signed in ((*sides[:2], amount), (*sides[2:], -amount)):
            account = given or books.account_of(role, category)
            key = (period, subsidiary, account)
            ledger[key] = ledger.get(key, 0) + (0 if in_gl else signed)
    assert {k: v for k, v in drafted.items() if v} == {k: v for k, v in ledger.items() if v}


def check_billing(books):
    """What was billed is what the loaded documents posted by the newest closed period bill."""
    newest = books.value("SELECT max(period) FROM period_close WHERE state = 'closed'")
    ours = dict(
        books.rows(f"SELECT t.currency, sum(t.amount_minor) FROM billing_split t {CLOSED} GROUP BY 1")
    )
    theirs = dict(
        books.rows(
            "SELECT v.currency, sum(l.billing_minor) FROM source_document d JOIN document_version v"
            " ON v.id = d.current_version_id JOIN document_line l ON l.version_id = v.id"
            " WHERE d.state = 'loaded' AND v.period <= :period GROUP BY 1",
            period=newest,
        )
    )
    assert {c: int(v) for c, v in ours.items()} == {c: int(v) for c, v in theirs.items()}


def check_obligations(books):
    """Nothing is earned beyond what is allocated, and every running total is the sum of its revenue."""
    for total, target, allocated in books.rows(
        "SELECT (SELECT sum(e.revenue_minor) FROM booked e JOIN period_close c ON c.id = e.period_close_id"
        " AND c.state = 'closed' WHERE e.obligation_id = t.obligation_id), t.target_minor, t.allocated_minor"
        f" FROM booked t {CLOSED} WHERE t.id = (SELECT max(e.id) FROM booked e JOIN period_close c ON"
        " c.id = e.period_close_id AND c.state = 'closed' WHERE e.obligation_id = t.obligation_id)"
    ):
        assert int(total) == target
        assert abs(target) <= abs(allocated)


CHECKS = [check, check_journals, check_billing, check_obligations]


@pytest.fixture
def eventful_books(closed_books):
    """Edits, deletions, voids, credits, an amended order, then two more closes and one reopening."""
    books = closed_books
    january, february = books.documents("2026-01"), books.documents("2026-02")
    change = books.netsuite.change
    change("edit_line", transaction=january[0], line=1, amount="9999.00")
    change("delete", transaction=january[1])
    change("void", transaction=february[0], style="direct")
    change(
        "add_credit",
        invoice=february[1],
        percent=50,
        date="2026-02-25",
        period=books.netsuite.period_ids()[1],
    )
    change(
        "add_credit", invoice=january[2], percent=30, date="2026-03-05", period=books.netsuite.period_ids()[2]
    )
    books.run_invoices()
    books.close("2026-03")
    books.reopen("2026-03")
    books.close("2026-03")
    books.close("2026-04")
    return books


def test_the_ledger_holds_after_two_closes(closed_books):
    for one in CHECKS:
        one(closed_books)


def test_the_ledger_holds_after_everything_that_happens(eventful_books):
    for one in CHECKS:
        one(eventful_books)
