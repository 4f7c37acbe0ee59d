"""PyJWT, for OAuth 2.0 client credentials: another library signs for the stand-in, and reads what our client signs.

`assertions` in the input: what the product signed, each with its public key, audience and algorithm.
"""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import checks
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def post(url, body, headers):
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def talk(trial):
    token_url = f"{trial.url}/services/rest/auth/oauth2/v1/token"
    keys = {
        "PS256": rsa.generate_private_key(public_exponent=65537, key_size=3072),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }

    def register(key):
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        status, answer = post(
            f"{trial.url}/_sim/certificates",
            json.dumps({"pem": pem}).encode(),
            {"Content-Type": "application/json"},
        )
        assert status < 300, answer
        return answer["certificate_id"]

    def buy(key, algorithm, certificate, **changed):
        now = int(time.time())
        claims = {
            "iss": trial.ready["client_id"],
            "scope": ["rest_webservices"],
            "aud": token_url,
            "iat": now,
            "exp": now + 600,
            "jti": uuid.uuid4().hex,
            **changed,
        }
        signed = jwt.encode(claims, key, algorithm=algorithm, headers={"kid": certificate})
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": signed,
        }
        return post(token_url, urllib.parse.urlencode(form).encode(), {})

    for algorithm, key in keys.items():
        certificate = register(key)
        status, answer = buy(key, algorithm, certificate)
        trial.check(f"{algorithm}: a token for an hour", (200, 3600, "bearer"),
                    (status, int(answer["expires_in"]), answer["token_type"].lower()))  # fmt: skip
        headers = {
            "Authorization": f"Bearer {answer['access_token']}",
            "Prefer": "transient",
            "Content-Type": "application/json",
        }
        status, page = post(trial.suiteql_url, b'{"q": "SELECT id FROM subsidiary"}', headers)
        trial.check(f"{algorithm}: and it queries", (200, 3), (status, page.get("count")))
        trial.check(
            f"{algorithm}: for another audience", 400, buy(key, algorithm, certificate, aud=trial.url)[0]
        )
        trial.check(
            f"{algorithm}: that has expired",
            400,
            buy(key, algorithm, certificate, exp=int(time.time()) - 1)[0],
        )
        trial.check(f"{algorithm}: of another key", 400, buy(type_like(key), algorithm, certificate)[0])
    trial.check("RS256 is refused", 400, buy(keys["PS256"], "RS256", register(keys["PS256"]))[0])

    for given in trial.ready["assertions"]:
        algorithm = given["algorithm"]
        claims = jwt.decode(
            given["text"],
            given["public_pem"],
            algorithms=[algorithm],
            audience=given["audience"],
            options={"require": ["iss", "scope", "aud", "iat", "exp", "jti"]},
        )
        trial.check(f"{algorithm}: our client's assertion, read by PyJWT", ("a-client", ["rest_webservices"]),
                    (claims["iss"], claims["scope"]))  # fmt: skip
        trial.check(
            f"{algorithm}: names its certificate",
            "a-certificate",
            jwt.get_unverified_header(given["text"])["kid"],
        )


def type_like(key):
    """Another key of the same kind."""
    if isinstance(key, rsa.RSAPrivateKey):
        return rsa.generate_private_key(public_exponent=65537, key_size=3072)
    return ec.generate_private_key(ec.SECP256R1())


checks.run(talk)
