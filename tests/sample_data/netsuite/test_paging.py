"""limit, offset, the links, the 100,000-row cap, and what happens to rows that nothing orders."""

from __future__ import annotations

from typing import Any

import pytest

ORDERED = "SELECT id FROM transaction ORDER BY id"


def _ids(reply: Any) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [item["id"] for item in reply.json()["items"]]


def test_without_prefer_transient_a_query_is_refused(shared: Any) -> None:
    reply = shared.request("POST", "/services/rest/query/v1/suiteql", {"q": ORDERED})
    assert reply.status_code == 400


def test_prefer_may_name_more_than_transient(shared: Any) -> None:
    reply = shared.request(
        "POST",
        "/services/rest/query/v1/suiteql",
        {"q": "SELECT 1 x FROM dual"},
        {"Prefer": "respond-sync, transient"},
    )
    assert reply.status_code == 200


def test_the_body_needs_no_content_type(shared: Any) -> None:
    reply = shared.request(
        "POST", "/services/rest/query/v1/suiteql", b'{"q": "SELECT 1 x FROM dual"}', {"Prefer": "transient"}
    )
    assert "content-type" not in reply.request.headers
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("application/vnd.oracle.resource+json; type=collection")


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"q": 1}', b'{"query": "SELECT 1 FROM dual"}'])
def test_a_body_that_is_no_query_is_refused(shared: Any, body: bytes) -> None:
    reply = shared.request("POST", "/services/rest/query/v1/suiteql", body, {"Prefer": "transient"})
    assert reply.status_code == 400


def test_a_page_is_a_thousand_rows_unless_fewer_are_asked_for(shared: Any) -> None:
    body = shared.query("SELECT uniquekey FROM transactionline ORDER BY uniquekey").json()
    assert body["count"] == len(body["items"]) == 1000
    assert body["hasMore"] is True
    assert shared.query(ORDERED, limit=7).json()["count"] == 7


@pytest.mark.parametrize(("limit", "offset"), [(1001, 0), (0, 0), (10, 5), (20, 30), (10, -10), (1, 1000)])
def test_limits_and_offsets_that_are_refused(shared: Any, limit: int, offset: int) -> None:
    reply = shared.query(ORDERED, limit=limit, offset=offset)
    assert reply.status_code == 400
    assert reply.json()["o:errorDetails"][0]["o:errorCode"] == "INVALID_PARAMETER"


def test_links_can_be_followed_from_the_first_page_to_the_last(shared: Any) -> None:
    url = f"{shared.url}/services/rest/query/v1/suiteql?limit=200"
    seen: list[str] = []
    rels: list[list[str]] = []
    while url:
        reply = shared.request("POST", url.removeprefix(shared.url), {"q": ORDERED}, {"Prefer": "transient"})
        body = reply.json()
        seen += [item["id"] for item in body["items"]]
        rels.append([link["rel"] for link in body["links"]])
        links = {link["rel"]: link["href"] for link in body["links"]}
        url = links.get("next", "")
    assert len(seen) == len(set(seen)) == body["totalResults"]
    assert seen == sorted(seen, key=int)
    assert rels[0] == ["next", "last", "self"]
    assert rels[1] == ["prev", "first", "next", "last", "self"]
    assert rels[-1] == ["prev", "first", "self"]
    assert body["hasMore"] is False


def test_every_item_carries_links_of_its_own(shared: Any) -> None:
    assert all(item["links"] == [] for item in shared.query(ORDERED, limit=5).json()["items"])


def test_rows_past_the_cap_are_counted_but_not_served(shared: Any) -> None:
    shared.settings(row_cap=250)
    total = int(shared.one("SELECT COUNT(*) n FROM transaction")["n"])
    served, offset, more = 0, 0, True
    while more:
        body = shared.query(ORDERED, limit=100, offset=offset).json()
        served, offset, more = served + body["count"], offset + 100, body["hasMore"]
        assert body["totalResults"] == total
    assert served == 250
    beyond = shared.query(ORDERED, limit=100, offset=300).json()
    assert (beyond["count"], beyond["hasMore"], beyond["totalResults"]) == (0, False, total)


def test_a_small_page_lowers_the_reachable_total_to_a_thousand_pages(shared: Any) -> None:
    assert (
        shared.query(
            "SELECT uniquekey FROM transactionline ORDER BY uniquekey", limit=1, offset=999
        ).status_code
        == 200
    )
    assert (
        shared.query(
            "SELECT uniquekey FROM transactionline ORDER BY uniquekey", limit=1, offset=1000
        ).status_code
        == 400
    )


def test_unordered_rows_come_differently_on_every_page(shared: Any) -> None:
    assert _ids(shared.query("SELECT id FROM transaction", limit=100)) != _ids(
        shared.query("SELECT id FROM transaction", limit=100)
    )


def test_an_order_that_leaves_ties_shuffles_them(shared: Any) -> None:
    tied = "SELECT id FROM transaction ORDER BY type"
    assert _ids(shared.query(tied, limit=100)) != _ids(shared.query(tied, limit=100))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM transaction ORDER BY trandate, id",
        "SELECT uniquekey AS id FROM transactionline ORDER BY transaction, id",
        "SELECT t.id FROM transaction t LEFT JOIN customer c ON c.id = t.entity ORDER BY t.id",
        "SELECT tl.uniquekey AS id FROM transaction t JOIN transactionline tl ON tl.transaction = t.id"
        " JOIN transactionaccountingline tal ON tal.transaction = tl.transaction AND tal.transactionline = tl.id"
        " WHERE tal.accountingbook = 1 ORDER BY t.id, tl.id",
        "SELECT entity AS id FROM transaction GROUP BY entity ORDER BY entity",
        "SELECT DISTINCT entity AS id FROM transaction ORDER BY entity",
        "SELECT s.id FROM (SELECT id, type FROM transaction) s ORDER BY s.id",
        "SELECT TOP 50 id FROM transaction ORDER BY id",
    ],
)
def test_an_order_by_a_unique_key_is_kept(shared: Any, query: str) -> None:
    first = _ids(shared.query(query, limit=50))
    assert all(_ids(shared.query(query, limit=50)) == first for _ in range(3))


def test_a_unique_key_of_one_side_of_a_join_does_not_order_the_other(shared: Any) -> None:
    tied = "SELECT tl.uniquekey AS id FROM transaction t JOIN transactionline tl ON tl.transaction = t.id ORDER BY t.id"
    pages = {tuple(_ids(shared.query(tied, limit=100))) for _ in range(5)}
    assert len(pages) > 1


def test_pages_are_no_snapshot(own: Any) -> None:
    first = _ids(own.query(ORDERED, limit=10))
    own.change("delete", transaction=int(first[0]))
    second = _ids(own.query(ORDERED, limit=10, offset=10))
    everything = [str(each) for each in range(int(first[0]), int(first[0]) + 21)]
    assert second == everything[11:21], "the eleventh row moved to the first page and is never seen"
