"""What must always hold of the books, as set-based SQL over what is stored. Checks stand alone and change nothing.

check       what a check is asked and answers
prices      allocated = price, schedules foot      balances    roll-forward, billed - recognised, ledger rows
journals    balanced, = ledger, = read back        documents   NetSuite's documents = ours
general_ledger  NetSuite's balances = the ledger, less what is listed
"""

from collections.abc import Callable

from sqlmodel import Session

from revrec.store.controls.balances import balances_hold, ledger_moves, roll_forward
from revrec.store.controls.check import ClosedPeriod, ControlResult, Scope, Sum, Violation
from revrec.store.controls.documents import documents_complete
from revrec.store.controls.general_ledger import gl_balances
from revrec.store.controls.journals import journals_are_ledger, journals_balance, journals_read_back
from revrec.store.controls.prices import allocated_is_price, schedule_is_allocated

__all__ = ["CONTROLS", "ClosedPeriod", "ControlResult", "Scope", "Sum", "Violation", "run_controls"]

CONTROLS: tuple[Callable[[Session, Scope], ControlResult], ...] = (
    allocated_is_price,
    schedule_is_allocated,
    roll_forward,
    balances_hold,
    ledger_moves,
    journals_balance,
    journals_are_ledger,
    journals_read_back,
    documents_complete,
    gl_balances,
)


def run_controls(session: Session, scope: Scope) -> list[ControlResult]:
    """Every check over these closes, in one snapshot."""
    return [check(session, scope) for check in CONTROLS]
