"""Which lines a credit memo lowers that names none, and what a cancelled order leaves of it.

600.00 a line over half a year, ``even`` at stated prices: 100.00 a month.
"""

from typing import Any

from tests.accounting.scenario_bills import FULL, LINE, bill, credit, earned, order, replay

SECOND = {**LINE, "line": "2"}


def less(amount: str, date: str, number: str = "C1", name: str = "SO-1", **keys: Any) -> dict[str, Any]:
    line = {"amount": amount, **keys.pop("line", {})}
    return credit(number, date, line, order=name, **{"treatment": "prospective", **keys})


def test_a_line_that_is_added_on_the_day_of_a_credit_is_there() -> None:
    """A modification goes before a credit memo of its day: 60.00 of what is left of each line in April."""
    added = {
        "type": "modification",
        "date": "2025-04-10",
        "order": "SO-1",
        "treatment": "cumulative_catch_up",
        "lines": [SECOND],
    }
    answer = replay(order(), added, less("120.00", "2025-04-10"))
    assert earned(answer) == ["100.00"] * 3 + ["80.00"] * 3
    assert earned(answer, line="2") == ["0.00"] * 3 + ["380.00", "80.00", "80.00"]


def test_finished_lines_share_a_credit_by_what_earlier_credits_left_of_them() -> None:
    """540.00 of the first line and 600.00 of the second: 114.00 are 54.00 and 60.00."""
    lines = [{**LINE, "end": "2025-03-31"}, {**SECOND, "end": "2025-03-31"}]
    first = less("60.00", "2025-02-10", "C1", treatment="immediate", line={"for_line": "1"})
    answer = replay(order(lines=lines), first, less("114.00", "2025-05-10", "C2"))
    assert earned(answer) == ["200.00", "140.00", "200.00", "0.00", "-54.00", "0.00"]
    assert earned(answer, line="2") == ["200.00"] * 3 + ["0.00", "-60.00", "0.00"]


CANCEL = {"type": "cancel", "date": "2025-02-10", "order": "SO-1", "end": "2025-04-30"}


def test_where_no_refund_is_owed_all_of_a_credit_lowers_a_cancelled_order() -> None:
    """400.00 stay and were billed: 60.00 of the 200.00 that are still to be earned in March and April."""
    paid = bill("I1", "2025-01-01", {"amount": "400.00", "for_line": "1"}, order="SO-1")
    answer = replay(order(), paid, CANCEL, less("60.00", "2025-03-01"))
    assert earned(answer) == ["100.00", "100.00", "70.00", "70.00", "0.00", "0.00"]


def test_a_refund_is_owed_of_cancelled_orders_alone() -> None:
    """Both orders are billed 700.00. Of the cancelled one a refund of 300.00 is owed, of the other nothing."""
    bills = [
        bill(f"I{n}", "2025-01-01", {"amount": "700.00", "for_line": "1"}, order=f"SO-{n}") for n in (1, 2)
    ]
    memos = [less("60.00", "2025-03-01", f"C{n}", f"SO-{n}") for n in (1, 2)]
    answer = replay(order(), order("SO-2"), *bills, CANCEL, *memos)
    assert earned(answer) == ["100.00"] * 4 + ["0.00"] * 2
    assert earned(answer, "SO-2") == ["100.00"] * 2 + ["85.00"] * 4
    assert earned(replay(order("SO-2"), bills[1]), "SO-2") == FULL
