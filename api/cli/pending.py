"""`revrec pending`: documents whose customer the CRM does not know."""

from typing import Annotated

import typer

from api.cli.output import print_facts, print_json, print_table, print_views
from api.cli.session import As, Json, Limit, Reason, acting, deployment
from api.views.customers import link_view
from api.views.pending import PendingCustomerView, pending_detail_view, pending_views
from revrec.operations.pair_customer import pair_customer
from revrec.operations.permissions import require
from revrec.operations.undo_pairing import undo_pairing
from revrec.problems import NotFound
from revrec.store.queries.customers import find_crm_customer, find_netsuite_customer
from revrec.store.queries.ordered import Order
from revrec.store.queries.waiting import WAITING_SORTS, waiting_customer, waiting_customers, waiting_page

app = typer.Typer(help="Pending Data.", no_args_is_help=True)

NetSuiteCustomer = Annotated[
    str, typer.Argument(metavar="NETSUITE-CUSTOMER", help="NetSuite customer: internal id or exact name.")
]


@app.command("list")
def list_pending(
    search: Annotated[
        str, typer.Option(help="Part of the name in NetSuite or of a suggestion's, or NetSuite's id.")
    ] = "",
    reason: Annotated[
        str,
        typer.Option(help="Why they wait: no_match, ambiguous, undone, or paired (loaded by the next run)."),
    ] = "",
    sort: Annotated[
        str, typer.Option(help=f"By {', '.join(WAITING_SORTS)}; `-amount`: the largest first.")
    ] = "name",
    limit: Limit = 100,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List customers whose documents wait, with CRM customers whose names look alike."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            order = Order(sort.removeprefix("-"), sort.startswith("-"))
            chosen = waiting_customers(session, order.by, search=search, reason=reason)
            views = pending_views(session, waiting_page(chosen, order, limit)[0])
    print_views(
        views,
        [
            ("customer>", lambda v: v.netsuite_customer),
            ("name", lambda v: v.name),
            ("documents>", lambda v: v.documents),
            ("amount", lambda v: ", ".join(f"{a.amount} {a.currency}" for a in v.amounts)),
            ("oldest", lambda v: v.oldest),
            ("why", lambda v: v.reason),
            ("looks like", _suggested),
        ],
        as_json=as_json,
        empty="Nothing fits this choice." if search or reason else "Nothing is pending.",
    )


@app.command("show")
def show(customer: NetSuiteCustomer, as_: As = "", as_json: Json = False) -> None:
    """Show the documents that wait for a customer."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            number = find_netsuite_customer(session, customer).id
            found = waiting_customer(session, number)
            if found is None:
                raise NotFound(f"Nothing waits for NetSuite customer {customer}.", where="customer")
            view = pending_detail_view(session, found, None)
    if as_json:
        print_json(view)
        return
    print_facts(view, as_json=False, leave_out=("waiting", "suggestions", "amounts"))
    rows = [[d.number, d.kind, str(d.date), d.period, d.amount, d.currency, d.reason] for d in view.waiting]
    print_table(["number", "kind", "date", "period", "amount$", "currency", "why"], rows)


@app.command("pair")
def pair(
    customer: NetSuiteCustomer,
    crm_customer: Annotated[str, typer.Argument(help="CRM customer: its id or exact name.")],
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Confirm that a NetSuite customer is a CRM customer. The next run loads what waits."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            billed = find_netsuite_customer(session, customer)
            found = find_crm_customer(session, crm_customer)
            link = pair_customer(
                session, actor, billed.id, found.external_id, now=opened.now(), reason=reason
            )
            view = link_view(link, found.external_id)
    if as_json:
        print_json(view)
    else:
        print(f"Paired {view.netsuite_name} with {view.crm_name}. The next invoices run loads its documents.")


@app.command("unpair")
def unpair(customer: NetSuiteCustomer, reason: Reason = "", as_: As = "", as_json: Json = False) -> None:
    """Undo the link of a NetSuite customer."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            billed = find_netsuite_customer(session, customer)
            link = undo_pairing(session, actor, billed.id, now=opened.now(), reason=reason)
            view = link_view(link, "")
    if as_json:
        print_json(view)
    else:
        print(
            f"{view.netsuite_name} is linked to {view.crm_name} no more; its documents wait from the next run on."
        )


def _suggested(view: PendingCustomerView) -> str:
    if view.paired_with:
        return f"paired with {view.paired_with}"
    return "; ".join(f"{one.name} [{one.crm_customer}] {one.score:.0f}" for one in view.suggestions)
