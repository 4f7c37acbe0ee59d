"""Every operation writes exactly one audit event, by its actor; a new operation must be listed here."""

import inspect
from collections.abc import Callable
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

import revrec.operations
from revrec.operations.accept_opening import OpeningTotal, accept_opening
from revrec.operations.actor import Actor
from revrec.operations.add_credit_rule import CreditCondition, add_credit_rule
from revrec.operations.add_user import add_user
from revrec.operations.approve_journal import approve_journal
from revrec.operations.browser_session import Browser, begin_session, end_session
from revrec.operations.cancel_job import cancel_job
from revrec.operations.categorize_product import categorize_product
from revrec.operations.change_price import change_price
from revrec.operations.change_user import change_user
from revrec.operations.combine_order import combine_order
from revrec.operations.confirm_connection import confirm_connection
from revrec.operations.connect_netsuite import NetSuiteConnection, connect_netsuite
from revrec.operations.connect_salesforce import SalesforceConnection, connect_salesforce
from revrec.operations.create_hook_secret import create_hook_secret
from revrec.operations.create_token import create_token
from revrec.operations.decide_credit import decide_credit
from revrec.operations.disconnect import disconnect
from revrec.operations.end_user_sessions import end_user_sessions
from revrec.operations.export_audit import note_export
from revrec.operations.export_list import note_list_export
from revrec.operations.hold_journals import hold_journals
from revrec.operations.import_deliveries import GivenDelivery, import_deliveries
from revrec.operations.import_opening import GivenOpening, import_opening
from revrec.operations.import_prices import GivenPrice, import_prices
from revrec.operations.map_account import MappingTarget, map_account
from revrec.operations.map_all_entities import map_all_entities
from revrec.operations.map_entity import map_entity
from revrec.operations.note_refusal import note_refusal
from revrec.operations.pair_customer import pair_customer
from revrec.operations.pair_item import pair_item
from revrec.operations.pause_connection import pause_flow, resume_flow
from revrec.operations.price_terms import PriceTerms
from revrec.operations.record_delivery import Report, record_delivery
from revrec.operations.release_journals import release_journals
from revrec.operations.replace_credentials import NewCredentials, replace_credentials
from revrec.operations.reset_entities import reset_entities
from revrec.operations.reset_mapping import reset_mapping
from revrec.operations.reset_pairing import reset_pairing
from revrec.operations.retry_journals import retry_journals
from revrec.operations.revoke_hook_secret import revoke_hook_secret
from revrec.operations.revoke_token import revoke_token
from revrec.operations.set_account_limits import set_account_limits
from revrec.operations.set_bundle import set_bundle
from revrec.operations.set_first_period import set_first_period
from revrec.operations.set_line_rule import LineTerms, set_line_rule
from revrec.operations.set_policy import set_policy
from revrec.operations.set_preferences import set_preferences
from revrec.operations.set_price import PricedAs, set_price
from revrec.operations.set_product_rule import ProductTerms, set_product_rule
from revrec.operations.sign_in_link import create_sign_in_link
from revrec.operations.sign_in_oidc import forget_sign_on
from revrec.operations.sign_off_balance import sign_off_balance
from revrec.operations.store_upload import store_upload
from revrec.operations.treat_version import treat_version
from revrec.operations.undo_pairing import undo_pairing
from revrec.operations.undo_price_change import undo_price_change
from revrec.operations.unpair_item import unpair_item
from revrec.operations.withdraw_bundle import withdraw_bundle
from revrec.operations.withdraw_credit_rule import withdraw_credit_rule
from revrec.operations.withdraw_delivery import withdraw_delivery
from revrec.operations.withdraw_price import withdraw_price
from revrec.secrets import Vault, new_key
from revrec.store.engine import Store
from revrec.store.queries.audit import event_count
from revrec.store.queries.credit_memos import find_credit_memo
from revrec.store.queries.people import user_by_email
from revrec.store.tables import GlBalance, Item, Job, Product
from tests.audit_trail import newest_events

