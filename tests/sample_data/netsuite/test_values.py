"""What values look like in items: texts, lower-case keys, nulls left out, dates in the user's format."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

FIRST = 20_001


def test_every_value_is_a_text(shared: Any) -> None:
    row = shared.one(
        "SELECT id, foreigntotal, COUNT(*) n, 1 one FROM transaction WHERE id = 20001 GROUP BY id, foreigntotal"
    )
    assert all(isinstance(value, str) for value in row.values())
    assert (row["id"], row["n"], row["one"]) == ("20001", "1", "1")


def test_counts_and_flags_of_the_page_are_typed(shared: Any) -> None:
    body = shared.query("SELECT id FROM item ORDER BY id", limit=2).json()
    assert isinstance(body["count"], int)
    assert isinstance(body["totalResults"], int)
    assert body["hasMore"] is True


def test_nulls_and_empty_texts_are_left_out(shared: Any) -> None:
    row = shared.one("SELECT NULL a, '' b, 'x' c, NVL(NULL, 'y') d FROM dual")
    assert row == {"c": "x", "d": "y"}


def test_keys_are_lower_case_whatever_the_alias(shared: Any) -> None:
    assert list(shared.one('SELECT dummy AS internalId, dummy AS "TranId", DUMMY FROM DUAL')) == [
        "internalid",
        "tranid",
        "dummy",
    ]


def test_a_computed_column_without_alias_gets_a_number(shared: Any) -> None:
    assert list(shared.one("SELECT 1 + 1, dummy, 'x' || 'y' FROM dual")) == ["expr1", "dummy", "expr2"]


def test_flags_are_letters(shared: Any) -> None:
    assert shared.one("SELECT posting, voided FROM transaction WHERE id = 20001") == {
        "posting": "T",
        "voided": "F",
    }


@pytest.mark.parametrize(
    ("preference", "shown"),
    [
        ("M/D/YYYY", "3/2/2026"),
        ("DD/MM/YYYY", "02/03/2026"),
        ("DD.MM.YYYY", "02.03.2026"),
        ("D-MON-YYYY", "2-Mar-2026"),
    ],
)
def test_a_bare_date_is_in_the_users_format_without_its_time(
    shared: Any, preference: str, shown: str
) -> None:
    shared.settings(user_date_format=preference)
    row = shared.one("SELECT TO_DATE('2026-03-02 23:59:59','YYYY-MM-DD HH24:MI:SS') d FROM dual")
    assert row == {"d": shown}


def test_to_char_keeps_the_time_on_the_accounts_clock(shared: Any) -> None:
    row = shared.one(
        "SELECT TO_CHAR(lastmodifieddate,'YYYY-MM-DD HH24:MI:SS') here,"
        ' TO_CHAR(SYS_EXTRACT_UTC(lastmodifieddate),\'YYYY-MM-DD"T"HH24:MI:SS"Z"\') utc,'
        ' TO_CHAR(lastmodifieddate,\'YYYY-MM-DD"T"HH24:MI:SS"Z"\') lies FROM transaction WHERE id = 20001'
    )
    utc = datetime.fromisoformat(row["utc"])
    assert utc.astimezone(ZoneInfo("America/Los_Angeles")).strftime("%Y-%m-%d %H:%M:%S") == row["here"]
    assert row["lies"] == row["here"].replace(" ", "T") + "Z", "a Z in the mask makes nothing UTC"
    assert row["lies"] != row["utc"]


def test_the_two_clocks_agree_on_either_side_of_daylight_saving(shared: Any) -> None:
    rows = shared.rows(
        "SELECT id, TO_CHAR(createddate,'YYYY-MM-DD HH24:MI:SS') here,"
        " TO_CHAR(SYS_EXTRACT_UTC(createddate),'YYYY-MM-DD HH24:MI:SS') utc FROM transaction ORDER BY id"
    )
    zone = ZoneInfo("America/Los_Angeles")
    offsets = set()
    for row in rows:
        utc = datetime.fromisoformat(row["utc"] + "+00:00")
        assert utc.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") == row["here"]
        offsets.add(utc.astimezone(zone).utcoffset())
    assert len(offsets) == 2


def test_utc_of_a_computed_date_counts_from_the_accounts_zone(shared: Any) -> None:
    row = shared.one(
        "SELECT TO_CHAR(SYS_EXTRACT_UTC(TO_TIMESTAMP('2026-01-15 20:00:00','YYYY-MM-DD HH24:MI:SS')),"
        "'YYYY-MM-DD HH24:MI') winter FROM dual"
    )
    assert row == {"winter": "2026-01-16 04:00"}


def test_money_sums_exactly(shared: Any) -> None:
    row = shared.one("SELECT SUM(foreignamount) s, SUM(-1 * foreignamount) t FROM transactionline")
    assert row == {"s": "0", "t": "0"}
    assert shared.one("SELECT CASE WHEN 0.1 + 0.2 = 0.3 THEN 'exact' ELSE 'float' END how FROM dual") == {
        "how": "exact"
    }


def test_decimals_have_no_trailing_zeros(shared: Any) -> None:
    row = shared.one("SELECT 1.50 a, -0.50 b, 100 c, 2.0 d, ROUND(2.675, 2) e, 10 / 4 f FROM dual")
    assert row == {"a": "1.5", "b": "-0.5", "c": "100", "d": "2", "e": "2.68", "f": "2.5"}


def test_the_leading_zero_may_be_missing_as_oracle_does(shared: Any) -> None:
    shared.settings(leading_zero=False)
    assert shared.one("SELECT 0.5 a, -0.5 b, 10.5 c, 0 d FROM dual") == {
        "a": ".5",
        "b": "-.5",
        "c": "10.5",
        "d": "0",
    }


def test_bound_params_arrive_as_texts_and_compare_as_numbers(shared: Any) -> None:
    rows = shared.rows("SELECT id FROM item WHERE id BETWEEN ? AND ? ORDER BY id", ["201", "203"])
    assert [row["id"] for row in rows] == ["201", "202", "203"]


@pytest.mark.parametrize("params", [["1"], [], None, ["1", None]])
def test_params_that_are_missing_or_null_are_refused(shared: Any, params: list[Any] | None) -> None:
    assert shared.query("SELECT id FROM item WHERE id BETWEEN ? AND ?", params).status_code == 400


def test_a_param_is_a_value_and_never_sql(shared: Any) -> None:
    assert shared.rows("SELECT id FROM item WHERE itemid = ?", ["x' OR '1'='1"]) == []
