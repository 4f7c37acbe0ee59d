"""A custom column of journal lines, and what the metadata catalogue says of the lines of a journal entry."""

from __future__ import annotations

from typing import Any

import pytest

ROOT = "/services/rest/record/v1/journalEntry"
SCHEMA = "/services/rest/record/v1/metadata-catalog/journalEntry"


def line_schema(stand_in: Any) -> dict[str, Any]:
    reply = stand_in.request("GET", SCHEMA, headers={"Accept": "application/schema+json"})
    assert reply.status_code == 200, reply.text
    return dict(reply.json()["properties"]["line"]["properties"]["items"]["items"])


@pytest.fixture
def with_channel(own: Any) -> Any:
    own.settings(features=[*own.sim("GET", "settings")["features"], "custcol_channel"])
    return own


def test_a_custom_column_is_posted_read_and_queried(with_channel: Any, journal_body: dict[str, Any]) -> None:
    journal_body["line"]["items"][1]["custcol_channel"] = {"id": "2"}
    reply = with_channel.request("POST", ROOT, journal_body)
    assert reply.status_code == 204, reply.text
    record = with_channel.request("GET", f"{ROOT}/eid:RR-1?expandSubResources=true").json()
    first, second = record["line"]["items"]
    assert "custcol_channel" not in first
    assert (second["custcol_channel"]["id"], second["custcol_channel"]["refName"]) == ("2", "Partner")
    rows = with_channel.rows(
        "SELECT tl.custcol_channel c, BUILTIN.DF(tl.custcol_channel) n FROM transactionline tl JOIN transaction t"
        " ON t.id = tl.transaction WHERE t.externalid = 'RR-1' AND tl.custcol_channel IS NOT NULL"
    )
    assert rows == [{"c": "2", "n": "Partner"}]


@pytest.mark.parametrize("value", ["3", "99"])
def test_an_inactive_or_unknown_value_is_refused(
    with_channel: Any, journal_body: dict[str, Any], value: str
) -> None:
    journal_body["line"]["items"][0]["custcol_channel"] = {"id": value}
    reply = with_channel.request("POST", ROOT, journal_body)
    assert reply.status_code == 400
    assert "field: custcol_channel" in reply.json()["o:errorDetails"][0]["detail"]


def test_the_schema_has_what_the_account_has_and_says_what_is_mandatory(with_channel: Any) -> None:
    schema = line_schema(with_channel)
    assert {"custcol_channel", "cseg_region", "department"} <= set(schema["properties"])
    assert schema["properties"]["custcol_channel"]["title"] == "Channel"
    assert schema["required"] == ["account"]
    with_channel.settings(
        mandatory_segments=["department", "custcol_channel"], features=["oneworld", "departments"]
    )
    schema = line_schema(with_channel)
    assert {"custcol_channel", "cseg_region", "class"}.isdisjoint(schema["properties"])
    assert schema["required"] == ["account", "department"]


def test_without_the_feature_the_property_is_unknown(own: Any, journal_body: dict[str, Any]) -> None:
    journal_body["line"]["items"][0]["custcol_channel"] = {"id": "1"}
    reply = own.request("POST", ROOT, journal_body, {"X-NetSuite-PropertyNameValidation": "error"})
    assert (reply.status_code, reply.json()["o:errorDetails"][0]["o:errorCode"]) == (400, "INVALID_CONTENT")
