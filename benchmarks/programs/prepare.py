"""Makes a deployment in a folder and connects it to the two stand-ins; sets the first period, if one is given."""

import json
import sys
from datetime import UTC, datetime

from benchmarks.programs.deployment import ADMIN, open_deployment
from revrec.operations.connect_netsuite import NetSuiteConnection, connect_netsuite
from revrec.operations.connect_salesforce import SalesforceConnection, connect_salesforce
from revrec.operations.policies import definition_of
from revrec.operations.set_first_period import set_first_period
from revrec.operations.set_policy import write_policy
from revrec.store.migrate import upgrade

POLICIES = {
    "custom_segments": ["cseg_region"],
    "order_reference_field": "custbody_order_number",
    "journal_segments": ["location", "department", "class", "cseg_region"],
    "exclude_products": {"product": {"name": "Name", "values": ["Internal Test"]}},
}


def main() -> None:
    given = json.load(sys.stdin)
    shared = open_deployment(given)
    upgrade(shared.store)
    now = datetime.now(UTC)
    netsuite, salesforce = given["netsuite"], given["salesforce"]
    keys = ("consumer_key", "consumer_secret", "token_id", "token_secret")
    with shared.store.write() as session:
        connect_netsuite(
            session,
            ADMIN,
            shared.vault,
            NetSuiteConnection(
                account=netsuite["account_id"],
                auth="tba",
                credentials={key: netsuite[key] for key in keys},
                base_url=netsuite["url"],
                concurrency=given.get("concurrency", 5),
                policies={"account_time_zone": netsuite["zone"]},
            ),
            journals_found=[],
            now=now,
        )
        connect_salesforce(
            session,
            ADMIN,
            shared.vault,
            SalesforceConnection(
                account="kestrel.my.salesforce.com",
                auth="client_credentials",
                credentials={key: salesforce[key] for key in ("client_id", "client_secret")},
                base_url=salesforce["url"],
            ),
            now=now,
        )
        policies = {**POLICIES, "order_fields": salesforce["field_mapping"]}
        for key, value in policies.items():
            write_policy(session, ADMIN, definition_of(key), value, now=now, reason="")
        if given.get("first_period"):
            set_first_period(session, ADMIN, given["first_period"], now=now)
    print(json.dumps({}))


if __name__ == "__main__":
    main()
