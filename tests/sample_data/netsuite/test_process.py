"""Starting and stopping: one line when it listens, a clean end, and nothing left behind."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest


def temporary(pid: int) -> set[str]:
    """The database files that a process has open."""
    return {
        str(each.readlink())
        for each in Path(f"/proc/{pid}/fd").iterdir()
        if "netsuite" in str(each.readlink())
    }


def test_the_ready_line_says_how_to_get_in(own: Any) -> None:
    ready = own.ready
    assert set(ready) == {
        "url", "account_id", "consumer_key", "consumer_secret", "token_id", "token_secret", "client_id", "zone", "pid",
    }  # fmt: skip
    assert ready["pid"] == own.process.pid
    assert own.query("SELECT 1 x FROM dual").status_code == 200


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks for open files in /proc")
def test_sigterm_ends_it_cleanly_and_removes_its_database(start_stand_in: Any) -> None:
    stand_in = start_stand_in("--lines", "100")
    (database, *_) = sorted(temporary(stand_in.process.pid))
    stand_in.process.send_signal(signal.SIGTERM)
    assert stand_in.process.wait(timeout=10) == 0
    assert not Path(database).exists()
    assert not Path(database).parent.exists()
    stand_in.stop()


def test_it_ends_when_its_input_closes(start_stand_in: Any) -> None:
    stand_in = start_stand_in("--lines", "100")
    stand_in.process.stdin.close()
    assert stand_in.process.wait(timeout=10) == 0
    stand_in.stop()


def test_a_database_file_is_kept_and_opened_again(
    start_stand_in: Any, tmp_path: Path, journal_body: Any
) -> None:
    arguments = (
        "--db",
        str(tmp_path / "ns.db"),
        "--lines",
        "100",
        "--ready-file",
        str(tmp_path / "ready.json"),
    )
    first = start_stand_in(*arguments)
    assert json.loads((tmp_path / "ready.json").read_text()) == first.ready
    assert first.request("POST", "/services/rest/record/v1/journalEntry", journal_body).status_code == 204
    first.stop()
    second = start_stand_in(*arguments)
    assert [journal["externalid"] for journal in second.sim("GET", "journals")] == ["RR-1"]
    assert second.ready["token_id"] == first.ready["token_id"], "credentials follow from the seed"
    second.stop()


def test_features_are_chosen_at_the_start(start_stand_in: Any) -> None:
    stand_in = start_stand_in("--lines", "100", "--without", "oneworld", "--with", "custcol_dates")
    assert "Unknown identifier" in stand_in.refusal("SELECT subsidiary FROM transaction")
    assert stand_in.rows("SELECT custcol_service_start FROM transactionline WHERE uniquekey = 1")
    stand_in.stop()


def test_another_zone_moves_the_accounts_clock(start_stand_in: Any) -> None:
    stand_in = start_stand_in("--lines", "100", "--zone", "Asia/Tokyo")
    row = stand_in.one(
        "SELECT TO_CHAR(createddate,'HH24') h, TO_CHAR(SYS_EXTRACT_UTC(createddate),'HH24') u FROM transaction"
        " WHERE id = 20001"
    )
    assert (int(row["u"]) + 9) % 24 == int(row["h"])
    stand_in.stop()


def test_a_snapshot_brings_back_data_settings_and_clocks(own: Any, journal_body: Any) -> None:
    count = "SELECT COUNT(*) n, MAX(id) m FROM transaction"
    before, settings = own.one(count), own.sim("GET", "settings")
    own.change("delete", transaction=20_001)
    assert own.request("POST", "/services/rest/record/v1/journalEntry", journal_body).status_code == 204
    own.settings(concurrency=2, user_date_format="DD.MM.YYYY")
    own.sim("POST", "clock", {"skew_seconds": 5})
    own.sim("POST", "faults", {"status": 500, "contains": "nothing"})
    assert own.one(count) != before
    own.sim("POST", "restore")
    assert own.one(count) == before
    assert own.sim("GET", "settings") == settings
    assert own.sim("GET", "faults") == []
    assert own.sim("POST", "clock", {})["skew_seconds"] == 0


def test_without_a_snapshot_there_is_nothing_to_restore(shared: Any) -> None:
    assert shared.http.post(f"{shared.url}/_sim/restore").status_code == 409
