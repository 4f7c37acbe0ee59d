"""What a stand-alone selling price may be."""

from dataclasses import dataclass

from revrec.accounting.terms import SspKind, SspPer

KINDS = tuple(one.name.lower() for one in SspKind)
PER = tuple(one.name.lower() for one in SspPer)


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """The price of one unit, in minor units: a point where `high_minor` is none or the same, else a range. Of a
    residual price, the range in which a residual is accepted, if any."""

    kind: str = "observed"
    low_minor: int | None = None
    high_minor: int | None = None
    per: str = "each"

    @property
    def high(self) -> int | None:
        """The high end: of a point, the point."""
        return self.low_minor if self.high_minor is None else self.high_minor

    def problem(self) -> tuple[str, str] | None:
        """The field that cannot be so, and why; None where all is well."""
        if self.kind not in KINDS:
            return "kind", f"'{self.kind}' is no kind of price; there are {', '.join(KINDS)}."
        if self.per not in PER:
            return "per", f"A price is per {', '.join(PER)}, not per '{self.per}'."
        if self.low_minor is None:
            if self.high_minor is not None:
                return "low", "A range needs its low end too."
            return None if self.kind == "residual" else ("low", "An observed price needs an amount.")
        if self.kind == "residual" and self.high_minor is None:
            return "high", "A residual is accepted within a range: give its high end too, or no range at all."
        if self.low_minor < 0:
            return "low", "A stand-alone selling price is not negative."
        if self.high is not None and self.high < self.low_minor:
            return "high", "The high end of the range is below its low end."
        return None

    def told(self) -> dict[str, object]:
        """As the audit trail keeps it."""
        return {"kind": self.kind, "low_minor": self.low_minor, "high_minor": self.high, "per": self.per}
