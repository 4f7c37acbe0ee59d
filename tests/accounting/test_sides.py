"""What becomes known from close to close: the closes are done in one pass, and come to what they come to one by one."""

from dataclasses import replace

import pytest

from revrec.accounting.book import Book, Changes, Prior
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NO_DAY
from revrec.accounting.planning import prepare_contracts
from revrec.accounting.policy import Accounts, MappingRule
from revrec.accounting.stretch import close_states
from revrec.accounting.terms import Cause, ChangeKind, CreditTreatment, Method, Role, Treatment, Trigger
from tests.accounting.closes_in_a_row import agree, in_one_pass


def changed(book: Book, day: str, kind: ChangeKind, **given: int) -> Book:
    """The book with one change of contract 1, known from its day on."""
    at = parse_day(day)
    known = int(book.calendar.period_of(at))
    one = Changes.of(
        id=[len(book.changes) + 1],
        kind=[int(kind)],
        day=[at],
        known=[known],
        contract=[1],
        **{name: [value] for name, value in given.items()},
    )
    return replace(book, changes=Changes.concat((book.changes, one)))


def test_a_year_that_is_billed_every_month_is_one_pass(book, line, bill, policy, passes):
    year = [line(stated=120000, end="2025-12-31")]
    bills = [bill(month, 10000, f"2025-{month:02d}-01", order=100) for month in range(1, 13)]
    known = [(f"2025-{month:02d}", book(year, bills[:month])) for month in range(1, 13)]
    found = agree(known, policy)
    assert [result.booked.revenue.tolist() for result in found] == [[10000]] * 12
    assert [result.splits.document.tolist() for result in found] == [[month] for month in range(1, 13)]
    assert [result.balances.billed.tolist() for result in found] == [
        [10000 * month] for month in range(1, 13)
    ]
    assert passes == [12]


@pytest.mark.parametrize("netting", ["contract", "customer"])
def test_a_change_of_the_price_adjusts_what_the_sides_before_it_booked(book, line, policy, netting, passes):
    before = book([line(stated=60000, end="2025-06-30"), line(id=12, contract=2)], [])
    after = changed(before, "2025-03-05", ChangeKind.PRICE_CHANGE, amount=20000)
    found = agree([("2025-01", before), ("2025-03", after)], replace(policy, netting=netting), last="2025-07")
    march = found[2].booked.take(found[2].booked.obligation == 11)
    assert (march.revenue.tolist(), march.adjustment.tolist()) == ([20000], [6667])
    assert march.cause.tolist() == [int(Cause.ESTIMATE)]
    assert passes == [7]


def test_modifications_cancels_and_credits_come_to_the_same(book, line, bill, policy, passes):
    first = book([line(stated=120000, end="2025-12-31"), line(id=12, stated=50000, end="2025-12-31")], [])
    billed = book([*first.obligations.rows()], [bill(1, 90000, "2025-02-03", order=100)])
    raised = changed(
        billed,
        "2025-04-11",
        ChangeKind.MODIFICATION,
        obligation=11,
        amount=150000,
        treatment=int(Treatment.PROSPECTIVE),
    )
    bills = [
        bill(1, 90000, "2025-02-03", order=100),
        bill(2, -5000, "2025-06-09", order=100, treatment=int(CreditTreatment.RETROSPECTIVE)),
    ]
    credited = replace(book([*first.obligations.rows()], bills), changes=raised.changes)
    ended = changed(
        credited, "2025-09-30", ChangeKind.CANCEL, obligation=12, amount=0, end=parse_day("2025-09-30")
    )
    found = agree(
        [
            ("2025-01", first),
            ("2025-02", billed),
            ("2025-04", raised),
            ("2025-06", credited),
            ("2025-09", ended),
        ],
        policy,
    )
    assert passes == [12]
    assert all(not result.problems for result in found)


def test_a_document_that_comes_late_and_one_that_is_gone(book, line, bill, policy, passes):
    lines = [line(end="2025-12-31"), line(id=12, contract=2, order=200)]
    bills = [bill(1, 20000, "2025-01-05", order=100), bill(2, 10000, "2025-02-05", order=200)]
    known = [
        ("2025-01", book(lines, bills[:1])),
        ("2025-04", book(lines, bills)),
        ("2025-06", book(lines, bills[1:])),
        ("2025-09", book(lines, [])),
    ]
    found = agree(known, policy)
    assert found[5].splits.amount.tolist() == [-20000]
    assert [result.balances.billed.tolist() for result in found[8:]] == [[0, 0]] * 4
    assert passes == [12]


