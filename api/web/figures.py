"""Numbers, dates and times as pages show them: in the locale and the time zone of whom the page is for."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from markupsafe import Markup, escape

from api.web.locale_form import PLAIN, LocaleForm

_SHORT = {"ssp": "SSP", "fx": "FX", "crm": "CRM", "gl": "GL", "rpo": "RPO", "oidc": "OIDC"}
_AMOUNT = re.compile(r"(-?)(\d+)(\.\d+)?\Z")
_IN_WORDS = re.compile(r"(?<![\w.,-])(-?\d+(?:\.\d+)?) ([A-Z]{3})(?![\w-])")
_COMMAND = re.compile(r"[^.`]*`revrec [^`]*`[^.`]*\.")
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
_ZERO = Markup('<span class="zero" title="zero">–</span>')
_NEGATIVE = Markup('<span class="negative">({})</span>')


@dataclass(frozen=True, slots=True)
class Shown:
    """How figures are shown to somebody."""

    form: LocaleForm = PLAIN
    zone: tzinfo = UTC


_shown: ContextVar[Shown] = ContextVar("shown", default=Shown())  # noqa: B039 - it is never changed


@contextmanager
def shown_as(shown: Shown) -> Iterator[None]:
    """Figures within are shown so: filters of templates, which are told nothing else, look here."""
    before = _shown.set(shown)
    try:
        yield
    finally:
        _shown.reset(before)


def amount(text: str | None) -> Markup:
    """Decimal text as accountants write it: thousands apart, negatives red and in parentheses, zero as a dash."""
    if not text:
        return Markup("")
    found = _AMOUNT.match(text)
    if found is None:
        return escape(text)
    sign, whole, rest = found[1], found[2], found[3] or ""
    if not (whole + rest).strip("0."):
        return _ZERO
    written = _shown.get().form.number(whole, rest)
    return _NEGATIVE.format(written) if sign else escape(written)


def with_amounts(text: str) -> Markup:
    """A sentence whose amounts with a currency, `-1234.50 USD`, are written as accountants write them."""
    parts, end = [], 0
    for found in _IN_WORDS.finditer(text):
        parts += [escape(text[end : found.start()]), amount(found[1]), Markup("&nbsp;"), escape(found[2])]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def on_page(sentence: str) -> Markup:
    """What a job or a check says, for a page: amounts as accountants write them, and without the sentence that names a
    command, as the page leads there itself."""
    return with_amounts(_COMMAND.sub("", sentence).strip() or sentence)


def count(number: int | None) -> Markup:
    """A count, thousands apart; zero as a dash."""
    if number is None:
        return Markup("")
    if not number:
        return _ZERO
    written = _shown.get().form.number(str(abs(number)))
    return escape(written if number > 0 else f"-{written}")


def moment(value: datetime | None) -> Markup:
    """A time in the reader's zone, the exact one in the element."""
    if value is None:
        return Markup("")
    shown = _shown.get()
    local = value.astimezone(shown.zone)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        value.isoformat(), f"{local:%Y-%m-%d %H:%M:%S %Z}", shown.form.moment(local)
    )


def day(value: date | None) -> Markup:
    if value is None:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(value, _shown.get().form.day(value))


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
    """A code such as `contract_liability` as words; `missing_ssp` is missing SSP."""
    return " ".join(_SHORT.get(word, word) for word in text.replace("_", " ").split(" "))


def coded(text: str) -> Markup:
    """A sentence whose words in backticks are code."""
    parts = text.split("`")
    return Markup("").join(
        Markup('<span class="code">{}</span>').format(part)
        if at % 2 and at < len(parts) - 1
        else escape(part)
        for at, part in enumerate(parts)
    )


def place(text: str) -> str:
    """Where something is: a code such as `missing_rule` as words, a name as it is."""
    return words(text) if _CODE.fullmatch(text) else text


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