VAULT = Vault([new_key()])
OPENED = [GivenOpening("row 1", "", "SO-1", "1", "USD", 100, None, None, None)]
TOTAL = OpeningTotal(1, "USD", 100, 50, 50, 0, 50, 0)
NETSUITE = NetSuiteConnection(
    "1", "tba", {"consumer_key": "a", "consumer_secret": "b", "token_id": "c", "token_secret": "d"}
)
SALESFORCE = SalesforceConnection(
    "acme.my.salesforce.com", "client_credentials", {"client_id": "k", "client_secret": "s"}
)


def add_job(session: Session, now: datetime) -> int:
    job = Job(kind="orders", state="running", parameters={}, requested_by="x", created_at=now)
    session.add(job)
    session.flush()
    return job.id


def add_failed(session: Session, actor: Actor, now: datetime, ids: list[int]) -> list[int]:
    for one in ids:
        approve_journal(session, actor, one, now=now).state = "failed"
    session.flush()
    return ids


def add_held(session: Session, actor: Actor, now: datetime, ids: list[int]) -> list[int]:
    hold_journals(session, actor, add_failed(session, actor, now, ids), "x", now=now)
    return ids


def add_products(session: Session) -> list[int]:
    rows = [Product(key="plan", code="PLAN", name="Plan"), Product(key="setup", code="SETUP", name="Set-up")]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def add_item(session: Session) -> int:
    session.add(Item(id=701, name="WIDGET", type="Service"))
    return add_products(session)[0]


def add_bundle(session: Session, actor: Actor, now: datetime) -> None:
    set_bundle(session, actor, "Starter", "USD", 100, add_products(session), now=now)


def add_price(session: Session, actor: Actor, now: datetime) -> PricedAs:
    what = PricedAs(add_products(session)[0], "USD")
    set_price(session, actor, what, PRICE, now=now)
    return what


def add_price_change(session: Session, actor: Actor, now: datetime) -> int:
    return change_price(session, actor, 1, 100, date(2026, 3, 1), now=now, reason="x").id


PRICE = PriceTerms(low_minor=100)
ANY = CreditCondition()
REPORT = Report(date(2026, 3, 1), percent_e6=50 * 10**6)
DELIVERED = [GivenDelivery("row 1", "SO-1", "1", REPORT)]
GIVEN = [GivenPrice("row 1", "PLAN", "USD", "", 0, None, PRICE)]


def add_balance(session: Session, now: datetime) -> None:
    """NetSuite holds 5.00 more on account 24 than the ledger."""
    session.add(
        GlBalance(
            period="2026-01",
            subsidiary_id=1,
            account_id=24,
            currency="USD",
            balance_minor=500,
            ledger_minor=0,
            read_at=now,
            job_id=add_job(session, now),
        )
    )
    session.flush()


def add_sign_on(session: Session, actor: Actor) -> None:
    user = user_by_email(session, actor.email)
    assert user is not None
    user.oidc_subject = "https://login.test u-1"


def add_session(session: Session, actor: Actor, now: datetime) -> int:
    user = user_by_email(session, actor.email)
    assert user is not None
    return begin_session(session, user, basis="link", secret="s" * 43, browser=Browser(), now=now).id


