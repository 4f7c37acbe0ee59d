"""Every page that links lead to, of a company that has just begun and of one that works: looked over, none dead.

The walk begins at the navigation and follows the first link of each kind, so that a page that is new is walked to too.
"""

from collections import deque
from urllib.parse import urlsplit

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Match

from api.web import web_routers
from api.web.navigation import SECTIONS

from .browsing import Windows, open_windows
from .verbs import Books

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
ROUTES = [
    route
    for router in web_routers()
    for route in router.routes
    if isinstance(route, APIRoute) and "GET" in route.methods
]
MAX_BYTES = 150_000
LINKS = """[...document.querySelectorAll("main a[href^='/']:not([download])")].map(one => one.getAttribute("href"))"""


def route_of(address: str) -> str:
    """The route that answers an address, as its template; empty if none does."""
    scope = {"type": "http", "method": "GET", "path": urlsplit(address).path, "headers": []}
    return next((one.path for one in ROUTES if one.matches(scope)[0] is Match.FULL), "")


def walk(windows: Windows, books: Books, company: str) -> tuple[set[str], list[str]]:
    """Go wherever links lead, to one page of each kind. Gives the routes seen and what is wrong with them."""
    page = windows.sign_in(books.preparer)
    ahead = deque([*(to for one in SECTIONS for to, _ in (*one.pages, (one.to, one.name))), "/account"])
    seen: set[str] = set()
    wrong: list[str] = []
    while ahead:
        address = ahead.popleft()
        route = route_of(address)
        if route in seen:
            continue
        seen.add(route)
        answer = page.goto(address)
        assert answer is not None
        name = f"{company}{route.replace('/', '-').replace('{', '').replace('}', '') or '-'}"
        if answer.status != 200:
            wrong.append(f"{address} answers {answer.status}")
            continue
        if len(answer.body()) > MAX_BYTES:
            wrong.append(f"{address} has {len(answer.body()):,} bytes")
        wrong += [f"{address}: {one}" for one in windows.faults(page, name)]
        ahead.extend(page.evaluate(LINKS))
    return seen, wrong


@pytest.mark.parametrize("company", ["empty", "working"])
def test_every_page_is_fit_to_be_seen(company, request, tmp_path):
    books: Books = request.getfixturevalue("new_books" if company == "empty" else "posted_books")
    with open_windows(books, tmp_path) as windows:
        seen, wrong = walk(windows, books, company)
    assert not wrong, "\n".join(wrong)
    assert "" not in seen, "a link leads nowhere"
    if company == "working":
        unseen = {one.path for one in ROUTES} - seen
        assert {
            one for one in unseen if one in {to for section in SECTIONS for to, _ in section.pages}
        } == set()
        assert {
            "/journals/{journal_id}",
            "/periods/{period}",
            "/sync/jobs/{job_id}",
            "/pending/{customer}",
        } <= seen
