"""Hosts, realms and base URLs."""

import pytest

from revrec.netsuite.address import AddressRefused, base_url_of, host_of, realm_of


@pytest.mark.parametrize("written", ["1234567_SB1", "1234567-sb1", " 1234567_sb1 "])
def test_one_account_however_it_is_written(written):
    assert host_of(written) == "1234567-sb1.suitetalk.api.netsuite.com"
    assert realm_of(written) == "1234567_SB1"


@pytest.mark.parametrize(
    "wrong", ["", "evil.example.com/x", "123 456", "https://1234567.app.netsuite.com", "12@34"]
)
def test_what_is_no_account_id_is_refused(wrong):
    with pytest.raises(AddressRefused, match="not a NetSuite account id"):
        host_of(wrong)


def test_the_base_url_is_the_accounts_host_unless_given():
    assert base_url_of("TSTDRV1") == "https://tstdrv1.suitetalk.api.netsuite.com"
    assert base_url_of("TSTDRV1", "https://proxy.example.com/ns/") == "https://proxy.example.com/ns"


@pytest.mark.parametrize("local", ["http://127.0.0.1:8001", "http://localhost:8001", "http://[::1]:8001"])
def test_plain_http_is_for_loopback(local):
    assert base_url_of("1", local) == local


@pytest.mark.parametrize(
    "open_http", ["http://netsuite.example.com", "http://10.0.0.7:80", "http://127.0.0.1.evil.com"]
)
def test_keys_never_travel_readable(open_http):
    with pytest.raises(AddressRefused, match="Use https"):
        base_url_of("1", open_http)


@pytest.mark.parametrize("wrong", ["ftp://x", "netsuite", "https://user:pw@host", "https://host/?a=1"])
def test_other_base_urls_are_refused(wrong):
    with pytest.raises(AddressRefused):
        base_url_of("1", wrong)
