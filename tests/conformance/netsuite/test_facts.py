"""Every fact against the stand-in, one process for all; and the list of them in the documentation."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from sample_data.starting import start

from .__main__ import DOCS, written
from .account import Account, SideDoor
from .catalogue import AREAS, facts


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Account, SideDoor]]:
    with start("netsuite", "--lines", "1200") as stand_in:
        account, sim = Account(stand_in.url, stand_in.ready), SideDoor(stand_in.url)
        sim.ask("POST", "snapshot")
        yield account, sim
        account.close()
        sim.close()


@pytest.mark.parametrize("fact", facts(), ids=lambda each: f"{each.area}-{each.says[:60]}")
def test_the_stand_in_shows(fact, running):
    account, sim = running
    fact.show(account, sim)
    if fact.needs_side_door or fact.writes:
        sim.ask("POST", "restore")


def test_every_fact_has_a_source_and_is_told_once():
    told = [each.says for each in facts()]
    assert len(set(told)) == len(told) >= 100
    assert {each.area for each in facts()} == set(AREAS)
    assert all(each.source and each.says.endswith(".") for each in facts())


def test_the_documentation_lists_them():
    assert DOCS.read_text() == written()


def test_a_fact_that_does_not_hold_is_noticed():
    """Against a server that answers everything with 200 and nothing, no fact may pass."""

    class Nothing(Account):
        def send(self, *_: object, **__: object):  # type: ignore[override]
            raise AssertionError("nothing is there")

    account = Nothing("http://127.0.0.1:9", {})
    assert urlsplit(account.url).hostname == "127.0.0.1"
    for fact in facts():
        if not fact.needs_side_door:
            with pytest.raises(AssertionError):
                fact.show(account)
    account.close()
