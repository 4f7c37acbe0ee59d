"""What each event of a scenario does to the lines that it names: deliveries, modifications, cancellations, prices."""

from tests.accounting.scenario_of_a_year import LINE, YEAR, Answer, change, earned, on, order, replay


def months(first: int, last: int, amount: str) -> dict[str, str]:
    return dict.fromkeys(YEAR[first - 1 : last], amount)


def price(answer: Answer, line: str = "1", order: str = "SO-1") -> tuple[str, str, str, list[str]]:
    """How a line is priced: stated, at inception, now, and why."""
    (row,) = (a for a in answer["allocations"] if (a["order"], a["line"]) == (order, line))
    return row["stated"], row["inception"], row["allocated"], row["flags"]


# Modifications


def test_a_line_is_restated_in_amount_end_and_quantity_each_by_itself() -> None:
    """After half a year 600.00 are earned; the rest is 900.00, or 600.00 over three months, or unchanged."""
    dearer = replay(order(), change("2025-07-01", {"line": "1", "amount": "1500.00"}))
    assert earned(dearer) == months(1, 6, "100.00") | months(7, 12, "150.00")
    assert price(dearer) == ("1500.00", "1200.00", "1500.00", ["prospective"])
    shorter = replay(order(), change("2025-07-01", {"line": "1", "end": "2025-09-30"}))
    assert earned(shorter) == months(1, 6, "100.00") | months(7, 9, "200.00")
    assert earned(replay(order(), change("2025-07-01", {"line": "1", "quantity": "5"}))) == months(
        1, 12, "100.00"
    )


def test_a_modification_treated_in_one_way_says_so() -> None:
    """1,500.00 from inception on is 125.00 a month: six months at 25.00 more are caught up in July."""
    again = change("2025-07-01", {"line": "1", "amount": "1500.00"}, treatment="cumulative_catch_up")
    answer = replay(order(), again)
    assert earned(answer) == months(1, 6, "100.00") | {"2025-07": "275.00"} | months(8, 12, "125.00")
    assert price(answer)[3] == ["cumulative_catch_up"]
    forward = {
        **again,
        "date": "2025-10-01",
        "treatment": "prospective",
        "lines": [{"line": "1", "amount": "1800.00"}],
    }
    later = replay(order(), again, forward)
    assert (
        later["schedule"][-1]["amount"] == "225.00"
    )  # 1,125.00 earned by September, 675.00 over three months
    assert price(later)[3] == ["prospective"]


def test_auto_says_how_it_went_by_method() -> None:
    lines = [
        LINE,
        {**LINE, "line": "2", "method": "percent_complete"},
        {**LINE, "line": "3", "product": "Q", "amount": "2400.00"},
    ]
    plan = {
        **LINE,
        "line": "4",
        "method": "milestone",
        "milestones": [{"name": "a", "weight": "1"}],
        "product": "M",
    }
    auto = change("2025-07-01", *({"line": name, "amount": "1500.00"} for name in "124"))
    answer = replay(order(lines=[*lines, plan]), on("2025-01-15", "delivery", line="2", percent="50"), auto)
    assert [price(answer, name)[3] for name in "1234"] == [
        ["prospective"], ["cumulative_catch_up"], [], ["cumulative_catch_up"],
    ]  # fmt: skip
    assert earned(answer, "2") == {"2025-01": "600.00", "2025-07": "150.00"}


def test_new_lines_at_their_own_prices_are_a_contract_of_their_own() -> None:
    """Within 1% of 600.00 is as if sold alone; below that the rests of old and new lines are pooled by weight."""
    products = {name: {"ssp": "100.00", "ssp_per": "month"} for name in "PQ"}
    new = {"line": "2", "product": "Q", "amount": "594.00", "start": "2025-07-01", "end": "2025-12-31"}
    alone = replay(order(), change("2025-07-01", new), products=products, allocation="relative_ssp")
    assert (price(alone, "2")[3], earned(alone, "2")) == (["separate"], months(7, 12, "99.00"))
    cheap = change("2025-07-01", {**new, "amount": "300.00"})
    pooled = replay(order(), cheap, products=products, allocation="relative_ssp")
    assert (price(pooled, "2")[3], earned(pooled, "2")) == (["prospective"], months(7, 12, "75.00"))
    assert earned(pooled) == months(1, 6, "100.00") | months(7, 12, "75.00")


def test_the_price_of_several_of_a_product_is_compared_for_all_of_them() -> None:
    new = {
        "line": "2",
        "product": "Q",
        "quantity": "3",
        "amount": "1500.00",
        "start": "2025-07-01",
        "end": "2025-12-31",
    }
    products = {"P": {"ssp": "1200.00"}, "Q": {"ssp": "500.00"}}
    answer = replay(order(), change("2025-07-01", new), products=products, allocation="relative_ssp")
    assert price(answer, "2") == ("1500.00", "1500.00", "1500.00", ["separate"])


