"""Credentials: OAuth 1.0a signatures. (OAuth 2.0 is tried by an independent library, see the clients.)"""

from __future__ import annotations

import time
from typing import Any

from .account import SUITEQL, TOKEN, Account
from .facts import fact, help_page

TBA = help_page("subsect_156935170194")
PING = {"q": "SELECT 1 AS x FROM dual"}
TRANSIENT = {"Prefer": "transient"}


def refused(account: Account, **signing: Any) -> None:
    """A request signed that way is 401 INVALID_LOGIN, whatever the reason."""
    reply = account.send("POST", SUITEQL, PING, TRANSIENT, **signing)
    assert (reply.status_code, account.code_of(reply)) == (401, "INVALID_LOGIN")
    assert account.detail_of(reply)["detail"].startswith("Invalid login attempt.")


@fact("A signature by HMAC-SHA256 lets in.", help_page("section_1534941088"))
def _(account: Account) -> None:
    assert account.send("POST", SUITEQL, PING, TRANSIENT).status_code == 200


@fact("HMAC-SHA1 does not any more.", help_page("section_1534941088"))
def _(account: Account, sim: Any) -> None:
    del sim
    refused(account, signature_method="HMAC-SHA1")


@fact("A wrong secret, an unknown token and another account's realm are all INVALID_LOGIN.", TBA)
def _(account: Account, sim: Any) -> None:
    del sim
    refused(account, client_secret="wrong")
    refused(account, resource_owner_key="nosuch")
    refused(account, realm="7654321")


@fact("The URL's query is part of the base string: limit and offset are signed.", "RFC 5849, 3.4.1.3.1")
def _(account: Account, sim: Any) -> None:
    del sim
    url = account.url + SUITEQL
    reply = account.http.post(
        f"{url}?limit=5&offset=0", json=PING, headers={**account.sign("POST", url), **TRANSIENT}
    )
    assert reply.status_code == 401


@fact("A nonce serves once.", TBA)
def _(account: Account, sim: Any) -> None:
    del sim
    url = account.url + SUITEQL
    signed = {**account.sign("POST", url), **TRANSIENT}
    assert [account.http.post(url, json=PING, headers=signed).status_code for _ in range(2)] == [200, 401]


@fact("A timestamp five minutes off is refused.", TBA)
def _(account: Account, sim: Any) -> None:
    del sim
    refused(account, timestamp=str(int(time.time()) - 400))
    assert (
        account.send("POST", SUITEQL, PING, TRANSIENT, timestamp=str(int(time.time()) - 200)).status_code
        == 200
    )


@fact("Five failures lock the user for 30 minutes.", TBA)
def _(account: Account, sim: Any) -> None:
    for _ in range(5):
        refused(account, client_secret="wrong")
    refused(account)
    sim.ask("POST", "clock", {"auth_skew_seconds": 31 * 60})
    fresh = str(int(time.time()) + 31 * 60)
    assert account.send("POST", SUITEQL, PING, TRANSIENT, timestamp=fresh).status_code == 200


@fact("A malformed bearer token is 400; one that is not the account's 401 with WWW-Authenticate.",
      help_page("subsect_158521885412"))  # fmt: skip
def _(account: Account, sim: Any) -> None:
    del sim
    url = account.url + SUITEQL
    for token, status, error in (("nonsense", 400, "invalid_request"), ("a.b.c", 401, "invalid_token")):
        reply = account.http.post(url, json=PING, headers={"Authorization": f"Bearer {token}", **TRANSIENT})
        assert reply.status_code == status
        assert f'error="{error}"' in reply.headers["www-authenticate"]


@fact("The token endpoint's errors are RFC 6749's.", help_page("subsect_158521832417"))
def _(account: Account, sim: Any) -> None:
    del sim
    reply = account.http.post(account.url + TOKEN, data={"grant_type": "password", "client_assertion": "x"})
    assert (reply.status_code, reply.json()["error"]) == (400, "unsupported_grant_type")