Verb = Callable[[Session, Actor, datetime, Any], object]
BEFORE: dict[str, Verb] = {
    "pair_item": lambda s, a, n, d: add_item(s),
    "unpair_item": lambda s, a, n, d: pair_item(s, a, 701, add_item(s), now=n),
    "reset_pairing": lambda s, a, n, d: add_item(s),
    "categorize_product": lambda s, a, n, d: add_products(s)[0],
    "reset_mapping": lambda s, a, n, d: map_account(s, a, MappingTarget("revenue"), 12, now=n),
    "reset_entities": lambda s, a, n, d: map_entity(s, a, "UK", 1, now=n),
    "cancel_job": lambda s, a, n, d: add_job(s, n),
    "sign_off_balance": lambda s, a, n, d: add_balance(s, n),
    "hold_journals": lambda s, a, n, d: add_failed(s, a, n, d),
    "release_journals": lambda s, a, n, d: add_held(s, a, n, d),
    "retry_journals": lambda s, a, n, d: add_failed(s, a, n, d),
    "import_opening": lambda s, a, n, d: set_first_period(s, a, "2026-06", now=n),
    "confirm_connection": lambda s, a, n, d: connect_salesforce(s, a, VAULT, SALESFORCE, now=n),
    "disconnect": lambda s, a, n, d: connect_salesforce(s, a, VAULT, SALESFORCE, now=n),
    "pause_flow": lambda s, a, n, d: connect_salesforce(s, a, VAULT, SALESFORCE, now=n),
    "resume_flow": lambda s, a, n, d: (
        connect_salesforce(s, a, VAULT, SALESFORCE, now=n),
        pause_flow(s, a, "orders", "x", now=n),
    ),
    "replace_credentials": lambda s, a, n, d: connect_netsuite(
        s, a, VAULT, NETSUITE, journals_found=[], now=n
    ),
    "set_account_limits": lambda s, a, n, d: connect_netsuite(
        s, a, VAULT, NETSUITE, journals_found=[], now=n
    ),
    "withdraw_delivery": lambda s, a, n, d: record_delivery(s, a, 1, REPORT, now=n).id,
    "withdraw_credit_rule": lambda s, a, n, d: add_credit_rule(s, a, ANY, "immediate", now=n),
    "undo_price_change": lambda s, a, n, d: add_price_change(s, a, n),
    "set_product_rule": lambda s, a, n, d: add_products(s)[0],
    "set_price": lambda s, a, n, d: add_products(s)[0],
    "withdraw_price": lambda s, a, n, d: add_price(s, a, n),
    "import_prices": lambda s, a, n, d: add_products(s),
    "set_bundle": lambda s, a, n, d: add_products(s),
    "withdraw_bundle": lambda s, a, n, d: add_bundle(s, a, n),
    "revoke_token": lambda s, a, n, d: create_token(s, a, "t", random_text="r" * 43, now=n).id,
    "forget_sign_on": lambda s, a, n, d: add_sign_on(s, a),
    "revoke_hook_secret": lambda s, a, n, d: (
        create_hook_secret(s, a, VAULT, "erp", random_text="r" * 43, now=n).id
    ),
    "undo_pairing": lambda s, a, n, d: pair_customer(s, a, 501, "001A", now=n),
    "end_session": lambda s, a, n, d: add_session(s, a, n),
}
VERBS: dict[str, Callable[[Session, Actor, datetime, Any, Any], object]] = {
    "pair_item": lambda s, a, n, d, b: pair_item(s, a, 701, b, now=n),
    "unpair_item": lambda s, a, n, d, b: unpair_item(s, a, 701, now=n),
    "reset_pairing": lambda s, a, n, d, b: reset_pairing(s, a, now=n, confirmed=True),
    "categorize_product": lambda s, a, n, d, b: categorize_product(s, a, b, "Tools", now=n),
    "reset_mapping": lambda s, a, n, d, b: reset_mapping(s, a, now=n, confirmed=True),
    "map_entity": lambda s, a, n, d, b: map_entity(s, a, "Acme UK", 2, now=n),
    "map_all_entities": lambda s, a, n, d, b: map_all_entities(s, a, 2, now=n),
    "reset_entities": lambda s, a, n, d, b: reset_entities(s, a, now=n, confirmed=True),
    "create_sign_in_link": lambda s, a, n, d, b: create_sign_in_link(s, a, a.email, secret="l" * 43, now=n),
    "end_user_sessions": lambda s, a, n, d, b: end_user_sessions(s, a, 1, now=n),
    "set_preferences": lambda s, a, n, d, b: set_preferences(s, a, now=n, locale="de-DE"),
    "end_session": lambda s, a, n, d, b: end_session(s, a, b, now=n),
    "add_user": lambda s, a, n, d, b: add_user(s, a, "new@books.test", "New", "viewer", now=n),
    "change_user": lambda s, a, n, d, b: change_user(s, a, "viewer@books.test", now=n, role="accountant"),
    "create_token": lambda s, a, n, d, b: create_token(s, a, "t", random_text="r" * 43, now=n),
    "revoke_token": lambda s, a, n, d, b: revoke_token(s, a, b, now=n),
    "forget_sign_on": lambda s, a, n, d, b: forget_sign_on(s, a, a.email, now=n),
    "create_hook_secret": lambda s, a, n, d, b: create_hook_secret(
        s, a, VAULT, "erp", random_text="r" * 43, now=n
    ),
    "revoke_hook_secret": lambda s, a, n, d, b: revoke_hook_secret(s, a, b, now=n),
    "set_policy": lambda s, a, n, d, b: set_policy(s, a, "two_people", False, now=n),
    "set_first_period": lambda s, a, n, d, b: set_first_period(s, a, "2026-01", now=n),
    "map_account": lambda s, a, n, d, b: map_account(s, a, MappingTarget("revenue"), 12, now=n),
    "set_product_rule": lambda s, a, n, d, b: set_product_rule(s, a, b, ProductTerms(), now=n),
    "set_price": lambda s, a, n, d, b: set_price(s, a, PricedAs(b, "USD"), PRICE, now=n),
    "withdraw_price": lambda s, a, n, d, b: withdraw_price(s, a, b, now=n),
    "import_prices": lambda s, a, n, d, b: import_prices(s, a, GIVEN, source="list", now=n),
    "set_bundle": lambda s, a, n, d, b: set_bundle(s, a, "Starter", "USD", 100, b, now=n),
    "withdraw_bundle": lambda s, a, n, d, b: withdraw_bundle(s, a, "Starter", "USD", now=n),
    "treat_version": lambda s, a, n, d, b: treat_version(s, a, 1, 2, "prospective", now=n, reason="x"),
    "change_price": lambda s, a, n, d, b: change_price(s, a, 1, 100, date(2026, 3, 1), now=n, reason="x"),
    "undo_price_change": lambda s, a, n, d, b: undo_price_change(s, a, 1, b, now=n, reason="x"),
    "combine_order": lambda s, a, n, d, b: combine_order(s, a, 1, 2, now=n, reason="x"),
    "set_line_rule": lambda s, a, n, d, b: set_line_rule(s, a, 1, LineTerms(), now=n, reason="x"),
    "record_delivery": lambda s, a, n, d, b: record_delivery(s, a, 1, REPORT, now=n),
    "withdraw_delivery": lambda s, a, n, d, b: withdraw_delivery(s, a, b, now=n, reason="x"),
    "import_deliveries": lambda s, a, n, d, b: import_deliveries(s, a, DELIVERED, source="list", now=n),
    "import_opening": lambda s, a, n, d, b: import_opening(s, a, OPENED, source="list", now=n),
    "accept_opening": lambda s, a, n, d, b: accept_opening(s, a, [TOTAL], now=n, reason="x"),
    "decide_credit": lambda s, a, n, d, b: decide_credit(
        s, a, find_credit_memo(s, "CM-1"), "prospective", now=n, reason="x"
    ),
    "add_credit_rule": lambda s, a, n, d, b: add_credit_rule(s, a, ANY, "immediate", now=n),
    "withdraw_credit_rule": lambda s, a, n, d, b: withdraw_credit_rule(s, a, 10, now=n),
    "approve_journal": lambda s, a, n, d, b: approve_journal(s, a, d()[0], now=n),
    "cancel_job": lambda s, a, n, d, b: cancel_job(s, a, b, now=n),
    "sign_off_balance": lambda s, a, n, d, b: sign_off_balance(
        s, a, "2026-01", 24, subsidiary_id=1, now=n, reason="x"
    ),
    "hold_journals": lambda s, a, n, d, b: hold_journals(s, a, b, "x", now=n),
    "release_journals": lambda s, a, n, d, b: release_journals(s, a, b, now=n),
    "retry_journals": lambda s, a, n, d, b: retry_journals(s, a, b, now=n),
    "pair_customer": lambda s, a, n, d, b: pair_customer(s, a, 501, "001A", now=n),
    "undo_pairing": lambda s, a, n, d, b: undo_pairing(s, a, 501, now=n),
    "connect_netsuite": lambda s, a, n, d, b: connect_netsuite(
        s, a, VAULT, NETSUITE, journals_found=[], now=n
    ),
    "connect_salesforce": lambda s, a, n, d, b: connect_salesforce(s, a, VAULT, SALESFORCE, now=n),
    "confirm_connection": lambda s, a, n, d, b: confirm_connection(s, a, "orders", now=n),
    "disconnect": lambda s, a, n, d, b: disconnect(s, a, "orders", now=n),
    "pause_flow": lambda s, a, n, d, b: pause_flow(s, a, "orders", "x", now=n),
    "resume_flow": lambda s, a, n, d, b: resume_flow(s, a, "orders", now=n),
    "replace_credentials": lambda s, a, n, d, b: replace_credentials(
        s, a, VAULT, "journals", NewCredentials({"token_secret": "new"}), now=n
    ),
    "set_account_limits": lambda s, a, n, d, b: set_account_limits(s, a, "journals", concurrency=3, now=n),
    "note_list_export": lambda s, a, n, d, b: note_list_export(s, a, "journals", "csv", {}, now=n),
    "note_refusal": lambda s, a, n, d, b: note_refusal(s, a, "set_price", "no", "GET /prices", now=n),
    "store_upload": lambda s, a, n, d, b: store_upload(s, a, name="a.xlsx", sha256="x", size=1, now=n),
    "note_export": lambda s, a, n, d, b: note_export(s, a, now=n),
}
ON_JOURNALS = {"approve_journal", "hold_journals", "release_journals", "retry_journals"}
ON_ORDERS = {
    "import_opening",
    "record_delivery",
    "withdraw_delivery",
    "import_deliveries",
    "treat_version",
    "change_price",
    "undo_price_change",
    "combine_order",
    "set_line_rule",
}
# Parts of operations: they act for one and write nothing of their own.
PARTS = {
    "record_event",
    "noted_lately",
    "write_policy",
    "policy_change",
    "store_connection",
    "write_price",
    "write_bundle",
    "write_credit_rule",
}


