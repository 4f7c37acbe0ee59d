"""PyPI `restsuite`: pages by the `next` link alone, sends a routing cookie, reads four fields of every error."""

import contextlib
import io

import checks
from restsuite import NetSuiteQL


def talk(trial):
    keys = [
        trial.ready[name]
        for name in ("account_id", "consumer_key", "consumer_secret", "token_id", "token_secret")
    ]
    client = NetSuiteQL(*keys)
    client.url = trial.suiteql_url

    rows = client.suiteql("SELECT id FROM transaction WHERE type IN ('CustInvc', 'CustCred') ORDER BY id")
    everything = client.suiteql(
        "SELECT COUNT(id) AS n FROM transaction WHERE type IN ('CustInvc', 'CustCred')"
    )
    trial.check("a count is text", str(len(rows)), everything[0]["n"])
    trial.check("more than a page, by its next links", True, len(rows) > 1000)
    trial.check("each row once", len(rows), len({row["id"] for row in rows}))
    trial.check("every item carries links", True, all(row["links"] == [] for row in rows))

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        answer = client.suiteql("SELECT id FROM no_such_table")
    trial.check("a refusal is read, not raised", {}, answer)
    words = said.getvalue()
    trial.check(
        "with title, type, status and detail",
        True,
        "Bad Request" in words and "400" in words and "no_such_table" in words,
    )


checks.run(talk)
