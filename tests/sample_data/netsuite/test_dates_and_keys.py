"""Invariants of the pure parts: masks, zones, decimals, and which orders fix the rows."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_data.netsuite import masks
from sample_data.netsuite.date_arithmetic import add_months, last_day, months_between
from sample_data.netsuite.rendering import number_text
from sample_data.netsuite.settings import oracle_mask
from sample_data.netsuite.units import ONE, in_base
from sample_data.netsuite.zones import Zone

MOMENTS = st.datetimes(masks.EPOCH.replace(year=1990), masks.EPOCH.replace(year=2080)).map(
    lambda d: masks.to_seconds(d.replace(microsecond=0))
)


@given(
    MOMENTS,
    st.sampled_from(["YYYY-MM-DD HH24:MI:SS", 'YYYY-MM-DD"T"HH24:MI:SS"Z"', "DD/MM/YYYY HH:MI:SS AM"]),
)
def test_a_rendered_moment_reads_back(seconds: int, mask: str) -> None:
    assert masks.parse(masks.render(seconds, mask), mask) == seconds


@given(MOMENTS, st.sampled_from(["M/D/YYYY", "DD.MM.YYYY", "D-MON-YYYY", "YYYY-MM-DD", "DD MONTH, YYYY"]))
def test_every_date_preference_shows_the_day_and_only_the_day(seconds: int, preference: str) -> None:
    mask = oracle_mask(preference)
    assert masks.parse(masks.render(seconds, mask), mask) == seconds - seconds % 86_400


@given(MOMENTS, MOMENTS)
def test_texts_of_an_order_keeping_mask_sort_as_the_moments_do(one: int, other: int) -> None:
    mask = "YYYY-MM-DD HH24:MI:SS"
    assert masks.keeps_order(mask)
    assert (masks.render(one, mask) < masks.render(other, mask)) == (one < other)


@pytest.mark.parametrize("mask", ["YYYY-QQ-XX", "hello", "YYYY-MM-DD?"])
def test_an_unknown_mask_is_refused(mask: str) -> None:
    with pytest.raises(masks.BadMask):
        masks.pieces(mask)


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("2026-13-01", "YYYY-MM-DD"),
        ("2026-03", "YYYY-MM-DD HH24"),
        ("x", "YYYY"),
        ("2026-03-01x", "YYYY-MM-DD"),
    ],
)
def test_a_text_that_does_not_fit_its_mask_is_refused(text: str, mask: str) -> None:
    if text == "2026-03":
        assert masks.render(masks.parse(text, mask), "YYYY-MM-DD") == "2026-03-01", (
            "what is left out is the first"
        )
    else:
        with pytest.raises(masks.BadDate):
            masks.parse(text, mask)


@given(MOMENTS, st.integers(-400, 400))
def test_adding_months_moves_by_so_many_months(seconds: int, months: int) -> None:
    moved = add_months(seconds, months)
    a, b = masks.to_moment(seconds), masks.to_moment(moved)
    assert (b.year - a.year) * 12 + b.month - a.month == months
    if last_day(seconds) == seconds:
        assert last_day(moved) == moved, "a last day stays a last day"
        assert months_between(moved, seconds) == months


@given(
    st.integers(0, 3_000_000_000),
    st.sampled_from(["America/Los_Angeles", "Asia/Tokyo", "Europe/London", "Asia/Kolkata"]),
)
def test_a_zone_shows_what_zoneinfo_shows(utc: int, name: str) -> None:
    zone = Zone(name)
    local = zone.from_utc(utc)
    shown = datetime.fromtimestamp(utc, UTC).astimezone(ZoneInfo(name)).replace(tzinfo=None)
    assert masks.to_moment(local) == shown
    back = zone.to_utc(local)
    assert back == utc or zone.from_utc(back) == local, "only the hour that autumn repeats is told twice"


@given(st.integers(-(10**17), 10**17), st.sampled_from([0, 2, 6, 10]))
def test_a_number_is_rendered_exactly(number: int, scale: int) -> None:
    for leading_zero in (True, False):
        text = number_text(number, scale, leading_zero=leading_zero)
        assert Decimal(text) == Decimal(number).scaleb(-scale)
        assert "." not in text or not text.endswith(("0", "."))


@given(st.integers(-(10**14), 10**14), st.integers(1, 200 * ONE), st.sampled_from([0, 2]))
def test_base_amounts_round_half_away_from_zero(amount: int, rate: int, precision: int) -> None:
    exact = Decimal(amount) / 100 * rate / ONE
    rounded = exact.quantize(Decimal(1).scaleb(-precision), rounding=ROUND_HALF_UP)
    assert Decimal(in_base(amount, rate, precision)) == rounded * 100
