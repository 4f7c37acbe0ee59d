"""docs/calculator.md: its examples come out as it says, and it leaves nothing of the format out."""

import io
import json
import re
from contextlib import redirect_stdout

import pytest

from api.cli.calc_tables import print_answer
from api.reference import DOCS
from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_form import (
    BAD_DEBT,
    CREDITS,
    EVENT_KEYS,
    LINE_TERMS,
    POLICIES,
    TOP_KEYS,
    TREATMENTS,
    line_keys,
)
from revrec.accounting.scenario_terms import METHODS, TRIGGERS, UNITS_OF_SSP
from revrec.accounting.terms import AllocationFlag, Cause

PAGE = (DOCS / "calculator.md").read_text()
EXAMPLES = re.findall(
    r"<!-- example -->\n```json\n(.*?)```.*?<!-- output -->\n```text\n(.*?)\n```", PAGE, flags=re.DOTALL
)


def test_there_are_two_examples() -> None:
    assert len(EXAMPLES) == 2


@pytest.mark.parametrize(("scenario", "printed"), EXAMPLES)
def test_an_example_comes_out_as_the_page_says(scenario: str, printed: str) -> None:
    data, out = json.loads(scenario), io.StringIO()
    with redirect_stdout(out):
        print_answer(run_scenario(data), data)
    assert "\n".join(line.rstrip() for line in out.getvalue().splitlines()).strip("\n") == printed


def test_every_word_of_the_format_is_on_the_page() -> None:
    words = {
        *" ".join(TOP_KEYS).split(),
        *POLICIES,
        *(value for values in POLICIES.values() for value in values),
        *EVENT_KEYS,
        *(key for keys in EVENT_KEYS.values() for part in keys for key in part.split()),
        *(key for kind in EVENT_KEYS for key in line_keys(kind).split()),
        *LINE_TERMS.split(),
        *TREATMENTS,
        *CREDITS,
        BAD_DEBT,
        *METHODS,
        *TRIGGERS,
        *UNITS_OF_SSP,
        *(flag.name.lower() for flag in AllocationFlag),
        *(cause.name.lower() for cause in Cause if cause not in (Cause.NONE, Cause.CONVERSION)),
    }
    missing = {word for word in words if f"`{word}`" not in PAGE and f'"{word}"' not in PAGE}
    assert missing == set()


def test_every_key_of_the_answer_is_on_the_page() -> None:
    data = json.loads(EXAMPLES[1][0])
    for name, rows in run_scenario(data).items():
        assert f"`{name}`" in PAGE
        for row in rows:
            assert {key for key in row if f"`{key}`" not in PAGE} == set()
