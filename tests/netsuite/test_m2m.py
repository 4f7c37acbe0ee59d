"""Tokens bought with a signed assertion."""

import asyncio
import json
import time
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from revrec.netsuite import M2mCredentials
from revrec.netsuite.errors import AuthenticationRefused, KeyRefused
from revrec.netsuite.m2m import parse_token, sign_assertion

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=3072)


def pem_of(key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def credentials(key=RSA_KEY, **options) -> M2mCredentials:
    return M2mCredentials("1234567_SB1", "client-id", "cert-id", pem_of(key), **options)


def token(value: str, expires_in: object = 3600) -> httpx.Response:
    return httpx.Response(200, json={"access_token": value, "expires_in": expires_in, "token_type": "bearer"})


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSA_KEY, "PS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ec.generate_private_key(ec.SECP521R1()), "ES512"),
    ],
)
def test_the_assertion_is_what_netsuite_asks_for(key, algorithm):
    """Verified by PyJWT, which shares no code with the library that signs."""
    url = "https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/auth/oauth2/v1/token"
    now = int(time.time())
    signed = sign_assertion(credentials(key), url, now=now + 0.4, token_id="j1")
    decoded = jwt.decode_complete(signed, key.public_key(), algorithms=[algorithm], audience=url)
    assert decoded["header"] == {"typ": "JWT", "alg": algorithm, "kid": "cert-id"}
    assert decoded["payload"] == {
        "iss": "client-id",
        "scope": ["rest_webservices"],
        "aud": url,
        "iat": now,
        "exp": now + 300,
        "jti": "j1",
    }
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(signed[:-8] + "AAAAAAAA", key.public_key(), algorithms=[algorithm], audience=url)


def test_rs256_is_never_offered():
    with pytest.raises(ValueError, match="does not accept the algorithm RS256"):
        credentials(algorithm="RS256")


def test_a_key_that_does_not_fit_says_which_algorithm_does():
    with pytest.raises(KeyRefused, match="It fits PS256"):
        sign_assertion(credentials(algorithm="ES256"), "u", now=1, token_id="j")


