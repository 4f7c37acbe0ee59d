"""Schedules are pure: text in, moments out. Nothing sleeps here."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.operations.policies import definition_of
from revrec.operations.policy_values import checked, from_text
from revrec.operations.sync_schedule import backoff, next_run, parse_schedule, schedule_text
from revrec.problems import Invalid

FIRST, LAST = datetime(2025, 1, 1), datetime(2027, 1, 1)  # noqa: DTZ001
LONDON, NEW_YORK, UTC_ZONE = ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("UTC")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("off", "off"),
        ("", "off"),
        ("Every 60 minutes", "every 60 minutes"),
        ("every 1 hour", "every 60 minutes"),
        ("every  2 hours", "every 2 hours"),
        ("every 90 minutes", "every 90 minutes"),
        ("DAILY 05:30", "daily 05:30"),
        ("weekdays 17:30,05:30, 17:30", "weekdays 05:30, 17:30"),
    ],
)
def test_a_schedule_is_kept_in_one_form(written, kept):
    assert checked(definition_of("sync_schedule"), from_text(definition_of("sync_schedule"), written)) == kept
    assert schedule_text(parse_schedule(kept)) == kept


@pytest.mark.parametrize(
    "written", ["hourly", "every 1 minute", "every 200 hours", "daily 24:00", "daily 5:30", "weekly 05:30"]
)
def test_what_is_no_schedule_is_refused_with_the_forms_it_takes(written):
    with pytest.raises(Invalid, match=r"sync_schedule cannot be .*; it takes .*(minutes|times)"):
        checked(definition_of("sync_schedule"), written)


@pytest.mark.parametrize(
    ("schedule", "zone", "since", "expected"),
    [
        ("every 60 minutes", UTC_ZONE, "2026-03-02T10:10", "2026-03-02T11:10"),
        ("daily 05:30", UTC_ZONE, "2026-03-02T05:29", "2026-03-02T05:30"),
        ("daily 05:30", UTC_ZONE, "2026-03-02T05:30", "2026-03-03T05:30"),
        ("daily 05:30", NEW_YORK, "2026-03-02T05:30", "2026-03-02T10:30"),
        # The day is the zone's, not UTC's.
        ("daily 23:30", NEW_YORK, "2026-03-03T03:00", "2026-03-03T04:30"),
        # Friday evening to Monday morning.
        ("weekdays 05:30, 17:30", LONDON, "2026-03-06T17:30", "2026-03-09T05:30"),
        # Summer time begins in New York on 8 March 2026: 02:30 does not exist that day, and is 03:30 by the clock.
        ("daily 02:30", NEW_YORK, "2026-03-08T05:00", "2026-03-08T07:30"),
        ("daily 02:30", NEW_YORK, "2026-03-08T07:30", "2026-03-09T06:30"),
        # It ends on 1 November: 01:30 comes twice, and is meant once.
        ("daily 01:30", NEW_YORK, "2026-11-01T05:30", "2026-11-02T06:30"),
    ],
)
def test_the_next_run(schedule, zone, since, expected):
    assert next_run(parse_schedule(schedule), zone, since=at(since)) == at(expected)


def test_off_is_never():
    assert next_run(parse_schedule("off"), UTC_ZONE, since=at("2026-03-02T10:00")) is None


def test_after_failures_it_rests_longer_each_time_and_a_day_at_most():
    assert [backoff(n) / timedelta(minutes=30) for n in range(9)] == [0, 1, 2, 4, 8, 16, 32, 48, 48]
    hourly, daily = parse_schedule("every 60 minutes"), parse_schedule("daily 05:30, 17:30")
    since, ended = at("2026-03-02T10:00"), at("2026-03-02T10:10")

    def due(schedule, failures):
        return next_run(schedule, UTC_ZONE, since=since, failures=failures, ended=ended)

    assert due(hourly, 1) == at("2026-03-02T11:00"), "half an hour is over before the next was due anyway"
    assert due(hourly, 3) == at("2026-03-02T12:10")
    assert due(hourly, 30) == at("2026-03-03T10:10")
    # A time of the day stays one: what falls into the rest is left out.
    assert due(daily, 3) == at("2026-03-02T17:30")
    assert due(daily, 5) == at("2026-03-03T05:30")


@given(
    schedule=st.sampled_from(["every 7 minutes", "daily 00:00", "daily 02:30, 23:59", "weekdays 12:00"]),
    zone=st.sampled_from(
        ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Australia/Lord_Howe"]
    ),
    since=st.datetimes(FIRST, LAST),
    late=st.timedeltas(timedelta(0), timedelta(days=30)),
)
def test_missed_runs_are_made_up_for_once(schedule, zone, since, late):
    """However late it is looked at, one run is due; it begins then, and the next lies after that."""
    parsed, where, since = parse_schedule(schedule), ZoneInfo(zone), since.replace(tzinfo=UTC)
    due = next_run(parsed, where, since=since)
    assert due > since
    assert due - since <= timedelta(days=4)
    begun = max(due, since + late)
    assert next_run(parsed, where, since=begun) > begun
