"""What was done is said once, on the next page that a person sees."""

from .conftest import Visit, key_of


def test_a_part_of_a_page_does_not_use_up_what_the_next_page_says(visit: Visit) -> None:
    browser = visit("controller")
    done = browser.post("/periods/first", data={"key": key_of(browser), "period": "2026-01"})
    assert done.headers["location"] == "/periods"
    words = "The first accounting period is 2026-01."
    part = browser.get("/periods/2026-01/checklist", headers={"HX-Request": "true"})
    assert (part.status_code, words in part.text) == (200, False)
    assert words in browser.get("/periods").text
    assert words not in browser.get("/periods").text
