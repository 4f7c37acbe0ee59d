"""Addresses and credentials are checked before anything is sent."""

import pytest

from revrec.crm.salesforce_connection import (
    ClientCredentials,
    JwtBearer,
    SalesforceConnection,
    is_loopback,
    trusted_instance,
)

KEYS = ClientCredentials("key", "the-secret")


@pytest.mark.parametrize("url", ["https://acme.my.salesforce.com", "https://acme.my.salesforce.com/",
                                 "http://127.0.0.1:8000", "http://localhost:1", "http://[::1]:9"])  # fmt: skip
def test_https_or_this_machine(url):
    assert SalesforceConnection(url, KEYS).base_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://acme.my.salesforce.com", "https://"),
        ("http://127.0.0.1.example.com", "https://"),
        ("acme.my.salesforce.com", "must look like"),
        ("ftp://acme", "must look like"),
        ("https://", "must look like"),
        ("https://user:pw@acme.com", "scheme and host alone"),
        ("https://acme.com/path", "scheme and host alone"),
        ("https://acme.com?x=1", "scheme and host alone"),
    ],
)
def test_other_addresses_are_refused_in_words(url, words):
    with pytest.raises(ValueError, match=words):
        SalesforceConnection(url, KEYS)


@pytest.mark.parametrize(
    "options", [{"api_version": "66"}, {"api_version": "v66.0/../x"}, {"batch_size": 10}]
)
def test_versions_and_batches_are_checked(options):
    with pytest.raises(ValueError, match="must"):
        SalesforceConnection("https://acme.my.salesforce.com", KEYS, **options)


def test_secrets_do_not_show():
    jwt = JwtBearer("key", "user@acme.com", "-----BEGIN PRIVATE KEY-----")
    for sign_in in (KEYS, jwt):
        shown = repr(SalesforceConnection("https://acme.my.salesforce.com", sign_in))
        assert "the-secret" not in shown and "PRIVATE" not in shown


def test_tokens_may_lead_to_the_own_host_or_from_salesforce_to_salesforce():
    own = "http://127.0.0.1:8000"
    assert trusted_instance(own, own + "/") == own
    assert trusted_instance(own, "http://127.0.0.1:8001") is None
    assert trusted_instance(own, "https://acme.my.salesforce.com") is None
    login = "https://login.salesforce.com"
    assert trusted_instance(login, "https://acme.my.salesforce.com") == "https://acme.my.salesforce.com"
    assert trusted_instance(login, "http://acme.my.salesforce.com") is None
    assert trusted_instance(login, "https://acme.example.com") is None
    assert trusted_instance(login, "https://evilsalesforce.com") is None


def test_loopback():
    assert is_loopback("localhost") and is_loopback("127.8.8.8") and is_loopback("::1")
    assert not is_loopback("example.com") and not is_loopback("10.0.0.1")
