"""Pulling orders and customers: everything once, then what changed, lost nowhere."""

from datetime import date, timedelta

import pytest

from revrec.crm import (
    ORDERS_A_BATCH,
    ClientCredentials,
    CursorLost,
    OrderState,
    SalesforceClient,
    SalesforceConnection,
    UnknownField,
    detect_currencies,
    find_changes,
    position_from_json,
    pull_customers,
    pull_orders,
    read_mapping,
    read_orders,
    split,
    unfold,
)
from sample_data.company import Company
from sample_data.starting import start

QUERY = "/services/data/v66.0/query"
LINE = {
    "product": "PLAT-TEAM",
    "quantity": 2,
    "amount": "1200.00",
    "start": "2026-05-01",
    "end": "2027-04-30",
}


async def pull(client, mapping, changes, decimals):
    return {
        o.external_id: o
        async for batch in pull_orders(client, mapping, changes, decimals)
        for o in batch.orders
    }


@pytest.fixture
async def position(client, mapping):
    """Where a run that has just ended stands."""
    return (await find_changes(client, mapping, None)).position


class TestEverything:
    async def test_the_whole_company_arrives(self, client, mapping, decimals, director):
        changes = await find_changes(client, mapping, None)
        assert changes.full and changes.gone == ()
        read = await pull(client, mapping, changes, decimals)
        company = Company(lines=1500)
        expected = {o.id: o for o in company.orders() if o.status == "Activated" and not o.is_reduction}
        assert expected.keys() <= read.keys()
        names = ("department", "class_", "location", "region")
        for order_id, order in expected.items():
            found = read[order_id]
            assert (found.number, found.currency, found.ordered_on) == (
                order.number,
                order.currency,
                order.signed,
            )
            assert found.customer_id == order.customer.accounts[0].id and found.subsidiary == str(
                order.subsidiary
            )
            assert found.contract_number == (order.contract_number or "")
            assert found.amendment_on == order.amendment_effective and found.modified_at == order.modified_at
            assert (
                found.state is OrderState.ACTIVE
                and found.problem == ""
                and found.total_minor == order.amount_minor
            )
            for line, told in zip(order.lines, found.lines, strict=True):
                assert (told.external_id, told.product_code) == (line.id, line.product.code)
                assert (told.amount_minor, told.quantity_e6) == (line.amount_minor, line.quantity * 10**6)
                assert (told.starts, told.ends, told.method) == (
                    line.start,
                    line.end,
                    line.product.method or "",
                )
                assert dict(told.segments) == {
                    {"class_": "class", "region": "cseg_region"}.get(name, name): str(
                        getattr(line.segments, name)
                    )
                    for name in names
                    if getattr(line.segments, name) is not None
                }

    async def test_reductions_come_with_their_original(self, client, mapping, decimals):
        changes = await find_changes(client, mapping, None)
        read = await pull(client, mapping, changes, decimals)
        reductions = [o for o in Company(lines=1500).orders() if o.is_reduction]
        assert reductions
        for order in reductions:
            assert order.id not in read
            assert order.id in [cut.external_id for cut in read[order.original_id].reductions]
            forms = unfold(read[order.original_id])
            assert forms[-1].order.total_minor < forms[0].order.total_minor
            assert all(form.order.problem == "" for form in forms)

    async def test_customers_arrive_in_batches(self, client, mapping, director):
        batches = [batch async for batch in pull_customers(client, mapping, batch=20)]
        assert [len(batch) for batch in batches[:-1]] == [20] * (len(batches) - 1)
        read = {c.external_id: c for batch in batches for c in batch}
        for customer in Company(lines=1500).customers():
            for account in customer.accounts:
                found = read[account.id]
                assert (found.name, found.currency, found.country) == (
                    account.name,
                    account.currency,
                    account.country,
                )
                assert found.netsuite_id == (str(customer.id) if len(customer.accounts) == 1 else "")

    async def test_won_opportunities_instead(self, client, director, decimals):
        setting = {"source": "opportunity", **director.ready["field_mapping"]}
        setting["line"] = {"ends": "Service_End__c", **setting["line"]}
        mapping = read_mapping(setting)
        changes = await find_changes(client, mapping, None)
        read = await pull(client, mapping, changes, decimals)
        expected = [o for o in Company(lines=1500).orders() if o.status == "Activated" and not o.is_reduction]
        assert len(read) == len(expected)
        assert sum(o.total_minor for o in read.values()) == sum(o.amount_minor for o in expected)
        by_number = {o.number: o for o in read.values()}
        assert len(by_number) == len(read), "an opportunity's id serves as its number"
        assert any(line.ends for o in read.values() for line in o.lines)

    async def test_an_org_with_one_currency(self, decimals, waits):
        with start("salesforce", "--lines", "1000", "--single-currency", "GBP") as stand_in:
            keys = ClientCredentials(stand_in.ready["client_id"], stand_in.ready["client_secret"])
            connection = SalesforceConnection(stand_in.url, keys)
            async with SalesforceClient(connection, sleep=waits) as client:
                mapping = read_mapping({"org_currency": "GBP"})
                with pytest.raises(UnknownField):
                    await client.rows("SELECT CurrencyIsoCode FROM Order", "the orders")
                mapping = await detect_currencies(client, mapping)
                changes = await find_changes(client, mapping, None)
                read = await pull(client, mapping, changes, decimals)
                customers = [c async for batch in pull_customers(client, mapping) for c in batch]
        assert read and {o.currency for o in read.values()} == {"GBP"}
        assert {c.currency for c in customers} == {"GBP"}
        assert all(o.problem == "" for o in read.values())

    async def test_a_multi_currency_org_keeps_its_mapping(self, client, mapping):
        assert await detect_currencies(client, mapping) == mapping


