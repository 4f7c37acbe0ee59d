"""Counts what a close saw and wrote."""

import json
import sys

from sqlalchemy import func, select

from benchmarks.programs.deployment import open_deployment
from revrec.operations.periods import periods_of
from revrec.store.core import ledger_transfer, order_line, order_version, period_close


def main() -> None:
    given = json.load(sys.stdin)
    with open_deployment(given).store.read() as session:
        mine = select(period_close.c.job_id).where(
            period_close.c.period == given["period"], period_close.c.state == "closed"
        )
        closes = select(period_close.c.id).where(period_close.c.job_id.in_(mine))
        transfers = session.execute(
            select(func.count()).where(ledger_transfer.c.period_close_id.in_(closes))
        ).scalar_one()
        version = order_version.c
        obligations = session.execute(
            select(func.count(order_line.c.obligation_id.distinct()))
            .join_from(order_line, order_version, version.id == order_line.c.version_id)
            .where(version.published, version.effective_on <= periods_of(session).last_day(given["period"]))
        ).scalar_one()
    print(json.dumps({"obligations": obligations, "transfers": transfers}))


if __name__ == "__main__":
    main()
