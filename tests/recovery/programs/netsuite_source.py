"""The NetSuite that jobs of these tests talk to: a stand-in on a database that can be copied, and asked."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from sample_data.starting import StandIn, start

LINES = "300"


@dataclass
class NetSuite:
    """A stand-in on a database of its own, which can be copied."""

    file: Path
    running: StandIn

    @classmethod
    def over(cls, file: Path) -> "NetSuite":
        return cls(file, start("netsuite", "--db", str(file), "--lines", LINES))

    def copy(self, file: Path) -> "NetSuite":
        """Another one that stands where this one stands. Nobody may write to this one meanwhile."""
        for source in self.file.parent.glob(f"{self.file.name}*"):
            shutil.copy(source, file.with_name(source.name.replace(self.file.name, file.name)))
        return NetSuite.over(file)

    def ask(self, path: str, /) -> Any:
        return (
            httpx.get(f"{self.running.url}/_sim/{path}", trust_env=False, timeout=30)
            .raise_for_status()
            .json()
        )

    def tell(self, path: str, /, **body: Any) -> Any:
        reply = httpx.post(f"{self.running.url}/_sim/{path}", json=body, trust_env=False, timeout=30)
        return reply.raise_for_status().json()

    def journals(self) -> list[str]:
        """The journals that NetSuite holds, without the ids it gave."""
        return sorted(json.dumps(_journal(one), sort_keys=True, default=str) for one in self.ask("journals"))

    def journal_ids(self) -> dict[str, int]:
        return {str(one["externalid"]): int(one["id"]) for one in self.ask("journals")}

    def posts(self) -> int:
        """How often a journal was sent to it."""
        log = self.ask("log?last=1000")
        return sum(1 for one in log if one["method"] == "POST" and "journalentry" in one["path"].lower())


def change_source(netsuite: NetSuite) -> None:
    """An edited, a deleted and a voided invoice of the closed period, and a late credit memo."""
    period = min(one["postingperiod"] for one in netsuite.ask("pick?type=CustInvc&status=A&limit=200"))
    invoices = netsuite.ask(f"pick?type=CustInvc&status=A&period={period}&limit=4")
    edited, deleted, voided, credited = [one["id"] for one in invoices]
    netsuite.tell("change", change="edit_line", transaction=edited, line=1, amount="9999.00")
    netsuite.tell("change", change="delete", transaction=deleted)
    netsuite.tell("change", change="void", transaction=voided, style="direct")
    netsuite.tell("change", change="add_credit", invoice=credited, percent=50)


def change_source_unseen(netsuite: NetSuite) -> None:
    """A line whose dates change under an unmoved header, and a credit memo that comes with an old stamp."""
    invoices = netsuite.ask("pick?type=CustInvc&status=A&limit=20")
    edited, credited = [one["id"] for one in invoices[-2:]]
    netsuite.tell(
        "change",
        change="edit_line",
        transaction=edited,
        line=1,
        service_end="2027-06-30",
        moves_header_stamp=False,
    )
    memo = netsuite.tell("change", change="add_credit", invoice=credited, percent=50)["transaction"]
    netsuite.tell("change", change="touch", transactions=[memo], at_utc=1_767_300_000)


def _journal(one: dict[str, Any]) -> dict[str, Any]:
    given = ("id", "tranid", "createddate", "lastmodifieddate", "lines")
    kept = {key: value for key, value in one.items() if key not in given}
    lines = [
        {key: value for key, value in line.items() if key not in ("transaction", "uniquekey")}
        for line in one["lines"]
    ]
    return kept | {"lines": lines}
