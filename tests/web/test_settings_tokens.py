"""API tokens on their page: made, shown once, listed with their age, revoked."""

import csv
import io
import re

from .conftest import key_of


def post(browser, path, **fields):
    return browser.post(path, data={"key": key_of(browser), **fields})


def token_in(answer):
    return re.search(r'value="(rr_[^"]+)"', answer.text)[1]


def test_a_token_is_shown_once_and_works_until_it_is_revoked(visit, stranger, clock):
    browser = visit("viewer")
    assert "No token yet." in browser.get("/settings/tokens").text
    made = post(browser, "/settings/tokens", name="Nightly <export>")
    assert made.headers["cache-control"] == "no-store"
    token = token_in(made)
    stranger.headers["Authorization"] = f"Bearer {token}"
    assert stranger.get("/api/v1/me").json()["email"] == "viewer@books.test"
    clock.pass_by(days=3)
    browser = visit("viewer")
    listed = browser.get("/settings/tokens").text
    assert token not in listed and "Nightly &lt;export&gt;" in listed
    assert '<td class="n">3</td>' in listed and ">works<" in listed
    assert post(browser, "/settings/tokens/1/revoke").status_code == 303
    assert ">revoked<" in browser.get("/settings/tokens?state=revoked").text
    assert "No token fits" in browser.get("/settings/tokens?state=working").text
    assert stranger.get("/api/v1/me").status_code == 401


def test_a_token_needs_a_name_and_for_somebody_else_an_admin(visit):
    browser = visit("controller")
    wrong = post(browser, "/settings/tokens", name=" ")
    assert wrong.status_code == 422 and 'id="name-wrong"' in wrong.text
    assert "In whose name" not in wrong.text
    assert post(browser, "/settings/tokens", name="x", email="viewer@books.test").status_code == 403
    admin = visit("admin")
    nobody = post(admin, "/settings/tokens", name="x", email="nobody@books.test")
    assert nobody.status_code == 404 and 'id="email-wrong"' in nobody.text
    assert token_in(post(admin, "/settings/tokens", name="x", email="viewer@books.test"))


def test_everybody_sees_their_own_tokens_and_an_admin_all(visit):
    for role in ("viewer", "accountant"):
        post(visit(role), "/settings/tokens", name=f"of {role}")
    own = visit("viewer").get("/settings/tokens").text
    assert "of viewer" in own and "of accountant" not in own
    admin = visit("admin")
    assert admin.get("/settings/tokens?sort=user").text.count("of ") >= 2
    rows = list(csv.DictReader(io.StringIO(admin.get("/settings/tokens.csv").content.decode("utf-8-sig"))))
    assert [row["User"] for row in rows] == ["accountant@books.test", "viewer@books.test"]
    mine = csv.DictReader(
        io.StringIO(visit("viewer").get("/settings/tokens.csv").content.decode("utf-8-sig"))
    )
    assert [row["Token"] for row in mine] == ["of viewer"]
    assert post(visit("viewer"), "/settings/tokens/2/revoke").status_code == 404
