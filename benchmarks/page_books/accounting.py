"""What a year of closes came to: allocations, booked revenue, balances, the ledger, journals; and the audit trail."""

from benchmarks.page_books.filling import CURRENCY, PERIODS, PRODUCTS, SUBSIDIARY, Filling, Size


def closes(filling: Filling, size: Size) -> None:
    filling.fill(
        "period_close",
        PERIODS,
        {"id": "i", "period": filling.period("i - 1"), "state": "'closed'", "job_id": "4 * i",
         "closed_by": "'controller@books.test'", "closed_at": filling.moment("i * 43800")},
    )  # fmt: skip
    close = f"(i * 5) % {PERIODS} + 1"
    figures = {"period_close_id": close, "obligation_id": "i", "contract_id": "(i - 1) / 2 + 1"}
    filling.fill(
        "allocation",
        size.obligations,
        figures
        | {"method": "'daily'", "starts": filling.day("i % 330"), "ends": filling.day("i % 330 + 364"),
           "quantity_e6": "1000000", "price_minor": "(i * 7919) % 500000 + 60000",
           "stated_minor": "(i * 7919) % 500000 + 60000", "weight": "1",
           "inception_minor": "(i * 7919) % 500000 + 60000", "allocated_minor": "(i * 7919) % 500000 + 60000",
           "rest_minor": "(i * 7919) % 500000 + 60000"},
    )  # fmt: skip
    for later in range(3):
        filling.fill(
            "booked",
            size.obligations,
            figures
            | {"period_close_id": f"(i * 5 + {later}) % {PERIODS} + 1",
               "allocated_minor": "(i * 7919) % 500000 + 60000", "fraction_numerator": str(31 * (later + 1)),
               "fraction_denominator": "365", "target_minor": f"(i % 900 + 100) * {later + 1}",
               "revenue_minor": "i % 900 + 100", "revenue_base_minor": "i % 900 + 100",
               "target_base_minor": f"(i % 900 + 100) * {later + 1}"},
        )  # fmt: skip
        filling.fill(
            "balance",
            size.contracts,
            {"period_close_id": f"(i * 5 + {later}) % {PERIODS} + 1", "scope": "'contract'", "contract_id": "i",
             "customer_id": f"i % {size.linked} + 1", "subsidiary_id": SUBSIDIARY, "currency": CURRENCY,
             "billed_minor": "120000", "recognised_minor": f"{later + 1} * 10000",
             "liability_minor": f"120000 - {later + 1} * 10000", "billed_base_minor": "120000",
             "recognised_base_minor": f"{later + 1} * 10000",
             "liability_base_minor": f"120000 - {later + 1} * 10000"},
        )  # fmt: skip
    filling.fill(
        "waiting_item",
        size.contracts // 50,
        {"period_close_id": f"i % {PERIODS} + 1", "kind": "'held'", "reason": "'no_end'", "contract_id": "i",
         "obligation_id": "2 * i", "currency": CURRENCY, "amount_minor": "1000 + i", "age_days": "i % 90"},
    )  # fmt: skip


