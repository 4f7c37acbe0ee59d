"""Control checks as people and programs see them."""

from collections.abc import Sequence

from sqlmodel import Session

from api.views.amounts import amount_writer
from api.views.shape import View
from revrec.store.controls import ControlResult


class ViolationView(View):
    """A row, or a group of rows, that breaks the rule."""

    where: str
    message: str


class ControlSumView(View):
    """Both sides in total."""

    what: str
    currency: str
    left: str
    right: str


class ControlView(View):
    """`status`: PASS, FAIL, or NOT READ (NetSuite was not asked, which is no pass). `violations` counts all; `first`
    names at most twenty."""

    name: str
    compares: str
    status: str
    checked: int
    violations: int
    first: list[ViolationView]
    sums: list[ControlSumView]


class ControlsView(View):
    """All checks over the closed periods that were asked for. `passed`: none fails."""

    periods: list[str]
    passed: bool
    controls: list[ControlView]


def controls_view(session: Session, periods: Sequence[str], results: Sequence[ControlResult]) -> ControlsView:
    write = amount_writer(session)
    return ControlsView(
        periods=list(periods),
        passed=all(one.status != "FAIL" for one in results),
        controls=[
            ControlView(
                name=one.name,
                compares=one.compares,
                status=one.status,
                checked=one.checked,
                violations=one.violations,
                first=[ViolationView(where=row.where, message=row.message) for row in one.first],
                sums=[
                    ControlSumView(
                        what=total.what,
                        currency=total.currency,
                        left=write.text(total.left, total.currency),
                        right=write.text(total.right, total.currency),
                    )
                    for total in one.sums
                ],
            )
            for one in results
        ],
    )
