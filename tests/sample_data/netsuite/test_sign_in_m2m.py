"""OAuth 2.0 client credentials: the assertion, the token, and what a bad one is answered with."""

from __future__ import annotations

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

TOKEN = "/services/rest/auth/oauth2/v1/token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


def certificate(key: Any, days: int = 700) -> str:
    """A self-signed certificate in PEM."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "revrec")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(Encoding.PEM).decode()


def private(key: Any) -> RSAKey | ECKey:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return RSAKey.import_key(pem) if isinstance(key, rsa.RSAPrivateKey) else ECKey.import_key(pem)


@pytest.fixture
def on_file(shared: Any, rsa_key: rsa.RSAPrivateKey) -> str:
    """The id of the RSA key's certificate."""
    return str(shared.sim("POST", "certificates", {"pem": certificate(rsa_key)})["certificate_id"])


def assertion(
    stand_in: Any, key: Any, kid: str, alg: str = "PS256", header: Any = None, **claims: Any
) -> str:
    now = int(time.time())
    given = {
        "iss": stand_in.ready["client_id"],
        "scope": ["rest_webservices"],
        "aud": stand_in.url + TOKEN,
        "iat": now,
        "exp": now + 3600,
        **claims,
    }
    return jwt.encode(
        {"alg": alg, "typ": "JWT", "kid": kid, **(header or {})}, given, private(key), algorithms=[alg]
    )


def ask(stand_in: Any, token: str, **changed: Any) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": token,
        **changed,
    }
    sent = {name: value for name, value in form.items() if value is not None}
    return stand_in.http.post(stand_in.url + TOKEN, data=sent)  # type: ignore[no-any-return]


def use(stand_in: Any, authorization: str) -> httpx.Response:
    return stand_in.http.post(  # type: ignore[no-any-return]
        stand_in.url + "/services/rest/query/v1/suiteql",
        json={"q": "SELECT 1 x FROM dual"},
        headers={"Authorization": authorization, "Prefer": "transient"},
    )


@pytest.mark.parametrize("alg", ["PS256", "PS384", "PS512"])
def test_a_signed_assertion_gives_a_bearer_token_of_an_hour(
    shared: Any, rsa_key: rsa.RSAPrivateKey, on_file: str, alg: str
) -> None:
    reply = ask(shared, assertion(shared, rsa_key, on_file, alg))
    assert reply.status_code == 200, reply.text
    granted = reply.json()
    assert (granted["expires_in"], granted["token_type"]) == (3600, "Bearer")
    assert "refresh_token" not in granted
    assert use(shared, f"Bearer {granted['access_token']}").status_code == 200


@pytest.mark.parametrize(
    ("curve", "alg"), [(ec.SECP256R1(), "ES256"), (ec.SECP384R1(), "ES384"), (ec.SECP521R1(), "ES512")]
)
def test_elliptic_curves_are_taken(shared: Any, curve: ec.EllipticCurve, alg: str) -> None:
    key = ec.generate_private_key(curve)
    kid = shared.sim("POST", "certificates", {"pem": certificate(key)})["certificate_id"]
    assert ask(shared, assertion(shared, key, kid, alg, scope="rest_webservices,restlets")).status_code == 200


def test_rs256_is_not_accepted(shared: Any, rsa_key: rsa.RSAPrivateKey, on_file: str) -> None:
    reply = ask(shared, assertion(shared, rsa_key, on_file, "RS256"))
    assert (reply.status_code, reply.json()) == (400, {"error": "invalid_request"})


