"""`revrec stand-in`: the stand-ins for outside systems, as processes of their own."""

import importlib.util
import os
import sys
from typing import Annotated

import typer

from revrec.problems import Invalid

SYSTEMS = ("netsuite", "salesforce")


def stand_in(
    context: typer.Context,
    system: Annotated[str, typer.Argument(help=f"One of {', '.join(SYSTEMS)}.")],
) -> None:
    """Run a stand-in for an outside system, for demonstrations and tests. What follows is passed on to it."""
    if system not in SYSTEMS:
        raise Invalid(f"There is no stand-in for {system}. Stand-ins: {', '.join(SYSTEMS)}.", where="system")
    if importlib.util.find_spec("sqlglot") is None:
        raise Invalid("The stand-ins need more packages: pip install 'revrec[demo]'.", where="system")
    os.execv(sys.executable, [sys.executable, "-m", f"sample_data.{system}", *context.args])  # noqa: S606
