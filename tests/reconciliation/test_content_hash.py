"""The content hash is what its docstring says, so that anybody can compute it without this program."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.content_hash import ContentHash


def hash_of(*tabs: tuple[str, Sequence[str], Sequence[list[str]]]) -> str:
    content = ContentHash()
    for name, headers, rows in tabs:
        content.begin_tab(name, headers)
        for row in rows:
            content.add_row(row)
    return content.text


def test_it_is_the_sha256_of_the_documented_lines() -> None:
    lines = '["tab","Trial"]\n["Name","Amount"]\n["=Ünï \\"x\\"","-33.3"]\n["",""]\n'
    expected = "1:" + hashlib.sha256(lines.encode()).hexdigest()
    assert hash_of(("Trial", ["Name", "Amount"], [['=Ünï "x"', "-33.3"], ["", ""]])) == expected


@pytest.mark.parametrize(
    "other",
    [
        ("Trial", ["A", "B"], [["a", "b"]]),
        ("Trial", ["A", "B"], [["ab", ""], ["c", "d"]]),
        ("Trial", ["A", "C"], [["a", "b"], ["c", "d"]]),
        ("Other", ["A", "B"], [["a", "b"], ["c", "d"]]),
        ("Trial", ["A", "B"], [["c", "d"], ["a", "b"]]),
    ],
)
def test_any_difference_tells(other: tuple[str, list[str], list[list[str]]]) -> None:
    assert hash_of(("Trial", ["A", "B"], [["a", "b"], ["c", "d"]])) != hash_of(other)


@given(st.text(), st.text(), st.text(), st.text())
@settings(deadline=None)
def test_no_two_splits_of_a_text_over_cells_are_equal(a: str, b: str, c: str, d: str) -> None:
    same = (a, b) == (c, d)
    assert (hash_of(("T", [], [[a, b]])) == hash_of(("T", [], [[c, d]]))) == same
