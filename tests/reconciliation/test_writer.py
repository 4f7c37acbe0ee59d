"""Any text, date or amount goes into a workbook and comes out again; nothing ever becomes a formula."""

import resource
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.columns import SCALED_DIGITS, Column, Kind, Tab
from reconciliation.package_check import LIMITS
from reconciliation.tab_reader import Faults, read_sheets
from reconciliation.tab_sheet import Cell, UnknownCurrency
from reconciliation.writer import writing

PRECISIONS = {"USD": 2, "JPY": 0, "KWD": 3}
CREATED = datetime(2026, 1, 1)  # noqa: DTZ001
SHEET = Tab(
    "Trial",
    "One column of each kind.",
    (
        Column("Text", "text", Kind.TEXT, ""),
        Column("Id", "id", Kind.ID, ""),
        Column("Day", "day", Kind.DATE, ""),
        Column("Moment", "moment", Kind.TIME, "", 20),
        Column("Count", "count", Kind.COUNT, "", total=True),
        Column("Currency", "currency", Kind.TEXT, ""),
        Column("Amount", "amount", Kind.AMOUNT, "", currency="currency", total=True),
        Column("Quantity", "quantity", Kind.QUANTITY, ""),
        Column("Rate", "rate", Kind.RATE, ""),
    ),
)
_NASTY = st.sampled_from(
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "<r>x</r>",
        "<r><t>x</t></r>",
        "_x000D_",
        "a\r\nb\tc",
        "\x00\x1f\x7f",
        "\ufffe\uffff",
        " lead",
        "trail ",
        "&amp;<b>",
        "'quoted",
        "https://example.com",
        "mailto:a@b.c",
        "#REF!",
        "TRUE",
        "1e5",
        "00012",
        "\u200b",
        "😀",
        "{=A1}",
        "internal:Sheet!A1",
        "\n",
        "_x005F_",
        "]]>",
    ]
)
TEXTS = st.one_of(st.none(), _NASTY, st.text(st.characters(codec="utf-8"), max_size=40))
_BIG = st.integers(-(10**18), 10**18)
ROWS = st.lists(
    st.tuples(
        TEXTS,
        TEXTS,
        st.one_of(st.none(), st.dates(min_value=date(1800, 1, 1))),
        st.one_of(
            st.none(),
            st.datetimes(min_value=datetime(1900, 3, 1), max_value=datetime(2200, 1, 1)).map(  # noqa: DTZ001
                lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
            ),
        ),
        st.one_of(st.none(), _BIG),
        st.sampled_from(list(PRECISIONS)),
        st.one_of(st.none(), _BIG),
        st.one_of(st.none(), _BIG),
        st.one_of(st.none(), st.integers(0, 10**18)),
    ),
    max_size=6,
)


def write(path: Path, rows: Sequence[Sequence[Cell]] | Iterator[Sequence[Cell]], **options: int) -> str:
    with writing(path, precisions=PRECISIONS, created=CREATED, **options) as book:
        book.add_tab(SHEET, rows)
        return book.content_hash


