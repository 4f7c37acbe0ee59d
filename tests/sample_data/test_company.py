"""The made-up company is the same for everybody, makes sense to an accountant, and needs no memory."""

import tracemalloc
from collections import Counter, defaultdict
from datetime import date
from itertools import islice

import pytest

from sample_data.company import Company, Document
from sample_data.company.document_lines import instalment


@pytest.fixture(scope="module")
def company() -> Company:
    return Company(seed=7, lines=4_000)


@pytest.fixture(scope="module")
def documents(company: Company) -> list[Document]:
    return list(company.documents())


def test_the_same_seed_gives_the_same_company(company, documents):
    again = Company(seed=7, lines=4_000)
    assert list(again.documents()) == documents
    assert list(again.orders()) == list(company.orders())
    assert list(islice(Company(seed=8).documents(), 20)) != documents[:20]


def test_the_size_is_what_was_asked_for():
    for lines in (1_000, 4_000, 20_000):
        written = sum(len(document.lines) for document in Company(lines=lines).documents())
        assert abs(written - lines) < lines * 0.05


def test_ids_and_dates_rise(documents):
    assert [d.id for d in documents] == list(range(documents[0].id, documents[0].id + len(documents)))
    dates = [d.dated for d in documents]
    assert dates == sorted(dates)
    assert dates[0] >= date(2026, 1, 2) and dates[-1] <= date(2026, 4, 30)
    assert {d.month for d in dates} == {1, 2, 3, 4}
    assert len({d.number for d in documents}) == len(documents)


def test_nothing_happened_after_the_moment_the_data_shows(company, documents):
    assert all(d.created_at <= d.modified_at <= company.as_of for d in documents)
    assert all(o.created_at <= o.modified_at <= company.as_of for o in company.orders())


def test_every_kind_of_document_and_line_is_there(documents):
    fates = Counter((d.kind, d.status) for d in documents)
    for status in ("open", "paid", "pending_approval", "rejected", "voided"):
        assert fates["invoice", status]
    for status in ("open", "paid", "pending_approval", "voided"):
        assert fates["credit_memo", status]
    kinds = Counter(line.kind for d in documents for line in d.lines)
    assert set(kinds) == {"item", "shipping", "discount", "subtotal", "description"}
    assert any(line.product.name == "Internal Test" for d in documents for line in d.lines)
    assert any(line.product.term == "annual" and line.start is None for d in documents for line in d.lines)
    assert {d.currency for d in documents} == {"USD", "EUR", "GBP", "JPY"}
    assert {d.subsidiary for d in documents} == {1, 2, 3}
    credits = [d for d in documents if d.kind == "credit_memo"]
    assert any(d.created_from for d in credits) and any(d.created_from is None for d in credits)
    references = Counter(d.order_number is not None for d in documents)
    assert references[True] > references[False] > 0


def test_every_way_of_spelling_is_among_forty_customers():
    customers = list(Company(lines=100).customers())
    assert len(customers) == 40
    kinds = {c.kind for c in customers}
    assert kinds == {
        "identical", "case", "punctuation", "white_space", "legal_form", "composed", "full_width", "accents",
        "ambiguous", "absent", "renamed", "person",
    }  # fmt: skip
    for customer in customers:
        assert len(customer.accounts) == {"absent": 0, "ambiguous": 2}.get(customer.kind, 1)
        if customer.kind == "identical":
            assert customer.name == customer.accounts[0].name
        elif customer.accounts and customer.kind != "person":
            assert customer.name != customer.accounts[0].name
        if customer.kind == "renamed":
            assert customer.later_name == customer.accounts[0].name


def test_invoices_add_up_to_the_order_where_all_of_it_is_billed(company, documents):
    billed: dict[int, int] = defaultdict(int)
    odd = set()
    for d in documents:
        if d.kind == "invoice":
            billed[d.order_index] += sum(
                line.amount_minor
                for line in d.lines
                if line.carries_money and line.product.code != "INT-TEST"
            )
        if d.status == "rejected":
            odd.add(d.order_index)
    upfront = [
        o for o in company.orders() if o.status == "Activated" and o.invoices == 1 and not o.is_reduction
    ]
    assert len(upfront) > 200
    for order in upfront:
        assert billed[order.index] == order.amount_minor