def test_contracts_and_lines_that_come_later_begin_where_they_come(book, line, bill, policy, passes):
    early, late = line(stated=120000, end="2025-12-31"), line(id=12, contract=2, order=200, stated=60000)
    bills = [bill(1, 10000, "2025-01-05", order=100)]
    found = agree(
        [("2025-01", book([early], bills)), ("2025-05", book([late, early], bills))], policy, last="2025-08"
    )
    assert found[4].booked.take(found[4].booked.obligation == 12).cause.tolist() == [int(Cause.LATE)]
    assert passes == [8]


def test_a_line_at_zero_is_booked_still(book, line, policy, passes):
    """Taken back and given again: the row of before says that this is no new line."""
    full, none = book([line()], []), book([line(stated=0)], [])
    found = agree([("2025-01", full), ("2025-02", none), ("2025-05", full)], policy, last="2025-06")
    assert [result.booked.revenue.tolist() for result in found] == [[10000], [-10000], [], [], [30000], []]
    assert passes == [6]


@pytest.mark.parametrize("netting", ["contract", "customer"])
def test_a_line_at_zero_beside_others_is_booked_still(book, line, policy, netting, passes):
    """What the lines and contracts beside it do says nothing of it: in May its service of January to April is late."""
    others = [
        line(id=number, contract=home, end="2025-06-30", version_day=NO_DAY)
        for number, home in ((12, 1), (13, 2))
    ]
    full, none, again = (
        book([line(stated=stated, end="2025-06-30", version_day=day), *others], [])
        for stated, day in ((30000, NO_DAY), (0, NO_DAY), (30000, "2025-05-10"))
    )
    alone = [("2025-01", full), ("2025-02", none), ("2025-05", again)]
    found = agree(alone, replace(policy, netting=netting), last="2025-06")
    may = found[4].booked.take(found[4].booked.obligation == 11)
    assert (may.adjustment.tolist(), may.cause.tolist()) == ([20000], [int(Cause.LATE)])
    assert passes == [6]


def test_a_contract_that_comes_to_nothing_and_back_goes_on_from_nothing(book, line, policy, passes):
    other = line(id=12, contract=2, end="2025-06-30")
    full, none = (book([line(end="2025-06-30", stated=stated), other], []) for stated in (30000, 0))
    found = agree([("2025-01", full), ("2025-02", none), ("2025-05", full)], policy, last="2025-06")
    assert [result.balances.contract_asset.tolist() for result in found] == [
        [5000, 5000], [0, 10000], [0, 15000], [0, 20000], [25000, 25000], [30000, 30000],
    ]  # fmt: skip
    assert passes == [6]


def test_what_has_earned_and_then_waits_begins_another_pass(book, line, policy, passes):
    lines = [line(stated=120000, end="2025-12-31"), line(id=12, stated=120000, end="2025-12-31")]
    dated = book(lines, [])
    undated = book([{**lines[0], "end": NO_DAY}, lines[1]], [])
    found = agree([("2025-01", dated), ("2025-07", undated)], policy)
    assert passes == [6, 6]
    assert found[-1].balances.recognised.tolist() == [60000 + 120000]


def test_a_new_version_is_written_down_once(book, line, policy, passes):
    old, new = line(end="2025-12-31", order_version=3), line(end="2025-12-31", order_version=4)
    found = agree([("2025-01", book([old], [])), ("2025-06", book([new], []))], policy)
    assert [result.booked.order_version.tolist() for result in found] == [[3]] * 5 + [[4]] * 7
    assert passes == [12]


def test_what_was_booked_before_all_of_them_is_booked(book, line, bill, policy, close, passes):
    bills = [bill(1, 90000, "2025-01-05", order=100)]
    first = book([line(stated=90000, end="2025-12-31")], bills)
    _, closed = close(first, "2025-01", policy)
    more = changed(first, "2025-06-05", ChangeKind.PRICE_CHANGE, amount=1234)
    before = closed.prior
    agree([("2025-02", replace(first, prior=before)), ("2025-06", more)], policy)
    assert passes == [11]


