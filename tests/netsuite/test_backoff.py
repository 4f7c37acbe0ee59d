"""Waiting: bounded, growing, never less than the server asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.netsuite.backoff import Backoff, parse_retry_after

JITTER = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 10_000), JITTER)
def test_a_wait_lies_between_half_and_all_of_its_step(attempt, jitter):
    step = min(60.0, 0.5 * 2.0 ** min(attempt - 1, 60))
    assert step / 2 <= Backoff().seconds(attempt, jitter) <= step


@given(st.integers(1, 50), JITTER, st.floats(0, 300))
def test_the_servers_wish_is_never_undercut(attempt, jitter, retry_after):
    assert Backoff().seconds(attempt, jitter, retry_after) >= retry_after


def test_the_servers_wish_is_not_followed_for_ever():
    assert Backoff(longest=10).seconds(1, 0.0, retry_after=86_400.0) == 50.0


@pytest.mark.parametrize(("attempt", "jitter"), [(0, 0.5), (1, 1.0), (1, -0.1)])
def test_senseless_arguments_are_refused(attempt, jitter):
    with pytest.raises(ValueError, match="attempts count from 1"):
        Backoff().seconds(attempt, jitter)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("12", 12.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("Thu, 09 Oct 2025 08:53:50 GMT", 30.0),
        ("Thu, 09 Oct 2025 08:00:00 GMT", 0.0),
    ],
)
def test_retry_after_comes_as_seconds_or_as_a_date(header, seconds):
    assert parse_retry_after(header, now=1_760_000_000.0) == seconds
