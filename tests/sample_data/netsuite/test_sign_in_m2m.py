"""OAuth 2.0 client credentials: the assertion, the token, and what a bad one is answered with."""

from __future__ import annotations

import datetime as dt
import time
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