def test_accounts_that_change_by_day_are_those_of_each_period(book, line, bill, policy, passes):
    later = MappingRule(Role.CONTRACT_LIABILITY, 2500, valid_from=parse_day("2025-03-01"))
    dated = replace(policy, accounts=Accounts(rules=(later,), defaults=policy.accounts.defaults))
    bills = [
        bill(month, 5000, f"2025-{month:02d}-09", order=100, account_type=1, account=2400)
        for month in range(1, 7)
    ]
    year = [line(stated=120000, end="2025-12-31")]
    agree([(f"2025-{month:02d}", book(year, bills[:month])) for month in range(1, 7)], dated)
    assert passes == [6]  # July to December


def test_a_state_that_is_refused_ends_what_goes_before_it(book, line, policy, passes, monkeypatch):
    """Nothing is asked of what comes after a finding that stops the close."""
    good = book([line(stated=60000, end="2025-06-30")], [])
    bad = changed(good, "2025-05-05", ChangeKind.MODIFICATION, obligation=11, amount=0)
    prepared, asked = prepare_contracts(good, policy), []

    def states():
        for name, ready, first, last in (
            ("good", prepared, 12, 15),
            ("bad", prepare_contracts(bad, policy), 16, 16),
            ("never", prepared, 17, 17),
        ):
            asked.append(name)
            yield ready, first, last

    results = close_states(states(), Prior(), policy)
    found = [next(results) for _ in range(5)]
    assert [result.period for result in found] == [12, 13, 14, 15, 16]
    assert [problem.kind for problem in found[-1].problems] == ["zero_price_needs_catch_up"]
    assert asked == ["good", "bad"]
    assert passes == [4]


def test_what_was_booked_of_others_is_told_and_taken_for_nothing_else(book, line, policy, close):
    _, closed = close(book([line(), line(id=40)], []), "2025-01", policy)
    found = in_one_pass([("2025-02", replace(book([line()], []), prior=closed.prior))], "2025-12", policy)
    assert found[0].problems[0].message.startswith("Obligation 40 has booked revenue but is not in the book")


def test_what_is_booked_and_gone_is_told(book, line, policy):
    whole, less = book([line(), line(id=12)], []), book([line()], [])
    found = in_one_pass([("2025-01", whole), ("2025-02", less)], "2025-06", policy)
    assert found[0].booked.obligation.tolist() == [11, 12]
    assert found[1].problems[0].message.startswith("Obligation 12 has booked revenue but is not in the book")


def test_what_waited_and_is_given_its_days_is_new_when_it_is(book, line, policy, passes):
    """Dated in May for service from January on: no closed period had it, so that nothing came late."""
    whole = line(stated=120000, end="2025-12-31", version_day=NO_DAY)
    waits = line(id=12, stated=120000, end=NO_DAY, version_day=NO_DAY)
    dated = line(id=12, stated=120000, end="2025-12-31", version_day="2025-05-10")
    found = agree([("2025-01", book([whole, waits], [])), ("2025-05", book([whole, dated], []))], policy)
    may = found[4].booked.take(found[4].booked.obligation == 12)
    assert (may.adjustment.tolist(), may.cause.tolist()) == ([40000], [int(Cause.MODIFICATION)])
    assert passes == [12]


def test_versions_of_what_waits_are_not_written_down(book, line, policy, passes):
    whole = line(stated=120000, end="2025-12-31", order_version=1)
    known = [
        (month, book([whole, line(id=12, end=NO_DAY, order_version=version)], []))
        for month, version in (("2025-01", 3), ("2025-03", 4), ("2025-05", 5))
    ]
    found = agree(known, policy, last="2025-07")
    assert [result.booked.obligation.tolist() for result in found] == [[11]] * 7
    assert passes == [7]


def test_a_balance_that_came_to_nothing_before_all_of_them_stays_in_the_list(book, line, bill, policy, close):
    waits = line(method=int(Method.POINT_IN_TIME), trigger=int(Trigger.DELIVERY), end=NO_DAY)
    _, billed = close(book([waits], [bill(1, 30000, "2025-01-05", order=100)]), "2025-01", policy)
    _, undone = close(replace(book([waits], []), prior=billed.prior), "2025-02", policy)
    found = agree([("2025-03", replace(book([waits], []), prior=undone.prior))], policy, last="2025-08")
    assert [result.balances.billed.tolist() for result in found] == [[0]] * 6
