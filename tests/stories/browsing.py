"""A real Chromium before the real service: windows in which people of a deployment are signed in.

`REVREC_SCREENSHOTS` names a folder in which every look at a page is kept; `REVREC_PICTURES` one for the pictures of
the guide, which some stories make.
"""

import io
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from api.deployment import Deployment
from api.http.app import create_app
from revrec.operations.actor import SERVICE, Actor
from revrec.operations.sign_in_link import create_sign_in_link

from .stand_ins import Listener, Sources
from .verbs import Books, now

CHROMIUM = (
    os.environ.get("REVREC_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}
PATIENCE_MS = 60_000
expect.set_options(timeout=20_000)  # several browsers and a service may share two cores
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = 48
OVER_THE_EDGE = """[...document.querySelectorAll("main *")]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
  .filter(one => !one.parentElement.closest(".scroll, .nav, .tabs"))
  .slice(0, 3).map(one => one.outerHTML.slice(0, 160))"""


@dataclass
class Windows:
    """Windows of one browser. `complaints`: what any console said was wrong."""

    browser: Browser
    books: Books
    address: str
    shots: Path
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    sources: Sources | None = None

    def open(self, *, scripts: bool = True) -> Page:
        """A window of somebody who is not signed in."""
        context = self.browser.new_context(
            viewport=WIDE,
            base_url=self.address,
            accept_downloads=True,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: self._complain(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def sign_in(self, person: Actor, *, scripts: bool = True) -> Page:
        """A window in which a person is signed in, at Home."""
        secret = secrets.token_urlsafe(32)
        with self.books.store.write() as session:
            create_sign_in_link(session, SERVICE, person.email, secret=secret, now=now())
        page = self.open(scripts=scripts)
        page.goto(f"/sign-in/{secret}")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(self.address + "/")
        return page

    def _complain(self, text: str) -> None:
        """A refusal that the story provokes is no complaint; anything else is."""
        if "the server responded with a status of 4" not in text:
            self.complaints.append(text)

    def look(self, page: Page, name: str) -> None:
        """Look a page over; fail if anything is wrong with it."""
        wrong = self.faults(page, name)
        assert not wrong, f"{name}: {wrong}"

    def faults(self, page: Page, name: str) -> list[str]:
        """Look a page over, light and dark, wide and narrow. Gives what is wrong: what axe finds, no heading that says
        what it is, what hangs over the edge of a narrow window."""
        page.wait_for_load_state("networkidle")
        wrong = _violations(page)
        headings = page.locator("h1").all_inner_texts()
        if len(headings) != 1:
            wrong.append(f"its headings are {headings}")
        self.shoot(page, name)
        page.emulate_media(color_scheme="dark")
        wrong += [f"in the dark, {one}" for one in _violations(page, "color-contrast")]
        self.shoot(page, f"{name}-dark")
        page.emulate_media(color_scheme="light", media="print")
        if not page.locator("h1").first.is_visible() or page.locator("header.top").is_visible():
            wrong.append("printed, its heading is not there or the navigation is")
        if (
            hidden := page.locator("main table:not(details table):not(dialog table)")
            .filter(visible=False)
            .count()
        ):
            wrong.append(f"printed, it lacks {hidden} of its tables")
        page.emulate_media(media="screen")
        page.set_viewport_size(NARROW)
        if page.evaluate("document.documentElement.scrollWidth") > NARROW["width"]:
            wrong.append(f"too wide for a narrow window: {page.evaluate(OVER_THE_EDGE)}")
        self.shoot(page, f"{name}-narrow")
        page.set_viewport_size(WIDE)
        return wrong

    def picture(self, page: Page, name: str, height: int = 760) -> None:
        """A picture for the guide, if pictures are made: the top of the page, in few colours."""
        folder = os.environ.get("REVREC_PICTURES")
        if not folder:
            return
        page.wait_for_load_state("networkidle")
        page.evaluate("scrollTo(0, 0)")
        page.set_viewport_size({"width": WIDE["width"], "height": height})
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        page.set_viewport_size(WIDE)
        Path(folder).mkdir(parents=True, exist_ok=True)
        few = shot.quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(Path(folder) / f"{name}.png", optimize=True)

    def shoot(self, page: Page, name: str) -> None:
        """Keep a picture of the whole page."""
        page.screenshot(path=self.shots / f"{name}.png", full_page=True)


def _violations(page: Page, *only: str) -> list[str]:
    """What axe finds wrong with a page: rule, what it asks for, and where. `only`: these rules alone."""
    asked = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": RULES}
    found = Axe().run(page, options={"runOnly": asked})
    return [
        f"{one['id']}: {one['help']} ({node['html'][:160]})"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


@contextmanager
def open_windows(books: Books, shots: Path, address: str = "") -> Iterator[Windows]:
    """A browser before the service over `books`: the one at `address`, or one in this process. Skips where there is
    no Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium, or name one in REVREC_TEST_CHROMIUM")
    folder = Path(os.environ.get("REVREC_SCREENSHOTS") or shots)
    folder.mkdir(parents=True, exist_ok=True)
    with _serving(books, address) as where, sync_playwright() as playwright:
        # A test machine's root has no sandbox; the pages are our own.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        windows = Windows(browser, books, where, folder)
        try:
            yield windows
        finally:
            for context in windows.contexts:
                context.close()
            browser.close()
    assert not windows.complaints, windows.complaints


@contextmanager
def _serving(books: Books, address: str) -> Iterator[str]:
    if address:
        yield address
        return
    listener = Listener()
    listener.app = create_app(Deployment(books.config, books.store))
    try:
        yield listener.url
    finally:
        listener.stop()
