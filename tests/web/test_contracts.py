"""A contract's page, its explanation, and what people decide from it; every number and word as a reader gets it."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from api.views.schedule import schedule_view
from revrec.store.reference.products import CatalogueProduct
from revrec.store.staging.orders import StagedOrder, StagedOrderLine, publish_orders, stage_orders
from revrec.store.tables import (
    Allocation,
    AuditEvent,
    Balance,
    Booked,
    Contract,
    CrmCustomer,
    Job,
    LedgerTransfer,
    LineRule,
    Obligation,
    PeriodClose,
    PriceChange,
    SalesOrder,
    Subsidiary,
    VersionTreatment,
    WaitingItem,
)

from .conftest import NOW, key_of

YEAR = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture
def load(deployment):
    """`load("SO-1", 120_000)`: a form of an order of Acme, one line over 2026, as a run leaves it."""
    with deployment.store.write() as session:
        session.add(CrmCustomer(external_id="001A", name="Acme", key="acme", key_version=1))

    def run(number, amount, **more):
        line = StagedOrderLine(
            f"{number}-A", 1, CatalogueProduct("PLAN", "Plan"), "", 10**6, amount, *YEAR, "even", ""
        )
        values = {"subsidiary_id": 1, "cancelled_on": None, "effective_on": None} | more
        then = NOW - timedelta(days=1)
        form = StagedOrder(
            f"801-{number}",
            number,
            "001A",
            "",
            date(2026, 1, 1),
            "USD",
            modified_at=then,
            seen_on=then.date(),
            lines=(line,),
            **values,
        )
        with deployment.store.write() as session:
            job = Job(
                kind="orders",
                state="done",
                parameters={},
                requested_by="x",
                created_at=then,
                published_at=then,
            )
            session.add(job)
            session.flush()
            stage_orders(session, job.id, [[form]])
            publish_orders(session, job.id)

    return run


def ids(deployment, number):
    """(contract, order, its first line) by our ids."""
    with deployment.store.read() as session:
        order = session.exec(select(SalesOrder).where(SalesOrder.number == number)).one()
        line = session.exec(select(Obligation).where(Obligation.order_id == order.id)).first()
        return order.contract_id, order.id, line.id


@pytest.fixture
def closed(deployment, load):
    """SO-1 of 1,200.00 over 2026, January and February closed with 100.00 each, of which February adjusts January by
    30.00; a thing that waits."""
    load("SO-1", 120_000)
    contract, order, line = ids(deployment, "SO-1")
    with deployment.store.write() as session:
        session.add(Job(id=50, kind="close", state="done", parameters={}, requested_by="x", created_at=NOW))
        session.add(Subsidiary(id=1, name="Main", currency_id=1))
        session.flush()
        for at, period in ((1, "2026-01"), (2, "2026-02")):
            session.add(
                PeriodClose(
                    id=at,
                    period=period,
                    state="closed",
                    job_id=50,
                    policy={"netting": "contract"},
                    closed_by="x",
                    closed_at=NOW - timedelta(days=2),
                )
            )
            session.flush()
            adjusted = 3_000 if at == 2 else 0
            session.add(
                Booked(
                    period_close_id=at,
                    obligation_id=line,
                    contract_id=contract,
                    allocated_minor=120_000,
                    fraction_numerator=at,
                    fraction_denominator=12,
                    target_minor=at * 10_000,
                    revenue_minor=10_000,
                    adjustment_minor=adjusted,
                    cause="late" if adjusted else "",
                    revenue_base_minor=10_000,
                    adjustment_base_minor=adjusted,
                    target_base_minor=at * 10_000,
                )
            )
            session.add(
                LedgerTransfer(
                    period_close_id=at,
                    period=period,
                    event="recognition",
                    debit_role="contract_liability",
                    credit_role="revenue",
                    contract_id=contract,
                    obligation_id=line,
                    subsidiary_id=1,
                    currency="USD",
                    base_currency="USD",
                    amount_minor=10_000,
                    base_minor=10_000,
                )
            )
            zero = {name: 0 for name in Balance.model_fields if name.endswith("_minor")}
            session.add(
                Balance(
                    period_close_id=at,
                    scope="contract",
                    contract_id=contract,
                    customer_id=1,
                    subsidiary_id=1,
                    currency="USD",
                    **zero | {"recognised_minor": at * 10_000, "contract_asset_minor": at * 10_000},
                )
            )
        session.add(
            Allocation(
                period_close_id=1,
                obligation_id=line,
                contract_id=contract,
                method="even",
                starts=YEAR[0],
                ends=YEAR[1],
                quantity_e6=10**6,
                price_minor=120_000,
                stated_minor=120_000,
                ssp_minor=150_000,
                ssp_per="each",
                weight=150_000,
                inception_minor=120_000,
                allocated_minor=120_000,
                fixed_minor=0,
                rest_minor=120_000,
                lump_minor=0,
            )
        )
        session.add(
            WaitingItem(
                period_close_id=2,
                kind="held",
                reason="missing_dates",
                contract_id=contract,
                obligation_id=line,
                currency="USD",
                amount_minor=777,
            )
        )
    return contract, order, line


def test_a_contract_shows_what_it_holds_and_where_each_number_comes_from(visit, closed):
    contract, order, line = closed
    text = visit("viewer").get(f"/contracts/{contract}").text
    assert "Contract SO-1" in text and "1,200.00" in text
    assert f'href="/contracts/{contract}/orders/{order}"' in text and "as it began" in text
    assert "missing dates" in text and "7.77" in text
    explained = f"/contracts/{contract}/explain?obligation={line}&amp;period=2026-02"
    assert f'href="{explained}">100.00</a>' in text, "the grid's booked cells are explained"
    assert "2026-12" in text or "Later periods" in text
    assert text.count('class="deferred"') == 10, "ten months are to come"
    assert "Booked through 2026-02" in text
    assert "No close billed anything of it" in text
    assert len(text) < 150_000


def test_the_grid_moves_on_by_periods(visit, closed):
    contract, _, _ = closed
    browser = visit("viewer")
    first = browser.get(f"/contracts/{contract}").text
    grid = first.partition('id="grid"')[2].partition("</table>")[0]
    assert ">2026-01<" in grid and ">2026-12<" not in grid
    later = browser.get(f"/contracts/{contract}?from=2026-11").text.partition('id="grid"')[2]
    assert ">2026-12<" in later.partition("</table>")[0] and "Earlier periods" in later
    assert browser.get("/contracts/999").status_code == 404


def test_a_contract_that_no_close_has_seen_shows_its_lines(visit, load, deployment):
    load("SO-2", 5_000)
    contract, _, line = ids(deployment, "SO-2")
    text = visit("viewer").get(f"/contracts/{contract}").text
    assert "No close has seen this contract yet" in text
    assert f'href="/contracts/{contract}/lines/{line}"' in text and "50.00" in text
    assert "No period is closed yet" in visit("viewer").get(f"/contracts/{contract}/explain").text


def test_an_explanation_says_each_step(visit, closed):
    contract, _, line = closed
    browser = visit("viewer")
    text = browser.get(f"/contracts/{contract}/explain?obligation={line}&period=2026-02").text
    assert "1,200.00 x 2/12 periods = 200.00 USD" in text
    assert "Recognised before: 100.00. 200.00 - 100.00 = 100.00 USD" in text
    assert "prior-period adjustment" in text and "30.00" in text and "70.00" in text
    assert "1,500.00" in text and "100.0000%" in text and "contract liability" in text
    assert browser.get(f"/contracts/{contract}/explain").text.count("200.00 USD"), "the newest closed period"
    wrong = browser.get(f"/contracts/{contract}/explain?obligation={line}&period=2026-13")
    assert (wrong.status_code, "is not a period" in wrong.text) == (422, True)
    assert browser.get(f"/contracts/{contract}/explain?obligation=999&period=2026-02").status_code == 404


def test_the_schedule_runs_on_from_what_is_booked(deployment, closed):
    contract, _, line = closed
    with deployment.store.read() as session:
        view = schedule_view(session, session.get_one(Contract, contract))
    assert view.closed_through == "2026-02" and len(view.totals) == 12
    (planned,) = view.lines
    assert (planned.obligation, planned.recognised, planned.left, planned.undated) == (
        line,
        "200.00",
        "1000.00",
        "0.00",
    )
    assert [one.amount for one in planned.periods] == ["100.00"] * 12
    assert [one.booked for one in planned.periods] == [True] * 2 + [False] * 10


@pytest.fixture
def changed(load, deployment):
    """SO-1 that grows from March on, and SO-2; nothing is closed."""
    load("SO-1", 120_000)
    load("SO-1", 150_000, effective_on=date(2026, 3, 1))
    load("SO-2", 5_000)
    return ids(deployment, "SO-1")


def test_a_treatment_is_overridden_with_a_reason(visit, changed, deployment):
    contract, order, _ = changed
    here = f"/contracts/{contract}/orders/{order}"
    browser = visit("controller")
    assert "amount 1,200.00 → 1,500.00" in browser.get(here).text
    form = {"key": key_of(browser), "version": "2", "treatment": "separate", "reason": ""}
    refused = browser.post(f"{here}/treatment", data=form)
    assert refused.status_code == 422 and "needs a reason" in refused.text
    assert '<option value="separate" selected>' in refused.text, "what was chosen is kept"
    done = browser.post(f"{here}/treatment", data=form | {"reason": "a product of its own"})
    assert (done.status_code, done.headers["location"]) == (303, here)
    assert "Version 2 of order SO-1 is treated as separate." in browser.get(here).text
    with deployment.store.read() as session:
        (row,) = session.exec(select(VersionTreatment))
        assert (row.treatment, row.set_by) == ("separate", "controller@books.test")


def test_a_price_changes_and_is_taken_back(visit, changed, deployment):
    contract, order, _ = changed
    here = f"/contracts/{contract}/orders/{order}"
    browser = visit("controller")
    form = {"key": key_of(browser), "amount": "-1,5", "on": "2026-04-01", "reason": "a penalty"}
    wrong = browser.post(f"{here}/price", data=form)
    assert wrong.status_code == 422 and 'id="amount-wrong"' in wrong.text and "-1,5" in wrong.text
    assert browser.post(f"{here}/price", data=form | {"amount": "-150.00", "on": "x"}).status_code == 422
    assert browser.post(f"{here}/price", data=form | {"amount": "-150.00"}).status_code == 303
    assert "(150.00)" in browser.get(here).text
    with deployment.store.read() as session:
        change = session.exec(select(PriceChange)).one().id
    undone = {"key": form["key"], "reason": "was waived"}
    assert browser.post(f"{here}/price/{change}/undo", data=undone).status_code == 303
    again = browser.post(f"{here}/price/{change}/undo", data=undone)
    assert again.status_code == 409 and "undid price change" in again.text
    with deployment.store.read() as session:
        actions = list(
            session.exec(select(AuditEvent.action).where(col(AuditEvent.action).contains("price")))
        )
    assert actions == ["change_price", "undo_price_change"]


def test_an_order_is_put_into_another_contract(visit, changed, deployment):
    contract, _, _ = changed
    theirs, other, _ = ids(deployment, "SO-2")
    here = f"/contracts/{theirs}/orders/{other}"
    browser = visit("controller")
    key = key_of(browser)
    assert (
        browser.post(f"{here}/combine", data={"key": key, "contract": "", "reason": "x"}).status_code == 422
    )
    form = {"key": key, "contract": str(contract), "reason": "one package"}
    done = browser.post(f"{here}/combine", data=form)
    assert (done.status_code, done.headers["location"]) == (303, f"/contracts/{contract}")
    text = browser.get(f"/contracts/{contract}").text
    assert "Order SO-2 is accounted for within contract SO-1." in text and "combined by hand" in text
    assert browser.get(here).status_code == 404, "its old contract holds it no longer"
    with deployment.store.read() as session:
        found = session.get_one(Contract, contract)
        assert (found.currency, found.stated_minor) == ("USD", 155_000), "the list's price follows"


def test_a_line_is_held_and_given_dates(visit, changed, deployment):
    contract, _, line = changed
    here = f"/contracts/{contract}/lines/{line}"
    browser = visit("controller")
    form = {
        "key": key_of(browser),
        "method": "daily",
        "end": "2025-01-01",
        "held": "yes",
        "reason": "not signed",
    }
    wrong = browser.post(here, data=form)
    assert wrong.status_code == 422 and "lies before the first" in wrong.text
    assert 'value="2025-01-01"' in wrong.text and 'value="not signed"' in wrong.text
    assert browser.post(here, data=form | {"end": "2026-06-30"}).status_code == 303
    text = browser.get(here).text
    assert 'value="2026-06-30"' in text and "not signed" in text and ">held<" in text
    with deployment.store.read() as session:
        row = session.exec(select(LineRule)).one()
        assert (row.method, row.held, row.ends) == ("daily", True, date(2026, 6, 30))
    assert browser.get(f"/contracts/{contract}/lines/999").status_code == 404


def test_who_may_not_decide_is_offered_nothing_and_refused(visit, changed):
    contract, order, line = changed
    browser = visit("accountant")
    text = browser.get(f"/contracts/{contract}/orders/{order}").text
    assert "takes a controller or an admin" in text and "Set treatment" not in text
    key = {"key": key_of(browser), "version": "2", "treatment": "separate", "reason": "x"}
    assert browser.post(f"/contracts/{contract}/orders/{order}/treatment", data=key).status_code == 403
    assert "Keep this rule" not in browser.get(f"/contracts/{contract}/lines/{line}").text
    assert browser.post(f"/contracts/{contract}/lines/{line}", data=key).status_code == 403


def test_what_is_not_in_the_books_yet_is_an_answer_and_no_error(visit, closed, load, deployment):
    load("SO-9", 5_000)
    contract, _, line = ids(deployment, "SO-9")
    browser = visit("viewer")
    before = browser.get(f"/contracts/{contract}/explain?obligation={line}&period=2026-02")
    assert before.status_code == 200 and "How its price came about was not kept" in before.text
    ahead = browser.get(f"/contracts/{contract}/explain?obligation={line}&period=2026-03")
    assert ahead.status_code == 200 and "No accounting period is set" in ahead.text


def test_a_line_s_plan_is_typed_line_by_line_and_shown_so(visit, changed):
    contract, _, line = changed
    here = f"/contracts/{contract}/lines/{line}"
    browser = visit("controller")
    form = {"key": key_of(browser), "method": "custom", "plan": "half", "reason": "by the statement of work"}
    refused = browser.post(here, data=form)
    assert refused.status_code == 422 and 'id="plan-wrong"' in refused.text
    assert ">half</textarea>" in refused.text, "what was typed stays"
    assert browser.post(here, data=form | {"plan": "0: 40\n2: 60"}).status_code == 303
    assert ">0: 40\n2: 60</textarea>" in browser.get(here).text
