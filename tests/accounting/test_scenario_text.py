"""The text of a scenario: JSON in UTF-8, every key once; what is wrong has its line and column."""

import pytest

from revrec.accounting import scenario_text
from revrec.accounting.scenario_text import parse_scenario
from revrec.accounting.scenario_values import ScenarioError

NO_NUMBER = '{} is not a number: write numbers as text in quotes, "100.00".'
TWICE = "The key {} is given twice."


def refusal(content: bytes) -> tuple[str, str]:
    with pytest.raises(ScenarioError) as refused:
        parse_scenario(content)
    return refused.value.where, refused.value.message


def test_json_is_read_as_it_stands() -> None:
    assert parse_scenario(b' {"a": ["1.50", 2, true, null, "\\u00e9"]}\n') == {
        "a": ["1.50", 2, True, None, "é"]
    }


@pytest.mark.parametrize(
    ("content", "place", "sentence"),
    [
        (b"", "line 1, column 1", "This is not JSON: Expecting value."),
        (b'{"a": 1,\n  "b" 2}', "line 2, column 7", "This is not JSON: Expecting ':' delimiter."),
        (b'{"a": 1} {', "line 1, column 10", "This is not JSON: Extra data."),
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused_where_it_stops_being_so(
    content: bytes, place: str, sentence: str
) -> None:
    assert refusal(content) == (place, sentence)


@pytest.mark.parametrize(
    ("content", "place", "key"),
    [
        (b'{"a": 1, "a": 2}', "line 1, column 10", "a"),
        (b'{\n "a": 1,\n\n   "a" : 2}', "line 4, column 4", "a"),
        (b'{"b": {"a": 1},\n "c": {"d": {"a": 3},\n "a": 1, "a": 2}}', "line 3, column 10", "a"),
        (b'[{"a": "a", "b": ["a", "a"]},\n{"a": {}, "a": 1}]', "line 2, column 11", "a"),
        (b'{"a": {"b": 1, "b": 1}, "a": 2}', "line 1, column 16", "b"),
        (b'{"a": "{", "c": "}\\"", "a": 2}', "line 1, column 24", "a"),
        (b'{"a\\"": 1,\n"a\\u0022": 2}', "line 2, column 1", 'a"'),
    ],
)
def test_a_key_that_stands_twice_in_one_object_is_found(content: bytes, place: str, key: str) -> None:
    assert refusal(content) == (place, TWICE.format(key))


def test_a_key_stands_once_in_each_of_many_objects() -> None:
    assert parse_scenario(b'{"a": {"a": [{"a": 1}, {"a": "a"}]}}') == {"a": {"a": [{"a": 1}, {"a": "a"}]}}


@pytest.mark.parametrize(
    ("content", "place", "word"),
    [
        (b"NaN", "line 1, column 1", "NaN"),
        (b'{"NaN": "NaN", "a":\n [1, NaN]}', "line 2, column 6", "NaN"),
        (b'{"a": "\\"NaN",\n "b": Infinity}', "line 2, column 7", "Infinity"),
        (b'{"a": -5, "b": [-Infinity, Infinity]}', "line 1, column 17", "-Infinity"),
        (b"\nNaN\n\n", "line 2, column 1", "NaN"),
        (b'{"a": 1,\n "b": NaN,\n "c": 2\n}\n', "line 2, column 7", "NaN"),
    ],
)
def test_words_that_json_has_not_for_numbers_are_found(content: bytes, place: str, word: str) -> None:
    assert refusal(content) == (place, NO_NUMBER.format(word))


def test_bytes_that_are_no_text_are_counted_from_one() -> None:
    assert refusal(b'{"a": "\xe9"}') == ("", "This is not text in UTF-8: byte 8 cannot be read.")


def test_what_python_cannot_hold_is_refused_in_words() -> None:
    assert refusal(b"[" * 100_000) == ("", "This is not a scenario: it is nested too deeply.")
    assert refusal(b'{"a": ' + b"9" * 5000 + b"}") == ("", "A number has too many digits.")


def test_a_text_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scenario_text.TEXT_MAX == 64_000_000
    monkeypatch.setattr(scenario_text, "TEXT_MAX", 2_000)
    assert parse_scenario(b"{}" + b" " * 1_998) == {}
    assert refusal(b"{}" + b" " * 1_999) == ("", "A scenario has at most 2,000 bytes.")