@pytest.mark.parametrize(
    "text", ["", "not a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_an_unreadable_key_is_said_without_showing_it(text):
    made = M2mCredentials("1", "c", "k", text)
    with pytest.raises(KeyRefused, match="cannot be read"):
        sign_assertion(made, "u", now=1, token_id="j")


def test_a_public_key_is_told_apart():
    public = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(KeyRefused, match="public key"):
        sign_assertion(M2mCredentials("1", "c", "k", public), "u", now=1, token_id="j")


def test_credentials_never_show_their_secrets():
    assert "PRIVATE" not in repr(credentials())


@pytest.mark.parametrize(("lifetime", "renew_at"), [(3600, 3400.0), ("3600", 3400.0), (60, 130.0)])
def test_a_token_is_renewed_before_it_ends(lifetime, renew_at):
    body = json.dumps({"access_token": "a", "expires_in": lifetime}).encode()
    assert parse_token(body, now=100.0).renew_at == renew_at


async def test_one_token_serves_requests_that_start_together(make_client, wire, page_of):
    def answer(request):
        return token("tok-1") if request.url.path.endswith("/token") else page_of({"id": "1"})

    wire.script = [answer]
    async with make_client(credentials=credentials()) as client:
        await asyncio.gather(*(client.query("SELECT 1 FROM dual") for _ in range(5)))
    bought = [request for request in wire.requests if request.url.path.endswith("/token")]
    assert len(bought) == 1
    form = parse_qs(bought[0].content.decode())
    assert form["grant_type"] == ["client_credentials"]
    assert form["client_assertion_type"] == ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
    assert "Authorization" not in bought[0].headers
    bearers = [request.headers.get("Authorization") for request in wire.requests if request not in bought]
    assert bearers == ["Bearer tok-1"] * 5


async def test_a_token_that_runs_out_is_renewed(make_client, wire, page_of):
    wire.script = [token("tok-1"), page_of(), page_of(), token("tok-2"), page_of()]
    async with make_client(credentials=credentials()) as client:
        await client.query("SELECT 1 FROM dual")
        wire.now += 3299
        await client.query("SELECT 1 FROM dual")
        wire.now += 2
        await client.query("SELECT 1 FROM dual")
    assert [request.headers.get("Authorization") for request in wire.requests] == [
        None,
        "Bearer tok-1",
        "Bearer tok-1",
        None,
        "Bearer tok-2",
    ]


async def test_a_revoked_token_is_renewed_once_and_only_once(make_client, wire, refusal_of):
    refused = refusal_of(401, "INVALID_LOGIN", "Invalid login attempt.")
    wire.script = [token("tok-1"), refused, token("tok-2"), refused]
    async with make_client(credentials=credentials()) as client:
        with pytest.raises(AuthenticationRefused):
            await client.query("SELECT 1 FROM dual")
    assert len(wire.requests) == 4


@pytest.mark.parametrize(("status", "error"), [(400, "invalid_grant"), (401, "invalid_client")])
async def test_a_refused_assertion_says_what_to_check(make_client, wire, status, error):
    wire.script = [httpx.Response(status, json={"error": error})]
    async with make_client(credentials=credentials()) as client:
        with pytest.raises(AuthenticationRefused, match=f"certificate id.*{error}"):
            await client.query("SELECT 1 FROM dual")
    assert len(wire.requests) == 1


SIGNING_IN = ("REST Web Services", "SuiteAnalytics Workbook", "Log in using OAuth 2.0 Access Tokens")


@pytest.fixture
def ask(sim):
    """Ask the stand-in `count` queries at once; the client's clock goes with the stand-in's."""
    skew = {"seconds": 0}

    def later(seconds):
        skew["seconds"] += seconds
        sim.post("clock", auth_skew_seconds=skew["seconds"])

    async def run(client, count=5):
        return await asyncio.gather(*(client.query("SELECT 1 AS one FROM DUAL") for _ in range(count)))

    run.later = later
    run.clock = lambda: time.time() + skew["seconds"]
    return run


async def test_the_stand_in_grants_one_token_to_requests_that_start_together(sim, ask):
    credentials = sim.m2m(sim.role(SIGNING_IN))
    async with sim.client(credentials=credentials, clock=ask.clock) as client:
        pages = await ask(client)
        assert [page.rows[0]["one"] for page in pages] == ["1"] * 5
        ask.later(3000)
        await ask(client)
        assert sim.get("bearers")["by_certificate"][credentials.certificate_id] == 1
        ask.later(400)
        await ask(client)
        assert sim.get("bearers")["by_certificate"][credentials.certificate_id] == 2
    assert {status for status in sim.get("stats")["requests_by_status"]} == {"200"}


async def test_a_token_that_is_ended_in_the_middle_of_a_run_is_replaced_once(sim, ask):
    credentials = sim.m2m(sim.role(SIGNING_IN))
    async with sim.client(credentials=credentials, clock=ask.clock) as client:
        await ask(client)
        sim.delete("bearers")
        assert len(await ask(client)) == 5
    assert sim.get("bearers")["by_certificate"][credentials.certificate_id] == 2


async def test_a_revoked_certificate_stops_the_run_at_once(sim, ask):
    credentials = sim.m2m(sim.role(SIGNING_IN))
    async with sim.client(credentials=credentials, clock=ask.clock) as client:
        await ask(client, 1)
        sim.post(f"certificates/{credentials.certificate_id}/revoke")
        with pytest.raises(AuthenticationRefused, match="neither ended nor revoked"):
            await ask(client, 5)
        with pytest.raises(AuthenticationRefused):
            await ask(client, 1)
    assert sim.get("bearers")["by_certificate"][credentials.certificate_id] == 1
    refused = [one for one in sim.get("log") if one["path"].endswith("/token") and one["status"] != 200]
    assert len(refused) == 1


@pytest.mark.parametrize("answer", ["invalid_client", "invalid_grant"])
async def test_a_certificate_that_ended_is_told_in_netsuites_word(sim, ask, answer):
    sim.post("settings", certificate_refusal=answer)
    credentials = sim.m2m(sim.role(SIGNING_IN))
    ask.later(701 * 86400)
    async with sim.client(credentials=credentials, clock=ask.clock) as client:
        with pytest.raises(AuthenticationRefused, match=f"neither ended nor revoked.*{answer}"):
            await ask(client, 1)
        assert client.usage.requests == 1
