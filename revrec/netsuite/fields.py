"""Which fields of an account hold what: the settings that shape our queries."""

from __future__ import annotations

from dataclasses import dataclass, field

from revrec.netsuite.suiteql import name

STANDARD_SEGMENTS = ("department", "class", "location")


@dataclass(frozen=True, slots=True)
class FieldSettings:
    """Field ids of this account, checked when set.

    Service dates come from `start_field` and `end_field`: the standard ones of NetSuite's revenue recognition
    feature, or custom line fields (`custcol_...`). `order_reference_field` names the sales order: a header field
    (`otherrefnum`, the PO number, or `custbody_...`) or a line field (`custcol_...`). `credit_reason_field`, likewise a
    header or a line field, says why a credit memo was given; "": it is not read. `custom_segments` are line columns
    (`cseg_...`). `end_exclusive` says that the end date is the day after the last day of service.
    """

    start_field: str = "revrecstartdate"
    end_field: str = "revrecenddate"
    end_exclusive: bool = False
    order_reference_field: str = "otherrefnum"
    custom_segments: tuple[str, ...] = field(default=())
    credit_reason_field: str = ""
    segments: tuple[str, ...] = field(init=False, default=())
    """All segment columns of a line, the standard ones first; kept, since every line asks."""

    def __post_init__(self) -> None:
        for setting in ("start_field", "end_field", "order_reference_field"):
            object.__setattr__(self, setting, name(getattr(self, setting)))
        if self.credit_reason_field:
            object.__setattr__(self, "credit_reason_field", name(self.credit_reason_field))
        segments = tuple(dict.fromkeys(name(segment) for segment in self.custom_segments))
        object.__setattr__(self, "custom_segments", segments)
        own = tuple(segment for segment in segments if segment not in STANDARD_SEGMENTS)
        object.__setattr__(self, "segments", (*STANDARD_SEGMENTS, *own))

    @property
    def order_reference_on_line(self) -> bool:
        """True where the order is named line by line."""
        return self.order_reference_field.startswith("custcol")

    @property
    def credit_reason_on_line(self) -> bool:
        """True where the reason of a credit stands on its lines."""
        return self.credit_reason_field.startswith("custcol")
