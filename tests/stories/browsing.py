"""A real Chromium before the real service: windows in which people of a deployment are signed in."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from api.deployment import Deployment
from api.http.app import create_app
from revrec.operations.actor import SERVICE, Actor
from revrec.operations.sign_in_link import create_sign_in_link

from .stand_ins import Listener
from .verbs import Books, now

CHROMIUM = (
    os.environ.get("REVREC_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
NARROW = {"width": 390, "height": 844}
PATIENCE_MS = 60_000


@dataclass
class Windows:
    """Windows of one browser. `complaints`: what any console said was wrong."""

    browser: Browser
    books: Books
    address: str
    shots: Path
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def sign_in(self, person: Actor) -> Page:
        """A window in which a person is signed in, at Home."""
        secret = secrets.token_urlsafe(32)
        with self.books.store.write() as session:
            create_sign_in_link(session, SERVICE, person.email, secret=secret, now=now())
        context = self.browser.new_context(
            viewport={"width": 1280, "height": 900}, base_url=self.address, accept_downloads=True
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: self._complain(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"/sign-in/{secret}")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(self.address + "/")
        return page

    def _complain(self, text: str) -> None:
        """A refusal that the story provokes is no complaint; anything else is."""
        if "the server responded with a status of 4" not in text:
            self.complaints.append(text)

    def look(self, page: Page, name: str) -> None:
        """Look a page over: axe finds nothing, and nothing hangs over the edge of a narrow window."""
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        told = [
            f"{one['id']}: {one['help']} ({node['html'][:120]})"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]
        assert not told, f"{name}: {told}"
        page.screenshot(path=self.shots / f"{name}.png", full_page=True)
        wide = page.viewport_size
        page.set_viewport_size(NARROW)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
        page.screenshot(path=self.shots / f"{name}-narrow.png", full_page=True)
        assert wide is not None
        page.set_viewport_size(wide)


@contextmanager
def open_windows(books: Books, shots: Path) -> Iterator[Windows]:
    """The service over `books`, and a browser before it. Skips where there is no Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium, or name one in REVREC_TEST_CHROMIUM")
    folder = Path(os.environ.get("REVREC_SCREENSHOTS") or shots)
    folder.mkdir(parents=True, exist_ok=True)
    with _serving(books) as address, sync_playwright() as playwright:
        # A test machine's root has no sandbox; the pages are our own.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        windows = Windows(browser, books, address, folder)
        try:
            yield windows
        finally:
            for context in windows.contexts:
                context.close()
            browser.close()
    assert not windows.complaints, windows.complaints


@contextmanager
def _serving(books: Books) -> Iterator[str]:
    listener = Listener()
    listener.app = create_app(Deployment(books.config, books.store))
    yield listener.url
    listener.stop()
