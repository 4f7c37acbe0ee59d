"""Connecting by the forms: faults stand beside their fields, secrets never come back, nothing untried is stored."""

import re

import httpx
import pytest

from revrec.operations.open_connection import open_connection
from revrec.operations.policies import policy_value
from revrec.store.queries.connections import connection_for
from sample_data.salesforce.__main__ import CLIENT_ID, CLIENT_SECRET
from sample_data.starting import start

from .conftest import key_of

ADDRESS = "/sync/connect/netsuite/invoices"
KEYS = ("consumer_key", "consumer_secret", "token_id", "token_secret")
EXCLUDED = '{"product": {"name": "Name", "values": ["Shipping"]}}'


@pytest.fixture(scope="module")
def netsuite():
    with start("netsuite", "--lines", "60") as running:
        yield running


@pytest.fixture
def lacking(netsuite):
    """The role that the keys belong to may not see customers."""
    with httpx.Client(base_url=f"{netsuite.url}/_sim", trust_env=False, timeout=30) as account:
        before = account.get("/settings").json()["denied_permissions"]
        account.post("/settings", json={"denied_permissions": [*before, "Customers"]}).raise_for_status()
        yield
        account.post("/settings", json={"denied_permissions": before}).raise_for_status()


@pytest.fixture
def typed(netsuite):
    """What somebody types who does everything right."""
    return {
        "auth": "tba",
        "account": netsuite.ready["account_id"],
        **{name: netsuite.ready[name] for name in KEYS},
        "use_customer_name_mapping": "yes",
        "exclude_products": EXCLUDED,
        "account_time_zone": "America/Los_Angeles",
        "base_url": netsuite.url,
        "concurrency": "5",
        "calls_per_minute": "0",
    }


def beside(page: str, name: str) -> str:
    """The sentence that stands beside a field."""
    return re.sub(
        r"&#\d+;|&quot;", "'", page.partition(f'id="{name}-wrong" role="alert">')[2].partition("<")[0]
    )


def kept(page: str) -> str:
    return page.partition('name="kept" value="')[2].partition('"')[0]


def test_only_an_admin_sees_the_forms(visit):
    browser = visit("controller")
    for address in ("/sync/connect", ADDRESS, "/sync/connect/salesforce"):
        answer = browser.get(address)
        assert answer.status_code == 403 and "that takes admin" in answer.text
    admin = visit("admin")
    assert 'href="/sync/connect/netsuite/journals"' in admin.get("/sync/connect").text
    for label in ("NetSuite Account ID", "NetSuite Token Key Secret", "Exclude Products", "Timezone"):
        assert label in admin.get(ADDRESS).text
    assert "Certificate ID" in admin.get(f"{ADDRESS}?auth=m2m").text
    assert "Journal prefix" in admin.get("/sync/connect/netsuite/journals").text
    assert admin.get("/sync/connect/netsuite/orders").status_code == 404


def test_what_is_wrong_stands_beside_its_field_and_the_rest_is_kept(visit, deployment):
    browser = visit("admin")
    given = {
        "key": key_of(browser),
        "auth": "tba",
        "account": "acme corp",
        "consumer_key": "ck-1",
        "consumer_secret": "cs-very-secret",
        "exclude_products": "Shipping",
        "do": "connect",
    }
    page = browser.post(ADDRESS, data=given)
    assert page.status_code == 422
    assert beside(page.text, "token_id") == "NetSuite Token Key is missing."
    assert beside(page.text, "token_secret") == "NetSuite Token Key Secret is missing."
    assert 'value="acme corp"' in page.text and 'value="ck-1"' in page.text
    assert "very-secret" not in page.text
    whole = {**given, "token_id": "ti", "token_secret": "ts-very-secret"}
    assert "this is not JSON" in beside(browser.post(ADDRESS, data=whole).text, "exclude_products")
    whole |= {"exclude_products": EXCLUDED, "account_time_zone": "Pacific"}
    assert "IANA time zone" in beside(browser.post(ADDRESS, data=whole).text, "account_time_zone")
    whole |= {"account_time_zone": "UTC", "concurrency": "many"}
    assert beside(browser.post(ADDRESS, data=whole).text, "concurrency") == "'many' is not a whole number."
    whole |= {"concurrency": "5"}
    assert "acme corp" in beside(browser.post(ADDRESS, data=whole).text, "account")
    with deployment.store.read() as session:
        assert connection_for(session, "invoices") is None


def test_a_test_shows_every_permission_stores_nothing_and_keeps_the_secrets_sealed(visit, deployment, typed):
    browser = visit("admin")
    tested = browser.post(ADDRESS, data={"key": key_of(browser), **typed, "do": "test"}).text
    assert "The test works" in tested and "Nothing is stored yet." in tested
    assert "Credit Memo" in tested and 'class="badge good">granted' in tested
    assert typed["consumer_secret"] not in tested and typed["token_secret"] not in tested
    with deployment.store.read() as session:
        assert connection_for(session, "invoices") is None

    again = {**typed, "consumer_secret": "", "token_secret": "", "kept": kept(tested)}
    done = browser.post(ADDRESS, data={"key": key_of(browser), **again, "do": "connect"})
    assert done.headers["location"] == "/sync/connections/invoices"
    said = browser.get("/sync/connections/invoices").text
    assert "NetSuite is connected for Invoices; the test found everything that it needs." in said
    with deployment.store.read() as session:
        stored = open_connection(session, deployment.vault, "invoices")
        assert stored.credentials == {name: typed[name] for name in KEYS}
        assert policy_value(session, "exclude_products")["product"]["values"] == ["Shipping"]
        assert policy_value(session, "account_time_zone") == "America/Los_Angeles"
        assert connection_for(session, "journals") is None


