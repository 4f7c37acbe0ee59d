"""Signing in, versions, limits, describe, faults and the log of the stand-in."""

import base64
import time

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from sample_data.starting import start

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return RSAKey.generate_key(2048)


def assertion(org, key: RSAKey, alg: str = "RS256", **changes) -> str:
    claims = {
        "iss": org.ready["client_id"],
        "sub": org.ready["username"],
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 120,
    }
    return jwt.encode({"alg": alg}, claims | changes, key, algorithms=[alg])


def test_client_credentials_give_a_token_that_works(org):
    answer = org.sign_in().json()
    assert answer["token_type"] == "Bearer" and answer["instance_url"] == org.ready["url"]
    assert "expires_in" not in answer and "refresh_token" not in answer
    assert org.get("/services/data/v66.0/limits").status_code == 200


def test_credentials_may_come_in_the_header(org):
    pair = f"{org.ready['client_id']}:{org.ready['client_secret']}"
    headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    form = {"grant_type": "client_credentials"}
    assert org.http.post("/services/oauth2/token", data=form, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client_id"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": JWT_GRANT, "assertion": "a.b.c"}, "invalid_client"),
    ],
)
def test_bad_credentials_are_refused_with_an_object(org, changes, error):
    answer = org.sign_in(**changes)
    assert answer.status_code == 400
    assert answer.json()["error"] == error and answer.json()["error_description"]


def test_a_json_body_is_no_form(org):
    assert (
        org.http.post("/services/oauth2/token", json={"grant_type": "client_credentials"}).status_code == 400
    )


class TestJwtBearer:
    @pytest.fixture(autouse=True)
    def registered(self, org, key):
        org.sim("POST", "/certificate", {"pem": key.as_pem(private=False).decode()})

    def send(self, org, token: str) -> httpx.Response:
        form = {"grant_type": JWT_GRANT, "assertion": token}
        return org.http.post("/services/oauth2/token", data=form)

    def test_a_signed_assertion_gives_a_token(self, org, key):
        answer = self.send(org, assertion(org, key))
        assert answer.status_code == 200
        org.token = answer.json()["access_token"]
        assert org.get("/services/data/v66.0/limits").status_code == 200

    @pytest.mark.parametrize(
        ("changes", "error", "words"),
        [
            ({"iss": "nobody"}, "invalid_client_id", "client identifier invalid"),
            ({"sub": "nobody@example.com"}, "invalid_grant", "approved this consumer"),
            ({"aud": "https://example.com"}, "invalid_grant", "audience is invalid"),
            ({"exp": 1}, "invalid_grant", "expired authorization code"),
            ({"exp": "soon"}, "invalid_grant", "expired authorization code"),
            ({"exp": int(time.time()) + 3600}, "invalid_grant", "too far"),
        ],
    )
    def test_each_claim_is_checked(self, org, key, changes, error, words):
        answer = self.send(org, assertion(org, key, **changes))
        assert answer.status_code == 400
        assert answer.json()["error"] == error and words in answer.json()["error_description"]

    def test_another_key_or_algorithm_is_refused(self, org, key):
        other = RSAKey.generate_key(2048)
        for token in (assertion(org, other), assertion(org, key, "PS256"), "rubbish"):
            answer = self.send(org, token)
            assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant"


def test_an_expired_session_is_401(org):
    org.sim("POST", "/expire-sessions")
    answer = org.get("/services/data/v66.0/limits")
    assert answer.status_code == 401
    assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_usage_is_counted_in_every_answer(org):
    first = org.query("SELECT COUNT() FROM Order").headers["Sforce-Limit-Info"]
    second = org.error("SELECT Nothing FROM Order")
    assert second[0] == 400
    third = org.query("SELECT COUNT() FROM Order").headers["Sforce-Limit-Info"]
    assert (first, third) == ("api-usage=1/100000", "api-usage=3/100000")
    assert org.get("/services/data/v66.0/limits").json() == {
        "DailyApiRequests": {"Max": 100000, "Remaining": 99996}
    }


