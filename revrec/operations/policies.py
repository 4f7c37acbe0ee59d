"""Accounting policies: THE list of what a company chooses, with type, default and meaning.

A policy is a row with the day it is valid from; nothing is overwritten. `policy_on` reads what was in force
on a day. What shapes a contract counts as of the contract's inception (a modification: its effective date),
what shapes postings as of the last day of the period being closed, what shapes a pull from its next run.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from revrec.operations.contract_policies import CONTRACT_POLICIES
from revrec.operations.policy_kinds import PolicyDefinition
from revrec.operations.posting_policies import POSTING_POLICIES
from revrec.operations.pull_policies import PULL_POLICIES
from revrec.problems import NotFound
from revrec.store.queries.policies import history_of, values_on

POLICIES = (
    *CONTRACT_POLICIES,
    *POSTING_POLICIES,
    *PULL_POLICIES,
    # Who may do what.
    PolicyDefinition(
        "two_people",
        "flag",
        True,
        "people",
        "Whoever prepared a journal or closed a period cannot approve or reopen it.",
    ),
)

BY_KEY = {definition.key: definition for definition in POLICIES}


def definition_of(key: str) -> PolicyDefinition:
    """The policy of this key. Raises `NotFound` with the known ones."""
    if key not in BY_KEY:
        raise NotFound(f"There is no policy '{key}'. Policies: {', '.join(sorted(BY_KEY))}.", where="key")
    return BY_KEY[key]


def policy_on(session: Session, day: date) -> dict[str, Any]:
    """Every policy's value in force on a day, defaults included."""
    ruling = values_on(session, day)
    return {
        definition.key: ruling[definition.key].value if definition.key in ruling else definition.default
        for definition in POLICIES
    }


def policy_value(session: Session, key: str, day: date = date.max) -> Any:
    """One policy's value on a day; without a day, the newest (for policies that have no date)."""
    definition = definition_of(key)
    row = values_on(session, day).get(key)
    return definition.default if row is None else row.value


def policy_values_of(session: Session, keys: Iterable[str]) -> dict[str, Any]:
    """The newest values of several policies that have no date."""
    ruling = values_on(session, date.max)
    return {key: ruling[key].value if key in ruling else definition_of(key).default for key in keys}


def policy_steps(session: Session, key: str) -> list[tuple[date, Any]]:
    """Every value that a policy ever has, with the day from which it holds; oldest first, from the first day on."""
    steps = {date.min: definition_of(key).default}
    # Of one day the last one set rules; what was set for an earlier day never overrides a later one.
    for row in sorted(history_of(session, key), key=lambda row: (row.valid_from or date.min, row.id)):
        steps[row.valid_from or date.min] = row.value
    return sorted(steps.items())


def value_on(steps: Sequence[tuple[date, Any]], day: date) -> Any:
    """What holds on a day, of the steps that a policy takes."""
    return steps[bisect_right([since for since, _ in steps], day) - 1][1]