def read(path: Path) -> list[tuple[Cell, ...]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        faults = Faults()
        rows = list(read_sheets(book, SHEET, [SHEET.name], PRECISIONS, faults))
        assert faults.count == 0
        assert [problem for row in rows for problem in row.problems] == []
        return [row.cells for row in rows]
    finally:
        book.close()


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_everything_comes_back_as_it_went(rows: list[tuple[Cell, ...]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "trial.xlsx"
        write(path, rows)
        expected = [tuple(None if cell == "" else cell for cell in row) for row in rows]
        assert read(path) == expected


@given(st.lists(TEXTS, min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_no_text_ever_becomes_a_formula(texts: list[str | None]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "trial.xlsx"
        write(path, [(text, text, None, None, 1, "USD", 1, None, None) for text in texts])
        with zipfile.ZipFile(path) as package:
            sheet = package.read("xl/worksheets/sheet1.xml").decode()
            assert not [name for name in package.namelist() if "externalLink" in name or "hyperlink" in name]
        assert sheet.count("<f>") == 2  # the two subtotals of row 1
        assert "<hyperlink" not in sheet
        for row in openpyxl.load_workbook(path)["Trial"].iter_rows(min_row=3):
            for cell in row[:2]:
                assert cell.data_type in ("s", "n", "e") and cell.value != 2
                assert cell.quotePrefix == (str(cell.value or "")[:1] in ("=", "+", "-", "@"))


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def row_of(**cells: Cell) -> tuple[Cell, ...]:
    return tuple(cells.get(column.field) for column in SHEET.columns)


def test_row_one_is_the_subtotal_of_what_a_filter_shows(tmp_path: Path) -> None:
    path = tmp_path / "trial.xlsx"
    write(path, [row_of(currency="KWD", amount=1_005, count=2), row_of(currency="KWD", amount=-5, count=3)])
    formulas = openpyxl.load_workbook(path)["Trial"]
    values = openpyxl.load_workbook(path, data_only=True)["Trial"]
    assert (formulas["G1"].value, values["G1"].value) == ("=SUBTOTAL(109,G3:G4)", 1)
    assert (formulas["E1"].value, values["E1"].value) == ("=SUBTOTAL(109,E3:E4)", 5)
    assert formulas["G1"].number_format == "#,##0.000;[Red]-#,##0.000"
    assert values["A1"].value == "Total of the rows shown"
    assert values["F1"].value is None


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"amount": 1.5, "currency": "USD"}, "Trial, row 3, column Amount: 1.5 is not a whole number"),
        ({"count": True}, "column Count"),
        ({"day": datetime(2026, 1, 1)}, "is not a date"),  # noqa: DTZ001
        ({"day": "2026-01-01"}, "is not a date"),
        ({"moment": date(2026, 1, 1)}, "is not a time"),
    ],
)
def test_a_value_of_the_wrong_kind_stops_the_file(
    tmp_path: Path, cells: dict[str, Cell], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        write(tmp_path / "trial.xlsx", [row_of(**cells)])


def test_an_amount_of_an_unknown_currency_stops_the_file(tmp_path: Path) -> None:
    with pytest.raises(UnknownCurrency, match="row 3: nobody said how many decimals currency 'XAU' has"):
        write(tmp_path / "trial.xlsx", [row_of(amount=1, currency="XAU")])


def test_a_row_of_another_width_stops_the_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="row 3: 2 cells for 9 columns"):
        write(tmp_path / "trial.xlsx", [("a", "b")])


class TestTheFileAppearsWhole:
    def test_an_error_leaves_the_old_file_and_no_trace(self, tmp_path: Path) -> None:
        path = tmp_path / "trial.xlsx"
        write(path, [row_of(text="old")])
        before = path.read_bytes()
        with pytest.raises(TypeError):
            write(path, [row_of(text="new"), row_of(count="x")])
        assert path.read_bytes() == before
        assert names_in(tmp_path) == ["trial.xlsx"]

    def test_what_a_killed_process_left_is_removed(self, tmp_path: Path) -> None:
        left = tmp_path / ".writing-trial.xlsx"
        left.mkdir()
        (left / "rows").write_text("half a row")
        write(tmp_path / "trial.xlsx", [row_of(text="x")])
        assert names_in(tmp_path) == ["trial.xlsx"]

    def test_a_reserved_tab_that_is_never_written_is_an_error(self, tmp_path: Path) -> None:
        with (
            pytest.raises(ValueError, match="Trial was reserved"),
            writing(tmp_path / "a.xlsx", precisions=PRECISIONS, created=CREATED) as book,
        ):
            book.reserve_tab(SHEET)
        assert names_in(tmp_path) == []


def test_equal_cells_have_equal_hashes_and_a_row_moved_has_not(tmp_path: Path) -> None:
    one, other = row_of(text="a", currency="USD", amount=1), row_of(text="b", currency="USD", amount=2)
    first = write(tmp_path / "1.xlsx", [one, other])
    assert write(tmp_path / "2.xlsx", iter([one, other])) == first
    assert write(tmp_path / "3.xlsx", [other, one]) != first
    assert write(tmp_path / "4.xlsx", [row_of(text="ab"), other]) != write(
        tmp_path / "5.xlsx", [row_of(id="ab"), other]
    )


def test_a_hash_is_pinned_for_ever(tmp_path: Path) -> None:
    """A job's file is recognised by it years later: raise the version in `content_hash.py` when this changes."""
    row = (
        "=x",
        "007",
        date(2026, 3, 31),
        datetime(2026, 3, 31, 1, 2, 3, tzinfo=UTC),
        3,
        "USD",
        -3330,
        1_500_000,
        10**10,
    )
    assert write(tmp_path / "a.xlsx", [row]) == PINNED


PINNED = "1:b17090e1ce2eb25a32853c9f72f2bac91f7bf71bc379af665ee1132c15406f17"


def test_memory_does_not_grow_with_rows(tmp_path: Path) -> None:
    def rows(count: int) -> Iterator[tuple[Cell, ...]]:
        return (
            row_of(text=f"customer {n % 50}", id=str(n), count=n, currency="USD", amount=n)
            for n in range(count)
        )

    write(tmp_path / "small.xlsx", rows(2_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    write(tmp_path / "large.xlsx", rows(30_000))
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 20_000
    assert (tmp_path / "large.xlsx").stat().st_size < LIMITS.packed


def test_every_kind_of_column_is_tried_here() -> None:
    assert {column.kind for column in SHEET.columns} == set(Kind)
    assert set(SCALED_DIGITS) == {Kind.COUNT, Kind.QUANTITY, Kind.RATE}
