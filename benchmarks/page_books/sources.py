"""What was sold and billed: orders with their contracts and lines, NetSuite's documents with theirs."""

from benchmarks.page_books.filling import CURRENCY, CURRENCY_ID, PRODUCTS, SUBSIDIARY, Filling, Size


def contracts(filling: Filling, size: Size) -> None:
    contract = "(i - 1) / 2 + 1"  # of an obligation
    number = "'C-' || " + filling.digits("i", 7)
    filling.fill(
        "contract",
        size.contracts,
        {"id": "i", "key": "'contract ' || i", "number": number, "crm_customer_id": f"i % {size.linked} + 1",
         "currency": CURRENCY, "stated_minor": "(i * 7919) % 1000000 + 120000"},
    )  # fmt: skip
    filling.fill(
        "sales_order",
        size.contracts,
        {"id": "i", "external_id": "'801' || " + filling.digits("i", 12),
         "number": "'SO-' || " + filling.digits("i", 7), "contract_id": "i"},
    )  # fmt: skip
    filling.fill(
        "order_version",
        size.contracts,
        {"id": "i", "order_id": "i", "number": "1", "job_id": "1", "published": "TRUE",
         "sha256": "CAST(i AS TEXT)", "effective_on": filling.day("i % 330"),
         "ordered_on": filling.day("i % 330"), "crm_customer_id": f"i % {size.linked} + 1",
         "contract_number": number, "currency": CURRENCY, "subsidiary_id": SUBSIDIARY},
    )  # fmt: skip
    filling.fill(
        "obligation",
        size.obligations,
        {"id": "i", "order_id": contract, "line_external_id": "CAST(i AS TEXT)"},
    )
    filling.fill(
        "order_line",
        size.obligations,
        {"id": "i", "version_id": contract, "obligation_id": "i", "line_external_id": "CAST(i AS TEXT)",
         "sequence": "i % 2 + 1", "product_id": f"i % {PRODUCTS} + 1", "description": "'Subscription'",
         "quantity_e6": "1000000", "amount_minor": "(i * 7919) % 500000 + 60000",
         "starts": filling.day("i % 330"), "ends": filling.day("i % 330 + 364"), "method": "'daily'"},
    )  # fmt: skip


def documents(filling: Filling, size: Size) -> None:
    loaded = size.documents - size.pending
    unlinked = size.customers - size.linked
    customer = (
        f"CASE WHEN i <= {loaded} THEN i % {size.linked} + 1 ELSE i % {unlinked} + {size.linked} + 1 END"
    )
    filling.fill(
        "source_document",
        size.documents,
        {"id": "i", "external_id": "1000 + i", "current_version_id": "i",
         "kind": "CASE WHEN i % 20 = 0 THEN 'CustCred' ELSE 'CustInvc' END",
         "state": f"CASE WHEN i <= {loaded} THEN 'loaded' ELSE 'pending' END",
         "reason": f"CASE WHEN i <= {loaded} THEN '' ELSE 'no customer of this name' END"},
    )  # fmt: skip
    filling.fill(
        "document_version",
        size.documents,
        {"id": "i", "document_id": "i", "number": "1", "job_id": "i % 120 + 1", "sha256": "CAST(i AS TEXT)",
         "modified_at": filling.moment("i"), "tran_id": "'INV' || " + filling.digits("i", 7),
         "tran_date": filling.day("i % 365"), "period_id": "i % 12 + 1", "period": filling.period("i"),
         "customer_id": customer, "subsidiary_id": SUBSIDIARY, "currency_id": CURRENCY_ID,
         "currency": CURRENCY, "exchange_rate_e10": "10000000000", "status": "'Open'",
         "order_reference": f"'SO-' || {filling.digits(f'i % {size.contracts} + 1', 7)}",
         "main_minor": "((i * 7919) % 300000 + 2000) * CASE WHEN i % 20 = 0 THEN -1 ELSE 1 END"},
    )  # fmt: skip
    sign = "CASE WHEN (i + 1) / 2 % 20 = 0 THEN -1 ELSE 1 END"
    filling.fill(
        "document_line",
        size.lines,
        {"id": "i", "version_id": "(i + 1) / 2", "line_id": "i % 2 + 1", "sequence": "i % 2 + 1",
         "role": "'billing'", "item_id": f"i % {PRODUCTS} + 1", "item_type": "'Service'",
         "description": "'Subscription'", "quantity_e6": "1000000",
         "amount_minor": f"((i * 7919) % 150000 + 1000) * {sign}",
         "billing_minor": f"((i * 7919) % 150000 + 1000) * {sign}",
         "base_minor": f"((i * 7919) % 150000 + 1000) * {sign}", "account_id": "31",
         "account_type": "'DeferRevenue'"},
    )  # fmt: skip
