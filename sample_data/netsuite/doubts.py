"""What is not established about NetSuite: each doubt is a setting, with the stricter or likelier reading first.

One list serves the settings, their documentation and the tests that run the product under every reading. Nothing here
is asserted of NetSuite: a client that works with the default only is not finished.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field


class Doubts(BaseModel):
    """The readings in force. The first choice of each is the default."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    missing_prefer: Literal["400", "406"] = Field(
        "400", description="The status of a query without the header Prefer: transient."
    )
    bad_offset: Literal["400", "500"] = Field(
        "400",
        description="The status of an offset that the limit does not divide, or of a limit above 1,000.",
    )
    offset_past_cap: Literal["empty", "refused"] = Field(
        "empty", description="A page at an offset of 100,000 and more: empty, or 400 INVALID_PARAMETER."
    )
    total_past_cap: Literal["counted", "capped"] = Field(
        "counted", description="totalResults of a query with more rows than can be paged to: all, or 100,000."
    )
    nulls: Literal["omitted", "null", "empty"] = Field(
        "omitted", description="A null in an item: left out, null, or an empty text."
    )
    numbers: Literal["text", "unquoted"] = Field(
        "text", description="Numbers in items: quoted like everything else, or JSON numbers."
    )
    decimals: Literal["trimmed", "padded"] = Field(
        "trimmed", description="Decimals in items: 1234.5, or with the column's two places (1234.50)."
    )
    letter_case: Literal["lower", "upper"] = Field(
        "lower", description="The letter case of an item's keys, which Oracle says not to rely on."
    )
    unknown_column: Literal["identifier", "field", "500"] = Field(
        "identifier",
        description="A column that the account lacks: 'Unknown identifier', the older 'Field ... not found', or a "
        "bare 500 UNEXPECTED_ERROR.",
    )
    raw_status: Literal["letter", "nothing", "refused"] = Field(
        "letter",
        description="A filter on transaction.status without BUILTIN.CF: compares the letter, finds nothing, or is "
        "refused.",
    )
    credit_total: Literal["negative", "positive"] = Field(
        "negative", description="The sign of transaction.foreigntotal and total on credit memos."
    )
    line_edit: Literal["moves_header", "line_only"] = Field(
        "moves_header",
        description="Whether an edited line always moves transaction.lastmodifieddate, or only its own stamp.",
    )
    stamps_in: Literal["account", "user"] = Field(
        "account", description="The zone that date-time columns are shown in without SYS_EXTRACT_UTC."
    )
    over_limit: Literal["429", "400", "invalid_login"] = Field(
        "429",
        description="One request too many in flight: 429, 400 with the same code, or 401 INVALID_LOGIN in disguise.",
    )
    retry_after: Literal["absent", "seconds", "date"] = Field(
        "absent", description="Whether a 429 carries Retry-After, and in which form."
    )
    closed_period: Literal["gl_impact", "may_not_edit", "invalid_field"] = Field(
        "gl_impact",
        description="The words for a closed period: 'You cannot change the G/L impact ...', 'This transaction is in a "
        "period that has been closed ...', or an invalid value of postingPeriod.",
    )
    unusable_period: Literal["refuse", "recompute"] = Field(
        "refuse",
        description="A given postingPeriod that is closed or locked: refused, or replaced by the next open one.",
    )
    line_error_path: Literal["field", "line", "absent"] = Field(
        "field",
        description="o:errorPath of a journal line's error: line.items[0].account, line.items[0], or none.",
    )
    duplicate_external_id: Literal["exists", "dup_rcrd"] = Field(
        "exists",
        description="A used external id: USER_ERROR 'This record already exists', or the SOAP code DUP_RCRD.",
    )
    permission_refusal: Literal["400", "403"] = Field(
        "400",
        description="A role that may not: 400 USER_ERROR 'does not have permission', or 403 INSUFFICIENT_PERMISSION.",
    )
    certificate_refusal: Literal["invalid_client", "invalid_grant"] = Field(
        "invalid_client",
        description="What the token endpoint says to a certificate that is not valid yet, has ended or was revoked.",
    )
    revoked_certificate: Literal["ends_tokens", "lets_tokens_run"] = Field(
        "ends_tokens",
        description="Access tokens of a certificate that is revoked: refused at once, or good until they end.",
    )
    error_types: Literal["rfc9110", "rfc2616"] = Field(
        "rfc9110", description="The page that an error's type names; it has changed between releases."
    )
    async_result: Literal["task", "job"] = Field(
        "task",
        description="Where the result of an asynchronous request stands: .../task/<n>/result or .../result.",
    )


@dataclass(frozen=True)
class Doubt:
    """One doubt: the setting's name, its choices (the default first) and what they mean."""

    name: str
    choices: tuple[str, ...]
    meaning: str

    @property
    def default(self) -> str:
        """The reading in force unless another is set."""
        return self.choices[0]


def _list() -> tuple[Doubt, ...]:
    return tuple(
        Doubt(name, get_args(field.annotation), field.description or "")
        for name, field in Doubts.model_fields.items()
    )


DOUBTS = _list()
"""All of them, in the order of the class."""