def test_sealed_secrets_are_of_one_session_and_of_a_quarter_of_an_hour(visit, typed, clock):
    browser, other = visit("admin"), visit("admin")
    first = {**typed, "token_id": ""}
    sealed = kept(browser.post(ADDRESS, data={"key": key_of(browser), **first}).text)
    again = {**first, "consumer_secret": "", "token_secret": "", "kept": sealed}
    mine = browser.post(ADDRESS, data={"key": key_of(browser), **again}).text
    assert beside(mine, "consumer_secret") == "" and "Kept from your last try" in mine
    theirs = other.post(ADDRESS, data={"key": key_of(other), **again}).text
    assert beside(theirs, "consumer_secret") == "NetSuite Consumer Secret is missing."
    clock.pass_by(minutes=16)
    late = browser.post(ADDRESS, data={"key": key_of(browser), **again}).text
    assert beside(late, "consumer_secret") == "NetSuite Consumer Secret is missing."
    broken = browser.post(ADDRESS, data={"key": key_of(browser), **again, "kept": "no seal"}).text
    assert beside(broken, "token_secret") == "NetSuite Token Key Secret is missing."


def test_what_the_role_lacks_is_shown_before_it_is_stored_and_stored_only_if_that_is_accepted(
    visit, deployment, typed, lacking
):
    browser = visit("admin")
    given = {**typed, "do": "connect"}
    page = browser.post(ADDRESS, data={"key": key_of(browser), **given}).text
    assert "The test found something missing. Nothing is stored yet." in page
    first = page.partition("<tbody>")[2].partition("</tr>")[0]
    assert "Customers" in first and ">missing</span>" in first and "Grant it under Setup" in first
    with deployment.store.read() as session:
        assert connection_for(session, "invoices") is None
    accepted = browser.post(ADDRESS, data={"key": key_of(browser), **given, "anyway": "yes"})
    assert accepted.headers["location"] == "/sync/connections/invoices"
    said = browser.get("/sync/connections/invoices").text
    assert "although these are missing: Customers." in said


def test_keys_that_netsuite_refuses_are_not_stored(visit, deployment, typed):
    browser = visit("admin")
    given = {**typed, "token_secret": "another", "do": "connect", "anyway": "yes"}
    page = browser.post(ADDRESS, data={"key": key_of(browser), **given})
    assert "NetSuite is not connected" in page.text and 'class="badge bad">failed' in page.text
    with deployment.store.read() as session:
        assert connection_for(session, "invoices") is None


def test_new_credentials_take_the_place_of_the_old_and_what_is_empty_stays(
    visit, deployment, typed, netsuite
):
    browser = visit("admin")
    assert browser.post(ADDRESS, data={"key": key_of(browser), **typed, "do": "connect"}).status_code == 303
    page = browser.get(f"{ADDRESS}?replace=yes").text
    assert "Replace the credentials of Invoices" in page and "NetSuite Account ID" not in page
    given = {"key": key_of(browser), "auth": "tba", "replace": "yes", "do": "connect"}
    assert "Nothing was given to replace" in browser.post(ADDRESS, data=given).text
    wrong = browser.post(ADDRESS, data={**given, "token_secret": "another"})
    assert "NetSuite is not connected" in wrong.text
    right = browser.post(ADDRESS, data={**given, "token_secret": typed["token_secret"]})
    assert right.headers["location"] == "/sync/connections/invoices"
    assert "The credentials of Invoices are replaced" in browser.get("/sync/connections/invoices").text
    tested = browser.post("/sync/connections/invoices/test", data={"key": key_of(browser)}).text
    assert "The connection works" in tested and "Credit Memo" in tested


@pytest.mark.slow
def test_salesforce_is_connected_by_its_form(visit, deployment):
    browser = visit("admin")
    with start("salesforce", "--lines", "60") as running:
        given = {
            "key": key_of(browser),
            "auth": "client_credentials",
            "account": "kestrel.my.salesforce.com",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "salesforce_source": "order",
            "company_time_zone": "America/New_York",
            "base_url": running.url,
            "do": "connect",
        }
        refused = browser.post("/sync/connect/salesforce", data={**given, "client_secret": "wrong"}).text
        assert "Salesforce is not connected" in refused
        done = browser.post("/sync/connect/salesforce", data=given)
    assert done.headers["location"] == "/sync/connections/orders"
    with deployment.store.read() as session:
        assert connection_for(session, "orders").account == "kestrel.my.salesforce.com"
        assert policy_value(session, "company_time_zone") == "America/New_York"