@pytest.mark.parametrize(
    ("claims", "error", "status"),
    [
        ({"iss": "someone else"}, "invalid_client", 401),
        ({"aud": "https://elsewhere.example/token"}, "invalid_grant", 400),
        ({"scope": ["everything"]}, "invalid_scope", 400),
        ({"scope": []}, "invalid_scope", 400),
        ({"exp": 1_700_000_000}, "invalid_grant", 400),
        ({"exp": int(time.time()) + 3 * 3600}, "invalid_grant", 400),
        ({"iat": None}, "invalid_grant", 400),
    ],
)
def test_a_wrong_claim_is_refused(
    shared: Any, rsa_key: rsa.RSAPrivateKey, on_file: str, claims: dict[str, Any], error: str, status: int
) -> None:
    reply = ask(shared, assertion(shared, rsa_key, on_file, **claims))
    assert (reply.status_code, reply.json()) == (status, {"error": error})
    if status == 401:
        assert reply.headers["www-authenticate"] == 'Basic realm="1234567_SB1"'


def test_the_key_id_is_the_certificates(shared: Any, rsa_key: rsa.RSAPrivateKey, on_file: str) -> None:
    assert ask(shared, assertion(shared, rsa_key, "unknown")).json() == {"error": "invalid_client"}


def test_another_keys_signature_is_refused(shared: Any, on_file: str) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    assert ask(shared, assertion(shared, other, on_file)).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
        ({"client_assertion_type": "x"}, "invalid_request"),
        ({"client_assertion": "x.y.z"}, "invalid_request"),
    ],
)
def test_a_form_that_is_not_this_grant_is_refused(
    shared: Any, rsa_key: rsa.RSAPrivateKey, on_file: str, changed: dict[str, Any], error: str
) -> None:
    reply = ask(shared, assertion(shared, rsa_key, on_file), **changed)
    assert (reply.status_code, reply.json()) == (400, {"error": error})


def test_small_rsa_keys_and_long_certificates_are_not_taken(shared: Any, rsa_key: rsa.RSAPrivateKey) -> None:
    small = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = small.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for given in (pem, certificate(rsa_key, days=800), "no pem"):
        assert shared.http.post(shared.url + "/_sim/certificates", json={"pem": given}).status_code == 422


def test_an_expired_or_foreign_token_is_challenged(
    shared: Any, rsa_key: rsa.RSAPrivateKey, on_file: str
) -> None:
    token = ask(shared, assertion(shared, rsa_key, on_file)).json()["access_token"]
    shared.sim("POST", "clock", {"auth_skew_seconds": 3601})
    for bearer in (token, assertion(shared, rsa_key, on_file)):
        reply = use(shared, f"Bearer {bearer}")
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"] == (
            'Bearer realm="1234567_SB1", error="invalid_token", error_description="Invalid login attempt."'
        )
        assert reply.json()["o:errorDetails"][0]["o:errorCode"] == "INVALID_LOGIN"


def test_a_bearer_that_is_no_token_is_a_bad_request(shared: Any) -> None:
    assert use(shared, "Bearer nonsense").status_code == 400


def test_a_token_without_the_rest_scope_opens_nothing(
    shared: Any, rsa_key: rsa.RSAPrivateKey, on_file: str
) -> None:
    token = ask(shared, assertion(shared, rsa_key, on_file, scope=["restlets"])).json()["access_token"]
    assert use(shared, f"Bearer {token}").status_code == 401


def bearer(stand_in: Any, key: Any, kid: str, alg: str = "ES256") -> str:
    reply = ask(stand_in, assertion(stand_in, key, kid, alg))
    assert reply.status_code == 200, reply.text
    return f"Bearer {reply.json()['access_token']}"


def query(stand_in: Any, authorization: str, text: str) -> httpx.Response:
    return stand_in.http.post(  # type: ignore[no-any-return]
        stand_in.url + "/services/rest/query/v1/suiteql",
        json={"q": text},
        headers={"Authorization": authorization, "Prefer": "transient"},
    )


@pytest.fixture
def mapped(own: Any) -> Any:
    """Makes a key whose certificate stands for a role with these permissions: (key, certificate id, role id)."""

    def make(*granted: str, days: int = 700, role: str = "") -> tuple[Any, str, str]:
        role = role or own.sim("POST", "roles", {"name": "RevRec", "granted": [*SIGNING_IN, *granted]})["id"]
        key = ec.generate_private_key(ec.SECP256R1())
        given = own.sim("POST", "certificates", {"pem": certificate(key, days), "role": role})
        return key, given["certificate_id"], role

    return make


