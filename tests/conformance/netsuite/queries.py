"""SuiteQL over REST: the request, pages, and what a page holds."""

from __future__ import annotations

from typing import Any

from .account import SUITEQL, Account
from .facts import fact, help_page

QUERY_PAGE = help_page("section_157909186990")
PAGING = help_page("section_156414087576")
ORDERED = "SELECT id FROM transaction ORDER BY id"


def ids(body: dict[str, Any]) -> list[str]:
    return [item["id"] for item in body["items"]]


@fact("A query is a POST of JSON with `q`; a good one is answered with 200.", QUERY_PAGE)
def _(account: Account) -> None:
    assert account.query("SELECT id FROM item ORDER BY id").status_code == 200


@fact("Without the header `Prefer: transient` it is refused (4xx).", QUERY_PAGE)
def _(account: Account) -> None:
    assert 400 <= account.send("POST", SUITEQL, {"q": ORDERED}).status_code < 500


@fact("The body needs no JSON content type: clients exist that send none.", "npm netsuite-api-client 1.0.3")
def _(account: Account) -> None:
    reply = account.send("POST", SUITEQL, b'{"q": "SELECT 1 AS x FROM dual"}', {"Prefer": "transient"})
    assert "content-type" not in reply.request.headers
    assert reply.status_code == 200


@fact("`params` are bound to the `?` in order, as texts.", QUERY_PAGE)
def _(account: Account) -> None:
    rows = account.rows("SELECT id FROM item WHERE id BETWEEN ? AND ? ORDER BY id", ["0", "999999"])
    assert rows == account.rows("SELECT id FROM item WHERE id BETWEEN 0 AND 999999 ORDER BY id") != []


@fact("A null among the params is refused, and so are too few of them.", "crate netsuite_rs")
def _(account: Account) -> None:
    for params in ([None, "1"], ["1"]):
        assert account.query("SELECT id FROM item WHERE id BETWEEN ? AND ?", params).status_code == 400


@fact("limit and offset count in the URL only; in the body they are ignored.", QUERY_PAGE)
def _(account: Account) -> None:
    body = {"q": ORDERED, "limit": 1, "offset": 5}
    reply = account.send("POST", SUITEQL, body, {"Prefer": "transient"})
    assert (reply.json()["offset"], reply.json()["count"] > 1) == (0, True)


@fact("GET is not a method of the query service: 405 INVALID_METHOD.", "airbyte issue 69274")
def _(account: Account) -> None:
    reply = account.send("GET", SUITEQL)
    assert (reply.status_code, account.code_of(reply)) == (405, "INVALID_METHOD")


@fact("A page has 1,000 rows unless fewer are asked for, and never more.", PAGING)
def _(account: Account) -> None:
    assert account.page("SELECT uniquekey FROM transactionline ORDER BY uniquekey")["count"] == 1000
    assert account.page(ORDERED, limit=7)["count"] == 7
    assert account.query(ORDERED, limit=1001).status_code >= 400


@fact("An offset that the limit does not divide gets an error.", "netsuite-rest issue 25")
def _(account: Account) -> None:
    assert account.page(ORDERED, limit=10, offset=20)["offset"] == 20
    assert account.query(ORDERED, limit=10, offset=25).status_code >= 400


@fact("There are at most 1,000 pages, so a small limit lowers the reachable total.", PAGING)
def _(account: Account) -> None:
    assert account.query(ORDERED, limit=1, offset=1000).status_code >= 400


@fact("A page holds links, count, hasMore, items, offset and totalResults, typed.", QUERY_PAGE)
def _(account: Account) -> None:
    body = account.page(ORDERED, limit=5)
    kinds = {"links": list, "count": int, "hasMore": bool, "items": list, "offset": int, "totalResults": int}
    assert {name: type(body[name]) for name in kinds} == kinds


@fact("The first page links to next, last and self; later ones to prev and first too; the last to neither next nor "
      "last.", QUERY_PAGE)  # fmt: skip
def _(account: Account) -> None:
    total = account.page(ORDERED, limit=100)["totalResults"]
    last = (total - 1) // 100 * 100
    rels = [
        {link["rel"] for link in account.page(ORDERED, limit=100, offset=at)["links"]}
        for at in (0, 100, last)
    ]
    assert rels == [
        {"next", "last", "self"},
        {"prev", "first", "next", "last", "self"},
        {"prev", "first", "self"},
    ]


@fact("The links are absolute and can be called as they stand.", "PyPI restsuite 1.0.0")
def _(account: Account) -> None:
    links = {link["rel"]: link["href"] for link in account.page(ORDERED, limit=100)["links"]}
    reply = account.send("POST", links["next"], {"q": ORDERED}, {"Prefer": "transient"})
    assert reply.json()["offset"] == 100


@fact("Every item carries an empty `links`, whatever was selected.", "salto netsuite-adapter")
def _(account: Account) -> None:
    assert all(item["links"] == [] for item in account.page(ORDERED, limit=5)["items"])


@fact("A reply says `application/vnd.oracle.resource+json; type=collection`.", QUERY_PAGE)
def _(account: Account) -> None:
    kind = account.query(ORDERED, limit=5).headers["content-type"]
    assert kind.startswith("application/vnd.oracle.resource+json; type=collection")


@fact("Rows that no ORDER BY on a unique key orders come differently on every page, so some are lost.",
      "salto netsuite-adapter, pull request 2181; Oracle help, section_158394344595")  # fmt: skip
def _(account: Account, sim: Any) -> None:
    del sim
    assert len({tuple(ids(account.page("SELECT id FROM transaction", limit=100))) for _ in range(4)}) > 1
    assert len({tuple(ids(account.page(ORDERED, limit=100))) for _ in range(3)}) == 1


@fact("A query runs anew for every page: a row deleted in between shifts the pages.", QUERY_PAGE)
def _(account: Account, sim: Any) -> None:
    first = ids(account.page(ORDERED, limit=10))
    expected = ids(account.page(ORDERED, limit=10, offset=10))
    sim.change("delete", transaction=int(first[0]))
    shifted = ids(account.page(ORDERED, limit=10, offset=10))
    assert shifted[:9] == expected[1:]


@fact("Rows past the first 100,000 are counted in totalResults and not served.",
      "salto netsuite-adapter; tap-netsuite-rest; " + PAGING)  # fmt: skip
def _(account: Account, sim: Any) -> None:
    total = account.page(ORDERED, limit=50)["totalResults"]
    sim.settings(row_cap=100)
    last = account.page(ORDERED, limit=50, offset=50)
    assert (last["hasMore"], last["totalResults"]) == (False, total)
    assert account.page(ORDERED, limit=50, offset=100)["count"] == 0


@fact("Nothing but SuiteQL's own path answers: another path is 404.", help_page("section_156335203191"))
def _(account: Account) -> None:
    assert account.send("GET", "/services/rest/query/v2/suiteql").status_code == 404
