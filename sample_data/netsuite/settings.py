"""What can be set about the account that the stand-in plays, at start and later through ``/_sim/settings``."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, field_validator

from sample_data.netsuite import masks
from sample_data.netsuite.catalogue import FEATURES, PERMISSIONS
from sample_data.netsuite.dice import DEFAULT_KINDS, FaultKind
from sample_data.netsuite.doubts import Doubts
from sample_data.netsuite.roles import denied_now

DEFAULT_FEATURES = FEATURES - {"multibook", "custcol_dates", "custcol_channel"}

LineSegment = Literal["department", "class", "location", "cseg_region", "custcol_channel"]


class Settings(Doubts):
    """The account, its preferences, its limits, its bad luck, and which doubtful behaviours it shows."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    account_id: str = "1234567_SB1"
    """The account's id; signatures name it as their realm."""
    user_date_format: str = "M/D/YYYY"
    """The user's date format preference, one of NetSuite's sixteen."""
    concurrency: int = Field(default=5, ge=1, le=1000)
    """Requests that may be in flight."""
    calls_per_minute: int = Field(default=0, ge=0)
    """Requests in any 60 seconds; 0 is no such limit. (Third parties speak of one; NetSuite publishes none.)"""
    latency_ms: float = Field(default=0, ge=0)
    """How long every request takes, at least."""
    latency_spread: float = Field(default=0, ge=0, le=3)
    """0: every request takes ``latency_ms``; else the sigma of a log-normal spread around it."""
    fault_rate: float = Field(default=0, ge=0, le=1)
    """The share of requests that go wrong, by the dice of ``fault_seed``, in one of ``fault_kinds``."""
    fault_seed: int = 1
    """The seed of the dice: the same run meets the same bad luck."""
    fault_kinds: tuple[FaultKind, ...] = DEFAULT_KINDS
    """429, busy_400, 500, 502, 503, reset, slow, lost, truncated."""
    fault_slow_ms: float = Field(default=40, ge=0)
    """How long the body of a slow answer dribbles."""
    features: frozenset[str] = DEFAULT_FEATURES
    """What the account has: oneworld, multicurrency, revrec, departments, classes, locations, cseg_region; besides
    multibook, custcol_dates (service dates in custom columns) and custcol_channel (a custom list on journal lines)."""
    denied_permissions: frozenset[str] = frozenset({"Override Period Restrictions"})
    """Permissions that the account's first role lacks."""
    page_size_max: int = Field(default=1000, ge=1, le=1000)
    """The largest page."""
    row_cap: int = Field(default=100_000, ge=1)
    """Rows of one query that can be paged to."""
    shuffle_unordered: bool = True
    """Rows that ORDER BY leaves tied come differently on every page."""
    leading_zero: bool = True
    """0.5 rather than .5."""
    approve_journals: bool = False
    """Journals wait for approval: they are saved as Pending Approval and do not post until approved."""
    approval_by: Literal["preference", "routing"] = "preference"
    """How they are approved: the preference *Require Approvals on Journal Entries*, or Approval Routing (SuiteFlow)."""
    mandatory_segments: frozenset[
        Literal["department", "class", "location", "cseg_region", "custcol_channel"]
    ] = frozenset()
    """Segments that the account's preferences make mandatory on every line of a journal."""
    journal_max_lines: int = Field(default=1000, ge=2)
    """No number is published for REST; Oracle's lists name 200, 1,000 and 10,000 for other ways in."""
    primary_book: int = Field(default=1, ge=1, le=2)
    """The id of the primary accounting book, where the account has Multi-Book Accounting."""
    lockout: bool = True
    """Failed sign-ins lock the user."""
    locks_after_failures: int = Field(default=5, ge=1)
    """So many failures in a row."""
    lock_minutes: int = Field(default=30, ge=1)
    """For so long."""
    clock_tolerance_seconds: int = Field(default=300, ge=1)
    """How far a signature's timestamp may be off."""
    server_zone: str = "America/Los_Angeles"
    """The zone of SYSDATE."""
    user_zone: str = ""
    """The zone of the user's preferences, which CURRENT_DATE follows; empty: the account's."""

    @property
    def denied(self) -> frozenset[str]:
        """What the role of the present request lacks; ``denied_permissions`` is what the account's first role does."""
        return denied_now(self.denied_permissions)

    @field_validator("server_zone", "user_zone")
    @classmethod
    def _known_zone(cls, given: str) -> str:
        try:
            if given:
                ZoneInfo(given)
        except (KeyError, ValueError) as problem:
            raise ValueError(f"{given!r} is no time zone") from problem
        return given

    @field_validator("features")
    @classmethod
    def _known_features(cls, given: frozenset[str]) -> frozenset[str]:
        if unknown := given - FEATURES:
            raise ValueError(f"unknown features {sorted(unknown)}; known are {sorted(FEATURES)}")
        return given

    @field_validator("denied_permissions")
    @classmethod
    def _known_permissions(cls, given: frozenset[str]) -> frozenset[str]:
        if unknown := given - PERMISSIONS:
            raise ValueError(f"unknown permissions {sorted(unknown)}; known are {sorted(PERMISSIONS)}")
        return given

    @field_validator("user_date_format")
    @classmethod
    def _readable_format(cls, given: str) -> str:
        masks.pieces(oracle_mask(given))
        return given


_PREFERENCES = {
    "M/D/YYYY": "FMMM/DD/YYYY",
    "D/M/YYYY": "FMDD/MM/YYYY",
    "D-MON-YYYY": "FMDD-Mon-FMYYYY",
    "D.M.YYYY": "FMDD.MM.YYYY",
    "D-MONTH-YYYY": "FMDD-Month-YYYY",
    "D MONTH, YYYY": "FMDD Month, YYYY",
    "YYYY/M/D": "FMYYYY/MM/DD",
    "YYYY-M-D": "FMYYYY-MM-DD",
    "DD/MM/YYYY": "DD/MM/YYYY",
    "DD-MON-YYYY": "DD-Mon-YYYY",
    "DD.MM.YYYY": "DD.MM.YYYY",
    "DD-MONTH-YYYY": "DD-FMMonth-YYYY",
    "DD MONTH, YYYY": "DD FMMonth, YYYY",
    "MM/DD/YYYY": "MM/DD/YYYY",
    "YYYY/MM/DD": "YYYY/MM/DD",
    "YYYY-MM-DD": "YYYY-MM-DD",
}
"""NetSuite's *Date Format* preferences, as Oracle format models."""


def oracle_mask(preference: str) -> str:
    """The format model of a date format preference, e.g. ``M/D/YYYY`` -> ``FMMM/DD/YYYY``."""
    try:
        return _PREFERENCES[preference]
    except KeyError:
        raise ValueError(
            f"date format {preference!r} is none of NetSuite's preferences: {', '.join(_PREFERENCES)}"
        ) from None
