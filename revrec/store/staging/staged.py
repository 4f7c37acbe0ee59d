"""What a run has read of a document, as it is staged, and the text that tells one version from the next."""

import hashlib
import json
import zlib
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property, lru_cache
from json.encoder import encode_basestring_ascii
from typing import NamedTuple


class StagedLine(NamedTuple):
    """One line. Amounts in minor units with the sign turned; `segments` is canonical text. (A tuple: they are many.)"""

    line_id: int
    sequence: int
    role: str
    item_id: int | None
    item_type: str
    description: str
    quantity_e6: int
    amount_minor: int
    billing_minor: int
    base_minor: int
    account_id: int | None
    account_type: str
    starts: date | None
    ends: date | None
    segments: str
    problem: str = ""
    posted_minor: int | None = None  # what NetSuite posted to the account, base currency


@dataclass(frozen=True)
class StagedDocument:
    """One invoice or credit memo with all its lines, as it stood when it was read."""

    external_id: int
    kind: str
    modified_at: datetime
    tran_id: str
    tran_date: date
    period_id: int | None
    period: str
    customer_id: int
    subsidiary_id: int | None
    currency_id: int
    currency: str
    exchange_rate_e10: int
    status: str
    memo: str
    created_from: int | None
    order_reference: str
    main_minor: int
    tax_minor: int
    lines: tuple[StagedLine, ...]
    problem: str = ""
    credit_reason: str = ""

    @cached_property
    def canonical(self) -> bytes:
        """The JSON whose hash tells one version from the next: keys sorted, no spaces, dates as ISO text.

        Its stamp and status are not part of it: a payment moves both and changes nothing that is accounted for. Nor
        is what was posted, which follows from amounts and rate and was not always read; nor a credit reason that is
        empty, so that a document without one keeps the hash it had before there were any.
        """
        named: dict[str, object] = {name: getattr(self, name) for name in _HASHED} | {"lines": None}
        if self.credit_reason:
            named["credit_reason"] = self.credit_reason
        text = _plain_json(named)
        # Within a text its quotes would be escaped: this can only be the key.
        return text.replace('"lines":null', f'"lines":[{",".join(map(_line_json, self.lines))}]', 1).encode()

    @cached_property
    def sha256(self) -> str:
        """Of `canonical`. Both are kept, so that they can be computed before the database is locked."""
        return hashlib.sha256(self.canonical).hexdigest()

    def packed(self) -> bytes:
        """`canonical`, compressed: a small window, since setting up a large one takes longer than to fill it."""
        packer = zlib.compressobj(1, zlib.DEFLATED, 12, 4)
        return packer.compress(self.canonical) + packer.flush()


_HASHED = tuple(
    one.name
    for one in fields(StagedDocument)
    if one.name not in ("modified_at", "status", "credit_reason", "lines")
)

_plain_json = json.JSONEncoder(default=str, sort_keys=True, separators=(",", ":")).encode
_quoted = lru_cache(maxsize=4096)(encode_basestring_ascii)
"""Of texts that come again and again: roles, types, segments."""


def _line_json(line: StagedLine) -> str:
    # What `json.dumps(..., sort_keys=True)` would write, at a third of its time; a test compares the two.
    account, item, starts, ends = line.account_id, line.item_id, line.starts, line.ends
    return (
        f'{{"account_id":{"null" if account is None else account},"account_type":{_quoted(line.account_type)},'
        f'"amount_minor":{line.amount_minor},"base_minor":{line.base_minor},'
        f'"billing_minor":{line.billing_minor},"description":{encode_basestring_ascii(line.description)},'
        f'"ends":{_day(ends) if ends else "null"},"item_id":{"null" if item is None else item},'
        f'"item_type":{_quoted(line.item_type)},"line_id":{line.line_id},'
        f'"problem":{encode_basestring_ascii(line.problem)},"quantity_e6":{line.quantity_e6},'
        f'"role":{_quoted(line.role)},"segments":{_quoted(line.segments)},"sequence":{line.sequence},'
        f'"starts":{_day(starts) if starts else "null"}}}'
    )


@lru_cache(maxsize=4096)
def _day(day: date) -> str:
    return f'"{day}"'
