"""What may pass through the engine."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.runner.failures import Failed, StepFailed, Words
from jobs.runner.payload import LIMIT_BYTES, NotStorable, is_plain, plain
from revrec.problems import Conflict

leaves = (
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_what_is_taken_reads_back_as_it_was_given_back(value: Any) -> None:
    taken = plain(value, "value")
    assert json.loads(json.dumps(taken)) == taken


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"a": [1, date(2026, 1, 1)]}, r"value\.a\[1\] is a date"),
        ({1: "x"}, "has the key 1; only text keys"),
        (float("nan"), "is nan"),
        (float("-inf"), "is -inf"),
        (Decimal("1.10"), "is a Decimal"),
        (b"x", "is a bytes"),
        ({"x"}, "is a set"),
        ("\ud800", "half of a surrogate pair"),
        ("x" * LIMIT_BYTES, "the limit is 262,144"),
    ],
)
def test_what_json_would_change_is_refused_by_its_place(value: Any, words: str) -> None:
    assert not is_plain(value)
    with pytest.raises(NotStorable, match=words):
        plain(value, "value")


def test_words_survive_storage_and_a_second_passing() -> None:
    words = Words.of(Conflict("Period 2026-03 is locked.", where="2026-03"))
    stored = json.loads(json.dumps(words.as_json()))
    read = Words.read(stored, "otherwise")
    assert read == words
    failure = StepFailed(read, "post")
    assert str(failure) == "Period 2026-03 is locked."
    assert failure.is_a(Conflict)
    assert not failure.is_a(NotStorable)
    assert Words.of(failure) == words, "passing through a parent changes nothing"


def test_an_exception_without_words_is_named() -> None:
    assert str(Failed(Words.of(KeyError()))) == "KeyError"


def test_words_that_cannot_be_stored_are_made_storable() -> None:
    words = Words.of(ValueError("\ud800" + "x" * 50_000))
    assert words.message.startswith("?x")
    assert is_plain(words.as_json())
    assert len(words.message) == 20_000


def test_what_the_engine_raised_itself_keeps_its_message() -> None:
    assert Words.read(None, "Step 3 was recorded twice").message == "Step 3 was recorded twice"
