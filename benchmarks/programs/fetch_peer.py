"""Reads the same lines with PyPI `netsuite`; runs in that package's own environment and imports nothing of ours.

Its host is fixed in its code, so the address is the one thing that is replaced.
"""

import asyncio
import json
import os
import sys
import time

from netsuite import Config, NetSuite, TokenAuth

PAGE = 1000


async def fetch(given):
    auth = TokenAuth(
        consumer_key=given["consumer_key"],
        consumer_secret=given["consumer_secret"],
        token_id=given["token_id"],
        token_secret=given["token_secret"],
    )
    config = Config(account=given["account_id"], auth=auth)
    api = NetSuite(config, rest_api_options={"concurrent_requests": given["at_once"]}).rest_api
    api._make_url = lambda subpath: f"{given['url']}/services/rest{subpath}"
    requests = 0

    async def page(sql, offset):
        nonlocal requests
        requests += 1
        return await api.suiteql(sql, limit=PAGE, offset=offset)

    async def read(condition):
        sql = given["sql"].replace("{range}", condition)
        first = await page(sql, 0)
        offsets = range(PAGE, first["totalResults"], PAGE)
        rest = await asyncio.gather(*(page(sql, offset) for offset in offsets))
        return sum(one["count"] for one in [first, *rest])

    cpu, begun = os.times(), time.monotonic()
    rows = sum(await asyncio.gather(*map(read, given["ranges"])))
    took, now = time.monotonic() - begun, os.times()
    return {
        "seconds": took,
        "cpu_seconds": now.user + now.system - cpu.user - cpu.system,
        "rows": rows,
        "requests": requests,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(fetch(json.load(sys.stdin)))))
