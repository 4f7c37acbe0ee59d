"""Reading invoices and credit memos from the stand-in, checked against NetSuite's own totals."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from revrec.netsuite import (
    FieldSettings,
    Window,
    plan_ranges,
    reference,
    server_clock,
)
from revrec.netsuite.classify import Accounts, Kind, classify_document
from revrec.netsuite.totals import control_totals, open_group

DATES_IN_CUSTOM_FIELDS = FieldSettings(start_field="custcol_service_start", end_field="custcol_service_end")


def nets_by_group(pulled):
    """Our net amounts and counts by (customer, period, type, currency)."""
    net, documents, lines = Counter(), Counter(), Counter()
    for key, header in pulled.population.items():
        group = (int(header.customer), header.posting_period, header.type, header.currency_id)
        documents[group] += 1
        lines[group] += len(pulled.lines[key])
        net[group] += sum(line.amount.minor for line in pulled.lines[key] if not line.main and not line.tax)
    return {group: (documents[group], lines[group], net[group]) for group in documents}


async def totals_by_group(pulled, **options):
    found = {}
    async for page in control_totals(pulled.source.columns, pulled.currencies, **options):
        for total in page:
            group = total.group
            key = (group.customer, group.period, group.type, group.currency_id)
            assert key not in found
            found[key] = (total.documents, total.lines, total.net_minor)
    return found


async def test_what_we_read_is_what_netsuite_says_it_holds(netsuite, pull):
    pulled = await pull(netsuite)
    assert len(pulled.population) > 300
    assert nets_by_group(pulled) == await totals_by_group(pulled)
    assert set(pulled.lines) == set(pulled.population)


async def test_every_document_sums_to_zero_and_its_bills_are_known(netsuite, pull):
    pulled = await pull(netsuite)
    accounts, _ = await reference.accounts(pulled.source.columns)
    known = Accounts({account.id: account.type for account in accounts})
    kinds = Counter()
    for key, lines in pulled.lines.items():
        classified, problems = classify_document(lines, known)
        assert problems == []
        assert sum(line.amount.minor for line in lines) == 0
        assert sum(line.base_amount.minor for line in lines if line.base_amount) == 0
        total = -next(line.amount.minor for line in lines if line.main)
        assert (total > 0) == (pulled.headers[key].type == "CustInvc")
        kinds.update(one.kind for one in classified)
    assert set(kinds) == set(Kind)


async def test_documents_that_do_not_count_are_read_and_marked(netsuite, pull):
    pulled = await pull(netsuite)
    reasons = Counter(header.left_out for header in pulled.headers.values())
    assert set(reasons) == {"", "voided", "pending approval", "rejected"}


async def test_totals_can_be_asked_for_some_periods(netsuite, pull):
    pulled = await pull(netsuite)
    period = next(iter(pulled.population.values())).posting_period
    wanted = {key: value for key, value in nets_by_group(pulled).items() if key[1] == period}
    assert await totals_by_group(pulled, periods=[period]) == wanted
    assert await totals_by_group(pulled, periods=[]) == {}


async def test_a_group_opens_into_its_documents(netsuite, pull):
    pulled = await pull(netsuite)
    async for page in control_totals(pulled.source.columns, pulled.currencies):
        group = max(page, key=lambda total: total.documents).group
        break
    opened = [
        one async for page in open_group(pulled.source.columns, pulled.currencies, group) for one in page
    ]
    assert len(opened) > 1
    for one in opened:
        header, lines = pulled.headers[one.id], pulled.lines[one.id]
        assert (one.number, one.modified_at, one.lines) == (header.number, header.modified_at, len(lines))
        assert one.gross.minor - one.tax.minor == sum(
            line.amount.minor for line in lines if not line.main and not line.tax
        )
    assert {one.id for one in opened} == {
        key
        for key, header in pulled.population.items()
        if (int(header.customer), header.posting_period, header.type, header.currency_id)
        == (group.customer, group.period, group.type, group.currency_id)
    }


@pytest.mark.parametrize("size", [1, 7, 60, 20_000])
async def test_ranges_hold_every_document_once_and_are_about_as_large_as_asked(sim, netsuite, size):
    window = Window(None, await server_clock(netsuite))
    ranges = await plan_ranges(netsuite, window, size=size)
    assert all(ids.first <= ids.last and 0 < ids.documents <= size for ids in ranges)
    assert all(left.last < right.first for left, right in pairwise(ranges))
    counted = (await plan_ranges(netsuite, window, size=10**9))[0]
    assert sum(ids.documents for ids in ranges) == counted.documents
    if size == 60:
        assert netsuite.usage.requests < 8
        # Neighbours are merged: any two together would be too large.
        assert all(left.documents + right.documents > size for left, right in pairwise(ranges))


async def test_an_account_that_does_not_group_by_expressions_is_counted_by_halves(sim, netsuite):
    window = Window(None, await server_clock(netsuite))
    grouped = await plan_ranges(netsuite, window, size=60)
    words = "Invalid search query. Search error occurred: Invalid or unsupported search."
    refused = {"o:errorDetails": [{"detail": words, "o:errorCode": "INVALID_PARAMETER"}]}
    sim.fault(contains="GROUP BY TRUNC", times=1000, status=400, body=refused)
    halved = await plan_ranges(netsuite, window, size=60)
    assert sum(ids.documents for ids in halved) == sum(ids.documents for ids in grouped)
    assert all(ids.documents <= 60 for ids in halved)
    assert all(left.last < right.first for left, right in pairwise(halved))


async def test_an_empty_window_has_no_ranges(netsuite):
    end = await server_clock(netsuite) + timedelta(days=400)
    assert await plan_ranges(netsuite, Window(end - timedelta(days=1), end)) == []


async def test_windows_side_by_side_hold_each_document_once(netsuite, pull):
    whole = await pull(netsuite)
    stamps = sorted({header.modified_at for header in whole.headers.values()})
    cuts = [None, *stamps[:: max(1, len(stamps) // 6)], whole.window.end]
    found = Counter()
    for start, end in pairwise(cuts):
        window = Window(start, end)
        for ids in await plan_ranges(netsuite, window):
            async for page in whole.source.headers(ids, window):
                for header in page:
                    assert (start is None or header.modified_at >= start) and header.modified_at < end
                    found[header.id] += 1
    assert found == Counter(dict.fromkeys(whole.headers, 1))


@pytest.mark.parametrize("date_format", ["D/M/YYYY", "DD.MM.YYYY", "D-MON-YYYY", "DD MONTH, YYYY"])
async def test_a_users_date_format_changes_nothing(sim, netsuite, pull, date_format):
    before = await pull(netsuite)
    sim.post("settings", user_date_format=date_format, leading_zero=False)
    after = await pull(netsuite)
    assert after.headers == before.headers
    assert after.lines == before.lines


async def test_dates_and_instants_are_those_of_the_source(sim, netsuite, pull):
    pulled = await pull(netsuite)
    for key in list(pulled.population)[::60]:
        stored = sim.get(f"transactions/{key}")["transaction"][0]
        header = pulled.headers[key]
        assert header.number == stored["tranid"]
        assert int(header.modified_at.timestamp()) == stored["lastmodifieddate__utc"]
        assert (header.document_date - date(1970, 1, 1)).days * 86_400 == stored["trandate"]
        assert header.exchange_rate_scaled == stored["exchangerate"]


async def test_other_accounting_books_do_not_multiply_lines(own_sim, own_netsuite, pull):
    before = await pull(own_netsuite)
    own_sim.features(also=["multibook"])
    after = await pull(own_netsuite)
    assert after.lines == before.lines
    assert nets_by_group(after) == await totals_by_group(after)


async def test_the_row_cap_does_not_stop_a_pull(sim, netsuite, pull):
    whole = await pull(netsuite, size=20_000)
    sim.post("settings", row_cap=150)
    capped = await pull(netsuite, size=20_000)
    assert capped.headers == whole.headers
    assert capped.lines == whole.lines
    assert nets_by_group(capped) == nets_by_group(whole)


async def test_service_dates_come_from_custom_fields_where_the_settings_say_so(sim, netsuite, pull):
    standard = await pull(netsuite, fields=FieldSettings())
    sim.features(also=["custcol_dates"])
    custom = await pull(netsuite, fields=DATES_IN_CUSTOM_FIELDS)
    dated = [line for lines in custom.lines.values() for line in lines if line.service_start]
    assert len(dated) > 100
    assert custom.lines == standard.lines
    assert custom.source.columns.notices == []


async def test_an_end_date_that_is_excluded_is_turned_where_it_enters(netsuite, pull):
    inclusive = await pull(netsuite, fields=FieldSettings())
    exclusive = await pull(netsuite, fields=FieldSettings(end_exclusive=True))
    for key, lines in inclusive.lines.items():
        for line, other in zip(lines, exclusive.lines[key], strict=True):
            assert other.service_start == line.service_start
            expected = line.service_end and line.service_end - timedelta(days=1)
            assert other.service_end == expected
