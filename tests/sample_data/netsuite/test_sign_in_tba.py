"""Token-based authentication: what a signature must be, and that the answer never says what was wrong with it."""

from __future__ import annotations

import re
import time
from typing import Any

import httpx
import pytest
from oauthlib.oauth1 import Client

from sample_data.netsuite.oauth1 import Refused, Signatures, TokenCredentials, parse_header, signature

QUERY = "/services/rest/query/v1/suiteql?limit=10&offset=0"
PING = b'{"q": "SELECT 1 x FROM dual"}'


def send(stand_in: Any, authorization: str | None, path: str = QUERY) -> httpx.Response:
    """A query with a given Authorization header."""
    headers = {"Prefer": "transient", **({"Authorization": authorization} if authorization else {})}
    return stand_in.http.post(stand_in.url + path, content=PING, headers=headers)  # type: ignore[no-any-return]


def why(stand_in: Any) -> str:
    """The reason of the last refusal, from the login audit trail."""
    return str(stand_in.sim("GET", "audit")[-1]["reason"])


def check_refused(stand_in: Any, reply: httpx.Response, reason: str) -> None:
    assert reply.status_code == 401
    (detail,) = reply.json()["o:errorDetails"]
    assert detail["o:errorCode"] == "INVALID_LOGIN"
    assert detail["detail"].startswith("Invalid login attempt. For more details, see the Login Audit Trail")
    assert why(stand_in) == reason


def signed(stand_in: Any, path: str = QUERY, **changed: Any) -> str:
    return str(stand_in.sign("POST", stand_in.url + path, **changed)["Authorization"])


def test_oracles_published_signature_is_reproduced() -> None:
    given = {
        "oauth_consumer_key": "ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4",
        "oauth_token": "2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc",
        "oauth_nonce": "fjaLirsIcCGVZWzBX0pg",
        "oauth_timestamp": "1508242306",
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_version": "1.0",
        "realm": "123456",
    }
    credentials = TokenCredentials(
        given["oauth_consumer_key"],
        "d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5",
        given["oauth_token"],
        "c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295",
    )
    url = "https://123456.suitetalk.api.netsuite.com/services/rest/record/v1/employee/40"
    expected = "B5OIWznZ2YP0OB7VrJrGkYsTh+8H+5T9Hag+o92q0zY="
    assert signature("GET", url, "", given, credentials) == expected
    header = "OAuth " + ", ".join(f'{k}="{v}"' for k, v in given.items())
    header += ', oauth_signature="B5OIWznZ2YP0OB7VrJrGkYsTh%2B8H%2B5T9Hag%2Bo92q0zY%3D"'
    checks = Signatures("123456", {credentials.token_id: credentials})
    assert checks.check("GET", url, "", header, 1508242306) == credentials
    with pytest.raises(Refused):
        checks.check(
            "GET", url, "limit=5", header.replace("fjaLirsIcCGVZWzBX0pg", "anothernonce"), 1508242306
        )


def test_a_good_signature_is_let_in(shared: Any) -> None:
    assert send(shared, signed(shared)).status_code == 200


def test_no_header_is_refused(shared: Any) -> None:
    check_refused(shared, send(shared, None), "parameter_absent")


def test_the_query_string_is_part_of_what_is_signed(shared: Any) -> None:
    without = str(shared.sign("POST", shared.url + QUERY.partition("?")[0])["Authorization"])
    check_refused(shared, send(shared, without), "InvalidSignature")


def test_query_parameters_do_not_belong_in_the_header(shared: Any) -> None:
    check_refused(shared, send(shared, signed(shared) + ', limit="10"'), "parameter_rejected")


def test_only_hmac_sha256_is_taken(shared: Any) -> None:
    for method in ("HMAC-SHA1", "PLAINTEXT"):
        check_refused(shared, send(shared, signed(shared, signature_method=method)), "UnknownAlgorithm")


@pytest.mark.parametrize("realm", ["1234567-sb1", "1234567_sb1", "7654321"])
def test_the_realm_is_the_account_id_in_upper_case_with_an_underscore(shared: Any, realm: str) -> None:
    check_refused(shared, send(shared, signed(shared, realm=realm)), "permission_denied")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"client_key": "nobody"}, "consumer_key_unknown"),
        ({"resource_owner_key": "nobody"}, "token_rejected"),
        ({"client_secret": "wrong"}, "InvalidSignature"),
        ({"resource_owner_secret": "wrong"}, "InvalidSignature"),
        ({"nonce": "12345"}, "parameter_rejected"),
        ({"timestamp": "1508242306"}, "InvalidTimestamp"),
    ],
)
def test_the_answer_is_one_and_the_same_the_reason_is_in_the_audit_trail(
    shared: Any, changed: dict[str, Any], reason: str
) -> None:
    check_refused(shared, send(shared, signed(shared, **changed)), reason)


def test_a_nonce_is_good_once(shared: Any) -> None:
    header = signed(shared)
    assert send(shared, header).status_code == 200
    check_refused(shared, send(shared, header), "nonce_used")


