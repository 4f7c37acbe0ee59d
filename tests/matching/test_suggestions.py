"""Names that look alike are suggested, with what they share, and nothing else is."""

import random

import pytest

from revrec.matching.match import BilledCustomer, OrderCustomer
from revrec.matching.suggestions import Suggestion, suggest_customers

CRM = [
    OrderCustomer("1", "Globex Systems, Inc."),
    OrderCustomer("2", "Société Générale de Matériel"),
    OrderCustomer("3", "Smørrebrød Łódź"),
    OrderCustomer("4", "Initech"),
    OrderCustomer("5", "Umbrella Biological Research"),
]


def suggest(name: str, crm: list[OrderCustomer] = CRM) -> tuple[Suggestion, ...]:
    return suggest_customers([BilledCustomer("n", name)], crm).get("n", ())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Globx Systems", "1"),
        ("Systems Globex GmbH", "1"),
        ("Gobex Systems", "1"),
        ("Societe Generale de Materiel SA", "2"),
        ("Smorrebrod Lodz", "3"),
        ("Initeck", "4"),
        ("Initech LLC", "4"),
        ("Umbrela Biological Research Ltd", "5"),
    ],
)
def test_it_finds_slips_order_accents_and_legal_forms(name: str, expected: str) -> None:
    assert suggest(name)[0].candidate.id == expected


@pytest.mark.parametrize("name", ["Hooli", "", "!!!", "Systems Research"])
def test_it_suggests_nothing_for_names_that_are_not_alike(name: str) -> None:
    assert suggest(name) == ()


def test_it_says_the_score_and_the_shared_words() -> None:
    [suggestion] = suggest("Globx Systems")
    assert suggestion.shared_tokens == ("systems",)
    assert 80 <= suggestion.score < 100
    assert suggest("GLOBEX SYSTEMS")[0].score == 100


def test_it_gives_at_most_the_limit_best_first_and_the_same_in_any_order() -> None:
    crm = [OrderCustomer(n, f"Umbrella Biological Research {n}") for n in range(9)]
    first = suggest("Umbrella Biological Research 4", crm)
    random.Random(3).shuffle(crm)
    assert suggest("Umbrella Biological Research 4", crm) == first
    assert len(first) == 3 and first[0].candidate.id == 4
    assert [one.score for one in first] == sorted((one.score for one in first), reverse=True)


def test_a_word_that_everybody_has_opens_no_block() -> None:
    crm = [OrderCustomer(n, f"Services {n:05d}") for n in range(2_000)]
    assert suggest("Services", crm) == ()
