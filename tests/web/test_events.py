"""Events history in the browser: found, shown as differences, proved, taken away."""

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlmodel import select

from api.views.audit import AuditEventView, changes_of
from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.set_first_period import set_first_period
from revrec.store.queries import events
from revrec.store.tables import (
    AuditEvent,
    Contract,
    CrmCustomer,
    CustomerLink,
    GlSignOff,
    Job,
    Journal,
    Obligation,
    OrderVersion,
    PeriodClose,
    SalesOrder,
)

from .conftest import NOW, key_of

ANN = Actor("ann@books.test", "accountant")


@pytest.fixture
def trail(deployment):
    """Sixty prices set by Ann, one each hour from noon of 10 April, of products P1 to P60; then a period closed."""
    with deployment.store.write() as session:
        for number in range(1, 61):
            record_event(
                session,
                ANN,
                "set_price",
                f"product P{number}",
                now=NOW + timedelta(hours=number),
                before={"price": number, "terms": {"region": "EU"}},
                after={"price": number + 1, "terms": {"region": "US", "tiers": [1, 2]}},
                reason="<b>yearly</b>" if number == 7 else "",
            )
        record_event(session, ANN, "close_period", "period 2026-03", now=NOW + timedelta(hours=61))


def subjects(page):
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [part.partition("</a>")[0] for part in body.split('<a href="/events?subject=')[1:] if part]


def shown(page):
    return [one.partition(">")[2] for one in subjects(page)]


def test_the_newest_come_first_page_by_page(visit, trail):
    browser = visit("viewer")
    first = browser.get("/events").text
    # The sign-in of who looks, by a link that was made for it, is the newest.
    assert shown(first)[:4] == ["session 1", "user viewer@books.test", "period 2026-03", "product P60"]
    to = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "product P10" not in shown(first) and "product P10" in shown(browser.get(to).text)
    assert "sorted by" in browser.get("/events?sort=actor").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("actor=ann@books.test&action=close_period", ["period 2026-03"]),
        ("subject=product P7", ["product P7"]),
        ("search=yearly", ["product P7"]),
        ("search=p33", ["product P33"]),
        (
            "action=set_price&since=2026-04-12&until=2026-04-12&sort=when",
            [f"product P{n}" for n in range(36, 60)],
        ),
        ("since=2027-01-01", []),
        ("search=nothing of the kind", []),
    ],
)
def test_filters(visit, trail, query, found):
    page = visit("viewer").get(f"/events?{query}").text
    assert shown(page) == found
    assert found or "No event fits this choice" in page


def test_before_and_after_are_shown_as_what_differs(visit, trail):
    browser = visit("viewer")
    page = browser.get("/events?subject=product P7").text
    assert "<dt>price</dt><dd><del>7</del> → <ins>8</ins></dd>" in page
    assert "<dt>terms region</dt><dd><del>EU</del> → <ins>US</ins></dd>" in page
    assert "&lt;b&gt;yearly&lt;/b&gt;" in page
    to = page.partition("<tbody>")[2].partition('<a href="')[2].partition('"')[0]
    assert "Set price: product P7" in browser.get(to).text
    assert browser.get("/events/99999").status_code == 404


def test_every_value_has_a_name_and_what_is_the_same_is_left_out():
    view = AuditEventView(
        id=1,
        at=NOW,
        actor="a",
        action="x",
        subject="y",
        before={"same": 1, "gone": True, "lines": [{"id": 1}], "no prices": [None, None]},
        after={"same": 1, "new": None, "lines": [{"id": 2}], "list": []},
        reason="",
        previous_hash="",
        hash="",
    )
    assert [(one.field, one.before, one.after) for one in changes_of(view)] == [
        ("lines 1 id", "1", "2"),
        ("list", "", "none"),
        ("gone", "yes", ""),
    ]
    assert [one.field for one in changes_of(view.model_copy(update={"before": None, "after": "bare"}))] == [
        "value"
    ]


def test_a_bare_state_before_several_values_is_the_state_it_was():
    view = AuditEventView(
        id=1,
        at=NOW,
        actor="a",
        action="approve_journal",
        subject="journal 2026-03-0001",
        before="draft",
        after={"state": "approved", "id": 7},
        reason="",
        previous_hash="",
        hash="",
    )
    told = [(one.field, one.before, one.after) for one in changes_of(view)]
    assert told == [("state", "draft", "approved"), ("id", "", "7")]
    told = [
        (one.field, one.before, one.after) for one in changes_of(view.model_copy(update={"after": {"id": 7}}))
    ]
    assert told == [("id", "", "7"), ("before", "draft", "")]


