"""How one locale writes numbers, days and times: what CLDR says of it (by Babel), made ready once for each locale.

Formatting itself is done here, for a page has hundreds of figures. Digits are always 0 to 9.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import DateTimePattern, parse_pattern
from babel.numbers import get_decimal_symbol, get_group_symbol

COMMON = (
    *("en-US", "en-GB", "en-AU", "en-CA", "en-IE", "en-IN", "en-NZ", "en-SG", "en-ZA"),
    *("da-DK", "de-AT", "de-CH", "de-DE", "es-ES", "es-MX", "fi-FI", "fr-CA", "fr-CH", "fr-FR", "he-IL"),
    *("id-ID", "it-IT", "ja-JP", "ko-KR", "nb-NO", "nl-BE", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "ro-RO"),
    *("sv-SE", "th-TH", "tr-TR", "uk-UA", "vi-VN", "zh-CN", "zh-TW"),
)
"""Locales that people choose from; any other that CLDR knows can be set by the API."""


@dataclass(frozen=True, slots=True)
class LocaleForm:
    """Separators, sizes of the groups from the right (the last one repeats), patterns of a day and of a time. Without
    patterns: ISO."""

    group: str = ","
    decimal: str = "."
    first: int = 3
    others: int = 3
    locale: Locale | None = None
    day_pattern: DateTimePattern | None = None
    time_pattern: DateTimePattern | None = None

    def number(self, whole: str, rest: str = "") -> str:
        """Digits, and those after the point (with the point) if there are any, as the locale writes them."""
        digits = whole.lstrip("0") or "0"
        parts = [digits[-self.first :]]
        digits = digits[: -self.first]
        while digits:
            parts.append(digits[-self.others :])
            digits = digits[: -self.others]
        return self.group.join(reversed(parts)) + (self.decimal + rest[1:] if rest else "")

    def day(self, value: date) -> str:
        if self.day_pattern is None or self.locale is None:
            return value.isoformat()
        return self.day_pattern.apply(value, self.locale)

    def moment(self, local: datetime) -> str:
        """A day and a time to the minute."""
        if self.time_pattern is None or self.locale is None:
            return f"{local:%Y-%m-%d %H:%M}"
        return f"{self.day(local.date())} {self.time_pattern.apply(local.time(), self.locale)}"


PLAIN = LocaleForm()
"""1,234.56 and 2026-03-31: where nobody chose a locale."""


@cache
def locale_form(code: str) -> LocaleForm:
    """The form of a locale such as `de-DE`; the plain one without a code, or for one that CLDR does not know."""
    try:
        locale = Locale.parse(code, sep="-") if code else None
    except (ValueError, UnknownLocaleError):
        locale = None
    if locale is None:
        return PLAIN
    first, others = locale.decimal_formats[None].grouping
    # The short form, with the year in full: an accountant reads days of several centuries.
    short = locale.date_formats["short"].pattern
    return LocaleForm(
        get_group_symbol(locale),
        get_decimal_symbol(locale),
        first,
        others,
        locale,
        parse_pattern(short.replace("yyyy", "y").replace("yy", "y")),
        parse_pattern(locale.time_formats["short"].pattern),
    )


def locale_name(code: str) -> str:
    """A locale in English: `German (Germany)`."""
    return str(Locale.parse(code, sep="-").get_display_name("en"))
