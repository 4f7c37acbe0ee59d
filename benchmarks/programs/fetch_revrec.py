"""Reads the lines of all documents with the product's own client, in id ranges side by side."""

import asyncio
import json
import sys
import time
from typing import Any

from benchmarks.programs.own_usage import cpu_seconds, peak_memory_bytes
from revrec.netsuite.client import NetSuiteClient
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.credentials import TbaCredentials
from revrec.netsuite.currency_tables import currencies
from revrec.netsuite.fields import FieldSettings
from revrec.netsuite.invoices import InvoiceSource
from revrec.netsuite.page import Page
from revrec.netsuite.window import IdRange, Window, plan_ranges, server_clock

RANGES = 10


class Listening(NetSuiteClient):
    """Keeps the text of the last query for lines, for the peer to ask the same."""

    lines_sql = ""

    async def query(self, sql: str, *args: Any, **named: Any) -> Page:
        if "transactionline tl" in sql:
            self.lines_sql = sql
        return await super().query(sql, *args, **named)


async def fetch(given: dict[str, Any]) -> dict[str, Any]:
    keys = ("consumer_key", "consumer_secret", "token_id", "token_secret")
    credentials = TbaCredentials(given["account_id"], *(given[key] for key in keys))
    listening = Listening(credentials, base_url=given["url"])
    async with listening as client:
        columns = AccountColumns(client)
        table, _ = await currencies(columns)
        source = InvoiceSource(columns, FieldSettings(), table)
        window = Window(None, await server_clock(client))
        documents = sum(one.documents for one in await plan_ranges(client, window))
        ranges = await plan_ranges(client, window, -(-documents // RANGES))
        # The first page of all learns which columns the account lacks; that is not what is compared.
        async for _ in source.lines(IdRange(ranges[0].first, ranges[0].first)):
            pass
        sql = listening.lines_sql
        limit = asyncio.Semaphore(given["at_once"])

        async def read(ids: IdRange) -> int:
            async with limit:
                return sum([len(page) async for page in source.lines(ids)])

        asked, cpu, begun = client.usage.requests, cpu_seconds(), time.monotonic()
        rows = sum(await asyncio.gather(*map(read, ranges)))
        took = time.monotonic() - begun
        return {
            "seconds": took,
            "cpu_seconds": cpu_seconds() - cpu,
            "rows": rows,
            "requests": client.usage.requests - asked,
            "peak_bytes": peak_memory_bytes(),
            "sql": sql.replace(
                IdRange(ranges[0].first, ranges[0].first).condition("tl.transaction"), "{range}"
            ),
            "ranges": [one.condition("tl.transaction") for one in ranges],
        }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(fetch(json.load(sys.stdin)))))
