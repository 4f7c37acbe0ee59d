"""From a signature to an actor: who signed a call of a hook.

The header is `t=<unix seconds>,v1=<hex>`; `v1` may stand several times, so that a caller may sign with the old and the
new secret while one takes the place of the other. A `v1` is HMAC-SHA256 over `<t>.<METHOD>.<path>.<body>`, in hex.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from revrec.operations.actor import Actor
from revrec.operations.create_hook_secret import sealed_name
from revrec.problems import SettingInvalid
from revrec.secrets import Vault
from revrec.store.engine import Store
from revrec.store.queries.hooks import standing_hook_secrets, touch_hook_secret

GOOD_FOR = timedelta(minutes=5)
_USE_NOTED_EVERY = timedelta(minutes=5)
_SIGNATURES = 5
_TIME, _HEX = re.compile(r"\d{1,11}\Z", re.ASCII), re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class SignedCall:
    """A call that says it is signed: the header, and what the signature covers."""

    header: str
    method: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose secret signed. `content_hash` is the same for a call and its replay, whichever secret signed it."""

    actor: Actor
    content_hash: str


def authenticate_hook(store: Store, vault: Vault, call: SignedCall, *, now: datetime) -> Signer | str:
    """Who signed the call, or why nobody did, in a sentence. Notes the use, at most once in five minutes."""
    read = read_header(call.header)
    if read is None:
        return "The signature is written `t=<unix seconds>,v1=<hex>`, with at most five `v1`."
    seconds, given = read
    if abs(now.timestamp() - int(seconds)) > GOOD_FOR.total_seconds():
        return (
            f"The signature's time is {seconds}, more than 5 minutes from now ({int(now.timestamp())}). "
            "Sign each call as it is sent, and look at the clock."
        )
    content = signed_content(seconds, call.method, call.path, call.body)
    with store.read() as session:
        for row, user in standing_hook_secrets(session):
            try:
                secret = vault.open(sealed_name(row.id), row.secret.encode())["secret"]
            except SettingInvalid:
                continue  # written with a key that is gone: it opens nothing, and keeps no other from opening
            wanted = signature(secret, content)
            if any(hmac.compare_digest(wanted, one) for one in given):
                actor = Actor(user.email, user.role, user.name)
                secret_id, last_used = row.id, row.last_used_at
                break
        else:
            return (
                "No secret in force signed this: HMAC-SHA256 in hex over `<t>.<METHOD>.<path>.<body>`, the body byte "
                "by byte as it is sent."
            )
    if last_used is None or now - last_used > _USE_NOTED_EVERY:
        with store.write() as session:
            touch_hook_secret(session, secret_id, now)
    return Signer(actor, hashlib.sha256(content).hexdigest())


def read_header(header: str) -> tuple[str, list[str]] | None:
    """The time and the signatures of a header; None if it is not written as it should be."""
    seconds, given = "", []
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name == "t" and not seconds and _TIME.match(value):
            seconds = value
        elif name == "v1" and _HEX.match(value):
            given.append(value)
        else:
            return None
    return (seconds, given) if seconds and 0 < len(given) <= _SIGNATURES else None


def signed_content(seconds: str, method: str, path: str, body: bytes) -> bytes:
    """What a signature covers."""
    return f"{seconds}.{method}.{path}.".encode() + body


def signature(secret: str, content: bytes) -> str:
    """HMAC-SHA256 in hex."""
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