@pytest.mark.parametrize(("seconds", "status"), [(290, 200), (-290, 200), (310, 401), (-310, 401)])
def test_clocks_may_differ_by_five_minutes(shared: Any, seconds: int, status: int) -> None:
    shared.sim("POST", "clock", {"auth_skew_seconds": seconds})
    assert send(shared, signed(shared)).status_code == status


def test_unknown_oauth_parameters_are_part_of_the_base_string(shared: Any) -> None:
    # As PyPI's netsuite client sends oauth_body_hash.
    class WithBodyHash(Client):
        def get_oauth_params(self, request: Any) -> Any:
            return [*super().get_oauth_params(request), ("oauth_body_hash", "2jmj7l5rSw0yVb/vlWAYkK/YBwk=")]

    ready = shared.ready
    client = WithBodyHash(
        ready["consumer_key"],
        ready["consumer_secret"],
        ready["token_id"],
        ready["token_secret"],
        signature_method="HMAC-SHA256",
        realm=ready["account_id"],
    )
    header = str(client.sign(shared.url + QUERY, "POST")[1]["Authorization"])
    assert "oauth_body_hash" in header
    assert send(shared, header).status_code == 200
    tampered = re.sub(
        r'oauth_body_hash="[^"]*"',
        'oauth_body_hash="x"',
        str(client.sign(shared.url + QUERY, "POST")[1]["Authorization"]),
    )
    check_refused(shared, send(shared, tampered), "InvalidSignature")


def test_the_version_may_be_left_out_but_not_be_another(shared: Any) -> None:
    check_refused(
        shared,
        send(shared, signed(shared).replace('oauth_version="1.0"', 'oauth_version="2.0"')),
        "VersionRejected",
    )


def test_five_failures_lock_the_user_until_time_or_an_administrator_unlocks(shared: Any) -> None:
    for _ in range(5):
        assert send(shared, signed(shared, client_secret="wrong")).status_code == 401
    check_refused(shared, send(shared, signed(shared)), "temporary_locked")
    shared.sim("POST", "unlock")
    assert send(shared, signed(shared)).status_code == 200


def test_a_success_in_between_starts_the_count_afresh(shared: Any) -> None:
    for _ in range(4):
        send(shared, signed(shared, client_secret="wrong"))
    assert send(shared, signed(shared)).status_code == 200
    for _ in range(4):
        send(shared, signed(shared, client_secret="wrong"))
    assert send(shared, signed(shared)).status_code == 200


def test_the_lock_opens_after_half_an_hour() -> None:
    credentials = TokenCredentials("key", "secret", "token", "token secret")
    checks = Signatures("1", {"token": credentials})
    now = time.time()

    def header(at: float, secret: str, nonce: str) -> str:
        client = Client(
            "key", secret, "token", "token secret", signature_method="HMAC-SHA256", realm="1",
            timestamp=str(int(at)), nonce=nonce,
        )  # fmt: skip
        return str(client.sign("https://x.example/a", "GET")[1]["Authorization"])

    for n in range(5):
        with pytest.raises(Refused, match="base string"):
            checks.check("GET", "https://x.example/a", "", header(now, "wrong", f"nonce-{n}"), now)
    with pytest.raises(Refused, match="locked"):
        checks.check("GET", "https://x.example/a", "", header(now + 1790, "secret", "nonce-a"), now + 1790)
    later = now + 1801
    assert (
        checks.check("GET", "https://x.example/a", "", header(later, "secret", "nonce-b"), later)
        == credentials
    )


@pytest.mark.parametrize("header", ["OAuth x", 'OAuth a="1", a="2"', "OAuth a=1", "Basic abc"])
def test_a_header_that_cannot_be_read_is_refused(header: str) -> None:
    with pytest.raises(Refused):
        parse_header(header)


def test_each_token_has_the_permissions_of_its_role(own: Any) -> None:
    granted = ["REST Web Services", "SuiteAnalytics Workbook", "Log in using Access Tokens"]
    role = own.sim("POST", "roles", {"granted": [*granted, "Items"]})["id"]
    token = own.sim("POST", "tokens", {"role": role})
    url = own.url + "/services/rest/query/v1/suiteql"

    def status(table: str) -> int:
        keys = {
            "client_key": token["consumer_key"],
            "client_secret": token["consumer_secret"],
            "resource_owner_key": token["token_id"],
            "resource_owner_secret": token["token_secret"],
        }
        headers = {**own.sign("POST", url, **keys), "Prefer": "transient"}
        asked = own.http.post(url, json={"q": f"SELECT id FROM {table}"}, headers=headers)
        return int(asked.status_code)

    assert (status("item"), status("account")) == (200, 400)
    own.sim("PUT", f"roles/{role}", {"granted": granted[:2]})
    assert status("item") == 401
    assert own.sim("GET", "audit")[-1]["reason"] == "permission_denied"
    own.sim("DELETE", f"roles/{role}")
    assert status("item") == 401
    own.sim("DELETE", f"tokens/{token['token_id']}")
    assert status("item") == 401
    assert own.query("SELECT id FROM account").status_code == 200
