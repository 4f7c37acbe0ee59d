"""What is known before anything is sold: accounts, products, prices, customers and their links; and the runs so far."""

from benchmarks.page_books.filling import CURRENCY, PRODUCTS, SUBSIDIARY, YEAR, Filling, Size


def reference(filling: Filling, size: Size) -> None:
    filling.fill(
        "currency",
        2,
        {"id": "i", "symbol": "CASE WHEN i = 1 THEN 'USD' ELSE 'EUR' END", "name": "'Currency ' || i",
         "precision": "2", "active": "TRUE"},
    )  # fmt: skip
    filling.fill(
        "subsidiary", 2, {"id": "i", "name": "'Subsidiary ' || i", "currency_id": "i", "active": "TRUE"}
    )
    filling.fill(
        "account",
        60,
        {"id": "i", "number": "CAST(4000 + i AS TEXT)", "name": "'Account ' || i", "active": "TRUE",
         "type": "CASE WHEN i < 30 THEN 'Income' WHEN i < 45 THEN 'DeferRevenue' ELSE 'OthCurrAsset' END"},
    )  # fmt: skip
    filling.fill(
        "account_mapping",
        6,
        {"role": "CASE i WHEN 1 THEN 'revenue' WHEN 2 THEN 'contract_liability' WHEN 3 THEN 'contract_asset'"
         " WHEN 4 THEN 'clearing' WHEN 5 THEN 'fx_adjustment' ELSE 'unbilled_receivable' END",
         "account_id": "CASE WHEN i = 1 THEN 10 WHEN i = 2 THEN 31 ELSE 45 + i END", "set_by": "'admin'"},
    )  # fmt: skip
    filling.fill(
        "netsuite_period",
        24,
        {"id": "i", "name": "'Period ' || i", "first_day": filling.day("(i - 1) * 30"),
         "last_day": filling.day("i * 30 - 1"), "active": "TRUE"},
    )  # fmt: skip
    filling.fill(
        "product",
        PRODUCTS,
        {"id": "i", "key": "'product ' || i", "code": "'P-' || " + filling.digits("i", 4),
         "name": "'Product ' || i", "category": "'Category ' || (i % 8)"},
    )  # fmt: skip
    filling.fill(
        "item",
        PRODUCTS,
        {"id": "i", "name": "'P-' || " + filling.digits("i", 4), "type": "'Service'", "product_id": "i",
         "active": "TRUE", "paired": "'code'"},
    )  # fmt: skip
    filling.fill("segment", 1, {"field": "'department'", "name": "'Department'", "kind": "'standard'",
                                "on_journals": "TRUE", "active": "TRUE"})  # fmt: skip
    filling.fill("segment_value", 40, {"segment": "'department'", "value_id": "i", "name": "'Department ' || i",
                                       "active": "TRUE"})  # fmt: skip
    filling.fill("segment_set", 40, {"id": "i", "canonical": "'{\"department\":\"' || i || '\"}'"})
    filling.fill(
        "standalone_price",
        PRODUCTS * 5,
        {"product_id": f"i % {PRODUCTS} + 1", "currency": CURRENCY, "kind": "'observed'", "per": "'each'",
         "low_minor": "10000 + i", "high_minor": "10000 + i", "valid_from": filling.day("(i % 5) * 60"),
         "set_by": "'admin'"},
    )  # fmt: skip
    filling.fill(
        "policy_setting",
        1,
        {"key": "'first_period'", "value": f"'\"{YEAR}-01\"'", "set_by": "'admin'"},
    )


def customers(filling: Filling, size: Size) -> None:
    name = "'Customer ' || " + filling.digits("i", 6)
    filling.fill(
        "netsuite_customer",
        size.customers,
        {"id": "i", "name": name, "key": "'customer ' || i", "key_version": "1", "active": "TRUE",
         "subsidiary_id": SUBSIDIARY, "match": f"CASE WHEN i <= {size.linked} THEN 'linked' ELSE 'none' END"},
    )  # fmt: skip
    filling.fill(
        "crm_customer",
        size.customers,
        {"id": "i", "external_id": "'001' || " + filling.digits("i", 12), "name": name + " || ' Inc.'",
         "key": "'customer ' || i", "key_version": "1", "active": "TRUE"},
    )  # fmt: skip
    filling.fill(
        "customer_link",
        size.linked,
        {"netsuite_customer_id": "i", "crm_customer_id": "i", "basis": "'name'", "linked_by": "'service'",
         "netsuite_name": name, "crm_name": name},
    )  # fmt: skip
    filling.fill(
        "job",
        120,
        {"id": "i", "kind": "CASE i % 4 WHEN 0 THEN 'close' WHEN 1 THEN 'orders' ELSE 'invoices' END",
         "state": "'done'", "requested_by": "'service'", "created_at": filling.moment("i * 4000"),
         "started_at": filling.moment("i * 4000 + 1"), "finished_at": filling.moment("i * 4000 + 9"),
         "published_at": filling.moment("i * 4000 + 8")},
    )  # fmt: skip
    filling.fill(
        "job_note",
        2_400,
        {"job_id": "i % 120 + 1", "severity": "'info'", "message": "'Read page ' || i",
         "at": filling.moment("i * 200")},
    )  # fmt: skip
    filling.fill(
        "group_result",
        size.documents // 50,
        {"job_id": "118", "period": filling.period("i"), "kind": "'CustInvc'", "currency": CURRENCY,
         "customer_id": f"i % {size.customers} + 1", "status": "'PASS'", "source_documents": "2",
         "our_documents": "2", "source_lines": "4", "loaded_lines": "4", "source_minor": "i",
         "loaded_minor": "i"},
    )  # fmt: skip