def test_instalments_add_up_to_the_cent(company):
    for order in company.orders():
        if order.is_reduction:
            continue
        for line in order.lines:
            parts = [instalment(order, line, part) for part in range(order.invoices)]
            assert sum(part[0] for part in parts if part) == line.amount_minor
            starts = [part[1] for part in parts if part and part[1]]
            assert starts == sorted(set(starts))
        assert order.amount_minor > 0


def test_discounts_never_take_a_line_below_zero(documents):
    for d in documents:
        for before, line in zip(d.lines, d.lines[1:], strict=False):
            if line.kind == "discount":
                assert line.amount_minor <= 0 <= before.amount_minor + line.amount_minor


def test_a_credit_memo_never_exceeds_its_invoice(documents):
    invoices = {d.id: d for d in documents if d.kind == "invoice"}
    credits = [d for d in documents if d.created_from]
    assert credits
    for credit in credits:
        invoice = invoices[credit.created_from]
        assert 0 < credit.net_minor <= invoice.net_minor
        assert credit.customer.id == invoice.customer.id and credit.dated >= invoice.dated
        assert invoice.status in ("open", "paid")


def test_posting_periods_hold_their_dates_but_for_a_few_shifted(company, documents):
    periods = {p.id: p for p in company.periods}
    shifted = 0
    for d in documents:
        period = periods[d.period_id]
        assert not (period.is_quarter or period.is_year)
        if not period.start <= d.dated <= period.end:
            shifted += 1
            assert 0 < (period.start - d.dated).days < 5
    assert 0 < shifted < len(documents) * 0.05


def test_periods_nest(company):
    by_id = {p.id: p for p in company.periods}
    assert len(by_id) == 3 * (1 + 4 + 12)
    for period in company.periods:
        if period.parent is None:
            assert period.is_year
        else:
            parent = by_id[period.parent]
            assert parent.start <= period.start <= period.end <= parent.end


def test_rates_and_their_inverses_agree(company):
    rates = {(r.base, r.currency, r.effective): r.rate for r in company.exchange_rates}
    for (base, currency, effective), rate in rates.items():
        inverse = rates.get((currency, base, effective))
        if inverse is not None:
            assert abs(rate * inverse / 10**20 - 1) < 0.001


def test_posting_accounts_may_be_used_where_they_are_used(company, documents):
    accounts = {a.id: a for a in company.accounts}
    for d in documents:
        for line in d.lines:
            if line.carries_money:
                account = accounts[line.posting_account]
                assert d.subsidiary in account.subsidiaries and not account.is_inactive
            else:
                assert line.posting_account is None


def test_locations_belong_to_the_subsidiary(company, documents):
    locations = {place.id: place for place in company.locations}
    for d in documents:
        for line in d.lines:
            if line.segments.location:
                assert d.subsidiary in locations[line.segments.location].subsidiaries


def test_orders_show_drafts_amendments_reductions_and_contracts(company):
    orders = list(company.orders())
    by_id = {o.id: o for o in orders}
    assert {o.status for o in orders} == {"Draft", "Activated"}
    assert any(o.amendment_effective for o in orders)
    assert any(o.contract_number for o in orders) and any(o.contract_number is None for o in orders)
    reductions = [o for o in orders if o.is_reduction]
    assert reductions
    for reduction in reductions:
        original = by_id[reduction.original_id]
        assert original.status == "Activated" and original.signed < reduction.signed
        for line in reduction.lines:
            (taken,) = [x for x in original.lines if x.id == line.original_line_id]
            assert line.quantity < 0 and -line.quantity <= taken.quantity
    assert company.order(reductions[0].index) == reductions[0]


def test_ids_of_the_crm_are_unique_and_checked(company):
    ids = [o.id for o in company.orders()] + [line.id for o in company.orders() for line in o.lines]
    ids += [a.id for a in company.crm_accounts()] + [c.id for c in company.crm_contracts()]
    assert len(set(ids)) == len(ids)
    assert all(len(i) == 18 and i.isalnum() for i in ids)


@pytest.mark.slow
def test_a_large_company_is_streamed():
    tracemalloc.start()
    for document in Company(lines=60_000).documents():
        if document.dated.month == 2:
            break
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6_000_000
