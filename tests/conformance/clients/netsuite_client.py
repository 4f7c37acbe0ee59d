"""PyPI `netsuite`: authlib's OAuth 1.0a with a body hash, httpx, a new connection each time, limit 10 by default.

Its host is fixed in its code; the address is the one thing replaced here.
"""

import asyncio
import json

import checks
from netsuite import Config, NetSuite, TokenAuth
from netsuite.exceptions import NetsuiteAPIRequestError


def connect(trial, **changed):
    keys = {
        name: trial.ready[name] for name in ("consumer_key", "consumer_secret", "token_id", "token_secret")
    }
    config = Config(account=trial.ready["account_id"], auth=TokenAuth(**{**keys, **changed}))
    api = NetSuite(config).rest_api
    api._make_url = lambda subpath: f"{trial.url}/services/rest{subpath}"
    return api


async def refusal(asked):
    """The status and code that a call is refused with."""
    try:
        answer = await asked
    except NetsuiteAPIRequestError as error:
        return error.status_code, json.loads(error.response_text)["o:errorDetails"][0]["o:errorCode"]
    return 200, answer


async def talk(trial):
    api = connect(trial)
    documents = "SELECT id, tranid FROM transaction WHERE type IN ('CustInvc', 'CustCred') AND posting = 'T' " \
        "AND voided = 'F' AND BUILTIN.CF(status) NOT IN ('CustCred:V') ORDER BY id"  # fmt: skip

    page = await api.suiteql(documents)
    trial.check("ten rows a page, its own default", 10, page["count"])
    trial.check("more to come", True, page["hasMore"])
    trial.check("every document counted", trial.documents(), page["totalResults"])

    found = []
    for offset in range(0, page["totalResults"], 1000):
        found += (await api.suiteql(documents, limit=1000, offset=offset))["items"]
    trial.check("all pages by offset, each row once", page["totalResults"], len({row["id"] for row in found}))
    trial.check("ids are text", True, all(isinstance(row["id"], str) for row in found))

    picked = await api.suiteql(
        "SELECT id FROM transaction WHERE id BETWEEN ? AND ?",
        json={"params": [found[0]["id"], found[2]["id"]]},
    )
    trial.check("parameters, their body hashed into the signature", 3, picked["count"])

    trial.check(
        "an offset between pages", (400, "INVALID_PARAMETER"), await refusal(api.suiteql(documents, 10, 5))
    )
    trial.check(
        "an unknown column",
        (400, "INVALID_PARAMETER"),
        await refusal(api.suiteql("SELECT nothing FROM transaction")),
    )
    wrong = connect(trial, token_secret="not the secret")
    trial.check("a wrong secret", (401, "INVALID_LOGIN"), await refusal(wrong.suiteql(documents)))

    body = trial.journal("CLIENT-NETSUITE-1")
    trial.check("a journal posted (204)", None, await api.post("/record/v1/journalEntry", json=body))
    journal = await api.get(
        "/record/v1/journalEntry/eid:CLIENT-NETSUITE-1", params={"expandSubResources": "true"}
    )
    trial.check(
        "and read by external id", [100.25, None], [row.get("debit") for row in journal["line"]["items"]]
    )
    trial.check(
        "the same external id again",
        (400, "USER_ERROR"),
        await refusal(api.post("/record/v1/journalEntry", json=body)),
    )
    trial.check(
        "an unknown property (it always asks for validation)",
        (400, "INVALID_CONTENT"),
        await refusal(
            api.post("/record/v1/journalEntry", json=trial.journal("CLIENT-NETSUITE-2", noSuchField="x"))
        ),
    )
    upserted = "/record/v1/journalEntry/eid:CLIENT-NETSUITE-3"
    for memo in ("made", "overwritten"):
        body = trial.journal("CLIENT-NETSUITE-3", memo=memo)
        trial.check(f"upserted by external id: {memo}", None, await api.put(upserted, json=body))
        trial.check(f"and read: {memo}", memo, (await api.get(upserted))["memo"])
    schema = await api.get(
        "/record/v1/metadata-catalog/journalEntry", headers={"Accept": "application/schema+json"}
    )
    trial.check("the record's schema", True, "tranDate" in schema["properties"])
    trial.check(
        "nothing there", (404, "NONEXISTENT_ID"), await refusal(api.get("/record/v1/journalEntry/eid:NOBODY"))
    )


checks.run(lambda trial: asyncio.run(talk(trial)))
