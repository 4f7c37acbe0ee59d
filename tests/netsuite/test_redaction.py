"""Nothing that signs a request in is left in what is kept of it."""

import pytest

from revrec.netsuite.redaction import REMOVED, redact
from revrec.netsuite.tba import authorization_header

JWT = "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiJhYmMifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        (f"Authorization: Bearer {JWT}\nAccept: */*", [JWT]),
        (f'{{"headers": {{"authorization": "Bearer {JWT}", "accept": "*/*"}}}}', [JWT]),
        (f"<pre>GET / HTTP/1.1\nauthorization: Bearer {JWT}</pre>", [JWT]),
        (f"your token {JWT} has run out", [JWT]),
        ("The header was: Bearer 0123456789abcdef0123", ["0123456789abcdef0123"]),
        ('{"access_token": "sesame-open", "expires_in": "3600"}', ["sesame-open"]),
        (f"grant_type=client_credentials&client_assertion={JWT}&x=1", [JWT]),
        ("consumer_secret='hunter2', token_secret=hunter3;", ["hunter2", "hunter3"]),
    ],
)
def test_credentials_are_taken_out(text, secrets):
    told = redact(text)
    assert REMOVED in told
    assert not [one for one in secrets if one in told]


@pytest.mark.parametrize("wrapped", ["{}", "Authorization: {}", "{{\"Authorization\": '{}'}}"])
def test_a_signature_as_we_write_it_leaves_nothing_behind(tba, wrapped):
    header = authorization_header(tba, "GET", "https://x.test/a", timestamp=1, nonce="n0nce-1234")
    told = redact(f"first line\n{wrapped.format(header)}\nlast line")
    for part in (tba.consumer_key, tba.token_id, "n0nce-1234", "HMAC"):
        assert f'"{part}' not in told
    assert told.startswith("first line\n") and told.endswith("\nlast line")


def test_a_header_that_is_cut_off_anywhere_gives_nothing_away(tba):
    header = authorization_header(tba, "GET", "https://x.test/a", timestamp=1, nonce="n0nce-1234")
    signature = header.rpartition('oauth_signature="')[2].partition('"')[0]
    for length in range(len(header)):
        told = redact(f"authorization: {header[:length]}")
        assert not [one for one in ("n0nce", signature[:6]) if one in told]
        bare = redact(header[:length])
        assert "n0nce" not in bare or length < 20


@pytest.mark.parametrize(
    "text",
    [
        '{"externalId": "REVREC-2026-03-0001", "memo": "Revenue token sale"}',
        "You need the 'Make Journal Entry' permission. Contact your account administrator.",
        "The OAuth 2.0 feature is off.",
        "The bearer of this is the customer.",
        "Invalid login attempt. Authorization of this role has ended.",
    ],
)
def test_what_is_no_credential_stays_as_it_is(text):
    assert redact(text) == text
