"""How cells look: one XlsxWriter format for each look, made when first needed. Negatives are red."""

from typing import Any

from xlsxwriter.workbook import Workbook

from reconciliation.columns import Kind

_GREY = "#7F7F7F"


def number_format(decimals: int) -> str:
    """`#,##0.00;[Red]-#,##0.00` for two decimals."""
    plain = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f"{plain};[Red]-{plain}"


class Formats:
    """The formats of one workbook."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._numbers: dict[tuple[str, bool], Any] = {}
        self._totals: dict[tuple[str, bool], Any] = {}
        # The indent keeps a text off the number to its left.
        self.text = workbook.add_format({"indent": 1})
        self.quoted = workbook.add_format({"indent": 1, "quote_prefix": True})
        self.exact_text = workbook.add_format({"align": "right", "italic": True})
        self.date = workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left", "indent": 1})
        self.time = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left", "indent": 1})
        self.note = workbook.add_format({"bold": True, "italic": True, "font_color": _GREY, "indent": 1})
        header = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3864", "valign": "vcenter"}
        self.text_header = workbook.add_format({**header, "align": "left", "indent": 1})
        self.number_header = workbook.add_format({**header, "align": "right"})

    def header(self, kind: Kind) -> Any:
        return self.text_header if kind in (Kind.TEXT, Kind.ID, Kind.DATE, Kind.TIME) else self.number_header

    def number(self, kind: Kind, decimals: int) -> Any:
        return self._look(self._numbers, _pattern(kind, decimals), False, {})

    def total(self, kind: Kind, decimals: int, *, mixed: bool) -> Any:
        """Bold; grey and slanted where the column holds several currencies, so that nobody takes it for a sum."""
        more = {"italic": True, "font_color": _GREY} if mixed else {"bold": True}
        pattern = _pattern(kind, decimals)
        return self._look(self._totals, pattern.replace("[Red]", "") if mixed else pattern, mixed, more)

    def _look(
        self, made: dict[tuple[str, bool], Any], pattern: str, mixed: bool, more: dict[str, Any]
    ) -> Any:
        if (pattern, mixed) not in made:
            made[pattern, mixed] = self._workbook.add_format({"num_format": pattern, **more})
        return made[pattern, mixed]


def _pattern(kind: Kind, decimals: int) -> str:
    if kind is Kind.QUANTITY:
        return "General;[Red]-General"
    if kind is Kind.RATE:
        return "0.0000######;[Red]-0.0000######"
    return number_format(decimals)
