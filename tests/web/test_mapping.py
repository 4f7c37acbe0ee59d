"""The account mapping: what it comes to, a look at the effect before it is changed, refusals beside the field."""

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from revrec.operations.actor import SERVICE
from revrec.operations.map_account import MappingTarget, map_account
from revrec.store.tables import Account, AccountMapping, AccountSubsidiary, AuditEvent, Product, Subsidiary

from .conftest import NOW, key_of


@pytest.fixture
def chart(deployment):
    """Two subsidiaries, two product categories, and five accounts, of which Japan alone may use 2405."""
    with deployment.store.write() as session:
        for key, name in ((1, "Kestrel"), (3, "Kestrel Japan")):
            session.add(Subsidiary(id=key, name=name, currency_id=1))
        for key, number, name, kind in (
            (1, "1000", "Bank", "Bank"),
            (24, "2400", "Deferred Revenue", "DeferRevenue"),
            (25, "2405", "Deferred Revenue - Japan", "DeferRevenue"),
            (54, "4000", "Subscription Revenue", "Income"),
            (55, "4050", "Support Revenue", "Income"),
        ):
            session.add(Account(id=key, number=number, name=name, type=kind))
        session.add(AccountSubsidiary(account_id=25, subsidiary_id=3))
        for code, category in (("PLAT", "Platform"), ("SUPP", "Support")):
            session.add(Product(key=code, code=code, name=code.title(), category=category))
        session.flush()
        map_account(session, SERVICE, MappingTarget("revenue", is_default=True), 54, now=NOW)
        map_account(session, SERVICE, MappingTarget("contract_liability"), 24, now=NOW)


def _post(browser, **fields):
    return browser.post("/mapping/rule", data={"key": key_of(browser), "do": "map", **fields})


def test_the_page_says_where_everything_goes_and_marks_what_nobody_verified(visit, chart):
    text = visit("viewer").get("/mapping").text
    assert '4000 Subscription Revenue <span class="badge warn">default, unverified</span>' in text
    assert "2400 Deferred Revenue" in text
    assert '<span class="badge bad">no account</span>' in text  # no contract asset
    assert "Map an account" not in text
    assert ">2 rules</h2>" in text


def test_an_effect_is_shown_before_anything_is_saved(visit, chart, deployment):
    browser = visit("controller")
    answer = _post(browser, role="revenue", account="4050", category="Support", do="preview")
    assert answer.status_code == 200
    assert "2 of the 2 places that it covers go to another account" in answer.text
    assert "4000 Subscription Revenue (default, unverified)" in answer.text
    with deployment.store.read() as session:
        assert len(session.exec(select(AccountMapping)).all()) == 2
        told = session.exec(select(AuditEvent).where(AuditEvent.action == "map_account")).all()
        assert {one.actor for one in told} == {SERVICE.email}


def test_mapping_by_part_of_a_name_and_withdrawing(visit, chart, deployment):
    browser = visit("controller")
    answer = _post(
        browser, role="revenue", account="Support", category="Support", reason="Support has its own"
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/mapping")
    with deployment.store.read() as session:
        rule = session.exec(select(AccountMapping).order_by(AccountMapping.id.desc())).first()
        assert (rule.role, rule.category, rule.account_id) == ("revenue", "Support", 55)
    gone = browser.post(
        "/mapping/withdraw", data={"key": key_of(browser), "role": "revenue", "category": "Support"}
    )
    assert gone.status_code == 303
    assert "4050 Support Revenue" not in browser.get("/mapping").text


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        (
            {"role": "revenue", "account": "1000"},
            "account",
            "It is of type Bank; revenue takes Income or OthIncome",
        ),
        (
            {"role": "revenue", "account": "Revenue"},
            "account",
            "4000 Subscription Revenue, 4050 Support Revenue",
        ),
        ({"role": "revenue", "account": "9999"}, "account", "No account of the chart has “9999”"),
        (
            {"role": "contract_liability", "account": "2405", "subsidiary": "1"},
            "account",
            "does not let subsidiary 1",
        ),
        (
            {"role": "revenue", "account": "4000", "product": "X-1"},
            "product",
            "No product has the code or name X-1",
        ),
        (
            {"role": "revenue", "account": "4000", "valid_from": "soon"},
            "valid_from",
            "write it as 2026-03-31",
        ),
    ],
)
def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(visit, chart, fields, field, words):
    answer = _post(visit("controller"), reason="typed already", **fields)
    assert answer.status_code in (404, 422)
    said = answer.text.partition(f'id="{field}-wrong"')[2].partition("</p>")[0]
    assert words in said
    assert 'value="typed already"' in answer.text


def test_accounts_are_suggested_that_fit_the_role(visit, chart):
    text = visit("viewer").get("/mapping/accounts?role=revenue&account=supp").text
    assert 'value="4050 Support Revenue"' in text and text.count("<option") == 1


def test_a_reset_takes_every_rule_and_a_viewer_may_not(visit, chart, deployment):
    assert visit("viewer").post("/mapping/reset", data={"key": "x"}).status_code == 403
    browser = visit("controller")
    answer = browser.post("/mapping/reset", data={"key": key_of(browser), "reason": "New chart"})
    assert answer.status_code == 303
    assert "No account is mapped yet" in browser.get("/mapping").text


def test_the_rules_as_a_file(visit, chart):
    rows = list(
        csv.DictReader(
            io.StringIO(visit("viewer").get("/mapping.csv?role=revenue").content.decode("utf-8-sig"))
        )
    )
    assert [(row["Role"], row["Account"], row["Default"]) for row in rows] == [("revenue", "4000", "yes")]


@pytest.fixture
def many(chart, deployment):
    """Sixty rules of categories beside the two of the chart, each set a minute after the one before."""
    with deployment.store.write() as session:
        for number in range(60):
            session.add(
                Product(key=f"P{number}", code=f"P{number}", name=f"P{number}", category=f"C{number:02}")
            )
        session.flush()
        for number in range(60):
            at = NOW + timedelta(minutes=number)
            target = MappingTarget("revenue", category=f"C{number:02}")
            map_account(session, SERVICE, target, 54 if number % 2 else 55, now=at)


def test_the_rules_are_a_list_page_by_page_in_an_order_with_totals(visit, many):
    browser = visit("viewer")

    def shown(text):
        return re.findall(r"category (C\d\d)", text.partition('id="rules"')[2])

    first = browser.get("/mapping?sort=-set").text
    assert ">62 rules</h2>" in first and shown(first) == [f"C{n:02}" for n in range(59, 9, -1)]
    following = (
        first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    )
    second = browser.get(following).text
    assert shown(second) == [f"C{n:02}" for n in range(9, -1, -1)] and 'rel="next"' not in second
    accounts = shown(browser.get("/mapping?sort=account&role=revenue").text)
    assert [int(one[1:]) % 2 for one in accounts] == [1] * 30 + [0] * (len(accounts) - 30)
    assert "sorted by" in browser.get("/mapping?sort=colour").text
    part = browser.get("/mapping/totals").text
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in part.partition("<tbody>")[2].split("<tr>")[1:]]
    assert [(row[0], row[1]) for row in rows] == [("Revenue", "61"), ("Deferred revenue", "1")]
    taken = browser.get("/mapping.csv?search=C07").content.decode("utf-8-sig")
    assert [one["Category"] for one in csv.DictReader(io.StringIO(taken))] == ["C07"]
