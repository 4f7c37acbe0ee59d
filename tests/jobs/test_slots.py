"""Slots: the first free one, held as long as its holder lives."""

from jobs import slots
from jobs.runner import RunnerSettings


def test_each_takes_the_first_free_slot(settings: RunnerSettings) -> None:
    assert not slots.any_held(settings)
    first = slots.take_first(settings)
    second = slots.take_first(settings)
    assert (first.name, second.name) == ("slot-001", "slot-002")
    assert slots.take(settings, "slot-001") is None
    assert slots.any_held(settings)
    assert first.held()
    first.release()
    again = slots.take_first(settings)
    assert again.name == "slot-001"
    again.release()
    second.release()
    assert not slots.any_held(settings)


def test_looking_takes_nothing(settings: RunnerSettings) -> None:
    held = slots.take_first(settings)
    held.release()
    assert not slots.any_held(settings)
    slot = slots.take_first(settings)
    assert slot.name == "slot-001"
    slot.release()
