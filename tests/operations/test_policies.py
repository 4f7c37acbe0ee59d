"""Policies: what they may be, from when they hold, and what is closed to them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.operations.actor import Actor
from revrec.operations.policies import (
    BY_KEY,
    POLICIES,
    definition_of,
    policy_on,
    policy_steps,
    policy_value,
)
from revrec.operations.policy_kinds import PolicyDefinition
from revrec.operations.policy_values import checked, from_text
from revrec.operations.set_first_period import first_period, set_first_period
from revrec.operations.set_policy import set_policy
from revrec.problems import Conflict, Invalid, NotFound, Refused
from revrec.store.engine import Store

MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 1)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.key)
def test_every_default_is_a_value_that_may_be_set(policy: PolicyDefinition) -> None:
    if policy.key == "first_period":
        assert policy.default is None
        return
    assert checked(policy, policy.default) == policy.default
    assert policy.meaning.endswith(".")


def test_keys_are_unique() -> None:
    assert len(BY_KEY) == len(POLICIES)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("two_people", "off", False),
        ("two_people", "TRUE", True),
        ("journal_max_lines", "200", 200),
        ("hold_limit", "none", None),
        ("hold_limit", "500000", 500_000),
        ("journal_segments", "Department, class,cseg_region", ["department", "class", "cseg_region"]),
        ("custom_segments", '["cseg_region"]', ["cseg_region"]),
        (
            "exclude_products",
            '{"product": {"name": "Name", "values": ["Setup ", "Hardware"]}}',
            {"product": {"name": "Name", "values": ["Setup", "Hardware"]}},
        ),
        ("order_fields", '{"line": {"method": "Method__c"}}', {"line": {"method": "Method__c"}}),
        ("account_time_zone", "America/Los_Angeles", "America/Los_Angeles"),
        ("service_start_field", " custcol_start ", "custcol_start"),
        ("ssp_tolerance", " 2.50 ", "2.5"),
        ("ssp_tolerance", "0", "0"),
        ("ssp_tolerance", "0.12345678", "0.12345678"),
        ("method", "thirty_360", "thirty_360"),
        ("ramp", "no", False),
    ],
)
def test_values_are_read_from_text(key: str, text: str, value: Any) -> None:
    policy = definition_of(key)
    assert checked(policy, from_text(policy, text)) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("two_people", "maybe"),
        ("journal_max_lines", "1"),
        ("journal_max_lines", "1e3"),
        ("hold_limit", "-5"),
        ("netting", "invoice"),
        ("journal_segments", "department,department"),
        ("journal_segments", "region"),
        ("custom_segments", "department"),
        ("exclude_products", '{"product": {"name": "Id", "values": ["1"]}}'),
        ("exclude_products", '{"products": []}'),
        ("exclude_products", '{"product": {"name": "Name", "values": [""]}}'),
        ("exclude_products", "Setup"),
        ("order_fields", '{"line": {"colour": "Colour__c"}}'),
        ("order_fields", '{"source": "order"}'),
        ("account_time_zone", "Mars/Olympus"),
        ("service_start_field", "custcol start; DROP"),
        ("ssp_tolerance", "100.01"),
        ("ssp_tolerance", "-1"),
        ("ssp_tolerance", "1e2"),
        ("ssp_tolerance", "0.123456789"),
        ("modification_treatment", "separate"),
    ],
)
def test_what_a_policy_cannot_be_is_refused_by_name(key: str, text: str) -> None:
    policy = definition_of(key)
    with pytest.raises(Invalid) as refused:
        checked(policy, from_text(policy, text))
    assert refused.value.message.startswith(key)


@given(st.sampled_from(POLICIES), st.text(max_size=40))
def test_any_text_is_either_a_value_or_a_sentence(policy: PolicyDefinition, text: str) -> None:
    try:
        value = checked(policy, from_text(policy, text))
    except Invalid as refused:
        assert refused.message.endswith(".")
    else:
        assert checked(policy, value) == value


def test_an_unknown_policy_names_the_known_ones() -> None:
    with pytest.raises(NotFound, match="two_people"):
        definition_of("colour")


def test_defaults_rule_until_something_is_set(store: Store) -> None:
    with store.read() as session:
        assert policy_on(session, MARCH) == {policy.key: policy.default for policy in POLICIES}


def test_steps_are_what_rules_on_each_day(store: Store, people: dict[str, Actor], now: datetime) -> None:
    """Set out of order, and twice for one day: the steps say on every day what `policy_on` says."""
    with store.write() as session:
        for value, day in (
            ("even", APRIL),
            ("custom", date(2026, 1, 1)),
            ("half_month", APRIL),
            ("milestone", None),
        ):
            set_policy(session, people["controller"], "method", value, now=now, valid_from=day)
    with store.read() as session:
        steps = policy_steps(session, "method")
        assert steps == [
            (date.min, "milestone"),
            (date(2026, 1, 1), "custom"),
            (APRIL, "half_month"),
        ]
        for day in (date(2025, 12, 31), date(2026, 1, 1), MARCH, APRIL, date(2027, 1, 1)):
            assert [value for since, value in steps if since <= day][-1] == policy_on(session, day)["method"]
        assert policy_steps(session, "ramp") == [(date.min, True)]


def test_a_value_holds_from_its_day_on(store: Store, people: dict[str, Actor], now: datetime) -> None:
    with store.write() as session:
        set_policy(session, people["controller"], "netting", "customer", now=now, valid_from=APRIL)
    with store.read() as session:
        assert policy_on(session, MARCH)["netting"] == "contract"
        assert policy_on(session, APRIL)["netting"] == "customer"


def test_the_latest_day_rules_and_for_one_day_the_last_word(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    for lines, day in ((100, APRIL), (300, None), (200, APRIL)):
        with store.write() as session:
            set_policy(session, people["admin"], "journal_max_lines", lines, now=now, valid_from=day)
    with store.read() as session:
        assert policy_on(session, MARCH)["journal_max_lines"] == 300
        assert policy_on(session, APRIL)["journal_max_lines"] == 200


def test_a_closed_period_is_closed_to_a_policy(
    store: Store, people: dict[str, Actor], close_of: Callable[..., int], now: datetime
) -> None:
    close_of("2026-03")
    controller = people["controller"]
    with pytest.raises(Refused, match="retrospective"), store.write() as session:
        set_policy(session, controller, "netting", "customer", now=now, valid_from=MARCH)
    with pytest.raises(Refused, match="reason"), store.write() as session:
        set_policy(session, controller, "netting", "customer", now=now, valid_from=MARCH, retrospective=True)
    with store.write() as session:
        row = set_policy(
            session,
            controller,
            "netting",
            "customer",
            now=now,
            valid_from=MARCH,
            retrospective=True,
            reason="x",
        )
        assert row.valid_from == MARCH


def test_without_a_day_it_begins_with_the_first_open_one(
    store: Store, people: dict[str, Actor], close_of: Callable[..., int], now: datetime
) -> None:
    with store.write() as session:
        assert set_policy(session, people["admin"], "netting", "customer", now=now).valid_from is None
    close_of("2026-03")
    with store.write() as session:
        assert set_policy(session, people["admin"], "netting", "contract", now=now).valid_from == APRIL


def test_what_has_no_date_takes_effect_at_once(
    store: Store, people: dict[str, Actor], close_of: Callable[..., int], now: datetime
) -> None:
    close_of("2026-03")
    with store.write() as session:
        set_policy(session, people["admin"], "two_people", False, now=now)
    with store.read() as session:
        assert policy_value(session, "two_people") is False
    with pytest.raises(Invalid, match="has no date"), store.write() as session:
        set_policy(session, people["admin"], "two_people", True, now=now, valid_from=APRIL)


def test_some_are_set_by_what_checks_them(store: Store, people: dict[str, Actor], now: datetime) -> None:
    for key, value in (("first_period", "2026-01"), ("journal_prefix", "RR")):
        with pytest.raises(Refused, match=key), store.write() as session:
            set_policy(session, people["admin"], key, value, now=now)


def test_the_first_period_stands_once_something_is_closed(
    store: Store, people: dict[str, Actor], close_of: Callable[..., int], now: datetime
) -> None:
    for period in ("2026-01", "2026-02"):
        with store.write() as session:
            set_first_period(session, people["controller"], period, now=now)
    with store.read() as session:
        assert first_period(session) == "2026-02"
    close_of("2026-02")
    with pytest.raises(Conflict, match="stays 2026-02"), store.write() as session:
        set_first_period(session, people["controller"], "2026-03", now=now)
