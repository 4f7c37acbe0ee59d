"""The calculator's page: a form whose rows come and go without scripts, JSON, and the engine's own numbers."""

import csv
import io
import json
import re

import pytest

from api.web.scenario_examples import EXAMPLES
from api.web.scenario_form import lines_of, scenario_of, without_line
from revrec.accounting.scenario import run_scenario

from .conftest import key_of

DEAL = {
    "mode": "form",
    "do": "calculate",
    "currency": "USD",
    "date": "2026-01-01",
    "allocation": "relative_ssp",
    "billing": "at_once",
    "lines": "2",
    "line-0-product": "LICENCE",
    "line-0-amount": "8,000.00",
    "line-0-ssp": "10000",
    "line-0-ssp_per": "each",
    "line-0-method": "point_in_time",
    "line-0-start": "2026-01-15",
    "line-0-end": "2026-01-15",
    "line-1-product": "SUPPORT",
    "line-1-amount": "2400",
    "line-1-ssp": "2500",
    "line-1-ssp_per": "each",
    "line-1-method": "even",
    "line-1-start": "2026-01-01",
    "line-1-end": "2026-12-31",
}


def _post(browser, **fields):
    return browser.post("/calculator", data={"key": key_of(browser), **DEAL, **fields})


def test_a_form_gives_the_numbers_that_the_engine_gives(visit):
    text = _post(visit("viewer")).text
    # 10,400 by 10,000 to 2,500: 8,320 at once and 2,080 over twelve months.
    assert '<td class="n">8,320.00</td>' in text and '<td class="n">2,080.00</td>' in text
    assert '<th scope="row">2026-02</th><td class="n"></td><td class="n">173.34</td>' in text
    assert text.count("<rect") == 24
    assert 'value="8,000.00"' in text


def test_rows_come_and_go_by_posting(visit):
    browser = visit("viewer")
    more = _post(browser, do="add").text
    assert "Obligation 3" in more and 'name="lines" value="3"' in more and 'value="SUPPORT"' in more
    fewer = _post(browser, do="remove-0").text
    assert "Obligation 2" not in fewer and 'name="line-0-product" value="SUPPORT"' in fewer
    assert lines_of(without_line({"lines": "1"}, 0)) == 1


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"line-1-amount": "a lot"}, "line-1-amount", "number"),
        ({"line-1-end": "2025-12-31"}, "line-1-end", "lies before the first"),
        ({"date": "soon"}, "date", "soon"),
        ({"line-0-quantity": "-1"}, "line-0-quantity", "A quantity is positive"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(visit, fields, field, words):
    answer = _post(visit("viewer"), **fields)
    assert answer.status_code == 422
    assert words in answer.text.partition(f'id="{field}-wrong"')[2].partition("</p>")[0]
    assert 'value="LICENCE"' in answer.text


def test_an_empty_form_says_what_is_missing(visit):
    browser = visit("viewer")
    answer = browser.post("/calculator", data={"key": key_of(browser), "mode": "form", "date": "2026-01-01"})
    assert "Fill in at least one obligation" in answer.text


def test_a_form_goes_on_as_json_and_json_is_checked_where_it_stands(visit):
    browser = visit("viewer")
    page = _post(browser, do="as-json").text
    assert "&#34;LICENCE&#34;" in page and 'name="mode" value="json"' in page
    wrong = _post(browser, mode="json", scenario='{"events": [,]}')
    assert wrong.status_code == 422
    assert "line 1, column 13" in wrong.text.partition('id="scenario-wrong"')[2].partition("</p>")[0]
    assert "{&#34;events&#34;: [,]}" in wrong.text
    assert "Paste a scenario" in _post(browser, mode="json", scenario="").text


def test_a_file_is_calculated_like_what_is_pasted(visit):
    browser = visit("viewer")
    example = next(one for one in EXAMPLES if one.name == "catch-up")
    answer = browser.post(
        "/calculator",
        data={"key": key_of(browser), "mode": "json"},
        files={"file": ("deal.json", json.dumps(example.scenario).encode())},
    )
    assert '<td class="n">600,000.00</td>' in answer.text and '<td class="n">14,400.00</td>' in answer.text


def test_the_answer_leaves_as_json_and_as_a_table(visit):
    browser = visit("viewer")
    scenario, _ = scenario_of(DEAL)
    answer = _post(browser, do="json")
    assert answer.headers["content-disposition"] == 'attachment; filename="calculation.json"'
    assert answer.json() == run_scenario(scenario)
    rows = list(csv.DictReader(io.StringIO(_post(browser, do="csv").content.decode("utf-8-sig"))))
    assert [row["Revenue"] for row in rows if row["Line"] == "1"] == ["8320.00"]
    assert sum(round(float(row["Revenue"]) * 100) for row in rows) == 1_040_000


def test_monthly_bills_come_to_the_price():
    scenario, places = scenario_of(
        DEAL | {"billing": "monthly", "currency": "JPY", "line-0-amount": "", "line-1-amount": "1000"}
    )
    assert places == [0, 1]
    bills = [one["lines"][0]["amount"] for one in scenario["events"] if one["type"] == "invoice"]
    assert bills == ["83"] * 11 + ["87"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.name)
def test_every_example_is_loaded_with_what_it_comes_to(visit, example):
    answer = visit("viewer").get(f"/calculator?example={example.name}")
    assert answer.status_code == 200
    assert "Held back" not in answer.text
    scenario = example.scenario or scenario_of(example.form)[0]
    total = re.search(r'<td class="n">([\d,.]+)</td></tr></tfoot>', answer.text)[1]
    rows = run_scenario(scenario)["schedule"]
    assert float(total.replace(",", "")) == pytest.approx(sum(float(row["amount"]) for row in rows))


def test_a_device_for_nothing_leaves_a_contract_asset(visit):
    text = visit("viewer").get("/calculator?example=arrears").text
    # 960 by 480 to 960: 320 for the device at once; of the plan's 640 a 24th, 40 billed each month.
    january = text.partition('<th scope="row">2026-01</th><td>SO-1</td>')[2].partition("</tr>")[0]
    assert '<td class="n">40.00</td><td class="n">346.67</td>' in january
    assert '<td class="n">306.67</td>' in january
    assert "Deferred revenue less contract assets" in text


def test_what_is_never_deferred_has_no_chart_of_it(visit):
    empty = {f"line-0-{name}": "" for name in ("product", "amount", "ssp", "start", "end")}
    text = _post(visit("viewer"), billing="monthly", **empty).text
    assert '<td class="n">200.00</td>' in text  # 2,400 over twelve months
    assert text.count("<rect") == 12
    assert "Deferred revenue less contract assets" not in text


def test_an_example_that_is_none_is_refused_with_those_there_are(visit):
    assert "There are subscription, bundle" in visit("viewer").get("/calculator?example=x").text
