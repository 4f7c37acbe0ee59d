"""The newest closed period is taken back and closed again, to the same figures."""

from jobs.start import start_job

FIGURES = {
    "booked": "obligation_id, target_minor, revenue_minor, adjustment_minor, cause, revenue_base_minor",
    "billing_split": "document_id, line_id, contract_id, obligation_id, amount_minor, base_minor, account_id",
    "balance": "scope, contract_id, customer_id, currency, billed_minor, recognised_minor, liability_minor,"
    " contract_asset_minor, unbilled_receivable_minor, liability_base_minor",
    "ledger_transfer": "event, cause, debit_role, credit_role, contract_id, obligation_id, document_id, line_id,"
    " amount_minor, base_minor, in_gl",
}


def figures(books, period):
    """What the standing close of a period booked, whatever the numbers of its rows."""
    return {
        table: sorted(
            books.rows(
                f"SELECT {columns} FROM {table} t JOIN period_close c ON c.id = t.period_close_id"
                " WHERE c.period = :period AND c.state = 'closed'",
                period=period,
            ),
            key=repr,
        )
        for table, columns in FIGURES.items()
    }


def net_ledger(books):
    """Debit less credit by account role and currency over everything that was ever booked."""
    sums = {}
    for debit, credit, currency, amount in books.rows(
        "SELECT debit_role, credit_role, currency, sum(amount_minor) FROM ledger_transfer GROUP BY 1, 2, 3"
    ):
        sums[debit, currency] = sums.get((debit, currency), 0) + int(amount)
        sums[credit, currency] = sums.get((credit, currency), 0) - int(amount)
    return {key: amount for key, amount in sums.items() if amount}


def unlike_the_ledger(books):
    """Closes whose kept figures are not what their ledger rows come to: (close, currency, revenue, liability)."""
    kept = "SELECT period_close_id, base_currency, revenue_minor, liability_minor FROM close_figures"
    sums = {}
    for close, currency, debit, credit, amount in books.rows(
        "SELECT period_close_id, base_currency, debit_role, credit_role, sum(base_minor) FROM ledger_transfer"
        " GROUP BY 1, 2, 3, 4"
    ):
        one = sums.setdefault((close, currency), {"revenue": 0, "contract_liability": 0})
        for role, signed in ((credit, int(amount)), (debit, -int(amount))):
            if role in one:
                one[role] += signed
    summed = {(*place, one["revenue"], one["contract_liability"]) for place, one in sums.items()}
    return summed ^ {tuple(row) for row in books.rows(kept)}


def in_netsuite(books):
    """Debit less credit by account over all journals that NetSuite holds, by subsidiary."""
    sums = {}
    for journal in books.netsuite.get("journals"):
        if not str(journal["externalid"] or "").startswith("REVREC-"):
            continue
        for line in journal["lines"]:
            key = (journal["subsidiary"], line["expenseaccount"])
            sums[key] = sums.get(key, 0) + line["foreignamount"]
    return {key: amount for key, amount in sums.items() if amount}


def test_an_unposted_period_is_reopened_and_closed_to_the_same_figures(closed_books):
    books = closed_books
    before, ledger = figures(books, "2026-02"), net_ledger(books)
    result = books.reopen("2026-02").result
    assert (result["reversing"], result["cancelled"] > 0) == (0, True)
    assert books.values("SELECT DISTINCT state FROM journal WHERE period = '2026-02'") == ["cancelled"]
    assert unlike_the_ledger(books) == set()
    books.close("2026-02")
    assert figures(books, "2026-02") == before
    assert unlike_the_ledger(books) == set()
    assert net_ledger(books) == ledger


