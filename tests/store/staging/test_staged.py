"""The text that tells one version of a document from the next: written fast, and the same as if written plainly."""

import hashlib
import json
import zlib
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from revrec.store.staging.staged import StagedDocument, StagedLine

TEXT = st.text(max_size=12) | st.sampled_from(["", '"lines":null', '{"a":"b"}', "\\", "東京 \u2028"])
WHOLE = st.integers(-(10**15), 10**15)
DAY = st.none() | st.dates(date(1990, 1, 1), date(2060, 1, 1))
LINE = st.builds(
    StagedLine, line_id=WHOLE, sequence=WHOLE, role=TEXT, item_id=st.none() | WHOLE, item_type=TEXT,
    description=TEXT, quantity_e6=WHOLE, amount_minor=WHOLE, billing_minor=WHOLE, base_minor=WHOLE,
    account_id=st.none() | WHOLE, account_type=TEXT, starts=DAY, ends=DAY, segments=TEXT, problem=TEXT,
    posted_minor=st.none() | WHOLE,
)  # fmt: skip
DOCUMENT = st.builds(
    StagedDocument, external_id=WHOLE, kind=TEXT, modified_at=st.just(datetime(2026, 4, 1, tzinfo=UTC)),
    tran_id=TEXT, tran_date=st.dates(date(1990, 1, 1), date(2060, 1, 1)), period_id=st.none() | WHOLE,
    period=TEXT, customer_id=WHOLE, subsidiary_id=st.none() | WHOLE, currency_id=WHOLE, currency=TEXT,
    exchange_rate_e10=WHOLE, status=TEXT, memo=TEXT, created_from=st.none() | WHOLE, order_reference=TEXT,
    main_minor=WHOLE, tax_minor=WHOLE, lines=st.lists(LINE, max_size=3).map(tuple), problem=TEXT,
    credit_reason=TEXT,
)  # fmt: skip


KEPT = ("modified_at", "status", "canonical", "sha256")


def plainly(document: StagedDocument) -> bytes:
    fields = {name: value for name, value in vars(document).items() if name not in KEPT}
    if not document.credit_reason:
        del fields["credit_reason"]
    fields["lines"] = [
        {name: value for name, value in line._asdict().items() if name != "posted_minor"}
        for line in document.lines
    ]
    return json.dumps(fields, default=str, sort_keys=True, separators=(",", ":")).encode()


@given(DOCUMENT)
def test_it_is_what_a_plain_json_writer_writes(document: StagedDocument) -> None:
    assert document.canonical == plainly(document)
    assert document.sha256 == hashlib.sha256(plainly(document)).hexdigest()
    assert zlib.decompress(document.packed()) == plainly(document)
