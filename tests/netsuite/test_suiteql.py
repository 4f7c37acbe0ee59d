"""Pieces of query text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.netsuite import suiteql


def test_dates_and_instants_never_depend_on_a_users_preference():
    assert suiteql.date_text("t.trandate") == "TO_CHAR(t.trandate, 'YYYY-MM-DD')"
    assert suiteql.utc_text("t.lastmodifieddate") == (
        'TO_CHAR(SYS_EXTRACT_UTC(t.lastmodifieddate), \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')'
    )


def test_empty_conditions_are_left_out():
    assert suiteql.where("a = 1", "", "b = 2") == "WHERE a = 1 AND b = 2"
    assert suiteql.where("", "") == ""


@pytest.mark.parametrize("ids", [[], range(1001)])
def test_an_in_list_is_as_long_as_netsuite_takes(ids):
    with pytest.raises(ValueError, match="1 to 1000"):
        suiteql.id_list(ids)


def test_an_in_list_is_of_numbers():
    assert suiteql.id_list(["7", 8]) == "7,8"
    with pytest.raises(ValueError, match="invalid literal"):
        suiteql.id_list(["1) OR (1=1"])


@given(st.text(max_size=80))
def test_a_field_name_never_carries_more_than_a_name(text):
    try:
        accepted = suiteql.name(text)
    except ValueError:
        return
    assert accepted.isidentifier()
    assert accepted.isascii()
