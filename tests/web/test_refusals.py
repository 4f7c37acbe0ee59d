"""What a role, a rule or the door refuses is in the events history, by the person's name, and does not flood it."""

from sqlmodel import select

from revrec.store.tables import AuditEvent, UserAccount

from .conftest import key_of


def refusals(deployment, action="refused"):
    with deployment.store.read() as session:
        rows = session.exec(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id))
        return [(one.actor, one.subject, one.after) for one in rows]


def test_a_refusal_by_role_is_an_event_once(visit, deployment, clock):
    browser = visit("viewer")
    key = key_of(browser)
    for _ in range(3):
        answer = browser.post("/pending/pair", data={"key": key, "pair": ["1/1"]})
        assert answer.status_code == 403
    ((actor, subject, after),) = refusals(deployment)
    assert (actor, subject, after["asked"]) == (
        "viewer@books.test",
        "action pair_customer",
        "POST /pending/pair",
    )
    assert after["said"].startswith("viewer@books.test is a viewer and may not pair customer")
    clock.pass_by(hours=1)
    browser.post("/pending/pair", data={"key": key, "pair": ["1/1"]})
    assert len(refusals(deployment)) == 2


def test_what_is_wrong_or_missing_is_no_refusal(visit, deployment):
    browser = visit("accountant")
    key = key_of(browser)
    assert browser.post("/pending/pair", data={"key": key}).status_code == 422
    assert browser.get("/hub/77").status_code == 404
    assert refusals(deployment) == []
    assert browser.post("/pending/pair", data={"key": "of another sign-in"}).status_code == 403
    assert [subject for _, subject, _ in refusals(deployment)] == ["form"]


def test_failed_sign_ins_are_events_and_trying_on_does_not_flood(stranger, deployment, clock):
    def attempt(email):
        return stranger.post("/sign-in", data={"email": email, "password": "wrong wrong wrong"}).status_code

    assert {attempt("viewer@books.test") for _ in range(9)} == {401}
    assert {attempt(f"nobody{n}@books.test") for n in range(3)} == {401}
    with deployment.store.write() as session:
        user = session.exec(select(UserAccount).where(UserAccount.email == "admin@books.test")).one()
        user.active = False
    assert {attempt("admin@books.test") for _ in range(3)} == {401}
    told = [(actor, after["why"]) for actor, _, after in refusals(deployment, "sign_in_refused")]
    assert told == [("viewer@books.test", "wrong password")] * 5 + [
        ("viewer@books.test", "locked"),
        ("unknown", "unknown email"),
        ("admin@books.test", "no access"),
    ]
