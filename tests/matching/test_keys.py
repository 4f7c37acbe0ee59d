"""What two names must and must not share a key."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revrec.matching.keys import KEY_RULE_VERSION, KeyRule, display_name, name_key

_WORDS = st.sampled_from(
    ["Acme", "Société", "山田", "株式会社", "Inc", "S.A.", "GmbH", "&", "ﬁ", "Ⅷ", "İ", "ß", "ΐ", "ͅ", "™"]
)
_NAMES = st.one_of(
    st.text(), st.lists(_WORDS, max_size=5).map(" ".join), st.lists(_WORDS, max_size=5).map("".join)
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme, Inc.", "ACME INC"),
        ("Acme\u00a0Inc", "  acme   inc "),
        ("Acme™ Cloud", "Acme Cloud"),
        ("Acme®", "acme"),
        ("Straße 9", "STRASSE 9"),
        ("ﬁne ﬂow", "Fine Flow"),
        ("Ａｃｍｅ　２", "acme 2"),
        ("Cafe\u0301 Noir", "CAFÉ NOIR"),
        ("soft\u00adhyphen", "softhyphen"),
        ("zero\u200bwidth", "zerowidth"),
        ("O'Brien-Smith", "O Brien Smith"),
        ("AT&T", "AT & T"),
        ("snake_case", "Snake Case"),
    ],
)
def test_it_joins_ways_of_writing_one_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Société", "Societe"),
        ("Acme Inc", "Acme LLC"),
        ("Acme", "Acme Holdings"),
        ("Acme 1", "Acme 2"),
        ("!!!", "???"),
        ("हिन्दी", "हनद"),
        ("Bank AB", "BankAB"),
    ],
)
def test_it_keeps_different_names_apart(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    "name",
    [
        "Acme, Inc.",
        "Acme LLC",
        "ACME L.L.C.",
        "Acme Ltd",
        "Acme Co., Ltd.",
        "Acme GmbH",
        "Acme GmbH & Co. KG",
        "Acme S.A.",
        "Acme S.A. de C.V.",
        "Acme S.p.A.",
        "Acme Pty Ltd",
        "Acme (Pty) Limited",
        "Acme Pvt. Ltd.",
        "Acme Pte Ltd",
        "Acme B.V.",
        "Acme AB",
        "Acme Oy",
        "Acme A/S",
        "Acme Sp. z o.o.",
        "Acme s.r.o.",
        "Acme Kft.",
        "PT Acme Tbk",
        "ООО Acme",
        "Acme K.K.",
        "Acme株式会社",
        "㈱Acme",
        "Acme SE",
        "Acme SARL",
        "Acme Ltda.",
        "Acme PLC",
        "Acme Corporation",
        "Acme A.Ş.",
    ],
)
def test_it_drops_legal_forms_of_many_countries_where_asked(name: str) -> None:
    assert name_key(name, strip_legal_forms=True) == "acme"
    assert name_key(name) != "acme"


@pytest.mark.parametrize(
    "name", ["Co", "Limited", "The Limited", "S.A.", "株式会社", "Inc Inc", "AG Ltd", "PT"]
)
def test_it_never_drops_a_name_to_nothing(name: str) -> None:
    assert name_key(name, strip_legal_forms=True)


def test_it_keeps_words_that_tell_the_companies_of_a_group_apart() -> None:
    names = ["Acme Group Inc", "Acme Holdings Inc", "Acme International Inc", "Acme Trading Inc", "Acme Inc"]
    assert len({name_key(name, strip_legal_forms=True) for name in names}) == len(names)


def test_the_rule_version_tells_stripped_keys_from_plain_ones() -> None:
    assert KeyRule().version == str(KEY_RULE_VERSION)
    assert KeyRule(strip_legal_forms=True).version != KeyRule().version
    assert KeyRule(strip_legal_forms=True).key("Acme Inc") == "acme"


@given(_NAMES, st.booleans())
@settings(deadline=None)
def test_a_key_is_its_own_key(name: str, strip: bool) -> None:
    key = name_key(name, strip_legal_forms=strip)
    assert name_key(key, strip_legal_forms=strip) == key
    assert key == " ".join(key.split())


@given(_NAMES, st.booleans())
@settings(deadline=None)
def test_case_and_surrounding_blanks_never_matter(name: str, strip: bool) -> None:
    assert name_key(f"  {name}\t", strip_legal_forms=strip) == name_key(name, strip_legal_forms=strip)
    assert name_key(name.casefold(), strip_legal_forms=strip) == name_key(name, strip_legal_forms=strip)


@given(_NAMES)
@settings(deadline=None)
def test_a_name_in_which_something_can_be_seen_has_a_key(name: str) -> None:
    assert bool(name_key(f"{name}x")) and bool(name_key(f"x{name}", strip_legal_forms=True))
    assert not name_key("\u200b \ufeff\t")


@given(_NAMES)
@settings(deadline=None)
def test_a_display_name_differs_in_blanks_alone(name: str) -> None:
    assert display_name(name).split() == name.split()