def test_a_line_that_a_modification_adds_is_ordered_on_its_day() -> None:
    new = {"line": "2", "product": "Q", "amount": "50.00", "method": "point_in_time", "trigger": "order"}
    assert earned(replay(order(), change("2025-04-10", new)), "2") == {"2025-04": "50.00"}
    early = replay(order(date="2025-05-02"), change("2025-04-10", new))
    assert earned(early, "2") == {"2025-05": "50.00"}


def test_a_discount_in_a_modification_lowers_the_line_above_it() -> None:
    less = change("2025-07-01", {"line": "1", "amount": "1800.00"}, {"line": "2", "amount": "-300.00"})
    assert earned(replay(order(), less)) == months(1, 6, "100.00") | months(7, 12, "150.00")


def test_a_price_that_is_not_known_waits_for_the_one_that_is() -> None:
    bare = order(lines=[{key: value for key, value in LINE.items() if key != "amount"}])
    waiting = replay(bare)
    assert waiting["held"] == [{"order": "SO-1", "line": "1", "reason": "missing_price", "amount": "0.00"}]
    assert waiting["schedule"] == []


YEARS = [LINE, {**LINE, "line": "b", "amount": "2400.00", "start": "2026-01-01", "end": "2026-12-31"}]


def test_a_year_of_a_ramp_is_restated_by_its_own_name() -> None:
    """3,600.00 over 24 months are 150.00; 1,800.00 are earned in the first year."""

    def second_year(**line: str) -> set[str]:
        answer = replay(order(lines=YEARS), change("2026-01-01", {"line": "b", **line}))
        assert {row["line"] for row in answer["schedule"]} == {"1"}
        found = earned(answer)
        assert {period: found.pop(period) for period in YEAR} == months(1, 12, "150.00")
        return {f"{len(found)} x {amount}" for amount in found.values()}

    assert second_year(amount="1200.00") == {"12 x 50.00"}
    assert second_year(end="2026-06-30") == {"6 x 300.00"}
    assert second_year(amount="1050.00", end="2027-06-30") == {"18 x 25.00"}


def test_what_a_part_of_a_ramp_is_not_restated_in_stays() -> None:
    """3,600.00 over 24 months; an earlier end of the first year leaves the second, and with it the whole term."""
    for restated in ({"line": "1", "end": "2025-06-30"}, {"line": "1", "quantity": "1"}, {"line": "b"}):
        found = earned(replay(order(lines=YEARS), change("2025-03-01", restated)))
        assert len(found) == 24
        assert set(found.values()) == {"150.00"}


def test_a_line_may_be_restated_to_its_first_day() -> None:
    later = {**LINE, "start": "2025-07-01"}
    found = replay(order(lines=[later]), change("2025-03-01", {"line": "1", "end": "2025-07-01"}))
    assert earned(found) == {"2025-07": "1200.00"}


def test_both_years_of_a_ramp_are_restated_one_after_the_other() -> None:
    """In July 2025, 900.00 are earned; 1,500.00 and 2,700.00 are the new prices: 3,300.00 over 18 months."""
    first = change("2025-07-01", {"line": "1", "amount": "1500.00"})
    second = change("2025-07-01", {"line": "b", "amount": "2700.00"})
    together = change("2025-07-01", *first["lines"], *second["lines"])
    for changes in ([first, second], [together]):
        found = earned(replay(order(lines=YEARS), *changes))
        assert found["2025-06"] == "150.00"
        assert {found[period] for period in YEAR[6:]} == {"183.33", "183.34"}


# Orders that join a contract


def test_orders_of_one_day_are_one_contract_from_the_start() -> None:
    """1,800.00 for two that cost 1,200.00 each."""
    products = {name: {"ssp": "100.00", "ssp_per": "month"} for name in "PQ"}
    other = order("SO-2", contract="K", lines=[{**LINE, "product": "Q", "amount": "600.00"}])
    answer = replay(order(contract="K"), other, products=products, allocation="relative_ssp")
    assert price(answer) == ("1200.00", "900.00", "900.00", [])
    assert price(answer, order="SO-2") == ("600.00", "900.00", "900.00", [])
    assert {row["contract"] for row in answer["balances"]} == {"K"}


