"""Both lists of customers, and the links between them."""

from sqlmodel import Session, col, select

from revrec.problems import Conflict, NotFound
from revrec.store.tables import CrmCustomer, CustomerAlias, CustomerLink, NetSuiteCustomer


def crm_customer_by_external_id(session: Session, external_id: str) -> CrmCustomer | None:
    return session.exec(select(CrmCustomer).where(CrmCustomer.external_id == external_id)).first()


def find_crm_customer(session: Session, text: str) -> CrmCustomer:
    """The CRM customer of this id, else of exactly this name. Raises `NotFound`, or `Conflict` if several have it."""
    by_id = crm_customer_by_external_id(session, text)
    if by_id is not None:
        return by_id
    named = list(session.exec(select(CrmCustomer).where(CrmCustomer.name == text).limit(4)))
    if not named:
        raise NotFound(
            f"There is no CRM customer {text}, by id or by exact name. Run orders, if it is new.",
            where="crm_customer",
        )
    if len(named) > 1:
        ids = ", ".join(one.external_id for one in named)
        raise Conflict(f"Several CRM customers are named {text}; give the id: {ids}.", where="crm_customer")
    return named[0]


def find_netsuite_customer(session: Session, text: str) -> NetSuiteCustomer:
    """The NetSuite customer of this internal id, else of exactly this name. Raises as `find_crm_customer`."""
    by_id = session.get(NetSuiteCustomer, int(text)) if text.isdigit() and len(text) < 19 else None
    if by_id is not None:
        return by_id
    named = list(session.exec(select(NetSuiteCustomer).where(NetSuiteCustomer.name == text).limit(4)))
    if not named:
        raise NotFound(
            f"There is no NetSuite customer {text}, by internal id or by exact name.",
            where="netsuite_customer",
        )
    if len(named) > 1:
        ids = ", ".join(str(one.id) for one in named)
        raise Conflict(
            f"Several NetSuite customers are named {text}; give the id: {ids}.", where="netsuite_customer"
        )
    return named[0]


def all_crm_customers(session: Session) -> list[tuple[str, str]]:
    """(external id, name) of every active CRM customer, what suggestions are made from."""
    rows = session.exec(
        select(CrmCustomer.external_id, CrmCustomer.name)
        .where(col(CrmCustomer.active).is_(True))
        .order_by(col(CrmCustomer.id))
    )
    return [(external_id, name) for external_id, name in rows]


def live_link(session: Session, netsuite_customer_id: int) -> CustomerLink | None:
    return session.exec(
        select(CustomerLink).where(
            CustomerLink.netsuite_customer_id == netsuite_customer_id, col(CustomerLink.undone_at).is_(None)
        )
    ).first()


def alias_for(session: Session, key: str) -> CustomerAlias | None:
    return session.exec(select(CustomerAlias).where(CustomerAlias.key == key)).first()
