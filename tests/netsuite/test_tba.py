"""The signature of a request, against NetSuite's published sample."""

from urllib.parse import unquote

from oauthlib.oauth1.rfc5849 import signature as rfc5849

from revrec.netsuite.credentials import TbaCredentials
from revrec.netsuite.tba import authorization_header


def parameters_of(header: str) -> dict[str, str]:
    assert header.startswith("OAuth ")
    pairs = (part.strip().split("=", 1) for part in header.removeprefix("OAuth ").split(","))
    return {key: unquote(value.strip('"')) for key, value in pairs}


def test_oracles_sample_gives_oracles_signature():
    credentials = TbaCredentials(
        "123456",
        "ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4",
        "d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5",
        "2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc",
        "c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295",
    )
    header = authorization_header(
        credentials,
        "GET",
        "https://123456.suitetalk.api.netsuite.com/services/rest/record/v1/employee/40",
        timestamp=1508242306,
        nonce="fjaLirsIcCGVZWzBX0pg",
    )
    assert 'oauth_signature="B5OIWznZ2YP0OB7VrJrGkYsTh%2B8H%2B5T9Hag%2Bo92q0zY%3D"' in header
    assert 'realm="123456"' in header
    assert 'oauth_signature_method="HMAC-SHA256"' in header


def test_the_realm_is_upper_case_with_an_underscore(tba):
    credentials = TbaCredentials("1234567-sb1", "ck", "cs", "tk", "ts")
    header = authorization_header(credentials, "GET", "https://h/x", timestamp=1, nonce="abcdefgh")
    assert parameters_of(header)["realm"] == "1234567_SB1"


def test_query_parameters_are_signed_and_stay_out_of_the_header(tba):
    url = (
        "https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/query/v1/suiteql?limit=1000&offset=2000"
    )
    sent = parameters_of(authorization_header(tba, "POST", url, timestamp=1_760_000_000, nonce="abcdefgh"))
    assert "limit" not in sent
    assert "offset" not in sent
    signed = [(key, value) for key, value in sent.items() if key not in {"realm", "oauth_signature"}]
    base = rfc5849.signature_base_string(
        "POST",
        url.split("?")[0],
        rfc5849.normalize_parameters([*signed, ("limit", "1000"), ("offset", "2000")]),
    )
    assert sent["oauth_signature"] == rfc5849.sign_hmac_sha256_with_client(base, _Keys())


class _Keys:
    client_secret = "cs-secret"
    resource_owner_secret = "ts-secret"