def test_versions_run_out_at_both_ends(org):
    versions = [entry["version"] for entry in org.http.get("/services/data/").json()]
    assert versions[0] == "31.0" and versions[-1] == "66.0"
    retired = org.get("/services/data/v30.0/limits")
    assert retired.status_code == 410 and retired.json()[0]["errorCode"] == "UNSUPPORTED_API_VERSION"
    assert org.get("/services/data/v67.0/limits").status_code == 404
    assert org.get("/services/data/66/limits").status_code == 404
    assert org.http.get("/nowhere").json()[0]["errorCode"] == "NOT_FOUND"


def test_describe_lists_fields_and_their_kinds(org):
    fields = {
        f["name"]: f for f in org.get("/services/data/v66.0/sobjects/OrderItem/describe").json()["fields"]
    }
    assert fields["TotalPrice"]["type"] == "currency" and not fields["TotalPrice"]["custom"]
    assert fields["Region__c"]["custom"] and fields["Region__c"]["nillable"]
    assert fields["Product2Id"]["referenceTo"] == ["Product2"]
    assert org.get("/services/data/v66.0/sobjects/Nothing/describe").status_code == 404


def test_an_address_that_is_too_long_is_refused(org):
    ids = ",".join(["'801Ks0000000001IAA'"] * 700)
    assert org.query(f"SELECT Id FROM Order WHERE Id IN ({ids})").status_code == 414


def test_faults_come_as_ordered_and_only_as_often(org):
    body = [{"message": "busy", "errorCode": "SERVER_UNAVAILABLE"}]
    fault = {"path": "query", "contains": "FROM Account", "status": 503, "body": body, "times": 2, "skip": 1}
    org.sim("POST", "/faults", fault)
    asked = ["Order", "Account", "Account", "Order", "Account", "Account"]
    statuses = [org.query(f"SELECT COUNT() FROM {entity}").status_code for entity in asked]
    assert statuses == [200, 200, 503, 200, 503, 200]
    assert [entry["status"] for entry in org.sim("GET", "/log")] == statuses
    assert org.sim("GET", "/log")[0]["query"] == "SELECT COUNT() FROM Order"


def test_a_dropped_answer_breaks_off(org):
    org.sim("POST", "/faults", {"path": "limits", "drop": True})
    with pytest.raises(httpx.RemoteProtocolError):
        org.get("/services/data/v66.0/limits")
    assert org.get("/services/data/v66.0/limits").status_code == 200


def test_a_delay_alone_leaves_the_answer_as_it_is(org):
    org.sim("POST", "/faults", {"path": "limits", "delay_ms": 120})
    assert org.get("/services/data/v66.0/limits").status_code == 200
    (entry,) = org.sim("GET", "/log")
    assert entry["milliseconds"] >= 120


def test_a_spent_allowance_refuses_every_call():
    options = ("--lines", "100", "--daily-limit", "2", "--single-currency", "GBP")
    with (
        start("salesforce", *options) as stand_in,
        httpx.Client(base_url=stand_in.url, trust_env=False) as http,
    ):
        form = {
            "grant_type": "client_credentials",
            "client_id": stand_in.ready["client_id"],
            "client_secret": stand_in.ready["client_secret"],
        }
        token = http.post("/services/oauth2/token", data=form).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        soql = {"q": "SELECT CurrencyIsoCode FROM Order"}
        single = http.get("/services/data/v66.0/query", params=soql, headers=headers)
        assert single.json()[0]["errorCode"] == "INVALID_FIELD"
        assert http.get("/services/data/v66.0/limits", headers=headers).status_code == 200
        spent = http.get("/services/data/v66.0/limits", headers=headers)
        assert spent.status_code == 403
        assert spent.json() == [
            {"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}
        ]
