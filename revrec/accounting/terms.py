"""The codes that stand in integer columns: methods, triggers, roles, events, causes, account types, reasons.

The numbers are stored in databases: a code is never renumbered, new ones are added at the end.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Code(IntEnum):
    """A code that NumPy takes for the integer that it is, without asking it first whether it knows better: comparing a
    column with a code is most of what small books do."""

    __array_ufunc__ = np.ndarray.__array_ufunc__


class Method(Code):
    """How an obligation is earned over time."""

    DAILY = 0
    EVEN = 1
    POINT_IN_TIME = 2
    PRORATE_ENDS = 3
    PRORATE_ENDS_BY_MONTH = 4
    HALF_MONTH = 5
    THIRTY_360 = 6
    UNITS = 7
    PERCENT_COMPLETE = 8
    MILESTONE = 9
    CUSTOM = 10
    AS_INVOICED = 11


class Trigger(Code):
    """What earns a ``point_in_time`` obligation. AUTO: its start where it has one, else delivery."""

    AUTO = 0
    START = 1
    DELIVERY = 2
    ORDER = 3
    INVOICE = 4


class Role(Code):
    """What an account is for. The account mapping turns a role into an account."""

    BILLING_OFFSET = 0
    CONTRACT_LIABILITY = 1
    REVENUE = 2
    CONTRACT_ASSET = 3
    UNBILLED_RECEIVABLE = 4
    FX_ADJUSTMENT = 5
    CLEARING = 6
    DISCOUNT = 7  # where NetSuite posted a discount line; never mapped


BALANCE_SHEET_ROLES = (Role.CONTRACT_LIABILITY, Role.CONTRACT_ASSET, Role.UNBILLED_RECEIVABLE)
"""Roles whose journal lines carry no segments unless a setting asks for them."""


class Event(Code):
    """Why a transfer was written."""

    BILLING = 0
    RECOGNITION = 1
    ADJUSTMENT = 2
    NETTING = 3
    FX = 4
    REASSIGNMENT = 5
    OPENING = 6
    REVERSAL = 7
    RECLASS = 8


class Cause(Code):
    """Why revenue or billing of closed periods moved. ``LATE`` alone is a prior-period adjustment."""

    NONE = 0
    LATE = 1
    MODIFICATION = 2
    CREDIT = 3
    ESTIMATE = 4
    CONVERSION = 5


class AccountType(Code):
    """The type of the account to which NetSuite posted a billing line."""

    INCOME = 0
    OTHER_INCOME = 1
    DEFERRED_REVENUE = 2
    CLEARING = 3


class AssetKind(Code):
    """What revenue ahead of billing is called: by method (AUTO), or as the product says (606-10-45-4)."""

    AUTO = 0
    CONTRACT_ASSET = 1
    UNBILLED_RECEIVABLE = 2


class HoldReason(Code):
    """Why something waits. A held obligation waits alone or, for the first four, with its whole contract."""

    MISSING_PRICE = 0
    MISSING_SSP = 1
    MISSING_CURRENCY = 2
    MISSING_RULE = 3
    MISSING_DATES = 4
    RECOGNISED_BY_NETSUITE = 5
    BY_USER = 6
    BAD_DEBT = 7  # waits for nothing: a credit line that is no billing, listed so that it is counted


HOLDS_CONTRACT = (
    HoldReason.MISSING_PRICE,
    HoldReason.MISSING_SSP,
    HoldReason.MISSING_CURRENCY,
    HoldReason.MISSING_RULE,
)


class BalanceScope(Code):
    """What a balance row is for."""

    CONTRACT = 0
    CUSTOMER = 1
    UNASSIGNED = 2


class ChangeKind(Code):
    """What happens to a contract after its inception; events of one day apply in this order."""

    MODIFICATION = 0
    CANCEL = 1
    PRICE_CHANGE = 2
    CREDIT = 3


class Treatment(Code):
    """How a modification is accounted for (606-10-25-10 to -13). AUTO chooses, and says why."""

    AUTO = 0
    SEPARATE = 1
    PROSPECTIVE = 2
    CUMULATIVE_CATCH_UP = 3


class CreditTreatment(Code):
    """What a credit memo does to revenue. It always lowers what is billed."""

    UNDECIDED = 0
    BILLING_ONLY = 1
    PROSPECTIVE = 2
    RETROSPECTIVE = 3
    IMMEDIATE = 4
    BAD_DEBT = 5  # on an expense or allowance account: outside billed and revenue, listed as excluded


class AllocationRule(Code):
    """What a contract's price is shared by; ``STATED_PRICE`` turns reallocation off."""

    RELATIVE_SSP = 0
    STATED_PRICE = 1


class Rounding(Code):
    """What is rounded: the running total, or each period by itself with the remainder in the last."""

    CUMULATIVE = 0
    LAST_PERIOD = 1


class MissingSsp(Code):
    """What a line without a stand-alone selling price does: weigh by its stated price, or wait."""

    STATED_PRICE = 0
    HOLD = 1


class SspOutside(Code):
    """Where in the range the SSP of a line lies whose price is outside it."""

    NEAREST = 0
    MIDPOINT = 1


class SspPer(Code):
    """The unit of a stand-alone selling price."""

    EACH = 0
    MONTH = 1
    YEAR = 2


class SspKind(Code):
    """How a stand-alone selling price is known: a point or range, nothing observed, or what the others leave."""

    OBSERVED = 0
    RESIDUAL = 1


class AllocationFlag(Code):
    """Bits that say how an allocated amount came about."""

    MISSING_SSP = 1
    OUTSIDE_RANGE = 2
    RESIDUAL = 4
    BUNDLE = 8


for codes in (
    Method,
    Trigger,
    Role,
    Event,
    Cause,
    AccountType,
    AssetKind,
    HoldReason,
    BalanceScope,
    ChangeKind,
    Treatment,
    CreditTreatment,
    AllocationRule,
    Rounding,
    MissingSsp,
    SspOutside,
    SspPer,
    SspKind,
    AllocationFlag,
):
    for member in codes:
        # Python 3.11 looks a member up anew whenever it is named, which small books feel.
        type.__setattr__(codes, member.name, member)
