"""PyPI `netsuite-oauth-python`: requests-oauthlib with any URL; what a script in a company does."""

import checks
import requests
from netsuite_oauth import NetsuiteOauth


def talk(trial):
    def at(path, **changed):
        keys = {
            name: trial.ready[name]
            for name in ("consumer_key", "consumer_secret", "token_id", "token_secret")
        }
        url = f"{trial.url}/services/rest{path}"
        return NetsuiteOauth(
            url=url, account=changed.pop("account", trial.ready["account_id"]), **{**keys, **changed}
        )

    def refusal(call):
        try:
            return call().status_code, ""
        except requests.HTTPError as error:
            details = error.response.json()["o:errorDetails"][0]
            return error.response.status_code, details["o:errorCode"]

    query = {"q": "SELECT id, tranid FROM transaction WHERE type = 'CustInvc' ORDER BY id"}
    suiteql = at("/query/v1/suiteql")
    transient = {"Prefer": "transient"}
    reply = suiteql.request("POST", data=query, params={"limit": 5, "offset": 5}, headers=transient)
    page = reply.json()
    trial.check("a page, its query string signed", (5, 5), (page["count"], page["offset"]))
    rels = sorted(link["rel"] for link in page["links"])
    trial.check(
        "links of a page in the middle",
        True,
        {"first", "last", "next", "prev", "self"} >= set(rels) >= {"next", "self"},
    )
    trial.check("no Prefer: transient", 400, refusal(lambda: suiteql.post(query))[0])
    trial.check(
        "a wrong token",
        (401, "INVALID_LOGIN"),
        refusal(lambda: at("/query/v1/suiteql", token_id="x").post(query, headers=transient)),
    )
    trial.check(
        "another account's realm",
        401,
        refusal(lambda: at("/query/v1/suiteql", account="9999999").post(query, headers=transient))[0],
    )

    made = at("/record/v1/journalEntry").post(trial.journal("CLIENT-OAUTH-1"))
    trial.check(
        "a journal: 204 and where it is",
        (204, True),
        (made.status_code, made.headers["Location"].startswith(trial.url)),
    )
    where = made.headers["Location"].partition("/services/rest")[2]
    read = at(where).get(params={"expandSubResources": "true"}).json()
    trial.check("read at that place", "CLIENT-OAUTH-1", read["externalId"])
    trial.check("amounts are numbers in records", 100.25, read["line"]["items"][0]["debit"])
    unbalanced = trial.journal("CLIENT-OAUTH-2")
    unbalanced["line"]["items"][0]["debit"] = 1
    trial.check(
        "one that does not balance", 400, refusal(lambda: at("/record/v1/journalEntry").post(unbalanced))[0]
    )
    trial.check("changed", 204, at(where).patch({"memo": "said again"}).status_code)
    trial.check("and read again", "said again", at(where).get().json()["memo"])
    journals = at("/record/v1/journalEntry")
    listed = journals.get(params={"q": 'externalId IS "CLIENT-OAUTH-1"'}).json()
    trial.check("found by a filter of the collection", [read["id"]], [one["id"] for one in listed["items"]])
    lines = {"items": [dict(line, **{side: 7}) for line, side in zip(trial.journal("")["line"]["items"],
                                                                    ("debit", "credit"), strict=True)]}  # fmt: skip
    swapped = at(where).request("PATCH", data={"line": lines}, params={"replace": "line"})
    trial.check("its lines replaced", 204, swapped.status_code)
    amounts = at(where).get(params={"expandSubResources": "true"}).json()["line"]["items"]
    trial.check("and read", [7, 7], [line.get("debit") or line.get("credit") for line in amounts])
    later = {"Prefer": "respond-async", "X-NetSuite-Idempotency-Key": "5d7f0a9e-2c2b-4c0e-9a44-0e6f5f4f3d11"}
    queued = journals.post(trial.journal("CLIENT-OAUTH-3"), headers=later)
    trial.check("posted without waiting: 202", (202, "respond-async"),
                (queued.status_code, queued.headers["Preference-Applied"]))  # fmt: skip
    job = at(queued.headers["Location"].partition("/services/rest")[2]).get().json()
    trial.check("its job", True, job["completed"])
    again = refusal(lambda: journals.post(trial.journal("CLIENT-OAUTH-4"), headers=later))
    trial.check("the same idempotency key", (400, "IDEMPOTENCY_ERROR"), again)
    trial.check("deleted", 204, at(where).delete().status_code)
    trial.check("and gone", (404, "NONEXISTENT_ID"), refusal(lambda: at(where).get()))


checks.run(talk)
