"""`python -m tests.conformance.netsuite`: show every fact against an account, or write the list of them.

    --url URL          the account's base URL; without one a stand-in is started
    --keys FILE        JSON with account_id, consumer_key, consumer_secret, token_id, token_secret
    --writes           show facts that leave journals behind, too
    --write-docs       renew the tables of docs/conformance.md and stop

Facts that only a stand-in can be brought to show are left out where a URL is given. Exit status: 0 all held, 1 one did
not.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from sample_data.starting import start

from .account import Account, SideDoor
from .catalogue import facts, tables

DOCS = Path(__file__).resolve().parents[3] / "docs" / "conformance.md"
MARKER = "<!-- Written by `python -m tests.conformance.netsuite --write-docs` from here on. -->"


def written() -> str:
    """The page with its tables as they should be."""
    head, found, _ = DOCS.read_text().partition(MARKER)
    assert found, f"{DOCS} has lost its marker"
    return f"{head}{MARKER}\n\n{tables()}"


def show_all(account: Account, sim: SideDoor | None, *, writes: bool) -> int:
    """Show the facts one by one; how many did not hold."""
    failed = 0
    for each in facts():
        if (each.needs_side_door and sim is None) or (each.writes and not writes):
            continue
        try:
            each.show(account, sim)
        except AssertionError as problem:
            failed += 1
            print(f"FAILED {each.area}: {each.says} [{each.source}] {problem}", flush=True)
        else:
            print(f"ok     {each.area}: {each.says}", flush=True)
        if sim is not None:
            sim.ask("POST", "restore")
    return failed


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.netsuite", description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--keys", type=Path)
    parser.add_argument("--writes", action="store_true")
    parser.add_argument("--write-docs", action="store_true")
    options = parser.parse_args()
    if options.write_docs:
        DOCS.write_text(written())
        return 0
    if options.url:
        account = Account(options.url, json.loads(options.keys.read_text()))
        return 1 if show_all(account, None, writes=options.writes) else 0
    with start("netsuite", "--lines", "1200") as running:
        sim = SideDoor(running.url)
        sim.ask("POST", "snapshot")
        return 1 if show_all(Account(running.url, running.ready), sim, writes=True) else 0


if __name__ == "__main__":
    sys.exit(main())
