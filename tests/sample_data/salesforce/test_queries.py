"""The stand-in answers queries as Salesforce does, over HTTP."""

from datetime import date, timedelta

from sample_data.company import Company


def test_it_shows_the_whole_company(org):
    company = Company(lines=1500)
    orders = list(company.orders())
    counts = {
        "Account": sum(1 for _ in company.crm_accounts()),
        "Contract": sum(1 for _ in company.crm_contracts()),
        "Order": len(orders),
        "OrderItem": sum(len(order.lines) for order in orders),
        "Opportunity": sum(not order.is_reduction for order in orders),
        "OpportunityLineItem": sum(len(order.lines) for order in orders if not order.is_reduction),
    }
    # Other tests add records, at the earliest when the company's history ends.
    where = "WHERE CreatedDate < 2026-05-01T05:59:59Z"
    for entity, count in counts.items():
        answer = org.query(f"SELECT COUNT() FROM {entity} {where}", "queryAll").json()
        assert answer == {"totalSize": count, "done": True, "records": []}


def test_a_record_has_attributes_lookups_and_json_types(org):
    (record,) = org.records(
        "SELECT id, Account.Name, TotalAmount, EffectiveDate, SystemModstamp, IsReductionOrder, OriginalOrderId, "
        "Contract.ContractNumber FROM Order WHERE OrderNumber = '00000001'"
    )
    assert list(record)[:2] == ["attributes", "Id"]
    assert record["attributes"] == {
        "type": "Order",
        "url": f"/services/data/v66.0/sobjects/Order/{record['Id']}",
    }
    assert record["Account"]["attributes"]["type"] == "Account" and record["Account"]["Name"]
    assert isinstance(record["TotalAmount"], float) and record["IsReductionOrder"] is False
    assert record["EffectiveDate"] == "2026-01-02"
    assert record["SystemModstamp"].endswith(".000+0000") and len(record["SystemModstamp"]) == 28
    assert record["OriginalOrderId"] is None and record["Contract"] is None


def test_yen_amounts_are_whole(org):
    for record in org.records("SELECT TotalAmount FROM Order WHERE CurrencyIsoCode = 'JPY'"):
        assert record["TotalAmount"] == int(record["TotalAmount"])


def test_conditions_select_what_they_say(org):
    def numbers(where: str) -> set[str]:
        return {r["OrderNumber"] for r in org.records(f"SELECT OrderNumber FROM Order WHERE {where}")}

    everything = {r["OrderNumber"] for r in org.records("SELECT OrderNumber FROM Order")}
    drafts = numbers("StatusCode = 'Draft'")
    assert drafts and drafts == numbers("StatusCode = 'dRAFT'")
    assert numbers("StatusCode != 'Draft'") == everything - drafts
    assert numbers("NOT StatusCode = 'Draft'") == everything - drafts
    assert numbers("StatusCode IN ('Draft', 'x')") == drafts
    assert numbers("StatusCode NOT IN ('Draft')") == everything - drafts
    assert numbers("ContractId = null") | numbers("ContractId != null") == everything
    assert numbers("ContractId = null") and numbers("ContractId != null")
    assert numbers("PoNumber != 'PO-1'") == everything, "!= keeps records without a value"
    january = numbers("EffectiveDate >= 2026-01-01 AND EffectiveDate < 2026-02-01")
    assert january == numbers("EffectiveDate <= 2026-01-31")
    assert numbers("(StatusCode = 'Draft' AND EffectiveDate < 2026-02-01) OR IsReductionOrder = true") >= (
        drafts & january
    )
    assert numbers("OrderNumber LIKE '0000000_'") == {number for number in everything if number < "00000010"}
    assert numbers("TotalAmount > 1000000.5") < everything
    assert numbers("Account.BillingCountryCode = 'JP'") < everything


def test_a_datetime_literal_may_be_in_any_zone(org):
    utc = org.records("SELECT Id FROM Order WHERE SystemModstamp >= 2026-02-01T12:00:00Z")
    tokyo = org.records("SELECT Id FROM Order WHERE SystemModstamp >= 2026-02-01T21:00:00+09:00")
    assert utc and [r["Id"] for r in utc] == [r["Id"] for r in tokyo]


