"""Which CRM customer a NetSuite customer is, and on what evidence."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from revrec.matching.keys import KeyRule
from revrec.matching.match import Basis, BilledCustomer, Evidence, Match, OrderCustomer, match_customers

PLAIN = KeyRule()
NOTHING = Evidence(links={})


def match_one(
    name: str,
    orders: list[OrderCustomer],
    evidence: Evidence = NOTHING,
    *,
    rule: KeyRule = PLAIN,
    by_name: bool = True,
) -> Match:
    [result] = match_customers([BilledCustomer(7, name)], orders, evidence, rule=rule, by_name=by_name)
    return result


ACME = OrderCustomer("001A", "Acme Inc")
GLOBEX = OrderCustomer("001G", "Globex")


class TestOrderOfEvidence:
    def test_a_link_stands_whatever_the_names_say(self) -> None:
        result = match_one("Acme Inc", [ACME, GLOBEX], Evidence(links={7: "001G"}))
        assert (result.basis, result.matched) == (Basis.LINK, "001G")

    def test_a_link_stands_when_its_crm_customer_is_gone(self) -> None:
        result = match_one("Acme Inc", [ACME], Evidence(links={7: "001X"}))
        assert (result.basis, result.matched, result.candidates) == (Basis.LINK, "001X", ())
        assert "no longer lists" in result.reason

    def test_an_alias_goes_before_the_exact_name(self) -> None:
        result = match_one("Acme Inc", [ACME, GLOBEX], Evidence({}, aliases=[("ACME, INC.", "001G")]))
        assert (result.basis, result.matched) == (Basis.ALIAS, "001G")

    def test_an_alias_whose_customer_left_the_crm_is_not_moved_to_another(self) -> None:
        result = match_one("Acme Inc", [ACME], Evidence({}, aliases=[("Acme Inc", "001X")]))
        assert (result.basis, result.matched) == (Basis.NONE, None)
        assert "Pair it again" in result.reason

    def test_two_aliases_of_one_name_are_ambiguous(self) -> None:
        aliases = [("Acme Inc", "001A"), ("acme inc", "001G")]
        result = match_one("ACME INC", [ACME, GLOBEX], Evidence({}, aliases=aliases))
        assert result.basis is Basis.AMBIGUOUS
        assert result.candidates == (ACME, GLOBEX)

    def test_the_exact_name_goes_before_the_key(self) -> None:
        shout = OrderCustomer("001B", "ACME INC")
        result = match_one("Acme  Inc", [shout, ACME])
        assert (result.basis, result.matched) == (Basis.EXACT_NAME, "001A")

    def test_the_key_matches_other_case_and_punctuation(self) -> None:
        result = match_one("ACME, Inc.", [ACME, GLOBEX])
        assert (result.basis, result.matched, result.candidates) == (Basis.NAME_KEY, "001A", (ACME,))

    def test_legal_forms_count_unless_the_rule_drops_them(self) -> None:
        assert match_one("Acme LLC", [ACME]).is_pending
        assert match_one("Acme LLC", [ACME], rule=KeyRule(strip_legal_forms=True)).matched == "001A"

    def test_a_look_alike_never_matches(self) -> None:
        assert match_one("Acne Inc", [ACME]).basis is Basis.NONE


class TestAmbiguity:
    def test_two_candidates_for_one_key_are_both_shown(self) -> None:
        twins = [OrderCustomer("2", "Acme, Inc"), OrderCustomer("1", "Acme-Inc")]
        result = match_one("ACME INC", twins)
        assert result.is_pending and result.basis is Basis.AMBIGUOUS
        assert {candidate.id for candidate in result.candidates} == {"1", "2"}
        assert "Acme, Inc (2)" in result.reason and "Acme-Inc (1)" in result.reason

    def test_two_customers_of_the_same_exact_name_are_ambiguous(self) -> None:
        assert match_one("Acme Inc", [ACME, OrderCustomer("001Z", "Acme Inc")]).basis is Basis.AMBIGUOUS

    def test_two_netsuite_customers_may_be_one_crm_customer(self) -> None:
        billed = [BilledCustomer(1, "Acme Inc"), BilledCustomer(2, "ACME INC")]
        assert [m.matched for m in match_customers(billed, [ACME], NOTHING, rule=PLAIN)] == ["001A", "001A"]

    def test_a_nameless_customer_matches_nobody(self) -> None:
        result = match_one("  ", [OrderCustomer("1", ""), OrderCustomer("2", " ")])
        assert (result.basis, result.matched) == (Basis.NONE, None)


class TestNameMappingOff:
    def test_the_id_that_the_crm_holds_decides_and_names_do_not(self) -> None:
        holder = OrderCustomer("001H", "Quite Other", netsuite_id="7")
        result = match_one("Acme Inc", [ACME, holder], by_name=False)
        assert (result.basis, result.matched) == (Basis.CRM_ID, "001H")

    def test_an_id_that_nobody_holds_is_named(self) -> None:
        result = match_one("Acme Inc", [ACME], by_name=False)
        assert result.basis is Basis.NONE and "NetSuite id 7" in result.reason

    def test_an_id_held_twice_is_ambiguous(self) -> None:
        holders = [OrderCustomer("1", "A", 7), OrderCustomer("2", "B", 7)]
        assert match_one("Acme Inc", holders, by_name=False).basis is Basis.AMBIGUOUS


_NAME = st.sampled_from(["Acme", "ACME", "Acme Inc", "acme, inc.", "Globex", "Globex®", "", "Ünï", "ünï"])
_ORDERS = st.lists(_NAME, max_size=8).map(
    lambda names: [OrderCustomer(n, name) for n, name in enumerate(names)]
)
_BILLED = st.lists(_NAME, max_size=8).map(
    lambda names: [BilledCustomer(n, name) for n, name in enumerate(names)]
)


@given(_BILLED, _ORDERS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_result_does_not_depend_on_the_order_of_either_side(
    billed: list[BilledCustomer], orders: list[OrderCustomer], random: Random
) -> None:
    first = {match.billed.id: match for match in match_customers(billed, orders, NOTHING, rule=PLAIN)}
    billed, orders = list(billed), list(orders)
    random.shuffle(billed)
    random.shuffle(orders)
    second = {match.billed.id: match for match in match_customers(billed, orders, NOTHING, rule=PLAIN)}
    assert first == second
    assert len(first) == len(billed)


@given(_NAME, _NAME)
@settings(deadline=None)
def test_matching_by_name_is_symmetric(one: str, other: str) -> None:
    there = match_customers([BilledCustomer(1, one)], [OrderCustomer(2, other)], NOTHING, rule=PLAIN)[0]
    back = match_customers([BilledCustomer(1, other)], [OrderCustomer(2, one)], NOTHING, rule=PLAIN)[0]
    assert there.basis == back.basis
