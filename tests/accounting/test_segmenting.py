"""New segments serve from the first open period on; revenue taken back carries what it was booked with."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from revrec.accounting.book import PriorBooked, Progress
from revrec.accounting.calendar import parse_day
from revrec.accounting.segmenting import add_to, latest_booked, put_by_set
from revrec.accounting.terms import Event, Method, Role

PERIODS = ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05"]
WEST, EAST, NORTH = 1, 2, 3


def moved(result):
    """Revenue by event and segments, as the ledger has it."""
    found = {}
    for t in result.transfers.rows():
        for role, sign in ((t["credit_role"], 1), (t["debit_role"], -1)):
            if role == Role.REVENUE:
                key = (Event(t["event"]).name.lower(), t["segments"])
                found[key] = found.get(key, 0) + sign * t["amount"]
    return found


def delivering(book, line, *days):
    """100 units for 1,000.00, delivered in steps; returns are negative steps."""
    b = book([line(method=Method.UNITS, stated=100000, quantity_e6=100 * 10**6, end="2025-12-31")], [])
    total, rows = 0, []
    for day, quantity in days:
        total += quantity
        rows.append((parse_day(day), total * 10**6))
    progress = Progress.of(obligation=11, day=[d for d, _ in rows], value=[v for _, v in rows])
    return replace(b, progress=progress)


def under(b, segments):
    obligations = replace(b.obligations, segments=b.obligations.segments * 0 + segments)
    return replace(b, obligations=obligations)


def play(close, b, policy, *sets):
    found = []
    for period, segments in zip(PERIODS, sets, strict=False):
        result, b = close(under(b, segments), period, policy)
        found.append(moved(result))
    return found, b


def test_new_segments_serve_revenue_from_the_first_open_period_on(book, line, close, policy):
    found, b = play(close, book([line()], []), policy, WEST, EAST, EAST)
    assert found == [
        {("recognition", WEST): 10000},
        {("recognition", EAST): 10000},
        {("recognition", EAST): 10000},
    ]
    assert [(r["segments"], r["recognised"]) for r in b.prior.booked.rows()] == [(WEST, 10000), (EAST, 20000)]


def test_a_return_takes_back_what_was_booked_newest_first(book, line, close, policy):
    b = delivering(book, line, ("2025-01-10", 50), ("2025-02-10", 20), ("2025-03-10", -45))
    found, b = play(close, b, policy, WEST, EAST, NORTH)
    assert found[2] == {("recognition", EAST): -20000, ("recognition", WEST): -25000}
    assert [(r["segments"], r["recognised"]) for r in b.prior.booked.rows()] == [(WEST, 25000)]


def test_what_was_taken_back_once_is_not_taken_back_again(book, line, close, policy):
    b = delivering(
        book, line, ("2025-01-10", 50), ("2025-02-10", 20), ("2025-03-10", -10), ("2025-04-10", 30),
        ("2025-05-10", -50),
    )  # fmt: skip
    found, b = play(close, b, policy, WEST, EAST, NORTH, NORTH, NORTH)
    assert found[2:] == [
        {("recognition", EAST): -10000},
        {("recognition", NORTH): 30000},
        {("recognition", NORTH): -30000, ("recognition", EAST): -10000, ("recognition", WEST): -10000},
    ]


def test_an_adjustment_leaves_the_old_segments_while_the_period_earns_under_the_new(
    book, line, close, policy
):
    b = book([line(stated=60000, end="2025-06-30", order_version=1)], [])
    _, b = play(close, b, policy, WEST, WEST)
    lower = line(stated=30000, end="2025-06-30", order_version=2, version_day="2025-03-05")
    b = under(replace(b, obligations=book([lower], []).obligations), EAST)
    march, b = close(b, "2025-03", policy)
    assert moved(march) == {("adjustment", WEST): -10000, ("recognition", EAST): 5000}
    assert march.booked.rows()[0]["segments"] == EAST
    assert [(r["segments"], r["recognised"]) for r in b.prior.booked.rows()] == [(WEST, 10000), (EAST, 5000)]


def test_revenue_booked_without_segments_is_taken_back_without(book, line, close, policy):
    b = delivering(book, line, ("2025-01-10", 50), ("2025-02-10", -20))
    found, _ = play(close, b, policy, -1, EAST)
    assert found[1] == {("recognition", -1): -20000}


def test_more_than_was_booked_carries_the_segments_of_now():
    pile = [(WEST, 100, 110)]
    assert add_to(pile, EAST, -150, -150) == [(WEST, -100, -100), (EAST, -50, -50)]
    assert pile == [(WEST, 0, 10), (EAST, -50, -50)]


def test_base_amounts_are_shared_by_what_is_taken():
    pile = [(WEST, 100, 110), (EAST, 50, 55)]
    assert add_to(pile, NORTH, -120, -133) == [(EAST, -50, -55), (WEST, -70, -78)]
    assert pile == [(WEST, 30, 32)]


def test_rows_of_an_obligation_add_up_to_what_is_booked():
    prior = PriorBooked.of(
        obligation=[4, 4, 7], recognised=[10, 20, 5], base_recognised=[11, 22, 5],
        order_version=[1, 2, 3], segments=[WEST, EAST, WEST],
    )  # fmt: skip
    assert latest_booked(prior).rows() == [
        {"obligation": 4, "recognised": 30, "base_recognised": 33, "order_version": 2, "segments": EAST},
        {"obligation": 7, "recognised": 5, "base_recognised": 5, "order_version": 3, "segments": WEST},
    ]


moves = st.lists(
    st.tuples(st.sampled_from([WEST, EAST, NORTH]), st.integers(-300, 300), st.integers(-30, 30)), max_size=12
)


@settings(deadline=None, max_examples=200)
@given(moves)
def test_a_pile_and_the_ledger_that_it_gave_tell_the_same(given_moves):
    """Put back what ``add_to`` moved, by its sets, and the same amounts stand under the same segments."""
    pile, told, total, base_total = [], [], 0, 0
    for segments, amount, base in given_moves:
        for each, part, part_base in add_to(pile, segments, amount, base):
            put_by_set(told, each, part, part_base)
        total, base_total = total + amount, base_total + base
        for one in (pile, told):
            assert sum(a for _, a, _ in one) == total
            assert sum(b for _, _, b in one) == base_total

        def by_set(one):
            sums = {}
            for each, amount, _ in one:
                sums[each] = sums.get(each, 0) + amount
            return {each: amount for each, amount in sums.items() if amount}

        if total >= 0 and all(a >= 0 for _, a, _ in pile):
            assert by_set(pile) == by_set(told)
