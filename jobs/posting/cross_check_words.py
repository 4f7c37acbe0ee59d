"""What a cross-check finds, each with what to do about it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from jobs.posting.outgoing import Outgoing
from jobs.posting.read_back import approval_of, differences
from revrec.netsuite.journal_readback import JournalName, PostedJournal
from revrec.problems import Finding, Severity

LONGEST = 500


@dataclass(frozen=True)
class Mismatch:
    """One journal that is not the same on both sides. `code`: foreign, missing, differs, unposted, approval."""

    code: str
    severity: Severity | Literal["info"]
    number: str
    netsuite_id: int
    what: str
    to_do: str

    def as_json(self) -> dict[str, Any]:
        """As a job keeps it."""
        return asdict(self) | {"what": self.what[:LONGEST]}

    def as_findings(self) -> list[Finding]:
        """As the job's log says it; what is as it should be, only its result says."""
        if self.severity == "info":
            return []
        where = f"journal {self.number}, NetSuite {self.netsuite_id}"
        return [Finding(f"cross_check_{self.code}", self.severity, where, f"{self.what} {self.to_do}")]


def foreign(theirs: JournalName) -> Mismatch:
    """NetSuite has a journal under our prefix that is none of ours."""
    return Mismatch(
        "foreign",
        "blocking",
        theirs.external_id,
        int(theirs.id),
        f"NetSuite holds journal {theirs.number} under our prefix as {theirs.external_id}, and we do not know it.",
        "Where another deployment posts there, give each a prefix of its own; else take it out in NetSuite.",
    )


def of_ours(ours: Outgoing, theirs: PostedJournal) -> list[Mismatch]:
    """What is not the same about a journal that is known on both sides; empty where all is."""
    netsuite_id = int(theirs.id)
    differing = differences(ours, theirs)
    told = "; ".join(map(str, differing))
    if ours.state != "posted":
        return _unposted(ours, netsuite_id, told)
    found: list[Mismatch] = []
    if differing:
        found.append(
            Mismatch(
                "differs",
                "blocking",
                ours.number,
                netsuite_id,
                f"It was changed in NetSuite after it was posted: {told}.",
                "Take the change back there: what is to be corrected is corrected here and posted by the next close.",
            )
        )
    elif ours.netsuite_id != netsuite_id:
        found.append(
            Mismatch(
                "differs",
                "blocking",
                ours.number,
                netsuite_id,
                f"NetSuite made it as {ours.netsuite_id} and now holds it as {netsuite_id}: it was entered anew there.",
                f"`revrec hub retry --again {ours.number}` reads it back as it is.",
            )
        )
    if (approval := approval_of(theirs)) != ours.netsuite_approval:
        found.append(_approval(ours, netsuite_id, approval))
    return found


def _unposted(ours: Outgoing, netsuite_id: int, told: str) -> list[Mismatch]:
    if ours.state in ("queued", "posting"):
        return []  # it is being sent just now
    if ours.state == "conflict":
        what = f"It is in conflict: {told}." if told else "It was in conflict and agrees now."
        to_do = f"Settle it in NetSuite, then `revrec hub retry {ours.number}`."
        return [Mismatch("differs", "blocking", ours.number, netsuite_id, what, to_do)]
    what = f"It is {ours.state} here, and NetSuite has it" + (f", with differences: {told}." if told else ".")
    to_do = f"`revrec hub retry {ours.number}` reads it back."
    if ours.state == "cancelled":
        to_do = f"{to_do[:-1]} and drafts the journal that takes it back."
    return [Mismatch("unposted", "blocking", ours.number, netsuite_id, what, to_do)]


def _approval(ours: Outgoing, netsuite_id: int, approval: str) -> Mismatch:
    before = ours.netsuite_approval or "unknown"
    if approval == "approved":
        return Mismatch(
            "approval",
            "info",
            ours.number,
            netsuite_id,
            f"NetSuite's approval was {before}: approved now.",
            "",
        )
    return Mismatch(
        "approval",
        "warning",
        ours.number,
        netsuite_id,
        f"NetSuite's approval was {before} and is {approval} now: it is not in NetSuite's ledger.",
        "Submit it for approval again there." if approval == "rejected" else "Have it approved there.",
    )


def vanished(ours: Any, renamed: PostedJournal | None) -> Mismatch:
    """We posted a journal, and NetSuite has none under its external id."""
    if renamed is not None:
        return Mismatch(
            "differs",
            "blocking",
            ours.number,
            ours.netsuite_id,
            f"Its external id was changed in NetSuite, from {ours.external_id} to {renamed.external_id or '(none)'}.",
            "Give it back its external id there: without it nothing keeps a second one from being posted.",
        )
    return Mismatch(
        "missing",
        "blocking",
        ours.number,
        ours.netsuite_id,
        "NetSuite no longer has it: it was deleted there, or the role of the journals connection no longer sees it.",
        f"`revrec hub retry --again {ours.number}` looks for it once more and posts it anew where it is gone.",
    )
