"""Single sign-on against a provider over real HTTP: who comes in, and what of a provider is not believed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.deployment import Deployment
from revrec.config import load_config
from revrec.operations.actor import SERVICE, Actor
from revrec.operations.create_token import create_token
from revrec.operations.sign_in_oidc import forget_sign_on
from revrec.problems import SettingInvalid
from tests.one_app import app_over

from .conftest import NOW, Clock
from .oidc_provider import CLIENT, KEYS, SECRET, OidcProvider, serving

ADMIN = Actor("admin@books.test", "admin")
BEGIN, END = "/sign-in/provider/begin", "/sign-in/provider/end"


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    with serving() as running:
        running.now = NOW.timestamp
        yield running


@pytest.fixture
def browser(deployment: Deployment, provider: OidcProvider) -> TestClient:
    return browser_of(deployment, provider)


def browser_of(deployment: Deployment, provider: OidcProvider, **settings: Any) -> TestClient:
    """A browser at a service that knows the provider."""
    known = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    deployment.config = replace(deployment.config, **{**known, **settings})
    return TestClient(
        app_over(deployment),
        headers={"Sec-Fetch-Site": "cross-site"},
        follow_redirects=False,
        raise_server_exceptions=False,
    )


def to_provider(browser: TestClient, next: str = "/pending") -> str:
    """Click the button, sign in there; gives the way back that the provider sends the browser to."""
    sent = browser.get(BEGIN, params={"next": next})
    assert sent.status_code == 303, sent.text
    with httpx.Client(trust_env=False) as client:
        return client.get(sent.headers["location"]).headers["location"].removeprefix("http://testserver")


def sign_in(browser: TestClient) -> Any:
    return browser.get(to_provider(browser))


def refused(answer: Any, words: str, status: int = 403) -> None:
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert "Sign in to RevRec" in answer.text
    assert "revrec-session" not in answer.headers.get("set-cookie", "")


def rows(deployment: Deployment, query: str) -> list[Any]:
    with deployment.store.read() as session:
        return [tuple(row) for row in session.execute(text(query))]


def test_a_known_user_signs_in_and_is_led_where_they_wanted(
    browser: TestClient, provider: OidcProvider, deployment: Deployment
) -> None:
    assert f'href="{BEGIN}?next=/pending"' in browser.get("/sign-in?next=/pending").text
    back = sign_in(browser)
    assert (back.status_code, back.headers["location"]) == (303, "/pending")
    assert "controller@books.test · controller" in browser.get("/account").text
    subject = f"{provider.issuer} u-1"
    (kept,) = rows(deployment, "SELECT oidc_subject FROM user_account WHERE role = 'controller'")
    assert kept == (subject,)
    assert rows(deployment, "SELECT basis FROM user_session") == [("oidc",)]
    done = rows(deployment, "SELECT action, actor FROM audit_event ORDER BY id DESC LIMIT 2")
    assert done == [("sign_in", "controller@books.test"), ("connect_sign_on", "controller@books.test")]


def test_later_the_subject_counts_and_not_the_email(
    browser: TestClient, provider: OidcProvider, deployment: Deployment
) -> None:
    sign_in(browser)
    provider.user |= {"email": "admin@books.test", "email_verified": False}
    assert sign_in(browser).status_code == 303
    assert "controller@books.test" in browser.get("/account").text


def test_no_provider_no_button(stranger: TestClient) -> None:
    assert "provider" not in stranger.get("/sign-in").text
    assert stranger.get(BEGIN).status_code == 404


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"nonce": "another"}, "its &#39;nonce&#39; is not the one expected"),
        ({"nonce": None}, "it does not say &#39;nonce&#39;"),
        ({"aud": "somebody-else"}, "its &#39;aud&#39; is not the one expected"),
        ({"aud": [CLIENT, "other"], "azp": "other"}, "its &#39;azp&#39; is not the one expected"),
        ({"iss": "https://evil.test"}, "its &#39;iss&#39; is not the one expected"),
        ({"exp": int(NOW.timestamp()) - 61}, "it is over; look at the clocks"),
        ({"iat": int(NOW.timestamp()) + 61}, "cannot be believed"),
        ({"sub": None}, "it does not say &#39;sub&#39;"),
        ({"email_verified": False}, "does not say that it verified"),
        ({"email_verified": "true"}, "does not say that it verified"),
        ({"email_verified": None}, "does not say that it verified"),
        ({"email": "nobody@books.test"}, "There is no user nobody@books.test."),
    ],
    ids=str,
)
def test_what_the_token_must_not_say(
    browser: TestClient, provider: OidcProvider, claims: dict[str, Any], words: str
) -> None:
    provider.claims = claims
    refused(sign_in(browser), words)
    assert browser.get("/").status_code == 303


def test_a_stranger_is_noted(browser: TestClient, provider: OidcProvider, deployment: Deployment) -> None:
    provider.user["email"] = "nobody@books.test"
    sign_in(browser)
    noted = rows(deployment, "SELECT actor, action FROM audit_event ORDER BY id DESC LIMIT 1")
    assert noted == [("unknown", "sign_in_refused")]


def test_clocks_may_differ_by_a_minute(browser: TestClient, provider: OidcProvider) -> None:
    provider.claims = {"exp": int(NOW.timestamp()) - 55, "iat": int(NOW.timestamp()) + 55}
    assert sign_in(browser).status_code == 303


def test_a_token_signed_by_another_key_is_refused(browser: TestClient, provider: OidcProvider) -> None:
    provider.signs_with = KEYS[1]
    refused(sign_in(browser), "none of the provider&#39;s keys signed it")


def test_keys_are_turned_without_a_word(browser: TestClient, provider: OidcProvider) -> None:
    assert sign_in(browser).status_code == 303
    provider.signs_with, provider.publishes = KEYS[1], [KEYS[0], KEYS[1]]
    assert sign_in(browser).status_code == 303
    assert sign_in(browser).status_code == 303
    assert provider.asked.count("/jwks") == 2
    # What the provider no longer publishes is not believed any more.
    provider.signs_with, provider.publishes = KEYS[2], [KEYS[2]]
    assert sign_in(browser).status_code == 303
    provider.signs_with = KEYS[0]
    refused(sign_in(browser), "cannot be believed")


@pytest.mark.parametrize("what", ["again", "other browser", "other state", "no state", "too late", "stolen"])
def test_a_way_back_leads_in_once_in_the_browser_that_began_it(
    browser: TestClient, provider: OidcProvider, deployment: Deployment, clock: Clock, what: str
) -> None:
    back = to_provider(browser)
    kept = dict(browser.cookies)
    words = "was begun in another browser, is older than 10 minutes, or was used"
    if what == "again":
        assert browser.get(back).status_code == 303
        browser.post("/sign-out")
    elif what == "other browser":
        browser.cookies.clear()
    elif what == "other state":
        back = back.partition("state=")[0] + "state=" + "x" * 43
    elif what == "no state":
        back = back.partition("&state=")[0]
    elif what == "too late":
        clock.pass_by(minutes=11)
    elif what == "stolen":
        # Somebody has the cookie and the address, and a code that the provider still takes.
        (code,) = provider.codes
        asked = provider.codes[code]
        assert browser.get(back).status_code == 303
        provider.codes[code] = asked
        browser.cookies.clear()
        browser.cookies.update(kept)
        words = "This sign-in was used already."
    refused(browser.get(back), words)


def test_the_provider_s_no_is_told_in_its_words(browser: TestClient) -> None:
    back = to_provider(browser)
    state = back.partition("state=")[2]
    answer = browser.get(f"{END}?error=access_denied&error_description=<b>Not%20you</b>&state={state}")
    refused(answer, "The provider refused the sign-in: &lt;b&gt;Not you&lt;/b&gt;.")


def test_a_used_code_is_refused_by_the_provider(browser: TestClient, provider: OidcProvider) -> None:
    back = to_provider(browser)
    provider.codes.clear()
    refused(browser.get(back), "The provider refused the sign-in: Unknown code.")


def test_a_wrong_secret_is_told(deployment: Deployment, provider: OidcProvider) -> None:
    refused(sign_in(browser_of(deployment, provider, oidc_client_secret="x")), "Unknown client.")


@pytest.mark.parametrize(
    ("described", "words"),
    [
        ({"issuer": "https://evil.test"}, "says that it is &#39;https://evil.test&#39;"),
        ({"authorization_endpoint": "http://evil.test/"}, "no safe address as authorization_endpoint"),
        ({"authorization_endpoint": None}, "no safe address as authorization_endpoint"),
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_followed(
    browser: TestClient, provider: OidcProvider, described: dict[str, Any], words: str
) -> None:
    provider.described = described
    refused(browser.get(BEGIN), words, 502)


def test_a_provider_that_is_away_is_told_so(deployment: Deployment, provider: OidcProvider) -> None:
    browser = browser_of(deployment, provider, oidc_issuer="http://127.0.0.1:9")
    refused(browser.get(BEGIN), "does not answer as it should", 502)


def test_an_email_that_the_token_lacks_is_asked_for(browser: TestClient, provider: OidcProvider) -> None:
    provider.claims = {"email": None, "email_verified": None}
    provider.userinfo = {"sub": "u-2", "email": "admin@books.test", "email_verified": True}
    refused(sign_in(browser), "told of another user")
    provider.userinfo["sub"] = "u-1"
    assert sign_in(browser).status_code == 303
    assert "admin@books.test · admin" in browser.get("/account").text


def test_who_has_no_access_stays_out(
    browser: TestClient, provider: OidcProvider, deployment: Deployment
) -> None:
    with deployment.store.write() as session:
        session.execute(text("UPDATE user_account SET active = :no WHERE role = 'controller'"), {"no": False})
    refused(sign_in(browser), "has no access any more")
    (event,) = rows(deployment, "SELECT action, subject FROM audit_event ORDER BY id DESC LIMIT 1")
    assert event == ("sign_in_refused", "user controller@books.test")


def test_another_account_with_the_same_email_is_refused_until_an_admin_forgets_the_first(
    browser: TestClient, provider: OidcProvider, deployment: Deployment
) -> None:
    sign_in(browser)
    provider.user["sub"] = "u-9"
    refused(sign_in(browser), "is connected to another account of the provider")
    with deployment.store.write() as session:
        forget_sign_on(session, SERVICE, "controller@books.test", now=NOW)
    assert sign_in(browser).status_code == 303


def test_only_emails_of_the_domains_may_sign_in(deployment: Deployment, provider: OidcProvider) -> None:
    browser = browser_of(deployment, provider, oidc_domains=("corp.test",))
    refused(sign_in(browser), "Emails of corp.test may sign in here")
    # A domain that ends alike is another.
    provider.user["email"] = "x@notcorp.test"
    refused(sign_in(browser), "Emails of corp.test may sign in here")


def test_users_are_made_only_where_a_setting_says_as_what(
    deployment: Deployment, provider: OidcProvider
) -> None:
    provider.user |= {"email": "New@Corp.test", "sub": "u-7"}
    refused(sign_in(browser_of(deployment, provider)), "There is no user new@corp.test.")
    browser = browser_of(deployment, provider, oidc_domains=("corp.test",), oidc_new_users="viewer")
    assert sign_in(browser).status_code == 303
    assert "new@corp.test · viewer" in browser.get("/account").text
    events = rows(deployment, "SELECT action FROM audit_event ORDER BY id DESC LIMIT 3")
    assert events == [("sign_in",), ("connect_sign_on",), ("add_user",)]


def test_a_sign_in_ends_as_other_sessions_do(browser: TestClient, clock: Clock) -> None:
    sign_in(browser)
    clock.now += timedelta(hours=13)
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"ISSUER": "http://login.corp.test", "CLIENT_ID": "x"}, "starts with https://"),
        ({"ISSUER": "https://login.corp.test"}, "REVREC_OIDC_CLIENT_ID must be"),
        ({"NEW_USERS": "admin", "DOMAINS": "corp.test"}, "it is viewer or accountant"),
        ({"NEW_USERS": "viewer"}, "REVREC_OIDC_DOMAINS must say"),
    ],
    ids=str,
)
def test_settings_that_cannot_be_are_named(settings: dict[str, str], words: str) -> None:
    with pytest.raises(SettingInvalid, match=words):
        load_config({f"REVREC_OIDC_{name}": value for name, value in settings.items()})


def test_the_secret_is_not_shown() -> None:
    config = load_config({"REVREC_OIDC_CLIENT_SECRET": "hush", "REVREC_OIDC_DOMAINS": "a.test, @B.test"})
    shown = config.describe()
    assert (shown["oidc_client_secret"], shown["oidc_domains"]) == ("(set)", "a.test, b.test")


def test_an_admin_forgets_by_the_api(
    browser: TestClient, deployment: Deployment, provider: OidcProvider
) -> None:
    sign_in(browser)
    with deployment.store.write() as session:
        token = create_token(session, ADMIN, "t", random_text="t" * 43, now=NOW).text
        number = session.execute(text("SELECT id FROM user_account WHERE role = 'controller'")).scalar_one()
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/api/v1/users/{number}/sign-on"
    assert [browser.delete(path, headers=headers).status_code for _ in range(2)] == [204, 409]
