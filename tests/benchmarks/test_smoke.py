"""Every benchmark still runs, at a size that measures nothing. No time is asserted, here or anywhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TITLES = {
    "invoices": ("Invoices job, by stage", "Invoices job: memory and waiting"),
    "fetch": ("Lines of invoices and credit memos, fetched",),
    "pull": ("Pull at 20 ms a page, 10 at once", "Pull: the whole job"),
    "workbook": ("Workbook of 500 rows x 20 columns",),
    "close": ("Close, computation alone", "Close, by part"),
    "schedule": ("Schedules of obligations over 1 to 36 months, daily", "Schedules by size, in parts"),
    "calculator": ("One scenario, ms", "Every case of tests/golden, ms"),
    "posting": ("Posting journals",),
    "pages": ("The service",),
}


@pytest.mark.slow  # the whole flow twice, and a peer's environment
@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", TITLES)
def test_a_benchmark_runs_at_a_small_size(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--only", name],
        cwd=ROOT,
        env={**os.environ, "REVREC_BENCH_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for title in TITLES[name]:
        assert f"### {title}\n" in done.stdout
    assert list(tmp_path.glob("run-*")) == []