SIGNING_IN = ("REST Web Services", "SuiteAnalytics Workbook", "Log in using OAuth 2.0 Access Tokens")


def test_each_certificate_has_the_permissions_of_its_role(own: Any, mapped: Any) -> None:
    items = bearer(own, *mapped("Items")[:2])
    accounts = bearer(own, *mapped("Accounts")[:2])
    for authorization, table, status in (
        (items, "item", 200),
        (items, "account", 400),
        (accounts, "item", 400),
        (accounts, "account", 200),
    ):
        assert query(own, authorization, f"SELECT id FROM {table}").status_code == status
    # The account's first role, which the token of the start stands for, is what it was.
    assert own.query("SELECT id FROM item").status_code == 200


def test_requests_of_two_roles_side_by_side_do_not_mix(own: Any, mapped: Any) -> None:
    own.settings(concurrency=20, latency_ms=20)
    items, accounts = (bearer(own, *mapped(name)[:2]) for name in ("Items", "Accounts"))
    asked = [(items, "item", 200), (accounts, "item", 400), (items, "account", 400)] * 5
    with ThreadPoolExecutor(10) as pool:
        got = list(pool.map(lambda one: query(own, one[0], f"SELECT id FROM {one[1]}").status_code, asked))
    assert got == [status for _, _, status in asked]


def test_a_role_without_invoices_misses_their_rows_and_is_refused_their_records(
    own: Any, mapped: Any
) -> None:
    key, kid, role = mapped("Find Transaction", "Invoice")
    authorization = bearer(own, key, kid)
    counted = "SELECT t.type AS type, COUNT(*) AS n FROM transaction t GROUP BY t.type"
    lines = "SELECT COUNT(*) AS n FROM transactionline tl INNER JOIN transaction t ON t.id = tl.transaction"

    def seen() -> set[str]:
        return {item["type"] for item in query(own, authorization, counted).json()["items"]}

    def record(name: str) -> httpx.Response:
        url = own.url + f"/services/rest/record/v1/{name}?limit=1"
        return own.http.get(url, headers={"Authorization": authorization})  # type: ignore[no-any-return]

    assert "CustInvc" in seen() and "CustCred" not in seen()
    assert record("invoice").json()["totalResults"] > 100
    assert record("creditMemo").status_code == 400
    assert "does not have permission" in record("creditMemo").text
    before = int(query(own, authorization, lines).json()["items"][0]["n"])
    own.sim("PUT", f"roles/{role}", {"granted": [*SIGNING_IN, "Find Transaction"]})
    assert "CustInvc" not in seen()
    assert record("invoice").status_code == 400
    assert int(query(own, authorization, lines).json()["items"][0]["n"]) < before


@pytest.mark.parametrize("error", ["invalid_client", "invalid_grant"])
def test_a_certificate_signs_in_only_while_it_is_valid(own: Any, mapped: Any, error: str) -> None:
    own.settings(certificate_refusal=error)
    key, kid, _ = mapped("Items", days=2)
    assert ask(own, assertion(own, key, kid, "ES256")).status_code == 200
    status = 401 if error == "invalid_client" else 400
    for skew in (3 * 86400, -3600):
        own.sim("POST", "clock", {"auth_skew_seconds": skew})
        at = int(time.time()) + skew
        reply = ask(own, assertion(own, key, kid, "ES256", iat=at, exp=at + 300))
        assert (reply.status_code, reply.json()) == (status, {"error": error})
    reasons = [one["detail"] for one in own.sim("GET", "audit")[-2:]]
    assert "ended at" in reasons[0] and "not valid before" in reasons[1]


