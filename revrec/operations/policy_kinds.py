"""What a policy is: its key, the kind of its values, its default, and what it shapes."""

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "choice",
    "flag",
    "number",
    "amount",
    "percent",
    "text",
    "list",
    "segments",
    "exclusion",
    "fields",
    "period",
    "zone",
    "names",
    "schedule",
]
Shapes = Literal["contract", "posting", "pull", "people"]


@dataclass(frozen=True, slots=True)
class PolicyDefinition:
    """One policy. `dated` ones take effect from a day; the others at once, everywhere.

    Kinds: `choice` of `choices`; `flag`; `number`, a whole number from `minimum` to `maximum`; `amount`, minor units,
    or none; `percent`, decimal text from 0 to `maximum`; `text` of at most `maximum` characters; `list` of texts;
    `segments`, names of segments; `exclusion`, the form of Exclude Products; `fields`, the CRM's field mapping;
    `period`; `zone`, an IANA time zone; `names`, a list of names of at most `maximum` characters; `schedule`, when
    something begins by itself.
    """

    key: str
    kind: Kind
    default: Any
    shapes: Shapes
    meaning: str
    choices: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 0

    @property
    def dated(self) -> bool:
        return self.shapes in ("contract", "posting")