def test_amounts_of_an_event_are_shown_with_their_currency_and_counts_stay(visit, deployment):
    with deployment.store.write() as session:
        record_event(
            session,
            ANN,
            "close_period",
            "period 2026-03",
            now=NOW,
            after={
                "revenue": {"JPY": 49_576_771, "USD": 288_443_411},
                "waiting": [
                    {"reason": "missing_dates", "currency": "USD", "count": 8, "amount": -29_166_780}
                ],
                "balances": {"USD": {"contract_liability": 963_528_647}},
                "journals": {"USD": {"journals": 1, "lines": 87, "total": 236_705_477}},
                "transfers": {"adjustment": 2, "billing": 754},
            },
        )
        record_event(
            session,
            ANN,
            "change_price",
            "order SO-1",
            now=NOW,
            before={"price_changes_minor": 0, "currency": "USD"},
            after={"price_changes_minor": -5_000, "amount_minor": -5_000, "currency": "USD"},
        )
        key = session.exec(select(AuditEvent.id).where(AuditEvent.action == "close_period")).one()
    browser = visit("viewer")
    page = browser.get(f"/events/{key}").text
    for name, value in (
        ("revenue", "49,576,771&nbsp;JPY"),
        ("revenue", "2,884,434.11&nbsp;USD"),
        ("waiting 1 count", "8"),
        ("waiting 1 amount", '<span class="negative">(291,667.80)</span>&nbsp;USD'),
        ("balances contract liability", "9,635,286.47&nbsp;USD"),
        ("journals lines USD", "87"),
        ("journals total", "2,367,054.77&nbsp;USD"),
        ("transfers adjustment", "2"),
    ):
        assert f"<dt>{name}</dt><dd><ins>{value}</ins></dd>" in page, name
    page = browser.get("/events?action=change_price").text
    assert (
        '<ins><span class="negative">(50.00)</span>&nbsp;USD</ins>' in page
        and "<dt>price changes</dt>" in page
    )
    text = browser.get("/events.csv?action=change_price").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["Before"], row["After"]) == (
        "price_changes: 0.00 USD",
        "price_changes: -50.00 USD; amount: -50.00 USD",
    )


@pytest.fixture
def books(deployment):
    """Contract 1 of Acme (order SO-1, a change of it and a line) and what was done to it; and the same of Beta."""
    with deployment.store.write() as session:
        set_first_period(session, Actor("c@books.test", "controller"), "2026-01", now=NOW)
        job = Job(kind="close", state="done", parameters={}, requested_by="ann", created_at=NOW)
        session.add(job)
        session.flush()
        for at, name in enumerate(("Acme", "Beta"), start=1):
            session.add(CrmCustomer(id=at, external_id=f"00{at}", name=name, key=name.lower(), key_version=1))
            session.add(Contract(id=at, key=f"order SO-{at}", number=f"SO-{at}", crm_customer_id=at))
            session.flush()
            session.add(SalesOrder(id=at, external_id=f"801{at}", number=f"SO-{at}", contract_id=at))
            session.flush()
            session.add(Obligation(order_id=at, line_external_id=f"L{at}"))
            session.add(
                OrderVersion(
                    order_id=at,
                    number=2,
                    job_id=job.id,
                    sha256="x",
                    raw=b"",
                    modified_at=NOW,
                    effective_on=NOW.date(),
                    ordered_on=NOW.date(),
                    crm_customer_id=at,
                    currency="USD",
                )
            )
            session.add(
                CustomerLink(
                    netsuite_customer_id=100 + at,
                    crm_customer_id=at,
                    basis="name",
                    linked_by="ann",
                    linked_at=NOW,
                    netsuite_name=name,
                    crm_name=name,
                )
            )
            period = f"2026-0{at}"
            close = PeriodClose(
                period=period, state="closed", job_id=job.id, policy={}, closed_by="ann", closed_at=NOW
            )
            session.add(close)
            session.flush()
            session.add(
                Journal(
                    period_close_id=close.id,
                    period=period,
                    number=f"{period}-000{at}",
                    subsidiary_id=1,
                    currency="USD",
                    journal_date=NOW.date(),
                    prepared_by="ann",
                    state="approved",
                    memo="",
                )
            )
            session.add(
                GlSignOff(
                    period=period,
                    subsidiary_id=1,
                    account_id=2400 + at,
                    difference_minor=1,
                    reason="r",
                    set_by="ann",
                    set_at=NOW,
                )
            )
            for action, subject in (
                ("change_price", f"order SO-{at}"),
                ("treat_version", f"order SO-{at}, version 2"),
                ("set_line_rule", f"order SO-{at}, line L{at}"),
                ("pair_customer", f"NetSuite customer {100 + at}"),
                ("close_period", f"period {period}"),
                ("approve_journal", f"journal {period}-000{at}"),
                ("sign_off_balance", f"subsidiary 1, account {2400 + at} at the end of {period}"),
            ):
                record_event(session, ANN, action, subject, now=NOW + timedelta(hours=at))
        record_event(session, ANN, "start_close", f"job {job.id}", now=NOW + timedelta(hours=3))


