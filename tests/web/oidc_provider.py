"""A stand-in for an OpenID Connect provider, over real HTTP: it checks what it is asked, and errs where told to."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "revrec", "given-by-the-provider"


def new_key() -> RSAKey:
    return RSAKey.generate_key(
        2048, {"use": "sig", "kid": secrets.token_hex(4), "alg": "RS256"}, private=True
    )


KEYS = [new_key(), new_key(), new_key()]  # made once: each takes its time


class OidcProvider:
    """Who signs in is in `user`; `claims` change what the token says; `signs_with` and `publishes` are its keys."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.user: dict[str, Any] = {
            "sub": "u-1",
            "email": "controller@books.test",
            "email_verified": True,
            "name": "Con Troller",
        }
        self.claims: dict[str, Any] = {}
        self.signs_with, self.publishes = KEYS[0], [KEYS[0]]
        self.described: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.now = time.time

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            **self.described,
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent after its user signed in."""
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        wanted = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        if authorization != wanted:
            return 401, {"error": "invalid_client", "error_description": "Unknown client."}
        if asked is None or challenge.rstrip("=") != asked["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": "Unknown code."}
        assert form["redirect_uri"] == asked["redirect_uri"]
        now = int(self.now())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.user,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": self.publishes[-1].kid}
        if self.signs_with in self.publishes:
            header["kid"] = self.signs_with.kid
        text = jwt.encode(header, claims, self.signs_with)
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": text}


@contextmanager
def serving() -> Iterator[OidcProvider]:
    """The provider on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    provider = OidcProvider(f"http://127.0.0.1:{server.server_address[1]}")
    server.provider = provider  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    @property
    def provider(self) -> OidcProvider:
        found: OidcProvider = self.server.provider  # type: ignore[attr-defined]
        return found

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.provider.asked.append(parts.path)
        if parts.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(asked))
            self.end_headers()
        elif parts.path == "/jwks":
            keys = [key.as_dict(private=False) for key in self.provider.publishes]
            self._answer(200, {"keys": keys})
        elif parts.path == "/userinfo":
            assert self.headers["Authorization"] == "Bearer at"
            self._answer(200, self.provider.userinfo)
        else:
            self._answer(200, self.provider.description())

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        flat = {name: values[0] for name, values in form.items()}
        self._answer(*self.provider.token(flat, self.headers.get("Authorization", "")))

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass
