"""The calculator's one way into the engine, for the API and the page: a scenario's text in, its answer out."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_text import parse_scenario
from revrec.accounting.scenario_values import ScenarioError
from revrec.problems import Finding, Invalid

SIDE_BY_SIDE = 2
"""Scenarios replayed at a time; more wait, so that no number of them keeps the other routes from answering."""
_threads = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="calculator")


async def calculate_text(content: bytes) -> tuple[Any, dict[str, Any]]:
    """The scenario that a JSON text says, and what it comes to. Raises `Invalid`, whose one finding names the place."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _answer, content)


def _answer(content: bytes) -> tuple[Any, dict[str, Any]]:
    try:
        scenario = parse_scenario(content)
        return scenario, dict(run_scenario(scenario))
    except ScenarioError as error:
        place = Finding("invalid", "blocking", error.where or "scenario", error.message)
        raise Invalid(str(error), where=error.where, findings=[place]) from None
