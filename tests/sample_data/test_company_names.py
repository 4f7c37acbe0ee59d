"""The two spellings of a customer differ in the way its kind says, as the product's own matching sees it."""

from collections import defaultdict

import pytest

from revrec.matching.keys import KeyRule
from revrec.matching.match import Basis, BilledCustomer, Evidence, OrderCustomer, match_customers
from sample_data.company import Company

EXACT, KEY, NONE, AMBIGUOUS = Basis.EXACT_NAME, Basis.NAME_KEY, Basis.NONE, Basis.AMBIGUOUS
EXPECTED = {
    "identical": EXACT, "person": EXACT, "case": KEY, "punctuation": KEY, "white_space": KEY, "composed": KEY,
    "full_width": KEY, "legal_form": NONE, "accents": NONE, "ambiguous": AMBIGUOUS, "absent": NONE, "renamed": NONE,
}  # fmt: skip
SAME_NAME = {EXACT, KEY}
"""display_name may already level white space and composition: an exact name and an equal key both mean a match."""


def results(*, strip: bool, renamed: bool = False) -> dict[str, set[Basis]]:
    company = Company(lines=40_000)
    customers = list(company.customers())
    billed = [
        BilledCustomer(c.id, c.later_name if renamed and c.later_name else c.name) for c in customers
    ]  # fmt: skip
    orders = [OrderCustomer(account.id, account.name) for account in company.crm_accounts()]
    own = {account.id: c.id for c in customers for account in c.accounts}
    found: dict[str, set[Basis]] = defaultdict(set)
    matches = match_customers(billed, orders, Evidence({}), rule=KeyRule(strip))
    for customer, match in zip(customers, matches, strict=True):
        found[customer.kind].add(match.basis)
        if match.matched is not None:
            assert own[str(match.matched)] == customer.id, "nobody is taken for another"
    return found


@pytest.mark.parametrize("kind", sorted(EXPECTED))
def test_each_kind_matches_as_it_says(kind):
    found = results(strip=False)[kind]
    expected = EXPECTED[kind]
    assert found <= SAME_NAME if expected in SAME_NAME else found == {expected}


def test_legal_forms_match_where_they_are_stripped():
    found = results(strip=True)
    assert found["legal_form"] == {KEY} and found["absent"] == {NONE} and found["ambiguous"] == {AMBIGUOUS}


def test_a_renamed_customer_is_found_by_its_later_name():
    assert results(strip=False, renamed=True)["renamed"] == {EXACT}
