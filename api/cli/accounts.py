"""`revrec accounts`: the chart of accounts and the account mapping."""

from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from api.cli.output import print_json, print_views
from api.cli.session import As, Json, Limit, Reason, acting, deployment
from api.views.accounts import account_view, mapping_views
from revrec.operations.map_account import MAPPED_ROLES, MappingTarget, map_account
from revrec.operations.permissions import require
from revrec.problems import Conflict, Invalid, NotFound
from revrec.store.queries.accounts import (
    account_by_id_or_number,
    accounts_after,
    product_by_code_or_name,
    subsidiary_by_id_or_name,
)
from revrec.store.queries.policies import mapping_in_force
from revrec.store.queries.segments import segment_values_named

app = typer.Typer(help="Accounts and their mapping.", no_args_is_help=True)

ValidFrom = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="First day; default: the first open day, or always."),
]
Retrospective = Annotated[
    bool, typer.Option("--retrospective", help="Confirm that it reaches into closed periods; needs --reason.")
]


@app.command("list")
def list_accounts(
    chart: Annotated[bool, typer.Option("--chart", help="List NetSuite's accounts instead.")] = False,
    search: Annotated[str, typer.Option(help="With --chart: number, or part of the name.")] = "",
    limit: Limit = 200,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List the account mapping in force."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            accounts = (
                [account_view(row) for row in accounts_after(session, 0, limit, search)] if chart else []
            )
            mapping = [] if chart else mapping_views(session, mapping_in_force(session, opened.today()))
    if chart:
        print_views(
            accounts,
            [
                ("id>", lambda v: v.id),
                ("number", lambda v: v.number),
                ("name", lambda v: v.name),
                ("type", lambda v: v.type),
                ("active", lambda v: v.active),
            ],
            as_json=as_json,
            empty="No account is known yet. An invoices run reads them.",
        )
        return
    print_views(
        mapping,
        [
            ("role", lambda v: v.role),
            ("account", lambda v: f"{v.account_number} {v.account_name}".strip() or v.account),
            ("product", lambda v: v.product),
            ("category", lambda v: v.category),
            ("department", lambda v: v.department),
            ("subsidiary", lambda v: v.subsidiary),
            ("default", lambda v: v.default),
            ("from", lambda v: v.valid_from),
            ("set by", lambda v: v.set_by),
        ],
        as_json=as_json,
        empty=f"No account is mapped. Roles: {', '.join(MAPPED_ROLES)}.",
    )


@app.command("map")
def map_role(
    role: Annotated[str, typer.Argument(help=f"One of {', '.join(MAPPED_ROLES)}.")],
    account: Annotated[
        str, typer.Argument(help="Account number or internal id; empty with --withdraw.")
    ] = "",
    product: Annotated[str, typer.Option(help="Of this product only: its code or name.")] = "",
    category: Annotated[str, typer.Option(help="Of this product category only.")] = "",
    department: Annotated[
        str,
        typer.Option(help="Revenue of this department only: its id or name (journal_breakdown department)."),
    ] = "",
    subsidiary: Annotated[str, typer.Option(help="This subsidiary only: its id or name.")] = "",
    default: Annotated[
        bool, typer.Option("--default", help="Where no rule fits; what falls to it is marked unverified.")
    ] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the rule back.")] = False,
    valid_from: ValidFrom = None,
    any_type: Annotated[
        bool,
        typer.Option("--any-type", help="Take an account of a type the role does not take; needs --reason."),
    ] = False,
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Map a role to a NetSuite account. The most specific rule wins: product, category, department, subsidiary."""
    if bool(account) == withdraw:
        raise Invalid("Give an account, or --withdraw to take the rule back.", where="account")
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            target = MappingTarget(
                role,
                product_id=_product(session, product) if product else None,
                category=category or None,
                subsidiary_id=find_subsidiary(session, subsidiary) if subsidiary else None,
                is_default=default,
                department_id=_department(session, department) if department else None,
            )
            row = map_account(
                session,
                actor,
                target,
                None if withdraw else find_account(session, account),
                now=opened.now(),
                valid_from=valid_from.date() if valid_from else None,
                retrospective=retrospective,
                reason=reason,
                any_type=any_type,
            )
            views, start = mapping_views(session, [row]), row.valid_from
    if as_json:
        print_json(views[0] if views else {"role": role, "withdrawn": True, "valid_from": start})
        return
    since = f" from {start} on" if start else ""
    if views:
        print(f"{target.describe()} is {views[0].account_number} {views[0].account_name}{since}.")
    else:
        print(f"The mapping of {target.describe()} is withdrawn{since}.")


def find_account(session: Session, text: str) -> int:
    """The id of the account that a person names. Raises `NotFound`, or `Conflict` if the number is shared."""
    found = account_by_id_or_number(session, text)
    if not found:
        raise NotFound(
            f"NetSuite's account {text} is not known here. Accounts are read by every invoices run.",
            where="account",
        )
    if len(found) > 1:
        ids = ", ".join(str(row.id) for row in found)
        raise Conflict(
            f"Several accounts have the number {text}; give the internal id: {ids}.", where="account"
        )
    return found[0].id


def _product(session: Session, text: str) -> int:
    found = product_by_code_or_name(session, text)
    if found is None:
        raise NotFound(f"There is no product {text}.", where="product")
    return found.id


def _department(session: Session, text: str) -> int:
    found = segment_values_named(session, "department", text)
    if not found:
        raise NotFound(f"NetSuite has no department {text}.", where="department")
    if len(found) > 1:
        ids = ", ".join(str(one) for one in found)
        raise Conflict(f"Several departments are named {text}; give the id: {ids}.", where="department")
    return found[0]


def find_subsidiary(session: Session, text: str) -> int:
    """The id of the subsidiary that a person names. Raises `NotFound`."""
    found = subsidiary_by_id_or_name(session, text)
    if found is None:
        raise NotFound(f"NetSuite has no subsidiary {text}.", where="subsidiary")
    return found.id
