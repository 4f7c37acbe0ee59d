"""What every client's program does: read the stand-in's address from standard input, try things, say how each went.

Imported from the folder the programs lie in, so that it works in any environment. Needs nothing but Python.
"""

import json
import sys
import traceback
import urllib.request


class Trial:
    """One run of a client against a stand-in. `ready` is what the stand-in said when it came up."""

    def __init__(self):
        self.ready = json.load(sys.stdin)
        self.url = self.ready["url"]
        self.suiteql_url = f"{self.url}/services/rest/query/v1/suiteql"
        self.found = []

    def check(self, what, expected, seen):
        """Note whether `seen` is what NetSuite would have answered."""
        detail = "" if expected == seen else f"expected {expected!r}, saw {seen!r}"
        self.found.append({"check": what, "ok": expected == seen, "detail": detail})

    def sim(self, path):
        """What the stand-in itself says, past its SuiteQL and its sign-in."""
        with urllib.request.urlopen(f"{self.url}/_sim/{path}") as reply:
            return json.load(reply)

    def documents(self):
        """How many invoices and credit memos it holds, by its own count."""
        return sum(one["documents"] for one in self.sim("totals?by=all"))

    def journal(self, external_id, **changes):
        """The body of a journal that balances."""
        return {
            "externalId": external_id,
            "tranDate": "2026-04-30",
            "subsidiary": {"id": "1"},
            "currency": {"id": "1"},
            "line": {
                "items": [
                    {"account": {"id": "24"}, "debit": 100.25, "memo": "a client's journal"},
                    {"account": {"id": "54"}, "credit": 100.25, "department": {"id": "1"}},
                ]
            },
            **changes,
        }

    def tell(self):
        """Print what was found; the exit status says whether all of it was right."""
        print(json.dumps(self.found))
        sys.exit(0 if self.found and all(one["ok"] for one in self.found) else 1)


def run(program):
    """Run `program(trial)`; what it raises is a finding too."""
    trial = Trial()
    try:
        program(trial)
    except Exception:
        last = traceback.format_exc().strip().splitlines()
        trial.found.append(
            {"check": "the program ran to its end", "ok": False, "detail": " | ".join(last[-3:])}
        )
    trial.tell()
