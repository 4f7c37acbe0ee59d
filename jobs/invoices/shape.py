"""From NetSuite's documents to what is staged: headers with their classified lines, in minor units."""

from collections.abc import Iterable, Mapping, Sequence

from revrec.netsuite.classify import Accounts, ClassifiedLine, Kind, classify_document
from revrec.netsuite.currencies import CurrencyTable
from revrec.netsuite.documents import DocumentHeader, DocumentLine
from revrec.store.staging.intern import canonical_segments
from revrec.store.staging.staged import StagedDocument, StagedLine

NO_RATE = 10**10


def stage_shape(
    header: DocumentHeader,
    lines: Sequence[DocumentLine],
    *,
    accounts: Accounts,
    currencies: CurrencyTable,
    periods: Mapping[str, str],
    names_orders: bool,
) -> StagedDocument:
    """One document as it is staged. What is wrong with it stands in `problem`, and holds it.

    `periods`: NetSuite period id to ours; `names_orders`: whether the account's order reference field is set up.
    """
    classified, problems = classify_document(lines, accounts)
    messages = [problem.message for problem in problems]
    currency = currencies.find(header.currency_id)
    if currency is None:
        messages.append(f"Its currency {header.currency_id} is not among the account's currencies.")
    period_id = header.posting_period or _first(line.posting_period for line in lines)
    if period_id is None or period_id not in periods:
        messages.append(f"Its posting period {period_id or '(none)'} is not an accounting period we know.")
    if not any(line.main for line in lines):
        messages.append("It has no main line that we may see.")
    return StagedDocument(
        external_id=header.id,
        kind=header.type,
        modified_at=header.modified_at,
        tran_id=header.number,
        tran_date=header.document_date,
        period_id=int(period_id) if period_id else None,
        period=periods.get(period_id or "", ""),
        customer_id=int(header.customer),
        subsidiary_id=_whole(header.subsidiary or _first(line.subsidiary for line in lines)),
        currency_id=int(header.currency_id or (currency.id if currency else 0) or 0),
        currency=currency.symbol if currency else "",
        exchange_rate_e10=header.exchange_rate_scaled or NO_RATE,
        status=header.status,
        memo=header.memo or "",
        credit_reason=header.credit_reason or _first(line.credit_reason for line in lines) or "",
        created_from=_whole(_first(line.created_from for line in lines)),
        order_reference=_reference(header, lines) if names_orders else "",
        main_minor=-sum(line.amount.minor or 0 for line in lines if line.main),
        tax_minor=sum(line.amount.minor or 0 for line in lines if line.tax and not line.main),
        lines=tuple(_line(one, accounts) for one in classified),
        problem=" ".join(messages),
    )


def _line(one: ClassifiedLine, accounts: Accounts) -> StagedLine:
    line = one.line
    bills = one.kind is Kind.BILLING
    return StagedLine(
        line_id=line.line_id,
        sequence=line.sequence,
        role=one.kind.value,
        item_id=_whole(line.item),
        item_type=line.item_type or "",
        description=line.memo or "",
        quantity_e6=line.quantity_scaled or 0,
        amount_minor=line.amount.minor or 0,
        billing_minor=one.net_minor if bills else 0,
        base_minor=one.net_base_minor if bills else 0,
        account_id=_whole(line.account),
        account_type=accounts.type_by_id.get(line.account or "", ""),
        starts=line.service_start,
        ends=line.service_end,
        segments=canonical_segments(line.segments),
        posted_minor=line.base_amount.minor if line.base_amount else None,
    )


def _reference(header: DocumentHeader, lines: Sequence[DocumentLine]) -> str:
    return header.order_reference or _first(line.order_reference for line in lines) or ""


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _whole(text: str | None) -> int | None:
    return int(text) if text else None