@pytest.mark.parametrize(("reading", "status"), [("ends_tokens", 401), ("lets_tokens_run", 200)])
def test_a_revoked_certificate_buys_nothing_more(own: Any, mapped: Any, reading: str, status: int) -> None:
    own.settings(revoked_certificate=reading)
    key, kid, _ = mapped("Items")
    out = bearer(own, key, kid)
    own.sim("POST", f"certificates/{kid}/revoke")
    assert ask(own, assertion(own, key, kid, "ES256")).status_code == 401
    assert query(own, out, "SELECT 1 x FROM dual").status_code == status


def test_one_certificate_follows_another_without_a_gap(own: Any, mapped: Any) -> None:
    old_key, old_kid, role = mapped("Items")
    new_key, new_kid, _ = mapped(role=role)
    assert new_kid != old_kid
    for key, kid in ((old_key, old_kid), (new_key, new_kid)):
        assert query(own, bearer(own, key, kid), "SELECT id FROM item").status_code == 200
    assert ask(own, assertion(own, old_key, new_kid, "ES256")).json() == {"error": "invalid_grant"}
    own.sim("POST", f"certificates/{old_kid}/revoke")
    assert query(own, bearer(own, new_key, new_kid), "SELECT id FROM item").status_code == 200


def test_nobody_signs_in_with_a_role_that_is_gone(own: Any, mapped: Any) -> None:
    key, kid, role = mapped("Items")
    out = bearer(own, key, kid)
    own.sim("DELETE", f"roles/{role}")
    reply = query(own, out, "SELECT 1 x FROM dual")
    assert (reply.status_code, reply.json()["o:errorDetails"][0]["o:errorCode"]) == (401, "INVALID_LOGIN")
    assert ask(own, assertion(own, key, kid, "ES256")).json() == {"error": "invalid_grant"}
    unknown = own.http.post(own.url + "/_sim/certificates", json={"pem": certificate(key), "role": role})
    assert unknown.status_code == 422


def test_signing_in_is_a_permission_too(own: Any, mapped: Any) -> None:
    key, kid, role = mapped("Items")
    out = bearer(own, key, kid)
    own.sim("PUT", f"roles/{role}", {"granted": ["REST Web Services", "SuiteAnalytics Workbook"]})
    assert ask(own, assertion(own, key, kid, "ES256")).json() == {"error": "unauthorized_client"}
    assert query(own, out, "SELECT 1 x FROM dual").status_code == 401


def test_bearers_that_an_administrator_ends_are_refused(own: Any, mapped: Any) -> None:
    key, kid, _ = mapped("Items")
    out = bearer(own, key, kid)
    assert own.sim("GET", "bearers")["by_certificate"][kid] == 1
    own.sim("DELETE", "bearers")
    assert query(own, out, "SELECT 1 x FROM dual").status_code == 401
    assert query(own, bearer(own, key, kid), "SELECT 1 x FROM dual").status_code == 200


def test_what_cannot_be_mapped_is_refused(own: Any, mapped: Any) -> None:
    key, kid, _ = mapped("Items")
    other = ec.generate_private_key(ec.SECP256K1())
    for given in (
        {"pem": certificate(key), "certificate_id": kid},
        {"pem": certificate(other)},
    ):
        assert own.http.post(own.url + "/_sim/certificates", json=given).status_code == 422
    refused = own.http.post(own.url + "/_sim/roles", json={"granted": ["Everything"]})
    assert (refused.status_code, "Everything" in refused.text) == (422, True)


def test_everything_is_as_at_the_start_after_a_restore(own: Any, mapped: Any) -> None:
    key, kid, _ = mapped("Items")
    out = bearer(own, key, kid)
    own.sim("POST", "restore")
    assert query(own, out, "SELECT 1 x FROM dual").status_code == 401
    assert ask(own, assertion(own, key, kid, "ES256")).json() == {"error": "invalid_client"}
    assert own.sim("GET", "roles") == []
