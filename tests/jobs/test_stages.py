"""The stages that a page lists are those that the jobs say, neither more nor less."""

import re
from pathlib import Path

import jobs
from jobs.imports.check_file import COMPARING, READING
from jobs.stages import STAGES
from jobs.workflows import KINDS

SAID = re.compile(r'progress\(\s*job_id,\s*"([^"]+)"')


def test_every_stage_that_a_job_says_is_listed_and_no_other():
    sources = [path.read_text() for path in Path(jobs.__file__).parent.rglob("*.py")]
    said = {stage for source in sources for stage in SAID.findall(source)}
    assert said | {READING, COMPARING} == {stage for stages in STAGES.values() for stage in stages}


def test_stages_are_of_kinds_of_jobs():
    assert set(STAGES) <= set(KINDS)
