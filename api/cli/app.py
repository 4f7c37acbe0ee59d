"""The commands, put together."""

import sys

import typer

from api.cli import (
    account_checks,
    audit,
    bundles,
    calc,
    connect,
    contracts,
    controls,
    credits,
    database,
    deliveries,
    entities,
    explain,
    forecast,
    hooks,
    hub,
    import_file,
    jobs,
    journals,
    limits,
    me,
    netsuite,
    opening,
    pairing,
    pending,
    period,
    policy,
    prices,
    reference,
    segments,
    serving,
    settings,
    standin,
    sync,
    tokens,
    users,
)
from api.cli.exits import USAGE, run

# typer brings a click of its own, whose base class of usage errors it does not name.
CommandLineWrong: type[Exception] = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="revrec",
    help="Revenue recognition from NetSuite's invoices to its journals.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
GROUPS = (
    ("db", database.app),
    ("connect", connect.app),
    ("connections", limits.app),
    ("netsuite", netsuite.app),
    ("sync", sync.app),
    ("pending", pending.app),
    ("period", period.app),
    ("opening", opening.app),
    ("reference", reference.app),
    ("accounts", account_checks.app),
    ("entities", entities.app),
    ("policy", policy.app),
    ("contracts", contracts.app),
    ("deliveries", deliveries.app),
    ("credits", credits.app),
    ("products", pairing.app),
    ("prices", prices.app),
    ("bundles", bundles.app),
    ("journals", journals.app),
    ("hub", hub.app),
    ("controls", controls.app),
    ("segments", segments.app),
    ("jobs", jobs.app),
    ("me", me.app),
    ("users", users.app),
    ("tokens", tokens.app),
    ("hooks", hooks.app),
    ("audit", audit.app),
)
for _name, _group in GROUPS:
    app.add_typer(_group, name=_name)
app.command("calc")(calc.calc)
app.command("explain")(explain.explain)
app.command("forecast")(forecast.forecast)
app.command("import")(import_file.import_file)
app.command("config")(settings.show_config)
app.command("secret-key")(settings.secret_key)
app.command("serve")(serving.serve)
app.command("worker")(serving.worker)
app.command("stand-in", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(
    standin.stand_in
)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit status."""
    sys.exit(run(lambda: _invoke(sys.argv[1:] if arguments is None else arguments)))


def _invoke(arguments: list[str]) -> int:
    try:
        result = app(args=arguments, prog_name="revrec", standalone_mode=False)
    except CommandLineWrong as error:
        error.show()  # type: ignore[attr-defined]
        return USAGE
    return result if isinstance(result, int) else 0
