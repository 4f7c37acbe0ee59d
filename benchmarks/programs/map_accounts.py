"""Maps each role to one account: `accounts` is role -> NetSuite account id, as the last invoices run read them."""

import json
import sys
from datetime import UTC, datetime

from benchmarks.programs.deployment import ADMIN, open_deployment
from revrec.operations.map_account import MappingTarget, map_account


def main() -> None:
    given = json.load(sys.stdin)
    with open_deployment(given).store.write() as session:
        for role, account in given["accounts"].items():
            target = MappingTarget(role, is_default=True) if role == "revenue" else MappingTarget(role)
            map_account(session, ADMIN, target, account, now=datetime.now(UTC))
    print(json.dumps({}))


if __name__ == "__main__":
    main()
