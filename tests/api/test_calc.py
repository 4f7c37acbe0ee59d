"""`revrec calc`: what it prints, what it refuses, and that it needs nothing but the file."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from revrec.accounting.scenario import run_scenario

LINE = {"line": "1", "product": "PLAN", "amount": "1200.00", "start": "2025-01-01", "end": "2025-12-31"}
ORDER = {"type": "order", "date": "2025-01-01", "order": "SO-1", "customer": "Acme", "lines": [LINE]}
SCENARIO = {"policy": {"method": "even"}, "events": [ORDER]}
Calc = Callable[..., tuple[int, str, str]]


@pytest.fixture
def calc(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Calc:
    """Run `revrec calc` on a text or on data; gives status, standard output, standard error."""

    def run(content: Any, *options: str) -> tuple[int, str, str]:
        written = content if isinstance(content, bytes) else json.dumps(content).encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(written)))
        with pytest.raises(SystemExit) as left:
            main(["calc", "-", *options])
        printed = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, printed.out, printed.err

    return run


def test_it_prints_the_answer_of_the_engine_as_one_json_object(calc: Calc) -> None:
    status, out, err = calc(SCENARIO)
    assert (status, err) == (0, "")
    assert json.loads(out) == run_scenario(SCENARIO)
    assert list(json.loads(out)) == [
        "allocations",
        "schedule",
        "balances",
        "journals",
        "remaining",
        "held",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"events": [],}', "line 1, column 15: This is not JSON"),
        (b'{"events": [],\n "events": []}', "line 2, column 2: The key events is given twice."),
        (b'{"a": {"b": 1, "b": 2}}', "line 1, column 16: The key b is given twice."),
        (b'{"events": [NaN]}', "line 1, column 13: NaN is not a number"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"events": ' + b"9" * 5000 + b"}", "too many digits"),
        (b"[]", "An object is wanted here."),
        ({"events": [{**ORDER, "colour": "red"}]}, "events[0].colour: This key is unknown here."),
        (
            {"events": [{**ORDER, "lines": [{**LINE, "amount": 1200.5}]}]},
            "events[0].lines[0].amount: A float is not exact",
        ),
        (
            {**SCENARIO, "policy": {"rounding": "up"}},
            "policy.rounding: 'up' is none of cumulative, last_period.",
        ),
    ],
)
def test_what_is_wrong_is_a_sentence_with_its_place(calc: Calc, content: Any, sentence: str) -> None:
    status, out, err = calc(content)
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.startswith("revrec: ") and err.endswith(".\n") and err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["/no/such/file.json"], "There is no such file."),
        (["/"], "This is a folder"),
        ([], "Missing argument"),
        (["x", "--colour"], "No such option"),
    ],
)
def test_a_wrong_command_is_status_two(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["calc", *arguments])
    printed = capsys.readouterr()
    assert (left.value.code, printed.out) == (2, "")
    assert words in printed.err


def test_tables_for_people(calc: Calc) -> None:
    credit = {
        "type": "credit_memo",
        "date": "2025-03-10",
        "number": "CM-1",
        "customer": "Acme",
        "order": "SO-1",
        "treatment": "immediate",
        "lines": [{"line": "1", "for_line": "1", "product": "PLAN", "amount": "180.00"}],
    }
    second = {**LINE, "line": "2", "product": "SEATS", "amount": "24000.00"}
    order = {**ORDER, "lines": [LINE, second]}
    status, out, _ = calc({**SCENARIO, "currency": "EUR", "events": [order, credit]}, "--table")
    assert status == 0
    rows = [line.split() for line in out.splitlines()]
    assert ["2025-01", "100.00", "2,000.00", "2,100.00"] in rows
    assert ["2025-03", "(80.00)", "2,000.00", "1,920.00"] in rows
    assert ["total", "1,020.00", "24,000.00", "25,020.00"] in rows
    for title in ("Allocation", "Schedule", "Remaining", "Balances at the end of each period", "Journals"):
        assert f"{title}, EUR" in out
    grid = [line for line in out.splitlines() if line.startswith(" 2025-0")][:3]
    assert len({len(line) for line in grid}) == 1  # amounts end in one column


def test_tables_show_held_lines_both_currencies_and_more_lines_than_fit(calc: Calc) -> None:
    bare = {key: value for key, value in LINE.items() if key != "end"}
    lines = [{**LINE, "line": str(n), "product": f"P{n}"} for n in range(1, 10)] + [{**bare, "line": "10"}]
    order = {**ORDER, "lines": lines, "exchange_rate": "1.10"}
    status, out, _ = calc({**SCENARIO, "base_currency": "GBP", "events": [order]}, "--table")
    assert status == 0
    assert "Schedule, GBP" in out and "Journals, GBP" in out
    assert ["SO-1/10", "missing", "dates", "1,200.00"] in [line.split() for line in out.splitlines()]
    assert ["total", "1,200.00", "10,800.00"] in [line.split() for line in out.splitlines()]


def test_it_needs_no_database_no_settings_and_starts_at_once(tmp_path: Path) -> None:
    file = tmp_path / "scenario.json"
    file.write_text(json.dumps(SCENARIO))
    program = (
        "import sys; from api.cli import main\n"
        "try: main()\n"
        "finally: print(','.join(sorted({m.partition('.')[0] for m in sys.modules})), file=sys.stderr)"
    )
    empty = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "REVREC_DATABASE_URL": "nonsense://"}
    began = time.process_time()
    done = subprocess.run(
        [sys.executable, "-c", program, "calc", str(file)],
        capture_output=True,
        text=True,
        env={**empty, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == run_scenario(SCENARIO)
    imported = set(done.stderr.strip().split(","))
    assert not imported & {
        "sqlalchemy",
        "sqlmodel",
        "alembic",
        "fastapi",
        "dbos",
        "pandas",
        "httpx",
    }
    assert "numpy" in imported
    assert [path.name for path in tmp_path.iterdir()] == ["scenario.json"]
    assert time.process_time() - began < 60  # what it costs is measured by the benchmarks, not here


def test_a_reader_who_has_gone_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "scenario.json"
    file.write_text(json.dumps(SCENARIO))
    command = f"{sys.executable} -c 'from api.cli import main; main()' calc {file} | head -c 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("{", "")