def test_an_order_signed_later_modifies_the_contract() -> None:
    """From July the rests, 600.00 and 300.00, are pooled; at its own price the second order stands alone."""
    products = {name: {"ssp": "100.00", "ssp_per": "month"} for name in "PQ"}
    line = {"line": "1", "product": "Q", "start": "2025-07-01", "end": "2025-12-31"}

    def joined(amount: str | None) -> Answer:
        other = order("SO-2", "2025-07-01", contract="K", lines=[{**line, "amount": amount}])
        return replay(
            order(contract="K"), other, products=products, through="2025-12", allocation="relative_ssp"
        )

    pooled = joined("300.00")
    assert earned(pooled) == months(1, 6, "100.00") | months(7, 12, "75.00")
    assert earned(pooled, order="SO-2") == months(7, 12, "75.00")
    assert price(pooled, order="SO-2")[3] == []
    assert earned(joined("600.00")) == months(1, 12, "100.00")
    waiting = {(row["order"], row["reason"]) for row in joined(None)["held"]}
    assert waiting == {("SO-1", "missing_price"), ("SO-2", "missing_price")}


def test_an_order_of_which_one_line_is_dear_enough_is_pooled_as_a_whole() -> None:
    """From July 600.00 of P, 600.00 at its own price and 240.00 below it, alike by weight: 480.00 each."""
    products = {name: {"ssp": "100.00", "ssp_per": "month"} for name in "PQR"}
    line = {**LINE, "product": "Q", "amount": "600.00", "start": "2025-07-01"}
    lines = [line, {**line, "line": "2", "product": "R", "amount": "240.00"}]
    other = order("SO-2", "2025-07-01", contract="K", lines=lines)
    answer = replay(order(contract="K"), other, products=products, allocation="relative_ssp")
    assert earned(answer) == months(1, 6, "100.00") | months(7, 12, "80.00")
    for number in "12":
        assert earned(answer, number, "SO-2") == months(7, 12, "80.00")


def test_an_order_of_several_that_joins_later_is_compared_for_all_of_them() -> None:
    products = {"P": {"ssp": "1200.00"}, "Q": {"ssp": "500.00"}}
    several = {**LINE, "product": "Q", "quantity": "3", "amount": "1500.00", "start": "2025-07-01"}
    other = order("SO-2", "2025-07-01", contract="K", lines=[several])
    answer = replay(order(contract="K"), other, products=products, allocation="relative_ssp")
    assert earned(answer) == months(1, 12, "100.00")
    assert earned(answer, order="SO-2") == months(7, 12, "250.00")


def test_a_ramp_that_joins_later_is_one_line_of_both_years() -> None:
    """600.00 and 1,800.00 over 24 months."""
    ramp = [{**YEARS[0], "amount": "600.00"}, {**YEARS[1], "amount": "1800.00"}]
    other = order("SO-2", "2025-01-02", contract="K", lines=ramp)
    answer = replay(order(contract="K"), other)
    assert earned(answer, order="SO-2")["2025-01"] == "100.00"
    assert price(answer, order="SO-2")[2] == "2400.00"


# Cancellations and price changes


def test_a_cancelled_order_earns_through_its_end_and_its_fee() -> None:
    both = order(lines=[LINE, {**LINE, "line": "2", "product": "Q", "amount": "600.00"}])
    through_april = replay(both, on("2025-03-10", "cancel", end="2025-04-30"))
    assert earned(through_april) == months(1, 4, "100.00")
    assert earned(through_april, "2") == months(1, 4, "50.00")
    at_once = replay(order(), on("2025-03-31", "cancel"))
    assert earned(at_once) == months(1, 3, "100.00")
    assert price(at_once)[2] == "300.00"
    with_fee = replay(order(), on("2025-03-31", "cancel", fee="45.00"))
    assert price(with_fee)[2] == "345.00"
    assert sum(float(amount) for amount in earned(with_fee).values()) == 345


def test_a_cancelled_line_leaves_the_others() -> None:
    both = order(lines=[LINE, {**LINE, "line": "2", "product": "Q", "amount": "600.00"}])
    answer = replay(both, on("2025-03-31", "cancel", line="2"))
    assert earned(answer) == months(1, 12, "100.00")
    assert earned(answer, "2") == months(1, 3, "50.00")


def test_a_cancelled_order_leaves_the_other_orders_of_its_contract() -> None:
    other = order("SO-2", contract="K", lines=[{**LINE, "product": "Q"}])
    answer = replay(order(contract="K"), other, on("2025-03-31", "cancel", order="SO-2"))
    assert earned(answer) == months(1, 12, "100.00")
    assert earned(answer, order="SO-2") == months(1, 3, "100.00")


def test_a_price_change_is_shared_as_at_inception() -> None:
    """120.00 more in July: 10.00 a month, seven of them at once."""
    answer = replay(order(), on("2025-07-10", "price_change", amount="120.00"))
    assert earned(answer) == months(1, 6, "100.00") | {"2025-07": "170.00"} | months(8, 12, "110.00")
    assert (
        replay(order(), on("2025-07-10", "price_change", amount="0"))["schedule"]
        == replay(order())["schedule"]
    )