def test_short_ids_name_the_same_records(org):
    (record,) = org.records("SELECT Id, AccountId FROM Order LIMIT 1")
    found = org.records(f"SELECT Id FROM Order WHERE Id = '{record['Id'][:15]}'")
    assert [r["Id"] for r in found] == [record["Id"]]
    assert (
        org.error(f"SELECT Id FROM Order WHERE Id = '{record['Id'][:14]}'")[1]
        == "INVALID_QUERY_FILTER_OPERATOR"
    )


def test_ordering_puts_nulls_first_unless_told(org):
    first = org.records("SELECT ContractId FROM Order ORDER BY ContractId LIMIT 1")
    last = org.records("SELECT ContractId FROM Order ORDER BY ContractId NULLS LAST LIMIT 1")
    assert first[0]["ContractId"] is None and last[0]["ContractId"] is not None
    stamps = [
        r["SystemModstamp"]
        for r in org.records("SELECT SystemModstamp FROM Order ORDER BY SystemModstamp DESC")
    ]
    assert stamps == sorted(stamps, reverse=True)


def test_long_answers_come_in_pages_of_one_moment(org):
    whole = [r["Id"] for r in org.records("SELECT Id FROM Order ORDER BY OrderNumber")]
    page = org.query("SELECT Id FROM Order ORDER BY OrderNumber", batch=200).json()
    assert page["totalSize"] == len(whole) and not page["done"] and len(page["records"]) == 200
    account = org.records("SELECT Id FROM Account LIMIT 1")[0]["Id"]
    org.sim("POST", "/orders", {"account": account, "effective_date": "2026-04-30", "lines": []})
    found = page["records"]
    while not page["done"]:
        assert page["nextRecordsUrl"].startswith("/services/data/v66.0/query/01g")
        page = org.get(page["nextRecordsUrl"]).json()
        found += page["records"]
    assert [r["Id"] for r in found] == whole


def test_a_page_size_below_the_smallest_is_only_a_hint(org):
    assert len(org.query("SELECT Id FROM Order", batch=1).json()["records"]) == 200


def test_locators_end_with_the_answer_and_after_ten_others(org):
    page = org.query("SELECT Id FROM Order", batch=200).json()
    oldest = page["nextRecordsUrl"]
    while not page["done"]:
        locator = page["nextRecordsUrl"]
        page = org.get(locator).json()
    assert org.get(locator).json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"
    oldest = org.query("SELECT Id FROM Order", batch=200).json()["nextRecordsUrl"]
    for _ in range(10):
        org.query("SELECT Id FROM Order", batch=200)
    answer = org.get(oldest)
    assert answer.status_code == 400 and answer.json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"
    assert org.get("/services/data/v66.0/query/01gxx-200").json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_deleted_records_show_in_query_all_alone(org):
    account = org.records("SELECT Id FROM Account LIMIT 1")[0]["Id"]
    line = {"product": "TRAIN", "quantity": 1, "amount": "10.00"}
    made = org.sim("POST", "/orders", {"account": account, "effective_date": "2026-04-30", "lines": [line]})
    before = org.records(f"SELECT SystemModstamp FROM Order WHERE Id = '{made['id']}'")
    org.sim("DELETE", f"/orders/{made['number']}")
    where = f"WHERE OrderId = '{made['id']}'"
    assert org.records(f"SELECT Id FROM Order WHERE Id = '{made['id']}'") == []
    assert org.records(f"SELECT Id FROM OrderItem {where}") == []
    (order,) = org.records(
        f"SELECT IsDeleted, SystemModstamp FROM Order WHERE Id = '{made['id']}'", "queryAll"
    )
    (item,) = org.records(f"SELECT IsDeleted FROM OrderItem {where}", "queryAll")
    assert order["IsDeleted"] is True and item["IsDeleted"] is True
    assert order["SystemModstamp"] >= before[0]["SystemModstamp"] > "2026-05-01"


def test_dates_of_orders_cover_the_history(org):
    dates = [date.fromisoformat(r["EffectiveDate"]) for r in org.records("SELECT EffectiveDate FROM Order")]
    assert min(dates) < date(2026, 1, 8) and max(dates) > date(2026, 4, 20)
    assert max(dates) - min(dates) > timedelta(days=100)
