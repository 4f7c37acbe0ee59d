"""The chart of accounts as it was read from NetSuite, and products and subsidiaries by their names."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from revrec.store.queries.batches import batches
from revrec.store.tables import Account, AccountSubsidiary, Product, Subsidiary


def account_by_id_or_number(session: Session, text: str) -> list[Account]:
    """The account of this number, else the one of this internal id. More than one if the number is shared."""
    found = list(session.exec(select(Account).where(Account.number == text)))
    if not found and text.isdigit():
        by_id = session.get(Account, int(text))
        found = [by_id] if by_id else []
    return found


def accounts_after(session: Session, after: int, limit: int, text: str = "") -> list[Account]:
    query = select(Account).where(col(Account.id) > after).order_by(col(Account.id)).limit(limit)
    if text:
        query = query.where(col(Account.name).icontains(text, autoescape=True) | (Account.number == text))
    return list(session.exec(query))


def chosen_accounts(session: Session, text: str, limit: int) -> list[Account]:
    """The accounts that a text means: `4000 Subscription Revenue` or `4000`, NetSuite's id, the whole name, else at
    most `limit` with it in their number or name."""
    whole = col(Account.number) + " " + col(Account.name)
    exact = list(
        session.exec(
            select(Account)
            .where((col(Account.number) == text) | (col(Account.name) == text) | (whole == text))
            .limit(limit)
        )
    )
    if not exact and text.isdigit() and len(text) < 19 and (by_id := session.get(Account, int(text))):
        exact = [by_id]
    return exact or list(
        session.exec(
            select(Account)
            .where(whole.icontains(text, autoescape=True))
            .order_by(Account.number)
            .limit(limit)
        )
    )


def fitting_accounts(session: Session, types: Iterable[str], text: str, limit: int) -> list[Account]:
    """Accounts that take postings, of these types (none: of all), with the text in number or name, by number."""
    query = select(Account).where(col(Account.active), col(Account.summary).is_(False))
    if wanted := list(types):
        query = query.where(col(Account.type).in_(wanted))
    if text:
        whole = col(Account.number) + " " + col(Account.name)
        query = query.where(whole.icontains(text.strip()[:100], autoescape=True))
    return list(session.exec(query.order_by(Account.number, col(Account.id)).limit(limit)))


def accounts_by_id(session: Session, ids: set[int]) -> dict[int, Account]:
    if not ids:
        return {}
    return {row.id: row for row in session.exec(select(Account).where(col(Account.id).in_(ids)))}


def account_serves(session: Session, account_id: int, subsidiary_id: int) -> bool:
    """Whether NetSuite lets this subsidiary use the account; true where it names no subsidiaries for it."""
    named = session.exec(
        select(AccountSubsidiary.subsidiary_id).where(AccountSubsidiary.account_id == account_id)
    ).all()
    return not named or subsidiary_id in named


def subsidiary_by_id_or_name(session: Session, text: str) -> Subsidiary | None:
    found = session.exec(select(Subsidiary).where(Subsidiary.name == text)).first()
    return found or (session.get(Subsidiary, int(text)) if text.isdigit() else None)


def product_by_code_or_name(session: Session, text: str) -> Product | None:
    return (
        session.exec(select(Product).where(Product.code == text)).first()
        or session.exec(select(Product).where(Product.name == text)).first()
        or session.exec(select(Product).where(Product.key == text)).first()
    )


def product_names(session: Session, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    return {row.id: row.name for row in session.exec(select(Product).where(col(Product.id).in_(ids)))}


def subsidiaries_by_account(session: Session, ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """The subsidiaries that NetSuite names for each account; one without any may be used by all."""
    found: dict[int, set[int]] = {}
    for some in batches(ids):
        rows = session.exec(
            select(AccountSubsidiary.account_id, AccountSubsidiary.subsidiary_id).where(
                col(AccountSubsidiary.account_id).in_(some)
            )
        )
        for account_id, subsidiary_id in rows:
            found.setdefault(account_id, set()).add(subsidiary_id)
    return {key: frozenset(served) for key, served in found.items()}
