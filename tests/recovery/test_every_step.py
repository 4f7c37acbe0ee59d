"""Every recorded step of every job, killed before it, inside it (done and not recorded), and right after its record."""

from collections.abc import Callable
from typing import Any

import pytest
from kill_point import KillPoint

Disturb = Callable[..., Any]

pytestmark = pytest.mark.timeout(300)  # the first of a session runs the undisturbed jobs too

ENDS = ("begin", "finish")
REFERENCE = ("subsidiaries", "rates", "periods", "accounts", "segments", "items", "customers")
INVOICES = (
    *ENDS,
    *("plan_run", "discard_leftovers", *(f"read_{name}" for name in REFERENCE)),
    *("audit_mapping", "plan_window", "read_page"),
    *(
        "read_deleted",
        "refuse_vanished",
        "refuse_vanished_again",
        "match_names",
        "resolve_states",
        "periods_to_reconcile",
        "read_totals",
        "compare_totals",
    ),
    *("record_reconciliation", "publish", "outcome", "write_workbook"),
)
SWEEP = (*INVOICES, "sweep_page", "read_swept", "settle_sweep")
CLOSE = (*ENDS, "read_period", "begin_close", "close_books")
STEPS = {
    "orders": (
        *ENDS,
        *("plan_run", "discard_leftovers", "read_customers", "find_changes", "read_orders", "publish"),
    ),
    "invoices": INVOICES,
    "close": CLOSE,
    "post": (
        *ENDS,
        *("plan_posting", "prepare", "post", "read_back", "sum_up"),
        *("plan_reading", "read_balances", "say"),
    ),
    "reopen": (*ENDS, "plan_reopening", "check_period", "period_open", "take_back"),
}
SECOND_TIME = {"again": INVOICES, "sweep": SWEEP, "next_close": CLOSE}
"""The same jobs over books that hold something already; killed inside of each step."""

CASES = [
    *(
        (stage, step, where)
        for stage, steps in STEPS.items()
        for step in steps
        for where in ("before", "inside", "after")
    ),
    *((stage, step, "inside") for stage, steps in SECOND_TIME.items() for step in steps),
]
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("stage", "step", "where"), CASES)
def test_a_job_survives_a_kill_at(disturb: Disturb, kind: str, stage: str, step: str, where: str) -> None:
    disturbed = disturb(kind, stage)
    how = "restart" if kind == "sqlite" else "takeover"
    found = disturbed.killed_and_finished(KillPoint(f"step:{step}", where), how)
    disturbed.assert_undisturbed(found)


@pytest.mark.slow
@pytest.mark.parametrize("stage", [*STEPS, *SECOND_TIME])
def test_no_step_is_left_out(stories: Callable[[str], Any], stage: str) -> None:
    """The lists above name what the engine has recorded, neither more nor less."""
    recorded = stories("sqlite").stage(stage).recorded_steps()
    assert recorded == set({**STEPS, **SECOND_TIME}[stage])
