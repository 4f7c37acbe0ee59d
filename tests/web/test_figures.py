"""Numbers, dates and times in the locale and the zone of whom the page is for."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from api.web import figures
from api.web.figures import Shown, shown_as
from api.web.locale_form import COMMON, PLAIN, locale_form, locale_name
from revrec.operations.set_preferences import known_locale

from .conftest import key_of
from .test_lists import journals

__all__ = ["journals"]


def test_amounts_in_a_sentence_are_written_as_the_reader_writes_them():
    with shown_as(Shown(locale_form("de-DE"), ZoneInfo("UTC"))):
        text = str(figures.with_amounts("2 of <INV-100 USD> keep 570750.00 USD, -12.5 EUR and 1200000 JPY."))
    assert text == (
        "2 of &lt;INV-100 USD&gt; keep 570.750,00&nbsp;USD, "
        '<span class="negative">(12,5)</span>&nbsp;EUR and 1.200.000&nbsp;JPY.'
    )
    assert str(figures.with_amounts("Nothing is owed.")) == "Nothing is owed."


def test_a_page_names_no_command_where_it_leads_there_itself():
    said = (
        "Account 2450 keeps 5.00 USD of INV1 (Acme Inc.) and 32 more. `revrec accounts clearing` lists them."
    )
    assert str(figures.on_page(said)) == "Account 2450 keeps 5.00&nbsp;USD of INV1 (Acme Inc.) and 32 more."
    alone = "Run `revrec sync orders`."
    assert str(figures.on_page(alone)) == alone


def test_a_code_is_a_place_in_words_and_a_name_stays():
    assert [figures.place(one) for one in ("missing_rule", "my_file.xlsx", "Acme_Ltd")] == [
        "missing rule",
        "my_file.xlsx",
        "Acme_Ltd",
    ]


def written(code, zone="UTC"):
    with shown_as(Shown(locale_form(code), ZoneInfo(zone))):
        return [
            str(figures.amount("1234567.80")),
            str(figures.count(1234567)),
            figures.day(date(2026, 3, 1)).partition(">")[2].removesuffix("</time>"),
            figures.moment(datetime(2026, 3, 31, 22, 5, tzinfo=UTC))
            .partition(">")[2]
            .removesuffix("</time>"),
        ]


@pytest.mark.parametrize(
    ("code", "zone", "wanted"),
    [
        ("", "UTC", ["1,234,567.80", "1,234,567", "2026-03-01", "2026-03-31 22:05"]),
        ("de-DE", "Europe/Berlin", ["1.234.567,80", "1.234.567", "01.03.2026", "01.04.2026 00:05"]),
        ("en-GB", "Europe/London", ["1,234,567.80", "1,234,567", "01/03/2026", "31/03/2026 23:05"]),
        ("en-IN", "Asia/Kolkata", ["12,34,567.80", "12,34,567", "01/03/2026", "01/04/2026 3:35\u202fam"]),
        ("ja-JP", "Asia/Tokyo", ["1,234,567.80", "1,234,567", "2026/03/01", "2026/04/01 7:05"]),
    ],
)
def test_each_locale_writes_as_its_people_do(code, zone, wanted):
    assert written(code, zone) == wanted


@pytest.mark.parametrize("code", ["", *COMMON])
def test_negatives_stand_in_parentheses_and_zero_is_a_dash_everywhere(code):
    with shown_as(Shown(locale_form(code))):
        assert "(" in figures.amount("-5.00") and "-" not in str(figures.amount("-5.00")).split(">")[1]
        assert all("–" in zero for zero in (figures.amount("0.00"), figures.amount("-0"), figures.count(0)))
        assert figures.amount("") == figures.amount(None) == figures.count(None) == figures.day(None) == ""
        assert figures.amount("12 pieces") == "12 pieces"
        assert figures.count(-3) == "-3"
        year = figures.day(date(1999, 12, 31))
        assert "1999" in year.partition(">")[2]


def test_what_is_shown_ends_with_the_page():
    with shown_as(Shown(locale_form("de-DE"))):
        assert figures.count(1000) == "1.000"
    assert figures.count(1000) == "1,000"


def test_amounts_keep_every_digit():
    with shown_as(Shown(locale_form("en-IN"))):
        assert figures.amount("-123456789012345.678") == (
            '<span class="negative">(12,34,56,78,90,12,345.678)</span>'
        )
    assert figures.amount("000012") == "12"


def test_a_locale_that_nobody_knows_is_written_plainly():
    assert locale_form("xx-YY") is PLAIN
    assert known_locale(" zh_hant_tw ") == "zh-Hant-TW"
    assert locale_form("zh-Hant-TW").day(date(2026, 3, 1)) == "2026/3/1"
    assert locale_name("de-CH") == "German (Switzerland)"


def test_a_user_chooses_and_every_page_follows(visit, journals, deployment):
    browser, other = visit("viewer"), visit("accountant")
    assert "German (Germany): 1.234.567,89 · 31.03.2026" in browser.get("/account").text
    done = browser.post(
        "/account/preferences",
        data={"key": key_of(browser), "locale": "de-DE", "time_zone": "Europe/Berlin"},
    )
    assert done.status_code == 303
    page = browser.get("/account").text
    assert '<option value="de-DE" selected>' in page and "times in Europe/Berlin" in page
    # Noon UTC of 10 April is 14:00 in Berlin.
    assert ">10.04.2026 14:00</time>" in page
    listed = browser.get("/journals").text
    assert ">31.01.2026</time>" in listed and ">60,00<" in listed
    assert "1.830,00" in browser.get("/journals/totals").text
    assert ">60.00<" in other.get("/journals").text and "times in UTC" in other.get("/account").text
    # Files hold plain numbers and days, whoever takes them.
    assert b",2026-01-31," in browser.get("/journals.csv").content


def test_what_is_no_zone_is_told_beside_its_field(visit):
    browser = visit("viewer")
    answer = browser.post(
        "/account/preferences",
        data={"key": key_of(browser), "locale": "en-GB", "time_zone": "Mars/Base"},
    )
    assert answer.status_code == 422
    assert 'id="time_zone-wrong"' in answer.text and 'value="Mars/Base"' in answer.text
    assert '<option value="en-GB" selected>' in answer.text
