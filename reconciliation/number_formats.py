"""How cells look: one XlsxWriter format for each look, made when first needed. Negatives are red."""

from typing import Any

from xlsxwriter.workbook import Workbook

from reconciliation.columns import Kind


def number_format(decimals: int) -> str:
    """`#,##0.00;[Red]-#,##0.00` for two decimals."""
    plain = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f"{plain};[Red]-{plain}"


class Formats:
    """The formats of one workbook."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._numbers: dict[tuple[str, bool], Any] = {}
        self.quoted = workbook.add_format({"quote_prefix": True})
        self.exact_text = workbook.add_format({"align": "right", "italic": True})
        self.date = workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.time = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        self.head_note = workbook.add_format({"bold": True, "italic": True, "font_color": "#555555"})
        self.header = workbook.add_format(
            {
                "bold": True,
                "font_color": "#FFFFFF",
                "bg_color": "#1F3864",
                "text_wrap": True,
                "valign": "vcenter",
            }
        )

    def number(self, kind: Kind, decimals: int, *, bold: bool = False) -> Any:
        if kind is Kind.QUANTITY:
            return self._look("General;[Red]-General", bold)
        if kind is Kind.RATE:
            return self._look("0.0000######;[Red]-0.0000######", bold)
        return self._look(number_format(decimals), bold)

    def _look(self, pattern: str, bold: bool) -> Any:
        if (pattern, bold) not in self._numbers:
            self._numbers[pattern, bold] = self._workbook.add_format({"num_format": pattern, "bold": bold})
        return self._numbers[pattern, bold]
