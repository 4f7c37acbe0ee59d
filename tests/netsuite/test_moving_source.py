"""The source moves while it is read: nothing is lost, nothing is doubled, and what moved is seen to have moved."""

from datetime import UTC, datetime, timedelta

import pytest

from revrec.netsuite import AccountColumns, IdRange, Window, plan_ranges, server_clock
from revrec.netsuite.deletions import deleted_documents
from revrec.netsuite.sweep import sweep_documents
from revrec.netsuite.totals import control_totals
from sample_data import starting

EVERYTHING = IdRange(0, 10**9)


async def test_a_mass_update_on_one_second_is_one_window(own_sim, own_netsuite, pull):
    before = await pull(own_netsuite)
    stamp = datetime(2026, 4, 20, 12, 0, 0, tzinfo=UTC)
    own_sim.change("touch", first_id=20001, last_id=10**9, at_utc=int(stamp.timestamp()))
    for start, end, expected in (
        (stamp, stamp + timedelta(seconds=1), set(before.headers)),
        (stamp - timedelta(seconds=1), stamp, set()),
        (stamp + timedelta(seconds=1), stamp + timedelta(days=1), set()),
    ):
        window = Window(start, end)
        ranges = await plan_ranges(own_netsuite, window, size=40)
        found = [h.id for ids in ranges async for page in before.source.headers(ids, window) for h in page]
        assert len(found) == len(set(found))
        assert set(found) == expected


async def test_documents_that_change_between_header_and_lines_are_seen_to_move(own_sim, own_netsuite, pull):
    before = await pull(own_netsuite)
    invoices = [key for key, header in before.population.items() if header.type == "CustInvc"]
    edited, deleted, voided, touched = invoices[10], invoices[20], invoices[30], invoices[40]
    line = next(line for line in before.lines[edited] if line.item_type == "Service")
    changes = [
        {"change": "edit_line", "transaction": edited, "line": line.line_id, "amount": "12345.67"},
        {"change": "delete", "transaction": deleted},
        {"change": "void", "transaction": voided},
        {"change": "touch", "transactions": [touched]},
    ]
    # Right before the first query for lines, when the headers have been read.
    own_sim.post("hooks", changes=changes, contains="FROM transactionline tl", after=0)
    during = await pull(own_netsuite, size=20_000)
    assert set(during.headers) == set(before.headers)
    moved = {
        key
        for key, header in during.population.items()
        if {line.modified_at for line in during.lines.get(key, ())} != {header.modified_at}
    }
    assert moved == {edited, deleted, voided, touched}
    untouched = set(before.population) - moved
    assert {key: during.lines[key] for key in untouched} == {key: before.lines[key] for key in untouched}

    again = {header.id: header for header in await during.source.headers_by_id(moved)}
    assert set(again) == {edited, voided, touched}
    assert again[voided].left_out == "voided"
    lines = await during.source.lines_by_id(moved)
    assert {one.document_id for one in lines} == {edited, touched}
    assert all(one.modified_at == again[one.document_id].modified_at for one in lines)
    new = next(one for one in lines if (one.document_id, one.line_id) == (edited, line.line_id))
    assert new.amount.minor == 1_234_567


async def test_rows_that_vanish_between_pages_shift_no_other(own_sim, own_netsuite, pull):
    before = await pull(own_netsuite)
    population = sorted(before.population)
    gone = population[:5]
    own_sim.post("settings", row_cap=50)
    own_sim.post(
        "hooks",
        changes=[{"change": "delete", "transaction": key} for key in gone],
        contains="FROM transactionline tl",
        after=2,
    )
    seen = []
    async for page in before.source.lines(EVERYTHING):
        seen += [(line.document_id, line.line_id) for line in page]
    assert len(seen) == len(set(seen))
    whole = {(line.document_id, line.line_id) for lines in before.lines.values() for line in lines}
    lost = whole - set(seen)
    assert {document for document, _ in lost} <= set(gone)


async def test_a_deleted_document_is_told_and_no_longer_exists(own_sim, own_netsuite, pull):
    before = await pull(own_netsuite)
    invoice = next(key for key, header in before.population.items() if header.type == "CustInvc")
    memo = next(key for key, header in before.population.items() if header.type == "CustCred")
    start = await server_clock(own_netsuite)
    for key in (invoice, memo):
        own_sim.change("delete", transaction=key)
    columns = AccountColumns(own_netsuite)
    window = Window(start - timedelta(days=1), await server_clock(own_netsuite) + timedelta(seconds=1))
    found, notices = await deleted_documents(columns, window)
    assert [one.document_id for one in found] == sorted([invoice, memo])
    assert notices == []
    assert all(window.start <= one.deleted_at < window.end for one in found)
    assert await before.source.headers_by_id([invoice, memo]) == []
    earlier = Window(start - timedelta(days=2), start - timedelta(days=1))
    assert await deleted_documents(columns, earlier) == ([], [])