def test_a_posted_period_gets_reversing_journals_and_closes_to_the_same_figures(posted_books):
    books = posted_books
    before, ledger, account = figures(books, "2026-02"), net_ledger(books), in_netsuite(books)
    posted = books.values("SELECT id FROM journal WHERE period = '2026-02' ORDER BY id")
    assert books.reopen("2026-02").result["reversing"] == len(posted)
    assert books.values("SELECT reverses_id FROM journal WHERE reverses_id IS NOT NULL ORDER BY 1") == posted
    books.approve_and_post()
    assert {
        period for period in books.values("SELECT DISTINCT period FROM journal WHERE state = 'posted'")
    } == {
        "2026-01",
        "2026-02",
    }
    books.close("2026-02")
    books.approve_and_post()
    assert figures(books, "2026-02") == before
    assert net_ledger(books) == ledger
    assert in_netsuite(books) == account
    assert books.values("SELECT DISTINCT state FROM journal") == ["posted"]


def test_only_the_newest_closed_period_is_reopened(closed_books):
    assert "only the newest closed period is reopened" in closed_books.reopen("2026-01", ends="failed").error
    assert "2026-03 is not closed" in closed_books.reopen("2026-03", ends="failed").error


def test_whoever_closed_cannot_reopen(closed_books):
    books = closed_books
    job = books.run("reopen", by=books.preparer, ends="failed", period="2026-02", reason="mine")
    assert "somebody else does" in job.error
    assert books.values("SELECT state FROM period_close WHERE period = '2026-02'") == ["closed"]


def test_a_period_that_netsuite_closed_is_not_reopened_once_posted(posted_books):
    books = posted_books
    books.netsuite.change("set_period", period=books.netsuite.period_ids()[1], state="closed")
    assert "reversing journals need it open" in books.reopen("2026-02", ends="failed").error
    assert books.values("SELECT state FROM period_close WHERE period = '2026-02'") == ["closed"]
    assert books.values("SELECT count(*) FROM journal WHERE reverses_id IS NOT NULL") == [0]


def test_a_change_between_reopening_and_closing_is_in_the_period_itself(closed_books):
    books = closed_books
    invoice = books.documents("2026-02")[0]
    books.reopen("2026-02")
    books.netsuite.change("edit_line", transaction=invoice, line=1, amount="12345.00")
    books.run_invoices()
    books.close("2026-02")
    assert books.billed(invoice) == books.net_of(invoice)
    assert {cause for _, cause in books.transfers(invoice, "2026-02")} == {""}


def test_reopening_twice_numbers_on(posted_books):
    books = posted_books
    for _ in range(2):
        books.reopen("2026-02")
        books.approve_and_post()
        books.close("2026-02")
        books.approve_and_post()
    sequence = books.values("SELECT sequence FROM journal WHERE sequence IS NOT NULL ORDER BY sequence")
    assert sequence == list(range(1, len(sequence) + 1))
    held = [one["externalid"] for one in books.netsuite.get("journals") if one["externalid"]]
    assert sorted(held) == sorted(books.values("SELECT external_id FROM journal WHERE state = 'posted'"))


def test_a_period_with_a_journal_in_conflict_is_not_reopened_even_if_that_shows_on_the_way(closed_books):
    """Somebody else used the external id, and no look-up worked until the period was reopened."""
    books = closed_books
    last = books.approve()[-1]
    external = books.value("SELECT external_id FROM journal WHERE id = :id", id=last)
    books.netsuite.foreign_journal(external)
    refusal = {"status": 403, "o:errorDetails": [{"detail": "No.", "o:errorCode": "INSUFFICIENT_PERMISSION"}]}
    for where in ({"contains": "t.externalid"}, {"path": "eid"}):
        books.netsuite.post("faults", action="status", status=403, times=30, body=refusal, **where)
    books.wait(start_job(books.config, books.store, "post", {"journals": None}, books.approver))
    assert books.value("SELECT state FROM journal WHERE id = :id", id=last) in ("posting", "failed", "queued")
    books.netsuite.forget_faults()
    assert "in conflict with NetSuite" in books.reopen("2026-02", ends="failed").error
    assert books.values("SELECT state FROM period_close WHERE period = '2026-02'") == ["closed"]
    assert books.value("SELECT state FROM journal WHERE id = :id", id=last) == "conflict"
    assert books.values("SELECT held_by_job FROM book_lock") == [None]
