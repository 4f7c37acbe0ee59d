"""The documentation says what the code does: settings, policies, commands, routes."""

import re

import pytest

from api.reference import DOCS, MARKER, commands, pages, renewed
from reconciliation.import_sheets import DELIVERIES, PRICES
from revrec.config import SETTINGS
from revrec.operations.decide_credit import TREATMENTS as CREDIT_TREATMENTS
from revrec.operations.policies import POLICIES
from revrec.operations.treat_version import TREATMENTS as VERSION_TREATMENTS


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_reference_part_is_as_the_code_writes_it(name: str) -> None:
    page = (DOCS / name).read_text()
    assert page == renewed(page, pages()[name]), "Run `python -m api.reference`."


def test_every_setting_and_every_policy_is_explained() -> None:
    page = (DOCS / "settings.md").read_text()
    for setting in SETTINGS:
        assert f"`{setting.variable}`" in page
        assert setting.meaning
    for policy in POLICIES:
        assert f"`{policy.key}`" in page


def test_every_command_and_option_says_what_it_does() -> None:
    for path, command in commands():
        assert command.help, path
        for parameter in command.params:
            assert parameter.help, (path, parameter.name)


def test_the_commands_that_people_write_about_exist() -> None:
    known = [path for path, _ in commands()]
    written = (
        "cli.md",
        "settings.md",
        "api.md",
        "job-file.md",
        "closing.md",
        "operations.md",
        "contracts.md",
        "netsuite.md",
        "../README.md",
    )
    for page in written:
        text = (DOCS / page).read_text().partition(MARKER)[0]
        for mention in re.findall(r"(?:`|^)revrec ([a-z][a-z -]*[a-z])", text, flags=re.M):
            words = mention.split()
            as_command = any(one.split() == words[: len(one.split())] for one in known)
            as_group = any(one.startswith(f"{mention} ") for one in known)
            assert as_command or as_group, mention


def test_every_command_prints_json_or_nothing_to_read() -> None:
    without = {
        path for path, command in commands() if "--json" not in {o for p in command.params for o in p.opts}
    }
    assert without == {"secret-key", "serve", "worker", "stand-in"}


def test_the_sheets_that_people_load_and_what_they_may_say_are_explained() -> None:
    page = " ".join((DOCS / "contracts.md").read_text().split())
    for tab in (PRICES, DELIVERIES):
        for column in tab.columns:
            assert column.header in page, column.header
    for word in (*VERSION_TREATMENTS, *CREDIT_TREATMENTS):
        assert f"| `{word}` |" in page, word
