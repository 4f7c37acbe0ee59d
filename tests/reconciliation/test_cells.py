"""No digit and no letter is lost between the program and a cell."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.cells import (
    FIRST_DATE,
    MAX_TEXT_UNITS,
    CellError,
    clean_text,
    date_serial,
    fits_a_number,
    read_date,
    read_number,
    read_text,
    read_time,
    scaled_text,
    time_serial,
    time_text,
    unescape_text,
)

_AMOUNTS = st.integers(-(10**18), 10**18)
_DIGITS = st.integers(0, 10)


class TestNumbers:
    @pytest.mark.parametrize(
        ("unscaled", "digits", "text"),
        [
            (3330, 2, "33.3"),
            (-5, 2, "-0.05"),
            (0, 2, "0"),
            (-500, 2, "-5"),
            (1234, 0, "1234"),
            (1, 10, "0.0000000001"),
            (1_000, 3, "1"),
        ],
    )
    def test_the_canonical_text_is_the_shortest_decimal(self, unscaled: int, digits: int, text: str) -> None:
        assert scaled_text(unscaled, digits) == text

    @given(_AMOUNTS, _DIGITS)
    @settings(deadline=None)
    def test_it_is_exact_and_reads_back(self, unscaled: int, digits: int) -> None:
        text = scaled_text(unscaled, digits)
        assert Decimal(text) == Decimal(unscaled).scaleb(-digits)
        assert read_number(text, digits) == unscaled

    @given(_AMOUNTS, _DIGITS)
    @settings(deadline=None)
    def test_what_fits_a_number_survives_a_double(self, unscaled: int, digits: int) -> None:
        if fits_a_number(unscaled):
            assert read_number(float(scaled_text(unscaled, digits)), digits) == unscaled

    def test_fifteen_digits_fit_and_sixteen_do_not(self) -> None:
        assert fits_a_number(10**15 - 1) and fits_a_number(-(10**15)) and fits_a_number(15 * 10**16)
        assert not fits_a_number(10**15 + 1)

    @pytest.mark.parametrize(
        "value", ["", "12,5", "abc", "NaN", "inf", float("nan"), True, date(2026, 1, 1), "1e99"]
    )
    def test_what_is_no_number_is_refused(self, value: object) -> None:
        with pytest.raises(CellError):
            read_number(value, 2)


class TestText:
    @given(st.text())
    @settings(deadline=None)
    def test_cleaning_changes_nothing_but_half_surrogates(self, text: str) -> None:
        assert clean_text(text) == text

    def test_half_a_surrogate_pair_becomes_the_replacement_character(self) -> None:
        assert clean_text("a\ud800b") == "a\ufffdb"

    @pytest.mark.parametrize("char", ["x", "é", "😀"])
    def test_text_beyond_excels_limit_is_cut_visibly(self, char: str) -> None:
        cut = clean_text(char * 40_000)
        assert cut.endswith("... (cut)")
        assert len(cut.encode("utf-16-le")) // 2 <= MAX_TEXT_UNITS
        assert clean_text(cut) == cut
        assert clean_text("x" * MAX_TEXT_UNITS) == "x" * MAX_TEXT_UNITS

    def test_excels_escapes_are_undone_once(self) -> None:
        assert unescape_text("a_x000D_b") == "a\rb"
        assert unescape_text("_x005F_x000D_") == "_x000D_"
        assert unescape_text("_x00_") == "_x00_"

    def test_a_number_typed_into_a_text_column_is_taken_by_its_digits(self) -> None:
        assert read_text(1200) == "1200"
        assert read_text(0.5) == "0.5"


class TestDates:
    @given(st.dates(min_value=FIRST_DATE))
    @settings(deadline=None)
    def test_the_serial_counts_days_as_excel_does(self, day: date) -> None:
        assert date(1899, 12, 30) + timedelta(date_serial(day)) == day

    def test_known_serials(self) -> None:
        assert date_serial(date(1900, 3, 1)) == 61
        assert date_serial(date(2026, 3, 31)) == 46112
        assert time_serial(datetime(2026, 3, 31, 12)) == "46112.5"  # noqa: DTZ001

    def test_a_date_with_a_time_of_day_is_refused(self) -> None:
        assert read_date(datetime(2026, 3, 31)) == date(2026, 3, 31)  # noqa: DTZ001
        assert read_date("2026-03-31") == date(2026, 3, 31)
        with pytest.raises(CellError, match="found the time"):
            read_date(datetime(2026, 3, 31, 9))  # noqa: DTZ001

    def test_moments_are_utc_and_must_know_it(self) -> None:
        moment = datetime(2026, 3, 31, 23, 59, 59, 700_000, tzinfo=UTC)
        assert time_text(moment) == "2026-03-31T23:59:59"
        with pytest.raises(ValueError, match="no time zone"):
            time_text(datetime(2026, 3, 31))  # noqa: DTZ001
        almost = datetime(2026, 3, 31, 23, 59, 58, 999_990)  # noqa: DTZ001
        assert read_time(almost) == datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)
