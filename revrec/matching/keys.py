"""The key by which customers' names are compared: names with equal keys are one customer's.

Invariant: a key is a fixed point of its own rule (`name_key(name_key(x)) == name_key(x)`), never has
leading, trailing or X

The rule: Unicode NFKC, case folded, punctuation and symbols to spaces, white space collapsed. What may
surprise:

- Accents stay: `Société` and `Societe` have different keys. NFKC composes accents, it does not drop them,
  and in many languages an accent tells two names apart. `suggestions.py` finds such pairs for a person to
  confirm.
- The marks that say "registered" or "trade mark" are dropped before NFKC, which would turn `Acme™` into
  `acmetm`.
- Invisible format characters (soft hyphen, zero-width space, byte order mark) are dropped, since nobody can
  see them.
- Combining marks stay with their letter, so names in Indic scripts keep their vowels.
- A name made of punctuation alone keeps it, since an empty key would equal every other empty key.

Keys are stored: whoever changes what `name_key` returns raises `KEY_RULE_VERSION`, and stored keys are
computed again.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from revrec.matching.legal_forms import GLUED_FORMS, LEADING_FORMS, TRAILING_FORMS

KEY_RULE_VERSION = 1

_TRADE_MARKS = {ord(mark): " " for mark in "™®©℠℗"}
_SPACES = re.compile(r"\s+")


class _Folding(dict[int, str]):
    """A `str.translate` table that decides about a character when it first meets it."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        category = unicodedata.category(char)
        if category == "Cf":
            folded = ""
        elif category[0] in "LMN":
            folded = char
        else:
            folded = " "
        self[code] = folded
        return folded


_FOLDING = _Folding()


@dataclass(frozen=True, slots=True)
class KeyRule:
    """Which rule made a key. `version` is stored beside it: keys of two versions are never compared."""

    strip_legal_forms: bool = False

    @property
    def version(self) -> str:
        return f"{KEY_RULE_VERSION}+legal" if self.strip_legal_forms else str(KEY_RULE_VERSION)

    def key(self, name: str) -> str:
        return name_key(name, strip_legal_forms=self.strip_legal_forms)


def name_key(name: str, *, strip_legal_forms: bool = False) -> str:
    """The key of a customer's name; with `strip_legal_forms` also less Inc, LLC, GmbH, Ltd, 株式会社, ..."""
    key = _fold(name)
    return _without_legal_forms(key) if strip_legal_forms else key


def display_name(name: str) -> str:
    """The name as it is but for blanks, collapsed and trimmed. Equal display names match *exactly*."""
    return _SPACES.sub(" ", name).strip()


def _fold(name: str) -> str:
    folded = _fold_ascii(name) if name.isascii() else _fold_unicode(name)
    return folded or _visible(name)


def _visible(name: str) -> str:
    return " ".join("".join(char for char in name if unicodedata.category(char)[0] != "C").split())


def _fold_ascii(name: str) -> str:
    return " ".join(name.lower().translate(_FOLDING).split())


def _fold_unicode(name: str) -> str:
    folded = name.translate(_TRADE_MARKS)
    # Folding can undo composition and the other way round (ΐ, ﬀ, ͅ), so the steps repeat until nothing
    # moves; two rounds do for all text that people write, and each further round only removes or splits
    # characters.
    while True:
        before = folded
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", folded).casefold())
        folded = " ".join(folded.translate(_FOLDING).split())
        if folded == before:
            return folded


def _without_legal_forms(key: str) -> str:
    """The key less its legal forms, dropped one after the other (`Acme Co., Ltd.`), but never to nothing."""
    while True:
        shorter = _without_glued_form(_without_spaced_form(key))
        if shorter == key:
            return key
        key = shorter


def _without_spaced_form(key: str) -> str:
    """The key less its longest legal form at the end, else at the start."""
    tokens = key.split(" ")
    for width in range(min(_widest_form(), len(tokens) - 1), 0, -1):
        if tuple(tokens[-width:]) in TRAILING_FORMS:
            return " ".join(tokens[:-width])
        if tuple(tokens[:width]) in LEADING_FORMS:
            return " ".join(tokens[width:])
    return key


def _without_glued_form(key: str) -> str:
    """East Asian forms are written against the name without a blank: 株式会社山田, 山田株式会社."""
    if key.isascii():
        return key
    for form in GLUED_FORMS:
        for rest in (key.removeprefix(form), key.removesuffix(form)):
            if rest.strip() and rest != key:
                return rest.strip()
    return key


@cache
def _widest_form() -> int:
    return max(len(form) for form in TRAILING_FORMS | LEADING_FORMS)
