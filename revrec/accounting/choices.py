"""What each contract was given at its inception, and the policy where it was given nothing.

Accounting choices that shape a contract never change under it: a new policy serves new contracts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.book import Contracts
from revrec.accounting.columns import NONE, Column, Mask
from revrec.accounting.policy import Policy
from revrec.accounting.terms import AllocationRule, MissingSsp, Rounding, SspOutside


@dataclass(frozen=True, eq=False)
class Choices:
    """One row per contract. ``relative``: shared by stand-alone selling prices; ``rounding``: Rounding codes."""

    relative: Mask
    rounding: Column
    hold_missing_ssp: Mask
    midpoint: Mask


def choices_of(contracts: Contracts, policy: Policy) -> Choices:
    """The choices in force for each contract."""
    relative = relative_contracts(contracts, policy)
    hold: Mask = _given(contracts.missing_ssp, MissingSsp[policy.missing_ssp.upper()]) == MissingSsp.HOLD
    outside = _given(contracts.ssp_outside, SspOutside[policy.ssp_outside.upper()])
    midpoint: Mask = outside == SspOutside.MIDPOINT
    return Choices(
        relative, _given(contracts.rounding, Rounding[policy.rounding.upper()]), hold & relative, midpoint
    )


def relative_contracts(contracts: Contracts, policy: Policy) -> Mask:
    """The contracts whose price is shared by stand-alone selling prices."""
    allocation = _given(contracts.allocation, AllocationRule[policy.allocation.upper()])
    relative: Mask = allocation == AllocationRule.RELATIVE_SSP
    return relative


def _given(column: Column, default: int) -> Column:
    """The contract's own choice, else the default."""
    return np.where(column == NONE, int(default), column)
