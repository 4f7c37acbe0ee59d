"""How much one scenario may ask for: just so much is replayed, one more is refused in words."""

from dataclasses import replace
from typing import Any

import pytest

from revrec.accounting import scenario_limits
from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_form import Event, Line, ScenarioError
from revrec.accounting.scenario_limits import check_amounts, check_size, check_span, check_work
from revrec.accounting.scenario_reading import read_scenario

LINE: dict[str, Any] = {
    "line": "1", "product": "P", "amount": "1200.00", "start": "2025-01-01", "end": "2025-12-31",
}  # fmt: skip
ORDER: dict[str, Any] = {
    "type": "order", "date": "2025-01-01", "order": "SO-1", "customer": "Acme", "lines": [LINE],
}  # fmt: skip


def refusal(check: Any, *given: Any) -> str:
    with pytest.raises(ScenarioError) as refused:
        check(*given)
    return str(refused.value)


def of(**line: Any) -> Any:
    return read_scenario({"events": [{**ORDER, "lines": [{**LINE, **line}]}]})


def test_so_many_events_and_lines_and_no_more() -> None:
    check_size([{}] * 10_000)
    assert refusal(check_size, [{}] * 10_001) == (
        "events: A scenario has at most 10,000 events; this one has 10,001."
    )
    check_size(
        [{"lines": [1] * 19_998}, {"lines": [1]}, {"lines": (1,)}, {"lines": "none"}, {"lines": None}, 7]
    )
    assert refusal(check_size, [{"lines": [1] * 20_000}, {"lines": [1]}]) == (
        "events: A scenario has at most 20,000 lines; this one has 20,001."
    )


def test_a_hundred_years_from_the_first_event_to_any_date() -> None:
    check_span(of(end="2124-12-31"))
    assert refusal(check_span, of(end="2125-01-01")) == (
        "events[0].lines[0].end: 2125-01-01 lies 1,201 periods after the first event, 2025-01-01: a scenario has at "
        "most 1,200."
    )


@pytest.mark.parametrize(
    ("event", "place"),
    [
        ({"type": "void", "number": "I1", "date": "2125-01-05"}, "events[1].date"),
        ({"type": "void", "number": "I1", "date": "2025-01-05", "recorded": "2125-01-05"}, "events[1].recorded"),
        ({"type": "cancel", "order": "SO-1", "date": "2025-01-05", "end": "2125-01-05"}, "events[1].end"),
        ({**ORDER, "order": "SO-2", "lines": [LINE, {**LINE, "line": "2", "start": "2125-01-05", "end": None}]},
         "events[1].lines[1].start"),
        ({**ORDER, "order": "SO-2", "lines": [{**LINE, "percentages": [["1179", "100"], ["0", "0"]]}]},
         "events[1].lines[0].percentages"),
        ({**ORDER, "order": "SO-2", "lines": [{"line": "1", "percentages": [["1179", "100"]]}]},
         "events[1].lines[0].percentages"),
    ],
)  # fmt: skip
def test_every_date_that_a_scenario_names_counts(event: dict[str, Any], place: str) -> None:
    assert refusal(check_span, read_scenario({"events": [ORDER, event]})).startswith(f"{place}: 2125-")
    check_span(read_scenario({"events": [ORDER]}))


def test_a_plan_ends_with_its_last_offset() -> None:
    """Each offset counts as 31 days, from the start, else from the event's date: 1,178 of them reach 2124-12-26."""
    check_span(of(percentages=[["1178", "50"], ["0", "50"]]))
    assert "percentages" in refusal(check_span, of(percentages=[["0", "50"], ["1179", "50"]]))
    check_span(of(start=None, percentages=[["1178", "100"]]))
    assert "percentages" in refusal(check_span, of(start="2025-02-01", percentages=[["1178", "100"]]))


def test_the_last_period_lies_in_the_hundred_years() -> None:
    base = of()
    check_span(replace(base, through="2025-01"))
    check_span(replace(base, through="2124-12"))
    assert refusal(check_span, replace(base, through="2024-12")) == (
        "through: The last period lies before the first event."
    )
    assert (
        refusal(check_span, replace(base, through="2125-01"))
        == "through: A scenario has at most 1,200 periods."
    )


def test_the_first_date_that_is_too_far_is_named_though_ordinary_events_follow() -> None:
    far = {**ORDER, "lines": [{**LINE, "end": "2125-01-01"}]}
    found = refusal(check_span, read_scenario({"events": [far, {**ORDER, "order": "SO-2"}]}))
    assert found.startswith("events[0].lines[0].end: 2125-01-01 lies 1,201 periods after")


@pytest.mark.parametrize(("through", "before"), [("10", True), ("11", False), ("12", False)])
def test_the_last_period_may_be_one_of_the_last_three_of_a_year(through: str, before: bool) -> None:
    late = {**ORDER, "date": "2025-11-20", "lines": [{**LINE, "start": "2025-11-20"}]}
    scenario = replace(read_scenario({"events": [late]}), through=f"2025-{through}")
    if before:
        assert refusal(check_span, scenario) == "through: The last period lies before the first event."
    else:
        check_span(scenario)


