"""Numbers, dates and times as pages show them."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

_AMOUNT = re.compile(r"(-?)(\d+)(\.\d+)?\Z")


def amount(text: str | None) -> Markup:
    """Decimal text as accountants write it: thousands apart, negatives red and in parentheses, zero as a dash."""
    if not text:
        return Markup("")
    found = _AMOUNT.match(text)
    if found is None:
        return escape(text)
    sign, whole, rest = found[1], found[2], found[3] or ""
    if not (whole + rest).strip("0."):
        return Markup('<span class="zero" title="zero">–</span>')
    grouped = f"{int(whole):,}{rest}"
    return Markup('<span class="negative">({})</span>').format(grouped) if sign else escape(grouped)


def count(number: int | None) -> Markup:
    """A count, thousands apart; zero as a dash."""
    if number is None:
        return Markup("")
    return escape(f"{number:,}") if number else Markup('<span class="zero" title="zero">–</span>')


def moment(value: datetime | None, zone: ZoneInfo) -> Markup:
    """A time in the company's zone, the exact one in the element."""
    if value is None:
        return Markup("")
    local = value.astimezone(zone)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        value.isoformat(), f"{local:%Y-%m-%d %H:%M:%S %Z}", f"{local:%Y-%m-%d %H:%M}"
    )


def day(value: date | None) -> Markup:
    return Markup("") if value is None else Markup('<time datetime="{0}">{0}</time>').format(value)


def duration(start: datetime | None, end: datetime | None) -> str:
    """How long something took, in the unit that tells it."""
    if start is None or end is None:
        return ""
    seconds = max(0, (end - start).total_seconds())
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def words(text: str) -> str:
    """A code such as `contract_liability` as words."""
    return text.replace("_", " ")


def sentence(text: str) -> str:
    """A code as the beginning of a sentence."""
    plain = words(text)
    return plain[:1].upper() + plain[1:]


def size(number: int) -> str:
    """Bytes for people."""
    value, unit = float(number), "bytes"
    for bigger in ("kB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, bigger
    return f"{value:.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.1f} {unit}"
