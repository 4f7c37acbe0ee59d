"""Matching NetSuite's customers to the CRM's by name, in every run: a renamed customer changes no invoice."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import case, func, insert, select, update
from sqlmodel import Session

from jobs.lifecycle import tell
from jobs.resources import store
from revrec.matching.keys import KeyRule
from revrec.matching.link_findings import find_link_findings
from revrec.matching.match import Basis, BilledCustomer, Evidence, Match, OrderCustomer, match_customers
from revrec.operations.actor import SERVICE
from revrec.operations.policies import policy_value
from revrec.problems import Finding
from revrec.store.core import crm_customer, customer_alias, customer_link, netsuite_customer
from revrec.store.queries.ignored import ignore_list, mark_ignored
from revrec.store.tables import Job

BY_NAME = ("exact_name", "name_key")


def match_names(job_id: int) -> dict[str, int]:
    """Link every customer that matches, mark the others, and note what happened to older links.

    Links stand outside the run that finds them: names are what they are, whether or not its documents load.
    Customers that the policy `ignore_customers` names are marked too.
    Returns counts of ignored, linked now, ambiguous and unmatched customers.
    """
    with store().write() as session:
        ignored = ignore_list(policy_value(session, "ignore_customers"))
        excluded, unknown = mark_ignored(session, ignored)
        by_name = bool(policy_value(session, "use_customer_name_mapping"))
        rule = KeyRule(bool(policy_value(session, "strip_legal_forms")))
        billed, crm_ids = _billed(session)
        orders = _orders(session, crm_ids, by_name)
        links, bases = _links(session)
        evidence = Evidence(links, _aliases(session))
        matches = match_customers(billed, orders, evidence, rule=rule, by_name=by_name)
        fresh = [one for one in matches if one.matched is not None and one.basis is not Basis.LINK]
        fresh = _without_undone(session, fresh)
        _link(session, fresh)
        _mark(session, matches)
        named = frozenset(one for one, basis in bases.items() if basis in BY_NAME)
        findings = [
            Finding(f"link_{one.kind.value}", "warning", f"customer {one.billed.name}", one.message)
            for one in find_link_findings(billed, orders, links, named, rule=rule)
        ]
        left_out = set(excluded)
        wanted = [one for one in matches if one.billed.id not in left_out]
        ambiguous = [one for one in wanted if one.basis is Basis.AMBIGUOUS]
        linked = _linked_since(session, session.get_one(Job, job_id).started_at)
    findings += [
        Finding("customer_ambiguous", "warning", f"customer {one.billed.name}", one.reason)
        for one in ambiguous
    ]
    findings += [
        Finding(
            "ignored_unknown",
            "warning",
            f"customer {entry}",
            f"The policy ignore_customers names {entry}; no NetSuite customer has this name or id.",
        )
        for entry in unknown
    ]
    tell(job_id, findings, of="customers")
    return {
        "ignored": len(excluded),
        "linked": linked,
        "ambiguous": len(ambiguous),
        "unmatched": sum(1 for one in wanted if one.basis is Basis.NONE),
    }


def _billed(session: Session) -> tuple[list[BilledCustomer], dict[str, int]]:
    c = netsuite_customer.c
    rows = session.execute(select(c.id, c.name, c.crm_id).order_by(c.id)).all()
    held = {row.crm_id: row.id for row in rows if row.crm_id}
    return [BilledCustomer(row.id, row.name) for row in rows], held


def _orders(session: Session, crm_ids: dict[str, int], by_name: bool) -> list[OrderCustomer]:
    """The CRM's customers; with name mapping off, each with the NetSuite customer that holds its id."""
    c = crm_customer.c
    rows = session.execute(select(c.id, c.name, c.external_id).where(c.active).order_by(c.id)).all()
    return [
        OrderCustomer(row.external_id, row.name, None if by_name else crm_ids.get(row.external_id))
        for row in rows
    ]


def _links(session: Session) -> tuple[dict[Any, Any], dict[Any, str]]:
    link = customer_link.c
    rows = session.execute(
        select(link.netsuite_customer_id, crm_customer.c.external_id, link.basis)
        .join(crm_customer, crm_customer.c.id == link.crm_customer_id)
        .where(link.undone_at.is_(None))
    ).all()
    return (
        {row.netsuite_customer_id: row.external_id for row in rows},
        {row.netsuite_customer_id: row.basis for row in rows},
    )


def _aliases(session: Session) -> list[tuple[str, Any]]:
    rows = session.execute(
        select(customer_alias.c.key, crm_customer.c.external_id).join(
            crm_customer, crm_customer.c.id == customer_alias.c.crm_customer_id
        )
    )
    return [(key, external_id) for key, external_id in rows]


def _without_undone(session: Session, matches: list[Match]) -> list[Match]:
    """Without the pairs that a user undid: names may not make again what a person took apart."""
    link = customer_link.c
    rows = session.execute(
        select(link.netsuite_customer_id, crm_customer.c.external_id)
        .join(crm_customer, crm_customer.c.id == link.crm_customer_id)
        .where(link.undone_at.is_not(None))
    )
    undone = {(netsuite_id, crm_id) for netsuite_id, crm_id in rows}
    return [one for one in matches if one.basis is Basis.ALIAS or (one.billed.id, one.matched) not in undone]


def _link(session: Session, matches: list[Match]) -> None:
    now = datetime.now(UTC)
    ids = {
        external_id: key
        for external_id, key in session.execute(select(crm_customer.c.external_id, crm_customer.c.id))
    }
    rows = [
        {
            "netsuite_customer_id": one.billed.id,
            "crm_customer_id": ids[one.matched],
            "basis": one.basis.value,
            "linked_by": SERVICE.email,
            "linked_at": now,
            "netsuite_name": one.billed.name,
            "crm_name": one.candidates[0].name,
            "undone_by": "",
            "undo_reason": "",
        }
        for one in matches
    ]
    if rows:
        session.execute(insert(customer_link), rows)


def _linked_since(session: Session, begun: datetime | None) -> int:
    """Links made by name since the job began: an attempt that a crash cut short may have made them already."""
    link = customer_link.c
    mine = link.linked_by == SERVICE.email, link.undone_at.is_(None), link.linked_at >= begun
    return int(session.execute(select(func.count()).where(*mine)).scalar_one())


def _mark(session: Session, matches: list[Match]) -> None:
    """Write what each customer came to; the reason of pending documents is read from here."""
    ambiguous = [one.billed.id for one in matches if one.basis is Basis.AMBIGUOUS]
    c = netsuite_customer.c
    live = select(customer_link.c.netsuite_customer_id).where(customer_link.c.undone_at.is_(None))
    state = case((c.id.in_(live), "linked"), else_="none")
    session.execute(update(netsuite_customer).values(match=state))
    for start in range(0, len(ambiguous), 5000):
        some = ambiguous[start : start + 5000]
        session.execute(update(netsuite_customer).where(c.id.in_(some)).values(match="ambiguous"))