def test_all_amounts_together_are_counted() -> None:
    def event(n: int, **keys: Any) -> Event:
        return Event(f"events[{n}]", n, "order", 0, 0, **keys)

    def line(amount: int | None) -> Line:
        return Line("", "1", of().events[0].lines[0].method, amount=amount)

    half = 2**59
    exact = event(0, lines=(line(half), line(None))), event(1, amount=-half)
    check_amounts(replace(of(), events=exact))
    for more in (event(2, amount=1), event(2, lines=(line(-1),))):
        assert refusal(check_amounts, replace(of(), events=(*exact, more, event(3)))) == (
            "events[2]: The amounts up to here add up to more than this program counts."
        )


TOO_MUCH = (
    "events: {} events and {} lines over {} periods are more than one scenario replays: shorten it, or split it by "
    "contract."
)


def work(
    events: list[dict[str, Any]], first: int, last: int, known: dict[int, int] | None = None
) -> str | None:
    scenario = read_scenario({"events": events})
    try:
        check_work(scenario, known or {event.index: first for event in scenario.events}, first, last)
    except ScenarioError as error:
        return str(error)
    return None


def test_lines_times_periods_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer has rows for each line and period: two lines, later three."""
    monkeypatch.setattr(scenario_limits, "ROWS", 10)
    two = {**ORDER, "lines": [LINE, {**LINE, "line": "2"}]}
    assert work([two], 3, 7) is None
    assert work([two], 3, 8) == TOO_MUCH.format(1, 2, 6)
    more = {**ORDER, "order": "SO-2"}
    assert work([two, more], 3, 6, {0: 3, 1: 5}) is None
    assert work([two, more], 3, 6, {0: 3, 1: 4}) == TOO_MUCH.format(2, 3, 4)
    assert work([two, more], 3, 7, {0: 3}) is None


@pytest.mark.parametrize(
    ("kind", "counts"),
    [("modification", True), ("invoice", True), ("credit_memo", False)],
)
def test_lines_of_what_a_close_walks_over_count(
    monkeypatch: pytest.MonkeyPatch, kind: str, counts: bool
) -> None:
    monkeypatch.setattr(scenario_limits, "ROWS", 1)
    keys = {"order": "SO-1"} if kind == "modification" else {"number": "I1", "customer": "Acme"}
    event = {"type": kind, "date": "2025-01-01", "lines": [{"line": "1", "amount": "1"}], **keys}
    assert work([ORDER, event], 3, 3) == (TOO_MUCH.format(2, 2, 1) if counts else None)


def cost(events: list[dict[str, Any]], first: int, last: int, known: dict[int, int] | None = None) -> int:
    """What a replay is taken to cost: the smallest limit under which it is not refused."""
    low, high = 0, 10**5
    while low < high:
        middle = (low + high) // 2
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(scenario_limits, "WORK", middle)
            refused = work(events, first, last, known) is not None
        low, high = (middle + 1, high) if refused else (low, middle)
    return low


def test_work_is_measured_by_periods_lines_changes_and_reading() -> None:
    """500 a period, 3 a line, 30 for each change of the contract that has most, 3 an event where there are new ones."""
    change = {"type": "price_change", "date": "2025-01-01", "order": "SO-1", "amount": "1"}
    assert cost([ORDER], 3, 3) == 500 + 3 + 3
    assert cost([ORDER], 3, 4) == 2 * (500 + 3) + 3
    assert cost([ORDER, change, change], 3, 3) == 500 + 3 + 60 + 9
    other = {**ORDER, "order": "SO-2"}
    assert cost([ORDER, other, change, {**change, "order": "SO-2"}], 3, 3) == 500 + 6 + 30 + 12
    assert cost([ORDER, change], 3, 5, {0: 3, 1: 4}) == 3 * (500 + 3) + 3 + 2 * 30 + 6
    for kind, keys in (
        ("cancel", {"order": "SO-1"}),
        ("modification", {"order": "SO-1", "lines": [{"line": "1"}]}),
        ("credit_memo", {"customer": "Acme", "number": "C1", "lines": [{"line": "1", "amount": "1"}]}),
    ):
        event = {"type": kind, "date": "2025-01-01", **keys}
        assert cost([ORDER, event], 3, 3) == 500 + 30 + 6 + (6 if kind == "modification" else 3), kind
    memo = {"type": "credit_memo", "date": "2025-01-01", "lines": [{"line": "1", "amount": "1"}]}
    memos = [{**memo, "customer": name, "number": name} for name in ("Acme", "Zenith")]
    assert cost([ORDER, *memos], 3, 3) == 500 + 3 + 30 + 9


def test_amounts_that_overflow_together_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def overflow(*_: Any) -> Any:
        raise OverflowError

    monkeypatch.setattr("revrec.accounting.stretch.plan_contracts", overflow)
    assert refusal(run_scenario, {"events": [ORDER]}) == (
        "The amounts of this scenario are more than this program counts."
    )


def test_too_much_is_refused_before_it_is_replayed() -> None:
    many = [{**ORDER, "order": str(n)} for n in range(400)]
    assert refusal(run_scenario, {"through": "2124-12", "events": many}).startswith(
        "events: 400 events and 400 lines"
    )
    assert refusal(run_scenario, {"events": [{}] * 10_001}).startswith("events: A scenario has at most")
    assert refusal(run_scenario, {"through": "2024-12", "events": [ORDER]}).startswith("through: ")
    large = [{**ORDER, "order": str(n), "lines": [{**LINE, "amount": 10**13}]} for n in range(1200)]
    assert refusal(run_scenario, {"events": large}) == (
        "events[1152]: The amounts up to here add up to more than this program counts."
    )
