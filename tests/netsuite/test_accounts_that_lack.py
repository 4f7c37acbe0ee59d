"""Accounts without a feature and roles without a permission: done without, with a notice, never with an error."""

from datetime import timedelta

import pytest

from revrec.netsuite import (
    AccountColumns,
    CurrencyTable,
    FieldSettings,
    IdRange,
    InvoiceSource,
    Window,
    currency_tables,
    reference,
    segments,
    server_clock,
)
from revrec.netsuite.deletions import deleted_documents
from revrec.netsuite.errors import RecordNotFound
from revrec.netsuite.totals import control_totals


@pytest.mark.parametrize(
    ("feature", "named"),
    [
        ("oneworld", {"t.subsidiary", "tl.subsidiary"}),
        ("revrec", {"tl.revenueelement", "tl.revrecschedule", "tl.revrecstartdate", "tl.revrecenddate"}),
        ("departments", {"tl.department"}),
        ("classes", {"tl.class"}),
        ("locations", {"tl.location"}),
        ("cseg_region", {"tl.cseg_region"}),
    ],
)
async def test_a_missing_feature_costs_its_columns_and_nothing_else(sim, netsuite, pull, feature, named):
    whole = await pull(netsuite)
    sim.features(without=[feature])
    found = await pull(netsuite)
    assert set(found.headers) == set(whole.headers)
    amounts = {key: [line.amount for line in lines] for key, lines in whole.lines.items()}
    assert {key: [line.amount for line in lines] for key, lines in found.lines.items()} == amounts
    notices = found.source.columns.notices
    assert {notice.what.split("(")[-1].split(",")[0] for notice in notices} == named
    assert all(notice.kind == "column_missing" and "NetSuite says" in notice.message for notice in notices)


async def test_an_account_with_one_currency_is_counted_in_it(sim, netsuite):
    sim.features(without=["multicurrency", "oneworld"])
    columns = AccountColumns(netsuite)
    subsidiaries, no_world = await reference.subsidiaries(columns)
    currencies, no_currencies = await currency_tables.currencies(columns, subsidiaries, home_symbol="USD")
    rates, _ = await currency_tables.exchange_rates(columns)
    assert (subsidiaries, rates) == ([], [])
    assert [notice.what for notice in no_world + no_currencies] == ["subsidiary", "currency"]
    source = InvoiceSource(columns, FieldSettings(), currencies)
    everything = IdRange(0, 10**9)
    lines = [line async for page in source.lines(everything) for line in page]
    assert {line.amount.currency for line in lines} == {"USD"}
    assert all(line.problems == () for line in lines if line.subsidiary is None and line.base_amount is None)
    groups = [total.group async for page in control_totals(columns, currencies) for total in page]
    assert groups
    assert {group.currency_id for group in groups} == {None}


async def test_an_unknown_currency_holds_the_line_and_is_never_guessed(netsuite):
    columns = AccountColumns(netsuite)
    source = InvoiceSource(columns, FieldSettings(), CurrencyTable.of([]))
    line = (await source.lines_by_id([20001]))[0]
    assert line.amount.minor is None
    assert line.amount.amount != 0
    assert line.problems[0].kind == "unknown_currency"
    assert "document 20001" in line.problems[0].message


async def test_a_bare_500_is_probed_and_the_column_found(sim, netsuite, pull):
    whole = await pull(netsuite)
    sim.fault(contains="tl.revrecschedule", times=1000)
    found = await pull(netsuite)
    assert found.lines == whole.lines
    assert [notice.what for notice in found.source.columns.notices] == ["tl.revrecschedule"]


async def test_a_mistyped_field_of_the_settings_is_named(netsuite, pull):
    found = await pull(
        netsuite, fields=FieldSettings(start_field="custcol_strat", custom_segments=("cseg_regoin",))
    )
    messages = [notice.message for notice in found.source.columns.notices]
    assert any("custcol_strat of the settings" in message for message in messages)
    assert any("the segment cseg_regoin" in message for message in messages)


