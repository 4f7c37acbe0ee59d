"""Pages as NetSuite writes them, and as it might."""

import json

import pytest

from revrec.netsuite.errors import AnswerUnreadable
from revrec.netsuite.page import parse_page


def rows(*items):
    return parse_page(json.dumps({"items": list(items), "hasMore": False}).encode(), "q").rows


def test_plain_rows_are_taken_as_they_are_but_for_their_links():
    assert rows({"links": [], "id": "1", "memo": "é"}) == ({"id": "1", "memo": "é"},)


def test_capitals_nulls_numbers_and_booleans_become_what_netsuite_promises():
    assert rows(
        {"links": [], "ID": "1", "Amount": 1.50, "n": 7, "posting": True, "void": False, "memo": None}
    ) == ({"id": "1", "amount": "1.5", "n": "7", "posting": "T", "void": "F"},)


def test_a_number_keeps_every_digit():
    page = parse_page(b'{"items":[{"amount":12345678901234567.89}],"hasMore":false}', "q")
    assert page.rows[0]["amount"] == "12345678901234567.89"


@pytest.mark.parametrize(
    ("has_more", "total", "more"),
    [(True, 5000, True), (False, 2, False), (False, 150_000, True), ("true", 5000, True)],
)
def test_rows_past_the_cap_exist_though_no_offset_reaches_them(has_more, total, more):
    body = {"items": [{"id": "1"}, {"id": "2"}], "hasMore": has_more, "totalResults": total, "offset": 0}
    assert parse_page(json.dumps(body).encode(), "q").more_exist is more


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"items":{}}', b'{"items":["x"],"hasMore":false}', b"<html>"]
)
def test_what_is_no_page_is_refused(body):
    with pytest.raises(AnswerUnreadable, match="the query for things"):
        parse_page(body, "the query for things")
