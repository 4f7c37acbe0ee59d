"""The account that is asked: requests signed by oauthlib, which shares no code with stand-in or client."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

import httpx
from oauthlib.oauth1 import Client

SUITEQL = "/services/rest/query/v1/suiteql"
RECORD = "/services/rest/record/v1"
JOURNALS = f"{RECORD}/journalEntry"
TOKEN = "/services/rest/auth/oauth2/v1/token"


class Account:
    """One account at a base URL. `keys` holds account_id, consumer_key, consumer_secret, token_id, token_secret."""

    def __init__(self, url: str, keys: dict[str, str]) -> None:
        self.url = url.rstrip("/")
        self.keys = keys
        self.http = httpx.Client(timeout=60, trust_env=not self.url.startswith("http://127."))
        self._numbers = 0

    def sign(self, method: str, url: str, **changed: Any) -> dict[str, str]:
        """Headers of a signed request; `changed` overrides oauthlib's arguments."""
        given = {
            "client_key": self.keys["consumer_key"],
            "client_secret": self.keys["consumer_secret"],
            "resource_owner_key": self.keys["token_id"],
            "resource_owner_secret": self.keys["token_secret"],
            "signature_method": "HMAC-SHA256",
            "realm": self.keys["account_id"],
            **changed,
        }
        _, headers, _ = Client(**given).sign(url, method)
        return dict(headers)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        **signing: Any,
    ) -> httpx.Response:
        """A signed request; `path` may be a whole URL of this account."""
        url = path if path.startswith("http") else self.url + path
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        signed = {**self.sign(method, url, **signing), **(headers or {})}
        return self.http.request(method, url, headers=signed, content=content)

    def query(
        self,
        text: str,
        params: list[Any] | None = None,
        *,
        limit: int | None = None,
        offset: int | None = None,
    ) -> httpx.Response:
        """One page of a SuiteQL query."""
        wanted = [f"{k}={v}" for k, v in (("limit", limit), ("offset", offset)) if v is not None]
        path = SUITEQL + ("?" + "&".join(wanted) if wanted else "")
        body = {"q": text, **({"params": params} if params is not None else {})}
        return self.send("POST", path, body, {"Prefer": "transient"})

    def page(self, text: str, **page: Any) -> dict[str, Any]:
        """The body of a page that must come."""
        reply = self.query(text, **page)
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    def rows(self, text: str, params: list[Any] | None = None) -> list[dict[str, Any]]:
        """The first page's items without their links."""
        return [
            {k: v for k, v in item.items() if k != "links"}
            for item in self.page(text, params=params)["items"]
        ]

    def one(self, text: str) -> dict[str, Any]:
        """The only row."""
        (row,) = self.rows(text)
        return row

    def detail_of(self, reply: httpx.Response) -> dict[str, Any]:
        """The one entry of an error's o:errorDetails."""
        (detail,) = reply.json()["o:errorDetails"]
        return dict(detail)

    def code_of(self, reply: httpx.Response) -> str:
        """An error's o:errorCode."""
        return str(self.detail_of(reply)["o:errorCode"])

    @cached_property
    def invoice(self) -> str:
        """The id of some posted invoice that is not void."""
        sql = (
            "SELECT MIN(id) AS id FROM transaction WHERE type = 'CustInvc' AND posting = 'T' AND voided = 'F'"
        )
        return str(self.one(sql)["id"])

    @cached_property
    def accounts(self) -> tuple[str, str]:
        """A liability and an income account that a journal can post to."""
        sql = (
            "SELECT MIN(id) AS id FROM account WHERE accttype = '{}' AND isinactive = 'F' AND issummary = 'F'"
        )
        return str(self.one(sql.format("DeferRevenue"))["id"]), str(self.one(sql.format("Income"))["id"])

    @cached_property
    def open_day(self) -> str:
        """The last day of an open posting period."""
        sql = (
            "SELECT TO_CHAR(MIN(enddate), 'YYYY-MM-DD') AS d FROM accountingperiod WHERE isposting = 'T'"
            " AND isquarter = 'F' AND isyear = 'F' AND isadjust = 'F' AND closed = 'F' AND alllocked = 'F'"
        )
        return str(self.one(sql)["d"])

    def external_id(self) -> str:
        """One that was not used before in this run."""
        self._numbers += 1
        return f"FACT-{id(self) % 10**6}-{self._numbers}"

    def journal(self, **changed: Any) -> dict[str, Any]:
        """The body of a journal entry that NetSuite takes; a value of None leaves the property out."""
        liability, income = self.accounts
        body: dict[str, Any] = {
            "externalId": self.external_id(),
            "tranDate": self.open_day,
            "subsidiary": {"id": "1"},
            "line": {
                "items": [
                    {"account": {"id": liability}, "debit": 100.5},
                    {"account": {"id": income}, "credit": 100.5},
                ]
            },
            **changed,
        }
        return {name: value for name, value in body.items() if value is not None}

    def post(self, body: dict[str, Any], **headers: str) -> httpx.Response:
        """POST a journal entry."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("POST", JOURNALS, body, {"Content-Type": "application/json", **names})

    def posted(self, **changed: Any) -> str:
        """The id of a journal just made."""
        reply = self.post(self.journal(**changed))
        assert reply.status_code == 204, reply.text
        return reply.headers["location"].rpartition("/")[2]

    def read(self, key: str, query: str = "?expandSubResources=true") -> dict[str, Any]:
        """A journal entry as the record service shows it."""
        reply = self.send("GET", f"{JOURNALS}/{key}{query}")
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    def close(self) -> None:
        """Close the connections."""
        self.http.close()


class SideDoor:
    """`/_sim` of a stand-in: settings, faults and changes."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/_sim", timeout=60, trust_env=False)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A request that must work."""
        reply = self._http.request(method, f"/{path}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def settings(self, **changed: Any) -> None:
        """Change settings."""
        self.ask("POST", "settings", changed)

    def lacks(self, *features: str) -> None:
        """Switch features off."""
        there = set(self.ask("GET", "settings")["features"])
        self.settings(features=sorted(there - set(features)))

    def has(self, *features: str) -> None:
        """Switch features on."""
        there = set(self.ask("GET", "settings")["features"])
        self.settings(features=sorted(there | set(features)))

    def change(self, change: str, **given: Any) -> Any:
        """Change the account's data as a user would."""
        return self.ask("POST", "change", {"change": change, **given})

    def fault(self, **given: Any) -> None:
        """Order a fault."""
        self.ask("POST", "faults", given)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