@pytest.mark.parametrize(
    ("query", "found", "words"),
    [
        (
            "contract=1",
            ["order SO-1, line L1", "order SO-1, version 2", "order SO-1"],
            "contract SO-1</a> and what",
        ),
        ("contract=1&action=change_price", ["order SO-1"], "contract SO-1"),
        ("customer=2", ["NetSuite customer 102"], '<a href="/customers/2">Beta</a>'),
        (
            "period=2026-02",
            [
                "job 1",
                "subsidiary 1, account 2402 at the end of 2026-02",
                "journal 2026-02-0002",
                "period 2026-02",
            ],
            '<a href="/periods/2026-02">2026-02</a>',
        ),
        ("contract=1&customer=1", [], "No event fits this choice"),
        ("contract=9", [], "No event fits this choice"),
    ],
)
def test_what_was_done_to_a_contract_a_customer_and_a_period(visit, books, query, found, words):
    browser = visit("viewer")
    page = browser.get(f"/events?{query}").text
    assert shown(page) == found and words in page
    taken = list(csv.DictReader(io.StringIO(browser.get(f"/events.csv?{query}").content.decode("utf-8-sig"))))
    assert [one["On what"] for one in taken] == found


def test_a_contract_a_customer_and_a_period_lead_to_their_events(visit, books):
    browser = visit("viewer")
    for page, link in (
        ("/contracts/1", "/events?contract=1"),
        ("/customers/1", "/events?customer=1"),
        ("/periods/2026-01", "/events?period=2026-01"),
        ("/journals/1", "/events?search=2026-01-0001"),
    ):
        assert f'href="{link}"' in browser.get(page).text
    assert browser.get("/events?contract=one").status_code == 422


def test_a_search_goes_on_where_it_stopped(visit, trail, monkeypatch):
    monkeypatch.setattr(events, "SEARCHED", 20)
    browser = visit("viewer")
    page = browser.get("/events?search=P7").text
    assert shown(page) == [] and "Searched as far as" in page
    for _ in range(5):
        to = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        page = browser.get(to).text
        if shown(page):
            break
    assert shown(page) == ["product P7"]
    rows = list(csv.DictReader(io.StringIO(browser.get("/events.csv?search=P7").content.decode("utf-8-sig"))))
    assert [one["On what"] for one in rows if one["What"] == "set_price"] == ["product P7"]


def test_totals_count_what_was_done(visit, trail):
    part = visit("viewer").get("/events/totals?actor=ann@books.test").text
    assert "set price" in part and '<td class="n">60</td>' in part and "2026-04-13 00:00" in part


def test_the_chain_is_checked_and_a_changed_event_is_found(visit, trail, deployment):
    browser = visit("viewer")
    assert "follow one another" not in browser.get("/events/verification").text
    assert "follow one another" in browser.get("/events/verification?check=1").text
    with deployment.store.read() as session:
        head = session.exec(select(AuditEvent.hash).where(AuditEvent.action == "close_period")).one()
    assert "follow one another" in browser.get(f"/events/verification?check=1&head={head}").text
    assert "no longer holds" in browser.get(f"/events/verification?check=1&head={'a' * 64}").text
    with deployment.store.write() as session:
        row = session.exec(select(AuditEvent).where(AuditEvent.subject == "product P7")).one()
        row.reason, number = "none", row.id
    page = browser.get("/events/verification?check=1").text
    assert "was changed after it was written" in page and f'href="/events/{number}"' in page


def test_the_trail_is_taken_away_with_its_head_and_that_is_an_event(visit, trail, deployment):
    browser = visit("viewer")
    answer = browser.post("/events/export", data={"key": key_of(browser)})
    lines = [json.loads(one) for one in answer.text.splitlines()]
    assert answer.headers["x-audit-head"] == lines[-1]["hash"]
    assert f"audit-{len(lines)}-{lines[-1]['hash'][:12]}.ndjson" in answer.headers["content-disposition"]
    text = browser.get("/events.csv?action=close_period").content.decode("utf-8-sig")
    assert [one["On what"] for one in csv.DictReader(io.StringIO(text))] == ["period 2026-03"]
    with deployment.store.read() as session:
        actions = session.exec(select(AuditEvent.action).where(AuditEvent.actor == "viewer@books.test")).all()
    assert actions == ["sign_in", "export_audit", "export_list"]
