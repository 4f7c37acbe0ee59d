"""`revrec entities`: the CRM's selling entities and NetSuite's subsidiaries."""

from typing import Annotated

import typer

from api.cli.account_checks import Yes
from api.cli.accounts import find_subsidiary
from api.cli.output import print_json, print_views
from api.cli.session import As, Json, Reason, acting, deployment
from api.views.entities import entities_view
from revrec.operations.map_all_entities import map_all_entities
from revrec.operations.map_entity import map_entity
from revrec.operations.permissions import require
from revrec.operations.reset_entities import reset_entities
from revrec.problems import Invalid

app = typer.Typer(help="Company entities of the CRM and NetSuite's subsidiaries.", no_args_is_help=True)

SubsidiaryName = Annotated[str, typer.Argument(metavar="SUBSIDIARY", help="NetSuite's: its id or name.")]


@app.command("list")
def list_entities(as_: As = "", as_json: Json = False) -> None:
    """List the entities that orders name, and the subsidiary each stands for."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            view = entities_view(session)
    if as_json:
        print_json(view)
        return
    print_views(
        view.entities,
        [
            ("entity", lambda v: v.name),
            ("subsidiary", lambda v: v.subsidiary_name or "not mapped"),
            ("by", lambda v: v.mapped_by),
            ("orders>", lambda v: v.orders),
            ("set by", lambda v: v.set_by),
        ],
        as_json=False,
        empty="No order names an entity. Map the CRM's field: `revrec policy set order_fields`.",
    )
    if view.every_other is not None:
        print(f"Every other entity stands for {view.every_other_name}.")


@app.command("map")
def map_one(
    entity: Annotated[str, typer.Argument(help="As the CRM's orders name it.")],
    subsidiary: Annotated[
        str, typer.Argument(help="NetSuite's: its id or name; empty with --withdraw.")
    ] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take its mapping back.")] = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Say which subsidiary an entity is. Contracts that closed periods hold stay where they are."""
    if bool(subsidiary) == withdraw:
        raise Invalid("Give a subsidiary, or --withdraw.", where="subsidiary")
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            home = None if withdraw else find_subsidiary(session, subsidiary)
            row = map_entity(session, actor, entity, home, now=opened.now(), reason=reason)
            name = row.name
            view = entities_view(session)
    if as_json:
        print_json(next(one for one in view.entities if one.name == name))
    elif withdraw:
        print(f"{name} is mapped to no subsidiary of its own.")
    else:
        print(f"{name} is {next(one.subsidiary_name for one in view.entities if one.name == name)}.")


@app.command("map-all")
def map_all(subsidiary: SubsidiaryName, reason: Reason = "", as_: As = "", as_json: Json = False) -> None:
    """Map all entities to one subsidiary, those too that orders name later."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            map_all_entities(
                session, actor, find_subsidiary(session, subsidiary), now=opened.now(), reason=reason
            )
            view = entities_view(session)
    if as_json:
        print_json(view)
    else:
        print(f"Every entity is {view.every_other_name}; {len(view.entities)} are known now.")


@app.command("reset")
def reset(yes: Yes = False, reason: Reason = "", as_: As = "", as_json: Json = False) -> None:
    """Take the mapping of every entity back."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            count = reset_entities(session, actor, now=opened.now(), confirmed=yes, reason=reason)
    if as_json:
        print_json({"reset": count})
    else:
        print("No entity is mapped any more. The audit trail keeps what they were.")