def ledger(filling: Filling, size: Size) -> None:
    loaded = 2 * (size.documents - size.pending)
    document = "(i + 1) / 2"
    billed = {
        "period_close_id": f"{document} % {PERIODS} + 1",
        "document_id": document,
        "line_id": "i % 2 + 1",
        "contract_id": f"i % {size.contracts} + 1",
        "customer_id": f"i % {size.linked} + 1",
        "subsidiary_id": SUBSIDIARY,
        "currency": CURRENCY,
        "amount_minor": "(i * 7919) % 150000 + 1000",
        "base_minor": "(i * 7919) % 150000 + 1000",
    }
    filling.fill("billing_split", loaded, billed | {"account_id": "31", "account_type": "3"})
    transfer = {
        "subsidiary_id": SUBSIDIARY,
        "currency": CURRENCY,
        "base_currency": CURRENCY,
        "category": "'Category ' || (i % 8)",
        "product_id": f"i % {PRODUCTS} + 1",
    }
    filling.fill(
        "ledger_transfer",
        loaded,
        billed
        | transfer
        | {"period": filling.period(document), "event": "'billing'", "debit_role": "'clearing'",
           "credit_role": "'contract_liability'"},
    )  # fmt: skip
    filling.fill(
        "ledger_transfer",
        size.obligations,
        transfer
        | {"period_close_id": f"(i * 5) % {PERIODS} + 1", "period": filling.period("i * 5"),
           "event": "'recognition'", "debit_role": "'contract_liability'", "credit_role": "'revenue'",
           "contract_id": "(i - 1) / 2 + 1", "obligation_id": "i",
           "customer_id": f"(i - 1) / 2 % {size.linked} + 1", "amount_minor": "i % 900 + 100",
           "base_minor": "i % 900 + 100"},
    )  # fmt: skip
    filling.fill(
        "gl_balance",
        PERIODS * 60,
        {"period": filling.period("(i - 1) / 60"), "subsidiary_id": "1", "account_id": "(i - 1) % 60 + 1",
         "currency": "'USD'", "balance_minor": "i * 1000", "ledger_minor": "i * 1000", "job_id": "118"},
    )  # fmt: skip


def journals(filling: Filling, size: Size) -> None:
    number = filling.period("i") + " || '-' || " + filling.digits("i", 5)
    waiting = 100
    filling.fill(
        "journal",
        size.journals,
        {"id": "i", "period_close_id": f"i % {PERIODS} + 1", "period": filling.period("i"),
         "subsidiary_id": SUBSIDIARY, "currency": CURRENCY, "journal_date": filling.day("(i % 12) * 30 + 29"),
         "part": "1", "parts": "1", "memo": "'Revenue recognition'",
         "state": f"CASE WHEN i <= {size.journals - waiting} THEN 'posted' WHEN i % 9 = 0 THEN 'failed'"
         " ELSE 'draft' END",
         "sequence": "i", "number": number, "external_id": f"'rr-' || {number}",
         "prepared_by": "'accountant@books.test'", "approved_by": "'controller@books.test'",
         "netsuite_id": "900000 + i", "posted_at": filling.moment("i * 400"), "attempts": "1"},
    )  # fmt: skip
    filling.fill(
        "journal_line",
        size.journals * 40,
        {"journal_id": "(i - 1) / 40 + 1", "line": "(i - 1) % 40 + 1", "account_id": "i % 60 + 1",
         "role": "CASE WHEN i % 2 = 0 THEN 'revenue' ELSE 'contract_liability' END",
         "debit_minor": "CASE WHEN i % 2 = 0 THEN 0 ELSE 5000 END",
         "credit_minor": "CASE WHEN i % 2 = 0 THEN 5000 ELSE 0 END", "segment_set_id": "i % 40 + 1"},
    )  # fmt: skip
    filling.fill(
        "posting_attempt",
        size.journals * 2,
        {"journal_id": "(i - 1) / 2 + 1", "at": filling.moment("i * 200"), "status": "204",
         "action": "CASE WHEN i % 2 = 1 THEN 'post' ELSE 'read_back' END", "outcome": "'posted'",
         "milliseconds": "300 + i % 200"},
    )  # fmt: skip


def events(filling: Filling, size: Size) -> None:
    filling.fill(
        "audit_event",
        size.events,
        {"id": "i", "at": filling.moment("i * 5"), "previous_hash": "CAST(i - 1 AS TEXT)",
         "actor": "CASE WHEN i % 3 = 0 THEN 'service' ELSE 'accountant@books.test' END",
         "action": "CASE i % 5 WHEN 0 THEN 'pair_customer' WHEN 1 THEN 'approve_journal'"
         " WHEN 2 THEN 'set_policy' WHEN 3 THEN 'close_period' ELSE 'sign_in' END",
         "subject": f"'customer ' || (i % {size.customers})", "hash": "CAST(i AS TEXT)"},
    )  # fmt: skip
