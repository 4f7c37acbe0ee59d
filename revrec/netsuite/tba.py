"""Signing a request with token-based authentication (OAuth 1.0a, HMAC-SHA256; RFC 5849).

The query string belongs in the signature base string and not in the header; a JSON body is not signed. A signature
serves one request only: its nonce and timestamp are spent with it, so each retry is signed afresh.
"""

from __future__ import annotations

from typing import Literal

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256
from oauthlib.oauth1 import Client as OAuth1Client

from revrec.netsuite.address import realm_of
from revrec.netsuite.credentials import TbaCredentials

Method = Literal["GET", "POST"]


def authorization_header(
    credentials: TbaCredentials, method: Method, url: str, *, timestamp: int, nonce: str
) -> str:
    """The `Authorization` header for one request.

    `url` is the whole URL as it will be sent, query included; `timestamp` is seconds since 1970, within five minutes
    of NetSuite's clock; `nonce` is at least 6 characters, never used before.
    """
    signer = OAuth1Client(
        credentials.consumer_key,
        client_secret=credentials.consumer_secret,
        resource_owner_key=credentials.token_id,
        resource_owner_secret=credentials.token_secret,
        realm=realm_of(credentials.account_id),
        signature_method=SIGNATURE_HMAC_SHA256,
        nonce=nonce,
        timestamp=str(timestamp),
    )
    _, headers, _ = signer.sign(url, http_method=method)
    return str(headers["Authorization"])