class TestWhatChanged:
    async def changed(self, client, mapping, position):
        changes = await find_changes(client, mapping, position)
        assert not changes.full
        return changes

    async def test_an_overlap_of_ten_minutes_and_no_more(self, client, mapping, position, director):
        await self.changed(client, mapping, position)
        queries = [e["query"] for e in director.sim("GET", "/log") if "SystemModstamp >=" in e["query"]]
        for query, mark in zip(queries, (position.orders, position.lines), strict=True):
            begin = (mark.stamp - timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
            assert f"SystemModstamp >= {begin} " in query

    async def test_the_position_survives_being_stored(self, position):
        assert position_from_json(position.to_json()) == position
        assert position_from_json({}).orders is None

    async def test_a_new_order_is_found(self, client, mapping, decimals, position, director):
        made = director.add_order(LINE)
        changes = await self.changed(client, mapping, position)
        assert made["id"] in changes.order_ids
        assert changes.position.orders.stamp >= position.orders.stamp
        batch = await read_orders(client, mapping, [made["id"]], decimals)
        (line,) = batch.orders[0].lines
        assert line.amount_minor == 1200_00 and batch.missing == ()

    async def test_a_changed_line_alone_brings_its_order(self, client, mapping, decimals, director):
        made = director.add_order(LINE)
        position = (await find_changes(client, mapping, None)).position
        # Long after, as far as the overlap goes: the order's own stamp lies before the window.
        early = position_from_json(
            {
                "orders": [(position.orders.stamp + timedelta(hours=1)).isoformat(), position.orders.id],
                "lines": position.to_json()["lines"],
            }
        )
        change = {"id": made["lines"][0], "amount": "1500.00", "end": "2027-10-31"}
        director.sim("POST", f"/orders/{made['id']}/amend", {"lines": [change]})
        changes = await self.changed(client, mapping, early)
        assert made["id"] in changes.order_ids
        batch = await read_orders(client, mapping, [made["id"]], decimals)
        (line,) = batch.orders[0].lines
        assert (line.amount_minor, line.ends) == (1500_00, date(2027, 10, 31))

    async def test_a_deleted_line_brings_its_order(self, client, mapping, decimals, position, director):
        made = director.add_order(LINE, LINE)
        director.sim("DELETE", f"/records/OrderItem/{made['lines'][1]}")
        changes = await self.changed(client, mapping, position)
        assert made["id"] in changes.order_ids
        batch = await read_orders(client, mapping, [made["id"]], decimals)
        assert [line.external_id for line in batch.orders[0].lines] == made["lines"][:1]

    async def test_a_deleted_order_is_gone(self, client, mapping, decimals, position, director):
        made = director.add_order(LINE)
        director.sim("DELETE", f"/orders/{made['id']}")
        changes = await self.changed(client, mapping, position)
        assert made["id"] in [gone.external_id for gone in changes.gone]
        assert made["id"] not in changes.order_ids
        assert (await read_orders(client, mapping, [made["id"]], decimals)).missing == (made["id"],)

    async def test_an_order_taken_back_is_told_as_inactive(
        self, client, mapping, decimals, position, director
    ):
        made = director.add_order(LINE)
        director.sim("POST", f"/orders/{made['id']}/cancel")
        changes = await self.changed(client, mapping, position)
        assert made["id"] in changes.order_ids
        (order,) = (await read_orders(client, mapping, [made["id"]], decimals)).orders
        assert order.state is OrderState.INACTIVE and order.status == "Cancelled"

    async def test_a_won_opportunity_that_is_lost_again(self, client, decimals, director):
        mapping = read_mapping({"source": "opportunity", "line": {"ends": "Service_End__c"}})
        position = (await find_changes(client, mapping, None)).position
        (product,) = director.sim("GET", "/records/Product2", ProductCode="TRAIN")
        won = {"Name": "Deal", "AccountId": director.account(), "CloseDate": "2026-05-01", "Amount": "50.00",
               "StageName": "Closed Won", "IsWon": True, "CurrencyIsoCode": "USD"}  # fmt: skip
        deal = director.sim("POST", "/records/Opportunity", won)["id"]
        line = {"OpportunityId": deal, "Product2Id": product["Id"], "Quantity": 1.0, "TotalPrice": "50.00",
                "ServiceDate": "2026-05-02", "Service_End__c": "2026-05-02", "CurrencyIsoCode": "USD"}  # fmt: skip
        director.sim("POST", "/records/OpportunityLineItem", line)
        changes = await self.changed(client, mapping, position)
        assert deal in changes.order_ids
        (order,) = (await read_orders(client, mapping, [deal], decimals)).orders
        assert order.state is OrderState.ACTIVE and order.lines[0].amount_minor == 50_00
        assert order.lines[0].ends == date(2026, 5, 2) and order.lines[0].problem == ""
        director.sim("PATCH", f"/records/Opportunity/{deal}", {"IsWon": False, "StageName": "Lost"})
        changes = await self.changed(client, mapping, changes.position)
        (order,) = (await read_orders(client, mapping, [deal], decimals)).orders
        assert deal in changes.order_ids and order.state is OrderState.INACTIVE and order.status == "Lost"
        director.sim("DELETE", f"/records/Opportunity/{deal}")
        changes = await self.changed(client, mapping, changes.position)
        assert deal in [gone.external_id for gone in changes.gone]

    async def test_a_draft_is_told_once_it_is_active(self, client, mapping, decimals, position, director):
        made = director.add_order(LINE, status="Draft")
        director.sim("POST", f"/orders/{made['id']}/activate")
        changes = await self.changed(client, mapping, position)
        (order,) = (await read_orders(client, mapping, [made["id"]], decimals)).orders
        assert made["id"] in changes.order_ids and order.state is OrderState.ACTIVE

    async def test_a_reduction_brings_its_original(self, client, mapping, decimals, position, director):
        made = director.add_order(LINE)
        cut = {"product": "PLAT-TEAM", "quantity": -1, "amount": "-600.00", "original_line": made["lines"][0]}
        reduction = director.add_order(cut, original=made["id"], effective_date="2026-07-01")
        changes = await self.changed(client, mapping, position)
        assert made["id"] in changes.order_ids and reduction["id"] not in changes.order_ids
        (order,) = (await read_orders(client, mapping, [made["id"]], decimals)).orders
        first, second = unfold(order)
        assert second.effective_on == date(2026, 7, 1)
        assert (first.order.lines[0].amount_minor, second.order.lines[0].amount_minor) == (1200_00, 600_00)
        director.sim("DELETE", f"/orders/{reduction['id']}")
        changes = await self.changed(client, mapping, position)
        assert made["id"] in changes.order_ids
        assert reduction["id"] not in [gone.external_id for gone in changes.gone]
        (order,) = (await read_orders(client, mapping, [made["id"]], decimals)).orders
        assert order.reductions == ()

    async def test_a_change_of_a_reductions_line_brings_the_original(
        self, client, mapping, decimals, position, director
    ):
        made = director.add_order(LINE)
        cut = {"product": "PLAT-TEAM", "quantity": -1, "amount": "-600.00", "original_line": made["lines"][0]}
        reduction = director.add_order(cut, original=made["id"], effective_date="2026-07-01")
        director.sim("POST", f"/orders/{reduction['id']}/amend", {"lines": [{"id": reduction["lines"][0],
                     "amount": "-500.00"}]})  # fmt: skip
        changes = await self.changed(client, mapping, position)
        assert made["id"] in changes.order_ids and reduction["id"] not in changes.order_ids
        (order,) = (await read_orders(client, mapping, [made["id"]], decimals)).orders
        assert order.reductions[0].cuts == ((made["lines"][0], -1_000_000, -500_00),)

    async def test_a_draft_reduction_reduces_nothing(self, client, mapping, decimals, director):
        made = director.add_order(LINE)
        cut = {"product": "PLAT-TEAM", "quantity": -1, "amount": "-600.00", "original_line": made["lines"][0]}
        director.add_order(cut, original=made["id"], effective_date="2026-07-01", status="Draft")
        (order,) = (await read_orders(client, mapping, [made["id"]], decimals)).orders
        assert order.reductions == ()

    async def test_nothing_new_finds_only_the_overlap(self, client, mapping, decimals, director):
        first = await find_changes(client, mapping, None)
        once = await pull(client, mapping, first, decimals)
        again = await find_changes(client, mapping, first.position)
        assert again.position == first.position
        repeated = await pull(client, mapping, again, decimals)
        active = {order_id: o for order_id, o in repeated.items() if o.state is OrderState.ACTIVE}
        assert all(once[order_id] == order for order_id, order in active.items())


class TestTrouble:
    async def test_a_lost_place_is_found_again(self, client, mapping, director):
        expected = await find_changes(client, mapping, None)
        director.refuse(400, "INVALID_QUERY_LOCATOR", "invalid query locator", path=QUERY + "/01g")
        assert (await find_changes(client, mapping, None)).order_ids == expected.order_ids
        (resumed,) = [e["query"] for e in director.sim("GET", "/log") if "Id > '" in e["query"]]
        assert f"Id > '{expected.order_ids[199]}'" in resumed

    async def test_places_forgotten_by_the_server_are_found_again(self, client, mapping, director):
        expected = [c.external_id async for batch in pull_customers(client, mapping) for c in batch]
        where = "queryAll"
        director.refuse(
            400, "QUERY_TIMEOUT", "Your query request was running for too long.", path=where, times=3
        )
        assert [c.external_id async for batch in pull_customers(client, mapping) for c in batch] == expected

    async def test_a_place_lost_again_and_again_is_said(self, client, mapping, director):
        director.refuse(
            400, "QUERY_TIMEOUT", "Your query request was running for too long.", path=QUERY, times=9
        )
        with pytest.raises(CursorLost, match="too long"):
            await read_orders(client, mapping, ["801Ks0000000001IAA"], {})

    async def test_what_changes_during_a_run_is_in_the_next(self, client, mapping, director):
        made = director.add_order(LINE)
        changes = await find_changes(client, mapping, None)
        change = {"id": made["lines"][0], "amount": "1.00"}
        director.sim("POST", f"/orders/{made['id']}/amend", {"lines": [change]})
        following = await find_changes(client, mapping, changes.position)
        assert made["id"] in following.order_ids

    async def test_a_batch_has_a_largest_size(self, client, mapping, decimals):
        ids = ["801Ks0000000001IAA"] * (ORDERS_A_BATCH + 1)
        with pytest.raises(ValueError, match="at most 200"):
            await read_orders(client, mapping, ids, decimals)
        assert (await read_orders(client, mapping, [], decimals)).orders == ()

    async def test_the_largest_batch_fits_into_an_address(self, client, mapping, decimals, director):
        changes = await find_changes(client, mapping, None)
        assert len(changes.order_ids) > ORDERS_A_BATCH
        batch = await read_orders(client, mapping, changes.order_ids[:ORDERS_A_BATCH], decimals)
        assert len(batch.orders) == ORDERS_A_BATCH

    async def test_a_field_that_is_not_there_is_named(self, client, director, decimals):
        mapping = read_mapping({"line": {"ends": "Term_End__c"}})
        with pytest.raises(UnknownField, match="Term_End__c on OrderItem"):
            await read_orders(client, mapping, ["801Ks0000000001IAA"], decimals)


def test_split():
    assert list(split(["a", "b", "c"], 2)) == [("a", "b"), ("c",)]
    assert list(split([], 2)) == []