@pytest.mark.usefixtures("accounts", "customers")
@pytest.mark.parametrize("name", sorted(VERBS))
def test_it_writes_one_event_in_its_actor_s_name(
    store: Store, people: dict[str, Actor], draft: Any, stage: Any, credit_memo: Any, now: datetime, name: str
) -> None:
    if name == "decide_credit":
        credit_memo("CM-1")
    if name in ON_ORDERS:
        stage("SO-1")
        stage("SO-2")
        stage("SO-1", lines=(("L1", "PLAN", 5),))
    ids = draft() if name in ON_JOURNALS else []
    made = None
    if name in BEFORE:
        with store.write() as session:
            made = BEFORE[name](session, people["admin"], now, ids)
    with store.read() as session:
        before = event_count(session)
    with store.write() as session:
        VERBS[name](session, people["admin"], now, lambda: ids, made)
    with store.read() as session:
        assert event_count(session) == before + 1
        (event,) = newest_events(session, limit=1)
        assert (event.actor, event.at) == ("admin@books.test", now)
        assert event.action and event.subject


def test_every_operation_is_covered() -> None:
    folder = Path(str(revrec.operations.__file__)).parent
    found = set()
    for file in folder.glob("*.py"):
        module = import_module(f"revrec.operations.{file.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            parameters = list(inspect.signature(function).parameters)
            if function.__module__ == module.__name__ and parameters[:2] == ["session", "actor"]:
                found.add(name)
    assert found - PARTS == set(VERBS)
