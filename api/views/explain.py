"""Where one obligation's number of a period comes from, in parts from which it can be worked out again."""

from typing import Any

from sqlmodel import Session

from api.views.amounts import AmountWriter, amount_writer
from api.views.explain_words import (
    FLAG_WORDS,
    cause_words,
    fraction_unit,
    percent_text,
    quantity_text,
    rate_text,
)
from api.views.explained import (
    BaseView,
    BilledByView,
    ExplainView,
    FractionView,
    LegView,
    MovementView,
    OrderVersionView,
    ShareView,
    WaitsView,
)
from revrec.accounting.terms import AllocationFlag
from revrec.operations.periods import periods_of
from revrec.operations.policies import POLICIES, policy_on
from revrec.store.queries.explained import ExplainedRows, Row
from revrec.store.queries.promised import (
    Promised,
    documents_named,
    inception_of,
    promised,
    versions_of,
)

MATTERED = (
    "contract_source",
    "allocation",
    "missing_ssp",
    "ssp_outside",
    "ssp_tolerance",
    "modification_treatment",
    "ramp",
    "method",
    "rounding",
    "fx_rate",
    "netting",
)


def explain_view(session: Session, one: Promised, rows: ExplainedRows) -> ExplainView:
    write = amount_writer(session)
    currency = one.currency or _currency_of(rows)
    mine = next((row for row in rows.allocations if row["obligation_id"] == one.id), None)
    group = [row for row in rows.allocations if mine is not None and row["added_by"] == mine["added_by"]]
    booked = rows.booked or {}
    before_target = _before(rows)
    adjustment, revenue = int(booked.get("adjustment_minor", 0)), int(booked.get("revenue_minor", 0))
    source = rows.booked or rows.before or {}
    policy = _policy(session, one, rows)
    method = str(mine["method"]) if mine else ""
    return ExplainView(
        obligation=one.id,
        name=one.name,
        order=one.order,
        line=one.line,
        product=one.product,
        description=one.description,
        contract=one.contract_id,
        contract_number=one.contract,
        customer=one.customer,
        period=rows.period,
        period_ends=periods_of(session).last_day(rows.period),
        booked=rows.closed,
        moved=rows.booked is not None,
        currency=currency,
        transaction_price=write.text(sum(row["price_minor"] for row in group), currency),
        allocation=_shares(session, one, group, write, currency),
        method=method,
        trigger=str(mine["trigger"]) if mine else "",
        starts=mine["starts"] if mine else None,
        ends=mine["ends"] if mine else None,
        quantity=quantity_text(mine["quantity_e6"]) if mine else "",
        rounding=str(policy.get("rounding", "cumulative")),
        leg=_leg(mine, write, currency) if mine else None,
        fraction=_fraction(source, mine, method),
        allocated=write.text(int(mine["allocated_minor"]) if mine else 0, currency),
        target=write.text(before_target + revenue, currency),
        booked_before=write.text(before_target, currency),
        should_have_been=write.text(before_target + adjustment, currency),
        adjustment=write.text(adjustment, currency),
        cause=str(booked.get("cause", "")),
        cause_meaning=cause_words(str(booked.get("cause", ""))),
        current=write.text(revenue - adjustment, currency),
        revenue=write.text(revenue, currency),
        base=_base(rows, write, currency),
        ledger=[_movement(row, write) for row in rows.transfers],
        billed=write.text(sum(int(row["amount_minor"]) for row in rows.splits), currency),
        documents=_documents(session, rows, write, currency),
        versions=_versions(session, one, rows, write, currency),
        waiting=[
            WaitsView(
                reason=row["reason"].replace("_", " "), amount=write.text(int(row["amount_minor"]), currency)
            )
            for row in rows.waiting
        ],
        policy=policy,
    )


def _before(rows: ExplainedRows) -> int:
    """What closed periods had booked."""
    if rows.booked:
        return int(rows.booked["target_minor"]) - int(rows.booked["revenue_minor"])
    return int(rows.before["target_minor"]) if rows.before else 0


def _currency_of(rows: ExplainedRows) -> str:
    return str(rows.transfers[0]["currency"]) if rows.transfers else ""


def _shares(
    session: Session, one: Promised, group: list[Row], write: AmountWriter, currency: str
) -> list[ShareView]:
    named = {other.id: other for other in promised(session, [row["obligation_id"] for row in group])}
    whole = sum(int(row["weight"]) for row in group)
    found = []
    for row in group:
        other = named.get(row["obligation_id"], one)
        flags = [words for bit, words in FLAG_WORDS.items() if int(row["flags"]) & bit]
        priced = row["ssp_minor"] is not None and not int(row["flags"]) & AllocationFlag.MISSING_SSP
        found.append(
            ShareView(
                obligation=other.id,
                order=other.order,
                line=other.line,
                product=other.product,
                this=other.id == one.id,
                quantity=quantity_text(int(row["quantity_e6"])),
                price=write.text(int(row["price_minor"]), currency),
                stated=write.text(int(row["stated_minor"]), currency),
                ssp=write.text(int(row["ssp_minor"]), currency) if priced else None,
                ssp_per=str(row["ssp_per"]),
                weight=int(row["weight"]),
                share=percent_text(int(row["weight"]), whole),
                inception=write.text(int(row["inception_minor"]), currency),
                allocated=write.text(int(row["allocated_minor"]), currency),
                flags=flags,
            )
        )
    return found


