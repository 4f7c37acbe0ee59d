"""Users and roles: access given, changed and taken away; links shown once; browsers signed out."""

import csv
import io
import re

import pytest
from sqlmodel import select

from revrec.store.tables import AuditEvent, UserAccount, UserSession

from .conftest import key_of


def post(browser, path, **fields):
    return browser.post(path, data={"key": key_of(browser), **fields})


@pytest.fixture
def ids(deployment):
    with deployment.store.read() as session:
        return {row.role: row.id for row in session.exec(select(UserAccount))}


def test_users_are_listed_sorted_found_and_taken_away(visit):
    browser = visit("controller")
    text = browser.get("/settings/users?sort=-email").text
    assert [one for one in re.findall(r">(\w+)@books.test<", text)][:2] == ["viewer", "controller"]
    assert 'aria-sort="descending"' in text and "Add a user" not in text
    assert browser.get("/settings/users?role=viewer").text.count("@books.test</a>") == 1
    assert "No user fits" in browser.get("/settings/users?search=nobody").text
    assert ">viewer<" in browser.get("/settings/users/totals?role=viewer").text
    file = browser.get("/settings/users.csv?access=yes").content.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(file)))) == 4


def test_a_viewer_sees_what_roles_may_do_and_no_user(visit, ids):
    browser = visit("viewer")
    text = browser.get("/settings/users").text
    assert "Close period" in text and "admin@books.test" not in text
    assert browser.get(f"/settings/users/{ids['admin']}").status_code == 403
    assert browser.get("/settings/users.csv").status_code == 403


def test_a_user_is_added_and_what_is_wrong_stands_beside_its_field(visit, deployment):
    browser = visit("admin")
    wrong = post(browser, "/settings/users", email="nobody", name="N", role="viewer")
    assert wrong.status_code == 422
    assert 'id="email-wrong"' in wrong.text and 'value="nobody"' in wrong.text
    taken = post(browser, "/settings/users", email="Viewer@books.test", name="N", role="viewer")
    assert taken.status_code == 409 and "There is a user viewer@books.test already." in taken.text
    done = post(browser, "/settings/users", email="new@books.test", name="New", role="accountant")
    assert done.status_code == 303
    page = browser.get(done.headers["location"]).text
    assert "new@books.test has access." in page and "Not signed in anywhere." in page


def test_a_sign_in_link_is_shown_once_and_signs_in_once(visit, stranger, ids):
    browser = visit("admin")
    answer = post(browser, f"/settings/users/{ids['viewer']}/link")
    assert answer.headers["cache-control"] == "no-store"
    path = re.search(r'value="http://testserver(/sign-in/[^"]+)"', answer.text)[1]
    assert path not in browser.get(f"/settings/users/{ids['viewer']}").text
    assert stranger.post(path).status_code == 303
    assert "viewer@books.test" in stranger.get("/account").text
    stranger.cookies.clear()
    assert stranger.post(path).status_code == 403
    refused = post(visit("controller"), f"/settings/users/{ids['viewer']}/link")
    assert refused.status_code == 403


def test_access_taken_away_signs_out_and_given_back_opens_no_old_session(visit, deployment, ids):
    accountant, admin = visit("accountant"), visit("admin")
    page = f"/settings/users/{ids['accountant']}"
    assert "Take access away from accountant@books.test?" in admin.get(page).text
    assert post(admin, page, access="no", reason="Left").status_code == 303
    assert "accountant@books.test is accountant and has no access any more." in admin.get(page).text
    assert accountant.get("/account").headers["location"].startswith("/sign-in")
    post(admin, page, access="yes")
    assert accountant.get("/account").headers["location"].startswith("/sign-in")
    with deployment.store.read() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "change_user")).all()
        assert [(one.after["active"], one.reason) for one in events] == [(False, "Left"), (True, "")]


def test_the_last_admin_stays_one(visit, ids):
    browser = visit("admin")
    answer = post(browser, f"/settings/users/{ids['admin']}", role="viewer")
    assert answer.status_code == 409
    assert 'id="role-wrong"' in answer.text and "is the last active admin" in answer.text
    assert post(browser, f"/settings/users/{ids['viewer']}", role="controller").status_code == 303


def test_an_admin_signs_a_user_out_of_one_browser_and_of_all(visit, deployment, ids):
    viewers, admin = [visit("viewer") for _ in range(3)], visit("admin")
    with deployment.store.read() as session:
        rows = session.exec(select(UserSession).where(UserSession.user_id == ids["viewer"])).all()
        first = rows[0].id
    page = f"/settings/users/{ids['viewer']}"
    assert admin.get(page).text.count("Sign out session") == 3
    post(admin, f"{page}/sessions/end", session=str(first))
    assert [one.get("/account").status_code for one in viewers] == [303, 200, 200]
    assert post(admin, f"{page}/sessions/end", session="999999").status_code == 404
    post(admin, f"{page}/sessions/end", reason="A lost laptop")
    assert "Signed out of 2 browsers." in admin.get(page).text
    assert [one.get("/account").status_code for one in viewers] == [303, 303, 303]
    # A controller reads users but neither their browsers nor their tokens.
    assert "Signed in with" not in visit("controller").get(page).text


def test_who_has_a_new_account_at_the_provider_is_forgotten(visit, deployment, ids):
    admin, page = visit("admin"), f"/settings/users/{ids['viewer']}"
    assert "not used yet" in admin.get(page).text
    with deployment.store.write() as session:
        session.get_one(UserAccount, ids["viewer"]).oidc_subject = "https://idp.test 1234"
    assert "known to the provider" in admin.get(page).text
    assert post(admin, f"{page}/forget-sign-on").status_code == 303
    assert "The next single sign-on of viewer@books.test is the first" in admin.get(page).text
    with deployment.store.read() as session:
        assert session.get_one(UserAccount, ids["viewer"]).oidc_subject == ""
