"""Settings, hooks: a secret is made, shown once, and revoked."""

import re

from .conftest import Visit, key_of


def test_a_secret_is_made_shown_once_and_revoked(visit: Visit) -> None:
    admin = visit("admin")
    key = key_of(admin)
    assert "No system signs its calls yet." in admin.get("/settings/hooks").text
    made = admin.post(
        "/settings/hooks", data={"key": key, "name": "NetSuite", "email": "accountant@books.test"}
    )
    (secret,) = re.findall(r'value="(rrh_[\w-]{43})"', made.text)
    assert (made.status_code, "its calls act as accountant@books.test" in made.text) == (201, True)
    page = admin.get("/settings/hooks").text
    assert ("<td>NetSuite</td>" in page, secret in page) == (True, False)
    done = admin.post("/settings/hooks/1/revoke", data={"key": key})
    assert done.headers["location"] == "/settings/hooks"
    after = admin.get("/settings/hooks").text
    assert "The secret of NetSuite is revoked." in after
    assert '<span class="badge">revoked</span>' in after
    assert admin.post("/settings/hooks/1/revoke", data={"key": key}).status_code == 409


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(visit: Visit) -> None:
    admin = visit("admin")
    data = {"key": key_of(admin), "name": "NetSuite", "email": "nobody@books.test"}
    wrong = admin.post("/settings/hooks", data=data)
    assert (wrong.status_code, "There is no active user nobody@books.test." in wrong.text) == (404, True)
    assert 'value="NetSuite"' in wrong.text
    assert 'aria-describedby="email-wrong email-help"' in wrong.text
    unnamed = admin.post("/settings/hooks", data={**data, "name": " "})
    assert (unnamed.status_code, "says which system signs with it" in unnamed.text) == (422, True)


def test_others_see_the_systems_and_not_the_form(visit: Visit) -> None:
    admin, viewer = visit("admin"), visit("viewer")
    admin.post("/settings/hooks", data={"key": key_of(admin), "name": "<b>ERP</b>", "email": ""})
    page = viewer.get("/settings/hooks").text
    assert "&lt;b&gt;ERP&lt;/b&gt;" in page
    assert ("A new secret" in page, "Revoke" in page) == (False, False)