def _leg(mine: Row, write: AmountWriter, currency: str) -> LegView:
    return LegView(
        since=mine["leg_from"],
        fixed=write.text(int(mine["fixed_minor"]), currency),
        rest=write.text(int(mine["rest_minor"]), currency),
        lump=write.text(int(mine["lump_minor"]), currency),
        lump_on=mine["lump_on"],
        stops_on=mine["stops_on"],
    )


def _fraction(source: Row, mine: Row | None, method: str) -> FractionView | None:
    if not source or mine is None or method == "as_invoiced":
        return None
    numerator, denominator = int(source["fraction_numerator"]), int(source["fraction_denominator"])
    return FractionView(
        numerator=numerator,
        denominator=denominator,
        unit=fraction_unit(method, str(mine["trigger"]), denominator),
        percent=percent_text(numerator, denominator),
    )


def _base(rows: ExplainedRows, write: AmountWriter, currency: str) -> BaseView | None:
    """Only where the contract is in another currency than its subsidiary's."""
    base = next((str(row["base_currency"]) for row in rows.transfers), "")
    if not rows.booked or not base or base == currency:
        return None
    target, revenue = int(rows.booked["target_base_minor"]), int(rows.booked["revenue_base_minor"])
    digits = {symbol: write.digits(symbol) for symbol in (base, currency)}
    return BaseView(
        currency=base,
        target=write.text(target, base),
        booked_before=write.text(target - revenue, base),
        revenue=write.text(revenue, base),
        adjustment=write.text(int(rows.booked["adjustment_base_minor"]), base),
        rate=rate_text(revenue, digits[base], int(rows.booked["revenue_minor"]), digits[currency]),
    )


def _movement(row: Row, write: AmountWriter) -> MovementView:
    return MovementView(
        event=row["event"],
        cause=row["cause"],
        debit=row["debit_role"],
        credit=row["credit_role"],
        amount=write.text(int(row["amount_minor"]), row["currency"]),
        base_amount=write.text(int(row["base_minor"]), row["base_currency"]),
        base_currency=row["base_currency"],
        in_gl=bool(row["in_gl"]),
    )


def _documents(
    session: Session, rows: ExplainedRows, write: AmountWriter, currency: str
) -> list[BilledByView]:
    named = documents_named(session, sorted({row["document_id"] for row in rows.splits}))
    base = next((str(row["base_currency"]) for row in rows.transfers), currency)
    found = []
    for row in rows.splits:
        document = named.get(row["document_id"])
        if document is None:
            continue
        found.append(
            BilledByView(
                number=document.tran_id,
                netsuite_id=document.external_id,
                kind="credit memo" if document.kind == "CustCred" else "invoice",
                date=document.tran_date,
                period=document.period,
                state=document.state,
                version=document.version,
                line=row["line_id"],
                amount=write.text(int(row["amount_minor"]), currency),
                base_amount=write.text(int(row["base_minor"]), base),
                rate=rate_text(int(document.exchange_rate_e10), 10, 1, 0),
            )
        )
    return sorted(found, key=lambda one: (one.date, one.netsuite_id, one.line))


def _versions(
    session: Session, one: Promised, rows: ExplainedRows, write: AmountWriter, currency: str
) -> list[OrderVersionView]:
    found = []
    for version in versions_of(session, one):
        if version.effective_on > periods_of(session).last_day(rows.period):
            continue
        amount, quantity = version.amount_minor, version.quantity_e6
        found.append(
            OrderVersionView(
                version=version.number,
                effective_on=version.effective_on,
                amount=None if amount is None else write.text(amount, currency),
                quantity=None if quantity is None else quantity_text(quantity),
                starts=version.starts,
                ends=version.ends,
                cancelled_on=version.cancelled_on,
                treatment=version.treatment,
                by=version.set_by,
                reason="; ".join(
                    part for part in (rows.reasons.get(version.id, ""), version.treatment_reason) if part
                ),
            )
        )
    return found


def _policy(session: Session, one: Promised, rows: ExplainedRows) -> dict[str, Any]:
    """What shapes a contract as it was at the contract's inception; what shapes postings as the period closed."""
    day = inception_of(session, one.contract_id)
    at_inception = policy_on(session, day) if day else {}
    shapes = {definition.key: definition.shapes for definition in POLICIES}
    found = {}
    for key in MATTERED:
        if key not in shapes:
            continue
        values = at_inception if shapes[key] == "contract" and at_inception else rows.settings
        if key in values:
            found[key] = values[key]
    return found
