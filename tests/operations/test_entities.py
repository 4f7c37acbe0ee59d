"""Company entities: each to its own subsidiary, or all to the same."""

from collections.abc import Callable
from datetime import datetime

import pytest

from revrec.operations.actor import Actor
from revrec.operations.entity_findings import entity_findings
from revrec.operations.map_all_entities import map_all_entities
from revrec.operations.map_entity import map_entity
from revrec.operations.reset_entities import reset_entities
from revrec.problems import Conflict, Invalid, NotFound
from revrec.store.engine import Store
from revrec.store.queries.entities import entity_uses
from revrec.store.tables import Subsidiary
from tests.audit_trail import newest_events

pytestmark = pytest.mark.usefixtures("accounts")
Stage = Callable[..., None]


def homes(store: Store) -> dict[str, tuple[int | None, int]]:
    """Subsidiary and number of orders of each entity."""
    with store.read() as session:
        return {one.row.name: (one.subsidiary_id, one.orders) for one in entity_uses(session)}


@pytest.fixture
def orders(stage: Stage) -> None:
    """Two orders of Acme UK (one written otherwise), one of Acme Inc, one that names its subsidiary itself."""
    for number, entity in (("SO-1", "Acme UK"), ("SO-2", "ACME  UK."), ("SO-3", "Acme Inc")):
        stage(number, subsidiary_id=None, entity=entity)
    stage("SO-4", subsidiary_id=2, entity="Acme Inc")


def test_each_entity_to_its_own(store: Store, orders: None, people: dict[str, Actor], now: datetime) -> None:
    assert homes(store) == {"Acme UK": (None, 2), "Acme Inc": (None, 1)} or homes(store) == {
        "ACME  UK.": (None, 2),
        "Acme Inc": (None, 1),
    }
    with store.write() as session:
        map_entity(session, people["controller"], "acme uk", 2, now=now)
    (name,) = [one for one in homes(store) if one != "Acme Inc"]
    assert homes(store) == {name: (2, 2), "Acme Inc": (None, 1)}
    with store.read() as session:
        (left,) = entity_findings(session)
        assert left.where == "entity Acme Inc" and left.message.startswith(
            "One order names the company entity Acme"
        )


def test_all_to_the_same_also_those_first_seen_later(
    store: Store, orders: None, stage: Stage, people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        assert map_all_entities(session, people["admin"], 1, now=now) == 2
    stage("SO-9", subsidiary_id=None, entity="Acme Japan")
    assert {one: home for one, (home, _) in homes(store).items()}["Acme Japan"] == 1
    with store.read() as session:
        assert entity_findings(session) == []
    with store.write() as session:
        map_entity(session, people["admin"], "Acme Japan", 2, now=now)
    assert homes(store)["Acme Japan"] == (2, 1)


def test_starting_anew_is_confirmed_and_the_trail_keeps_what_was(
    store: Store, orders: None, people: dict[str, Actor], now: datetime
) -> None:
    with pytest.raises(Conflict, match="No company entity"), store.write() as session:
        reset_entities(session, people["admin"], now=now, confirmed=True)
    with store.write() as session:
        map_all_entities(session, people["admin"], 1, now=now)
    with pytest.raises(Invalid, match="Confirm"), store.write() as session:
        reset_entities(session, people["admin"], now=now, confirmed=False)
    with store.write() as session:
        assert reset_entities(session, people["admin"], now=now, confirmed=True) == 3
    assert {home for home, _ in homes(store).values()} == {None}
    with store.read() as session:
        (event,) = newest_events(session, limit=1)
        assert event.action == "reset_entities" and event.before["every other"] == 1


def test_what_cannot_be_is_refused(store: Store, people: dict[str, Actor], now: datetime) -> None:
    with store.write() as session:
        session.add(Subsidiary(id=3, name="Gone", currency_id=1, active=False))
    for name, home, error, words in (
        ("Acme", 9, NotFound, "no subsidiary 9"),
        ("Acme", 3, Invalid, "inactive"),
        (" ", 1, Invalid, "Name the entity"),
        ("Acme", None, NotFound, "no entity Acme"),
    ):
        with pytest.raises(error, match=words), store.write() as session:
            map_entity(session, people["admin"], name, home, now=now)
