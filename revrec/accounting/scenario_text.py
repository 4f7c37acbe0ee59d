"""The text of a scenario as data: JSON, but with every key once and no number that is not a number."""

from __future__ import annotations

import json
import re
from typing import Any

from revrec.accounting.scenario_values import ScenarioError

TEXT_MAX = 64 * 10**6
"""Bytes of one scenario's text."""


def parse_scenario(content: bytes) -> Any:
    """The data that a JSON text in UTF-8 says. Raises ``ScenarioError``, which names line and column."""
    if len(content) > TEXT_MAX:
        raise ScenarioError("", f"A scenario has at most {TEXT_MAX:,} bytes.")
    try:
        written = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(
            "", f"This is not text in UTF-8: byte {error.start + 1} cannot be read."
        ) from None
    try:
        return json.loads(written, object_pairs_hook=_once, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ScenarioError(place, f"This is not JSON: {error.msg}.") from None
    except _KeyTwice as error:
        raise ScenarioError(_place_of_key(written, str(error)), f"The key {error} is given twice.") from None
    except _NoNumber as error:
        at = next((t.start() for t in _WORD.finditer(written) if t[0] == str(error)), 0)
        raise ScenarioError(
            _place(written, at), f'{error} is not a number: write numbers as text in quotes, "100.00".'
        ) from None
    except RecursionError:
        raise ScenarioError("", "This is not a scenario: it is nested too deeply.") from None
    except ValueError:  # a whole number with more digits than Python reads
        raise ScenarioError("", "A number has too many digits.") from None


class _KeyTwice(Exception):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _KeyTwice(key)
            seen.add(key)
    return found


class _NoNumber(Exception):
    pass


def _refuse(word: str) -> Any:
    raise _NoNumber(word)


_STRING = r'"(?:[^"\\]|\\.)*"'
_TOKEN = re.compile(_STRING + r"|[{}]", re.DOTALL)
_WORD = re.compile(_STRING + r"|-?\b\w+", re.DOTALL)
_COLON = re.compile(r"\s*:")


def _place_of_key(written: str, key: str) -> str:
    """Where a key stands for the second time in one object."""
    objects: list[bool] = []
    for token in _TOKEN.finditer(written):
        if token[0] == "{":
            objects.append(False)
        elif token[0] == "}":
            objects.pop()
        elif _COLON.match(written, token.end()) and json.loads(token[0]) == key:
            if objects[-1]:
                return _place(written, token.start())
            objects[-1] = True
    return ""


def _place(written: str, at: int) -> str:
    return f"line {written.count(chr(10), 0, at) + 1}, column {at - written.rfind(chr(10), 0, at)}"
