"""The command line: what it prints, what it changes, how it leaves."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from api.deployment import Deployment
from revrec.operations.audit import verify_trail
from revrec.store.tables import Job, JobFile, JobNote
from tests.audit_trail import newest_events

Revrec = Callable[..., Any]
Draft = Callable[..., list[int]]


def test_a_table_for_people_and_json_for_programs(revrec: Revrec) -> None:
    table, data = revrec("users", "list"), revrec("users", "list", "--json")
    assert (table.status, data.status) == (0, 0)
    assert "viewer@books.test" in table.out and "email" in table.out
    assert [user["role"] for user in json.loads(data.out)] == ["admin", "controller", "accountant", "viewer"]


def test_it_acts_as_the_first_admin_unless_told_otherwise(revrec: Revrec, deployment: Deployment) -> None:
    assert revrec("policy", "set", "two_people", "off").status == 0
    assert revrec("policy", "set", "two_people", "on", "--as", "controller@books.test").status == 0
    with deployment.store.read() as session:
        events = newest_events(session, limit=2)
        assert [event.actor for event in events] == ["controller@books.test", "admin@books.test"]


def test_a_refusal_is_one_sentence_and_status_one(revrec: Revrec) -> None:
    ran = revrec("policy", "set", "two_people", "off", "--as", "viewer@books.test")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        "revrec: viewer@books.test is a viewer and may not set policy; that takes admin or controller.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["nonsense"], 2, "No such command"),
        (["jobs", "list", "--limit", "x"], 2, "--limit"),
        (["jobs", "show", "7"], 1, "There is no job 7."),
        (["policy", "set", "colour", "red"], 1, "There is no policy 'colour'."),
        (["policy", "set", "netting", "red"], 2, "one of contract, customer"),
        (["policy", "set", "exclude_products", "{"], 2, "this is not JSON"),
        (["users", "add", "x", "--role", "viewer"], 2, "not an email address"),
        (["users", "list", "--as", "nobody@books.test"], 1, "There is no user nobody@books.test."),
        (["period", "set", "2026-13"], 2, "write it as 2026-03"),
        (["accounts", "map", "revenue"], 2, "Give an account, or --withdraw"),
        (["accounts", "map", "revenue", "4000"], 1, "account 4000 is not known"),
        (["journals", "approve"], 2, "Name the journals, or give --all"),
        (["journals", "show", "2026-03-0001"], 1, "There is no journal"),
        (["pending", "pair", "501", "001A"], 1, "no NetSuite customer 501"),
        (["connections", "test", "orders"], 1, "not connected"),
        (["stand-in", "hubspot"], 2, "no stand-in for hubspot"),
    ],
)
def test_what_goes_wrong_is_said_and_shows_in_the_status(
    revrec: Revrec, arguments: list[str], status: int, words: str
) -> None:
    ran = revrec(*arguments)
    assert ran.status == status, ran
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_tokens_are_shown_once(revrec: Revrec) -> None:
    made = revrec("tokens", "create", "erp", "--json")
    token = json.loads(made.out)
    assert token["token"].startswith("rr_")
    assert token["token"] not in revrec("tokens", "list", "--json").out
    assert revrec("tokens", "revoke", str(token["id"])).status == 0
    assert revrec("tokens", "revoke", str(token["id"])).status == 1
    assert revrec("tokens", "create", "erp").out.startswith("rr_")


@pytest.mark.usefixtures("reference")
def test_accounts_are_mapped_by_number(revrec: Revrec) -> None:
    ran = revrec("accounts", "map", "revenue", "4000", "--subsidiary", "Parent")
    assert ran.out == "revenue, subsidiary 1 is 4000 Revenue.\n"
    narrow = revrec("accounts", "map", "revenue", "4000", "--subsidiary", "Parent", "--default")
    assert narrow.status == 2 and "role alone" in narrow.err
    (rule,) = json.loads(revrec("accounts", "list", "--json").out)
    assert (rule["account"], rule["subsidiary"], rule["default"]) == (12, "Parent", False)
    assert "2400" in revrec("accounts", "list", "--chart").out
    withdrawn = revrec("accounts", "map", "revenue", "--subsidiary", "1", "--withdraw")
    assert "withdrawn" in withdrawn.out
    assert json.loads(revrec("accounts", "list", "--json").out) == []


@pytest.mark.usefixtures("pending")
def test_pending_data_is_listed_paired_and_unpaired(revrec: Revrec) -> None:
    listed = revrec("pending", "list")
    assert "Acme Holdings Inc" in listed.out and "Acme Holding [001A]" in listed.out
    assert "INV-9002" in revrec("pending", "show", "501").out
    assert revrec("pending", "pair", "Acme Holdings Inc", "Acme Holding").status == 0
    assert "paired with Acme Holding" in revrec("pending", "list").out
    assert revrec("pending", "unpair", "501", "--reason", "no").status == 0
    (waiting,) = json.loads(revrec("pending", "list", "--json").out)
    assert waiting["paired_with"] == ""


def test_journals_are_approved_by_another(revrec: Revrec, draft: Draft) -> None:
    draft(2)
    refused = revrec("journals", "approve", "--all", "--as", "accountant@books.test")
    assert (refused.status, "may not approve journal" in refused.err) == (1, True)
    approved = revrec("journals", "approve", "--all", "--as", "controller@books.test")
    assert approved.out.splitlines() == [
        "Approved 2026-03-0001: Parent, 2 lines, 1234.56 USD.",
        "Approved 2026-03-0002: Parent, 2 lines, 1234.56 USD.",
    ]
    shown = revrec("journals", "show", "2026-03-0002")
    assert "department Sales" in shown.out and "1234.56" in shown.out
    assert json.loads(revrec("journals", "list", "--json").out)[0]["external_id"] == "REVREC-2026-03-0002"
    assert revrec("journals", "approve", "2026-03-0002").status == 1
    assert "no draft" in revrec("journals", "approve", "--all").out


def test_periods(revrec: Revrec, draft: Draft) -> None:
    assert "No accounting period is set" in revrec("period", "list").out
    assert revrec("period", "set", "2026-03", "--as", "controller@books.test").status == 0
    blocked = revrec("period", "close", "2026-04", "--as", "accountant@books.test")
    assert blocked.status == 1
    assert "cannot be closed" in blocked.err and "blocking: " in blocked.err
    draft(period="2026-03")
    closed = revrec("period", "close", "2026-03", "--json")
    assert (closed.status, json.loads(closed.out)["state"]) == (0, "closed")


def test_a_job_s_file_is_copied(revrec: Revrec, deployment: Deployment, tmp_path: Path) -> None:
    folder = deployment.config.files_dir
    folder.mkdir()
    (folder / "job-1.xlsx").write_bytes(b"workbook")
    with deployment.store.write() as session:
        session.add(
            Job(kind="orders", state="done", parameters={}, requested_by="x", created_at=deployment.now())
        )
        session.flush()
        session.add(
            JobFile(job_id=1, name="job-1.xlsx", path="job-1.xlsx", sha256="s", content_hash="c", bytes=8)
        )
    target = tmp_path / "copy.xlsx"
    assert revrec("jobs", "file", "1", "-o", str(target)).status == 0
    assert target.read_bytes() == b"workbook"
    own = revrec("jobs", "file", "1", "-o", str(folder))
    assert (own.status, "own file" in own.err) == (1, True)
    assert revrec("jobs", "file", "2").status == 1


def test_jobs_are_cancelled(revrec: Revrec, deployment: Deployment) -> None:
    with deployment.store.write() as session:
        session.add(Job(kind="orders", parameters={}, requested_by="x", created_at=deployment.now()))
    assert revrec("jobs", "cancel", "1").out == "Job 1 is cancelled.\n"
    assert revrec("jobs", "cancel", "1").status == 1
    assert json.loads(revrec("jobs", "show", "1", "--json").out)["state"] == "cancelled"


def test_the_audit_trail_is_searched_and_narrowed(revrec: Revrec, deployment: Deployment) -> None:
    def ids(*options: str) -> list[int]:
        return [one["id"] for one in json.loads(revrec("audit", "list", *options, "--json").out)]

    everything = ids()
    assert everything == sorted(everything, reverse=True)
    assert ids("--limit", "2") == everything[:2]
    assert ids("--action", "add_user", "--search", "viewer@") == [
        one["id"]
        for one in json.loads(revrec("audit", "list", "--action", "add_user", "--json").out)
        if "viewer@" in json.dumps(one)
    ]
    assert ids("--since", "2026-04-10", "--until", "2026-04-10") == everything
    assert ids("--until", "2026-04-09") == ids("--since", "2026-04-11") == ids("--period", "2026-01") == []


def test_the_audit_trail_is_verified_and_exported(
    revrec: Revrec, deployment: Deployment, tmp_path: Path
) -> None:
    assert revrec("audit", "verify").status == 0
    file = tmp_path / "audit.ndjson"
    ran = json.loads(revrec("audit", "export", "-o", str(file), "--json").out)
    events = [json.loads(line) for line in file.read_text().splitlines()]
    assert (len(events), events[-1]["hash"]) == (ran["events"], ran["head"])
    assert revrec("audit", "verify", "--head", ran["head"]).status == 0
    with deployment.store.write() as session:
        session.execute(text("UPDATE audit_event SET reason = 'x' WHERE id = 2"))
    broken = revrec("audit", "verify", "--json")
    assert (broken.status, json.loads(broken.out)["broken_at"]) == (1, 2)
    with deployment.store.read() as session:
        assert verify_trail(session).broken_at == 2


def test_settings_are_shown_without_secrets(revrec: Revrec, monkeypatch: pytest.MonkeyPatch) -> None:
    key = revrec("secret-key").out.strip()
    monkeypatch.setenv("REVREC_SECRET_KEY", key)
    for arguments in (["config"], ["config", "--json"]):
        ran = revrec(*arguments)
        assert ran.status == 0
        assert key not in ran.out and "(set)" in ran.out


@pytest.mark.slow
def test_a_fresh_machine(tmp_path: Path) -> None:
    """The real process: upgrade, first admin, key file of mode 0600, and an honest word before the upgrade."""
    environment = {**os.environ, "REVREC_DATA_DIR": str(tmp_path / "data"), "REVREC_DATABASE_URL": ""}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from api.cli import main; main()", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    before = run("users", "list")
    assert before.returncode == 1
    assert "`revrec db upgrade` makes it." in before.stderr
    assert not (tmp_path / "data").exists()
    upgraded = run("db", "upgrade", "--admin", "Ann@books.test", "--json")
    assert json.loads(upgraded.stdout)["first_admin"] == "ann@books.test"
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600
    again = run("db", "upgrade", "--json")
    assert json.loads(again.stdout)["first_admin"] == ""
    assert "ann@books.test" in run("users", "list").stdout


def test_a_job_s_figures_are_readable(revrec: Revrec, deployment: Deployment, reference: None) -> None:
    result = {
        "pulled": {"new": 3, "lines": 9},
        "outcome": {
            "counts": {"documents_loaded": 2},
            "amounts": {"loaded": {"USD": 123_456, "JPY": -500}, "held": {}},
        },
        "balances": {"USD": {"billed": 4_416_000, "journals": 2}},
        "left_pending": [],
        "full": True,
    }
    with deployment.store.write() as session:
        session.add(
            Job(
                kind="invoices",
                state="done",
                parameters={},
                requested_by="x",
                created_at=deployment.now(),
                result=result,
            )
        )
        session.flush()
        session.add(
            JobNote(
                job_id=1,
                part="x",
                at=deployment.now(),
                severity="warning",
                code="held",
                where="INV-1",
                message="Held.",
            )
        )
    assert revrec("jobs", "show", "1").out.splitlines() == [
        "Job 1 (invoices) is done.",
        "  pulled: new 3, lines 9",
        "  outcome, counts: documents loaded 2",
        "  outcome, amounts, loaded: 1234.56 USD, -500 JPY",
        "  balances, USD: billed 44160.00, journals 2",
        "  full: yes",
        "  warning: INV-1: Held. [held]",
    ]
