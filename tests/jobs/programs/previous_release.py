"""The workflow `test.patched` as the release before had it."""

from ledger_file import Ledger

from jobs.runner import step, workflow


@workflow("test.patched")
async def patched_flow(folder: str) -> list[str]:
    ledger = Ledger(folder)
    done = [await step(ledger.act_async, "customers", name="customers")]
    done.append(await step(ledger.act_async, "invoices", name="invoices"))
    done.append(await step(ledger.act_async, "match", name="match"))
    return done
