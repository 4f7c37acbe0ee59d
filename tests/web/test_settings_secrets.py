"""How old secrets are: on their page, without one of them."""

from revrec.operations.actor import Actor
from revrec.operations.connect_netsuite import NetSuiteConnection, connect_netsuite
from revrec.secrets import Vault, new_key

from .conftest import NOW, key_of

ADMIN = Actor("admin@books.test", "admin")
TBA = {"consumer_key": "ck", "consumer_secret": "cs-SECRET", "token_id": "ti", "token_secret": "ts-SECRET"}


def connect(deployment, vault):
    given = NetSuiteConnection(account="1234567_SB1", auth="tba", credentials=TBA)
    with deployment.store.write() as session:
        connect_netsuite(session, ADMIN, vault, given, journals_found=[], now=NOW)


def test_credentials_tell_their_age_and_who_gave_them(visit, deployment, clock):
    assert "Nothing is connected." in visit("admin").get("/settings/secrets").text
    connect(deployment, deployment.vault)
    clock.pass_by(days=40)
    text = visit("controller").get("/settings/secrets").text
    assert '<td class="n">40</td>' in text and "admin@books.test" in text and "1234567_SB1" in text
    assert "opens them" in text and "does not open them" not in text
    assert "SECRET" not in text.replace("REVREC_SECRET_KEY", "")
    assert "the file secret.key in the data folder" in text


def test_credentials_of_another_key_are_told(visit, deployment):
    connect(deployment, Vault([new_key()]))
    assert "does not open them" in visit("admin").get("/settings/secrets").text


def test_tokens_are_counted(visit, deployment):
    browser = visit("admin")
    for name in ("one", "two"):
        browser.post("/settings/tokens", data={"key": key_of(browser), "name": name})
    browser.post("/settings/tokens/1/revoke", data={"key": key_of(browser)})
    text = browser.get("/settings/secrets").text
    assert "<dt>Work</dt><dd>1</dd><dt>Never used</dt><dd>1</dd>" in text
    assert browser.get("/settings/tokens?state=working&sort=made").text.count(">works<") == 1


def test_a_viewer_is_told_who_sees_it(visit):
    text = visit("viewer").get("/settings/secrets").text
    assert "is shown to admins and controllers" in text and "Encryption key" not in text
