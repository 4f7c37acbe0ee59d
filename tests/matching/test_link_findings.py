"""What people are told about links that stand on names which have since moved."""

from revrec.matching.keys import KeyRule
from revrec.matching.link_findings import FindingKind, LinkFinding, find_link_findings
from revrec.matching.match import BilledCustomer, OrderCustomer

ACME = BilledCustomer(1, "Acme Inc")


def find(orders: list[OrderCustomer], *, by_name: bool = True) -> list[LinkFinding]:
    linked_by_name = frozenset({1}) if by_name else frozenset()
    return find_link_findings(
        [ACME, BilledCustomer(2, "Unlinked")], orders, {1: "A"}, linked_by_name, rule=KeyRule()
    )


def test_an_undisturbed_link_has_no_finding() -> None:
    assert find([OrderCustomer("A", "ACME, INC."), OrderCustomer("B", "Globex")]) == []


def test_a_rename_is_a_finding_where_the_link_rests_on_the_name() -> None:
    renamed = [OrderCustomer("A", "Apex Inc")]
    [finding] = find(renamed)
    assert finding.kind is FindingKind.RENAMED and finding.linked == "A"
    assert find(renamed, by_name=False) == []


def test_a_new_equal_name_is_a_finding_that_shows_it() -> None:
    twin = OrderCustomer("B", "Acme-Inc")
    [finding] = find([OrderCustomer("A", "Acme Inc"), twin])
    assert finding.kind is FindingKind.NEW_EQUAL_NAME and finding.others == (twin,)
    assert "Acme-Inc (B)" in finding.message


def test_a_crm_customer_that_is_gone_is_a_finding_with_who_has_the_name_now() -> None:
    heir = OrderCustomer("B", "Acme Inc")
    [finding] = find([heir])
    assert finding.kind is FindingKind.CRM_CUSTOMER_GONE and finding.others == (heir,)