async def test_a_voided_document_leaves_the_population_by_either_style(own_sim, own_netsuite, pull):
    before = await pull(own_netsuite)
    invoices = [key for key, header in before.population.items() if header.type == "CustInvc"]
    start = await server_clock(own_netsuite)
    own_sim.change("void", transaction=invoices[3], style="direct")
    own_sim.change("void", transaction=invoices[4], style="reversing_journal")
    after = await pull(own_netsuite, start=start - timedelta(seconds=5))
    reasons = {key: header.left_out for key, header in after.headers.items()}
    assert reasons[invoices[3]] == "voided"
    assert reasons[invoices[4]] == "voided"
    assert not set(after.lines) & {invoices[3], invoices[4]}


async def test_an_edit_in_the_past_is_in_the_next_window_and_in_netsuites_totals(own_sim, own_netsuite, pull):
    before = await pull(own_netsuite)
    key = next(k for k, h in before.population.items() if h.type == "CustInvc" and h.currency_id == "1")
    start = await server_clock(own_netsuite)
    line = next(line for line in before.lines[key] if line.item_type == "Service")
    own_sim.change("edit_line", transaction=key, line=line.line_id, amount="1.00")
    after = await pull(own_netsuite, start=start - timedelta(seconds=2))
    assert key in after.population
    header = after.population[key]
    ours = sum(one.amount.minor for one in after.lines[key] if not one.main and not one.tax)
    group = (header.customer, header.posting_period, header.type, header.currency_id)
    ours += sum(
        one.amount.minor
        for other, found in before.population.items()
        if other != key and (found.customer, found.posting_period, found.type, found.currency_id) == group
        for one in before.lines[other]
        if not one.main and not one.tax
    )
    totals = [
        total.net_minor
        async for page in control_totals(
            after.source.columns, after.currencies, periods=[header.posting_period]
        )
        for total in page
        if (str(total.group.customer), total.group.period, total.group.type, total.group.currency_id) == group
    ]
    assert totals == [ours]


async def test_a_clock_of_netsuite_that_runs_elsewhere_is_the_one_that_counts(own_sim, own_netsuite, pull):
    await pull(own_netsuite)
    own_sim.post("clock", skew_seconds=7200)
    start = await server_clock(own_netsuite)
    assert start > datetime.now(UTC) + timedelta(seconds=7000)
    own_sim.change("touch", transactions=[20001])
    window = Window(start - timedelta(seconds=1), await server_clock(own_netsuite) + timedelta(seconds=1))
    assert sum(ids.documents for ids in await plan_ranges(own_netsuite, window)) == 1


async def test_a_sweep_lists_every_document_once_with_netsuites_own_sums(own_sim, own_netsuite, pull):
    """Beyond the cap, with a document whose line moved under an unmoved header."""
    before = await pull(own_netsuite)
    own_sim.post("settings", row_cap=50)
    key = next(key for key, header in before.population.items() if header.currency_id == "1")
    own_sim.change("edit_line", transaction=key, line=1, service_end="2027-01-31", moves_header_stamp=False)
    swept = [
        one
        async for page in sweep_documents(before.source.columns, before.currencies, EVERYTHING)
        for one in page
    ]
    assert [one.id for one in swept] == sorted(before.population)
    for one in swept:
        header, lines = before.population[one.id], before.lines[one.id]
        assert (one.type, str(one.customer), one.period, one.currency_id, one.modified_at) == (
            header.type,
            header.customer,
            header.posting_period,
            header.currency_id,
            header.modified_at,
        )
        assert one.lines == len(lines)
        assert one.gross.minor == -sum(line.amount.minor for line in lines if line.main)
        assert one.tax.minor == sum(line.amount.minor for line in lines if line.tax and not line.main)
        assert (one.stamp > one.modified_at) == (one.id == key)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lines", "cap"), [(24_000, 3_000), (104_000, 100_000)], ids=["5000-in-a-second", "beyond-100000-rows"]
)
async def test_a_mass_update_beyond_the_cap_loses_and_doubles_nothing(lines, cap, pull):
    """Every document on one second, in one range, with more rows than one query gives."""
    from tests.netsuite.conftest import Simulator

    stamp = datetime(2026, 4, 20, 12, 0, 0, tzinfo=UTC)
    with starting.start("netsuite", "--lines", str(lines)) as running:
        simulator = Simulator(running)
        simulator.post("settings", row_cap=cap)
        simulator.change("touch", first_id=1, last_id=10**9, at_utc=int(stamp.timestamp()))
        theirs = simulator.get("totals", by="all")
        async with simulator.client() as client:
            read = await pull(client, start=stamp, size=10**9)
        assert len(read.ranges) == 1
        assert len(read.population) == sum(one["documents"] for one in theirs) >= 5_000
        assert sum(map(len, read.lines.values())) == sum(one["lines"] for one in theirs) > cap
        simulator.close()
