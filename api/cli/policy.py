"""`revrec policy`: what the company chose."""

from datetime import datetime
from typing import Annotated

import typer

from api.cli.accounts import Retrospective, ValidFrom
from api.cli.output import print_json, print_views, shown
from api.cli.session import As, Json, Reason, acting, deployment
from api.views.policies import policy_view, policy_views
from revrec.operations.permissions import require
from revrec.operations.policies import definition_of
from revrec.operations.policy_values import from_text
from revrec.operations.set_policy import set_policy

app = typer.Typer(help="Accounting policies.", no_args_is_help=True)


@app.command("list")
def list_policies(
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As of this day.")] = None,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List every policy with its value in force."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = policy_views(session, day.date() if day else opened.today())
    print_views(
        views,
        [
            ("policy", lambda v: v.key),
            ("value", lambda v: shown(v.value)),
            ("from", lambda v: v.valid_from),
            ("set by", lambda v: v.set_by or "default"),
            ("meaning", lambda v: v.meaning),
        ],
        as_json=as_json,
    )


@app.command("set")
def set_one(
    key: Annotated[str, typer.Argument(help="Its name; `revrec policy list` shows them.")],
    value: Annotated[str, typer.Argument(help="Its value; lists and objects as JSON.")],
    valid_from: ValidFrom = None,
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Set a policy."""
    definition = definition_of(key)
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = set_policy(
                session,
                actor,
                key,
                from_text(definition, value),
                now=opened.now(),
                valid_from=valid_from.date() if valid_from else None,
                retrospective=retrospective,
                reason=reason,
            )
            view = policy_view(definition, row)
    if as_json:
        print_json(view)
    else:
        since = f" from {view.valid_from} on" if view.valid_from else ""
        print(f"{key} is {shown(view.value)}{since}.")