@pytest.mark.parametrize("wrong", ["custcol x", "tl.id", "x; DROP", "", "1abc", "a" * 61, "x'--"])
def test_a_field_name_that_could_be_a_query_is_refused(wrong):
    with pytest.raises(ValueError, match="not a NetSuite field id"):
        FieldSettings(order_reference_field=wrong)


@pytest.mark.parametrize("field", ["otherrefnum", "custbody_order_number"])
async def test_the_order_reference_is_the_field_of_the_settings(netsuite, field):
    columns = AccountColumns(netsuite)
    source = InvoiceSource(columns, FieldSettings(order_reference_field=field), CurrencyTable.of([]))
    headers = await source.headers_by_id(range(20001, 20050))
    assert sum(header.order_reference is not None for header in headers) > 20


async def test_without_the_permission_for_deleted_records_a_notice_says_so(sim, netsuite):
    sim.post("settings", denied_permissions=["Deleted Records"])
    window = Window(None, await server_clock(netsuite))
    found, notices = await deleted_documents(AccountColumns(netsuite), window)
    assert found == []
    assert [notice.what for notice in notices] == ["deletedrecord"]
    assert "Deleted Records" in notices[0].message


async def test_a_table_that_every_flow_needs_is_an_error_when_it_is_missing(sim, netsuite):
    sim.post("settings", denied_permissions=["Customers"])
    with pytest.raises(RecordNotFound, match="customer") as caught:
        await reference.customers(AccountColumns(netsuite))
    assert caught.value.name.lower().startswith("customer")


async def test_reference_data_is_whole(sim, netsuite):
    columns = AccountColumns(netsuite)
    customers, _ = await reference.customers(columns)
    items, _ = await reference.items(columns)
    accounts, _ = await reference.accounts(columns)
    periods, _ = await reference.periods(columns)
    values = [
        value
        for name in segments.STANDARD_TABLES
        for value in (await segments.standard_values(columns, name))[0]
    ]
    custom, _ = await segments.custom_segments(columns)
    regions, _ = await segments.custom_segment_values(columns, custom[0])
    for rows in (customers, items, accounts, periods):
        assert rows
        assert len({row.id for row in rows}) == len(rows)
    assert all(customer.name and customer.subsidiaries for customer in customers)
    assert {"Income", "DeferRevenue", "AcctRec"} <= {account.type for account in accounts}
    assert all(period.start <= period.end and (period.end - period.start).days < 31 for period in periods)
    assert {value.segment for value in values} == set(segments.STANDARD_TABLES)
    assert [segment.field for segment in custom] == ["cseg_region"]
    assert regions
    assert columns.notices == []


async def test_only_customers_modified_since_are_read(own_sim, own_netsuite):
    columns = AccountColumns(own_netsuite)
    before, _ = await reference.customers(columns)
    since = await server_clock(own_netsuite) - timedelta(seconds=1)
    own_sim.change("rename_customer", customer=int(before[3].id), name="Renamed & Sons")
    changed, _ = await reference.customers(columns, since)
    assert [(customer.id, customer.name) for customer in changed] == [(before[3].id, "Renamed & Sons")]


async def test_persons_have_a_name():
    assert reference.customer_name({"firstname": "Ada", "lastname": "Byron"}) == "Ada Byron"
    assert reference.customer_name({"lastname": "Byron"}) == "Byron"
    assert reference.customer_name({"companyname": "C Ltd", "firstname": "Ada"}) == "C Ltd"
    assert reference.customer_name({"altname": "A", "companyname": "C Ltd"}) == "A"
    assert reference.customer_name({}) == ""


async def test_the_primary_book_is_found_where_there_are_several(own_sim, own_netsuite):
    columns = AccountColumns(own_netsuite)
    book, notices = await reference.primary_book(columns)
    assert (book, [notice.what for notice in notices]) == (1, ["accountingbook"])
    own_sim.features(also=["multibook"])
    own_sim.post("settings", denied_permissions=[])
    rows = (await own_netsuite.query("SELECT id, isprimary FROM accountingbook ORDER BY id")).rows
    assert len(rows) > 1
    primary = next(int(row["id"]) for row in rows if row["isprimary"] == "T")
    assert await reference.primary_book(columns) == (primary, [])
