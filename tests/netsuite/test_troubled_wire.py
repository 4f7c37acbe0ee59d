"""Storms, disguises, cut and slow connections: a pull ends with every row or with a clear error."""

import asyncio
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from revrec.netsuite import M2mCredentials, TbaCredentials
from revrec.netsuite.errors import AuthenticationRefused, ConcurrencyExceeded

BUSY = {
    "detail": "Concurrent request limit exceeded. Request blocked.",
    "o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED",
}


@pytest.mark.parametrize("over_limit", ["429", "400"])
async def test_more_requests_than_the_account_takes_are_all_served(sim, over_limit):
    sim.post("settings", concurrency=2, over_limit=over_limit, latency_ms=30)
    async with sim.client(max_attempts=40) as client:
        pages = await asyncio.gather(*(client.query("SELECT id FROM item ORDER BY id") for _ in range(12)))
    assert pages[0].rows
    assert all(page.rows == pages[0].rows for page in pages)
    assert client.usage.retries > 0
    stats = sim.get("stats")
    assert stats["peak_concurrency"] <= 2
    assert stats["blocked"] == client.usage.retries


async def test_concurrency_disguised_as_a_bad_login_is_left_to_the_job(sim):
    sim.post("settings", concurrency=1, over_limit="invalid_login", latency_ms=30, lockout=False)
    async with sim.client() as client:
        results = await asyncio.gather(
            *(client.query("SELECT id FROM item ORDER BY id") for _ in range(5)), return_exceptions=True
        )
    refused = [result for result in results if isinstance(result, AuthenticationRefused)]
    assert 0 < len(refused) < 5
    assert client.usage.requests == 5


async def test_a_storm_in_the_middle_of_a_pull_loses_nothing(sim, netsuite, pull):
    calm = await pull(netsuite)
    sim.fault(times=4, after=5, status=429, body={"o:errorDetails": [BUSY]})
    sim.fault(times=2, after=3, action="reset_connection")
    sim.fault(times=2, after=9, status=502, body="bad gateway")
    sim.fault(times=1, after=11, action="slow", delay_ms=60)
    stormy = await pull(netsuite)
    assert stormy.headers == calm.headers
    assert stormy.lines == calm.lines
    assert netsuite.usage.retries == 8


async def test_a_storm_that_never_ends_is_an_error_in_netsuites_words(sim):
    sim.fault(times=1000, status=429, body={"o:errorDetails": [BUSY]})
    async with sim.client(max_attempts=3) as client:
        with pytest.raises(ConcurrencyExceeded, match="Request blocked"):
            await client.query("SELECT id FROM item ORDER BY id")


async def test_a_wrong_secret_is_refused_once(sim):
    good = sim.tba
    bad = TbaCredentials(good.account_id, good.consumer_key, "wrong", good.token_id, good.token_secret)
    async with sim.client(credentials=bad) as client:
        with pytest.raises(AuthenticationRefused, match="Invalid login attempt"):
            await client.query("SELECT id FROM item ORDER BY id")
    assert client.usage.requests == 1
    assert sim.get("audit")[-1]["reason"] == "InvalidSignature"


async def test_retries_are_signed_afresh_for_real(sim, netsuite):
    sim.fault(times=3, status=503, body={})
    await netsuite.query("SELECT id FROM item ORDER BY id")
    assert netsuite.usage.requests == 4
    assert all(entry["reason"] != "nonce_used" for entry in sim.get("audit"))


def keys(private, public) -> tuple[str, str]:
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return pem, public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


RSA = rsa.generate_private_key(public_exponent=65537, key_size=3072)
EC = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize("key", [RSA, EC], ids=["PS256", "ES256"])
async def test_machine_to_machine_sign_in_reads_and_renews(sim, key):
    private, public = keys(key, key.public_key())
    registered = sim.post("certificates", pem=public)
    credentials = M2mCredentials(
        sim.ready["account_id"], registered["client_id"], registered["certificate_id"], private
    )
    now = time.time()
    async with sim.client(credentials=credentials, clock=lambda: now) as client:
        assert (await client.query("SELECT id FROM item ORDER BY id")).rows
        assert (await client.query("SELECT id FROM account ORDER BY id")).rows
        assert client.usage.requests == 3
        now += 3400
        sim.post("clock", auth_skew_seconds=3400)
        assert (await client.query("SELECT id FROM item ORDER BY id")).rows
    assert [entry["path"].endswith("/token") for entry in sim.get("log")] == [True, False, False, True, False]


async def test_a_key_of_another_certificate_is_refused_with_what_to_check(sim):
    _, public = keys(RSA, RSA.public_key())
    registered = sim.post("certificates", pem=public)
    other, _ = keys(EC, EC.public_key())
    credentials = M2mCredentials(
        sim.ready["account_id"], registered["client_id"], registered["certificate_id"], other
    )
    async with sim.client(credentials=credentials) as client:
        with pytest.raises(AuthenticationRefused, match="certificate id"):
            await client.query("SELECT id FROM item ORDER BY id")
