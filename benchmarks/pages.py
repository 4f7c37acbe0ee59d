"""The pages over a million billing lines: how long each takes over HTTP, how large it is, and what the service costs.

The pages are found as a person finds them: from the sections at the top by the links that lead on, one of each kind
(sorted by each column, the next page, totals, a row's own page); every list is searched for something that is there.
"""

import math
import os
import re
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import psutil
from cryptography.fernet import Fernet

from api.web.navigation import SECTIONS
from benchmarks.bench_folder import scratch
from benchmarks.figures import Table, megabytes
from benchmarks.page_books import Size
from benchmarks.page_databases import kept_postgres, kept_sqlite
from benchmarks.sizes import FULL, Sizes
from revrec.config import load_config
from revrec.operations.actor import SERVICE
from revrec.operations.add_user import add_user
from revrec.operations.sign_in_link import create_sign_in_link
from revrec.store.engine import Store
from revrec.store.migrate import upgrade

PAGE_MS, TOTALS_MS, PAGE_BYTES = 200, 1000, 150_000
COMPUTED = re.compile(r"/checklist\?part=|^/controls/(results|clearing/accounts)\b")
"""What is computed over whole books, by a request of its own."""
SEARCHED = "00042"
DEPTH = 3
FEWEST, ENOUGH_MS = 5, 1_000
_QUIET_SECONDS = 2.0
ENTRY = [sys.executable, "-c", "from api.cli import main; main()"]


@dataclass
class Measured:
    """One kind of address, in milliseconds: the first answer, each later one, and the service's processor for one of
    them; and bytes of an answer."""

    address: str
    first: float = 0.0
    took: list[float] = field(default_factory=list)
    cpu: float = 0.0
    size: int = 0
    status: int = 200

    @property
    def p50(self) -> float:
        return statistics.median(self.took)

    @property
    def p95(self) -> float:
        return sorted(self.took)[int(0.95 * (len(self.took) - 1) + 0.5)]

    @property
    def limit(self) -> float:
        if COMPUTED.search(self.address):
            return math.inf
        return TOTALS_MS if "totals" in self.address else PAGE_MS

    @property
    def over(self) -> bool:
        return self.status != 200 or self.p95 > self.limit or self.size > PAGE_BYTES


@dataclass(frozen=True)
class Service:
    """What a start took and what the idle process holds."""

    name: str
    started: float
    ready: float
    idle_bytes: int
    pages: dict[str, Measured]


def tables(sizes: Sizes) -> Iterator[Table]:
    """One table of the service, one of its pages by database."""
    services = []
    with scratch() as folder:
        services.append(_measure("SQLite", sizes, folder, kept_sqlite(Size(sizes.page_lines), folder)))
    with scratch() as folder, kept_postgres(Size(sizes.page_lines)) as (url, missing):
        if url:
            services.append(_measure("PostgreSQL", sizes, folder, url))
    size = Size(sizes.page_lines)
    yield Table(
        "The service",
        ["database", "start, s", "all ready, s", "idle memory", "pages", "over a target"],
        [
            [
                one.name,
                f"{one.started:.1f}",
                f"{one.ready:.1f}",
                megabytes(one.idle_bytes),
                str(len(one.pages)),
                str(sum(page.over for page in one.pages.values())),
            ]
            for one in services
        ],
        [
            f"{size.lines:,} billing lines, {size.contracts:,} contracts, {size.documents:,} documents of which "
            f"{size.pending:,} wait, {size.events:,} events, {size.journals:,} journals.",
            "Start: from the command to the first answer of /healthz, with a worker in the process. All ready: until "
            "it rests, having made ready what pages keep. Idle: resident, before the first page.",
            "Over a target counts no computation: the close of a checklist, control checks, clearing accounts. They "
            "follow their page, which says what is being computed.",
            *([f"No PostgreSQL: {missing}"] if missing else []),
        ],
    )
    kinds = list(dict.fromkeys(kind for one in services for kind in one.pages))
    yield Table(
        f"Pages, ms (p95 below {PAGE_MS}, totals below {TOTALS_MS:,}) and kB (below {PAGE_BYTES // 1000})",
        [
            "page",
            *(f"{one.name} {what}" for one in services for what in ("first", "p50", "p95", "CPU")),
            "kB",
            "",
        ],
        [
            [
                kind,
                *(cell for one in services for cell in _cells(one.pages.get(kind))),
                f"{max(one.pages[kind].size for one in services if kind in one.pages) / 1000:,.0f}",
                ", ".join(filter(None, (_word(one.pages.get(kind)) for one in services))),
            ]
            for kind in kinds
        ],
        [
            f"Up to {_times(sizes)} requests each over HTTP, one after the other (as many as fit into a second, but "
            f"{FEWEST}), after a first that stands by itself.",
            "CPU: of the service alone, without PostgreSQL's; on a busy machine it says more than the time does.",
        ],
    )


def _cells(page: Measured | None) -> tuple[str, ...]:
    if page is None:
        return ("-",) * 4
    return tuple(f"{value:,.0f}" for value in (page.first, page.p50, page.p95, page.cpu))


def _word(page: Measured | None) -> str:
    if page is None or not page.over:
        return ""
    return "over" if page.status == 200 else str(page.status)


def _times(sizes: Sizes) -> int:
    return 20 if sizes is FULL else 1


def _measure(name: str, sizes: Sizes, folder: Path, url: str) -> Service:
    environment = {
        **os.environ,
        "REVREC_DATA_DIR": str(folder),
        "REVREC_DATABASE_URL": url,
        "REVREC_SECRET_KEY": Fernet.generate_key().decode(),
    }
    link = secrets.token_urlsafe(32)
    store = Store(load_config(environment).database_url)
    upgrade(store)
    now = datetime.now(UTC)
    with store.write() as session:
        add_user(session, SERVICE, "bench@books.test", "Bench", "admin", now=now)
        create_sign_in_link(session, SERVICE, "bench@books.test", secret=link, now=now)
    store.close()
    with served(environment, folder / "log") as (client, process, started):
        service = psutil.Process(process.pid)
        ready = started + until_quiet(service)
        idle = service.memory_info().rss
        client.post(f"/sign-in/{link}", headers={"Sec-Fetch-Site": "same-origin"})
        return Service(name, started, ready, idle, measured_pages(client, service, _times(sizes)))


def until_quiet(service: psutil.Process) -> float:
    """Wait until a service that was just started makes nothing ready any more; how many seconds that took."""
    begun = time.perf_counter()
    while True:
        spent, at = sum(service.cpu_times()[:2]), time.perf_counter()
        time.sleep(_QUIET_SECONDS)
        if sum(service.cpu_times()[:2]) - spent < 0.1 * _QUIET_SECONDS:
            return at - begun


@contextmanager
def served(
    environment: dict[str, str], log: Path
) -> Iterator[tuple[httpx.Client, "subprocess.Popen[str]", float]]:
    """The service as a process of its own, a client of it, and the seconds until it answered."""
    begun = time.perf_counter()
    with (
        log.open("w") as written,
        subprocess.Popen(
            [*ENTRY, "serve", "--port", "0"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=written,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            said = process.stdout.readline().split()
            if not said:
                raise RuntimeError(f"The service did not start:\n{log.read_text()[-3000:]}")
            with httpx.Client(base_url=said[-1], trust_env=False, timeout=300) as client:
                client.get("/healthz").raise_for_status()
                yield client, process, time.perf_counter() - begun
        finally:
            process.terminate()
            process.wait()


def measured_pages(client: httpx.Client, service: psutil.Process, times: int) -> dict[str, Measured]:
    """Every kind of page that the links lead to, by what kind it is."""
    found: dict[str, Measured] = {}
    ahead = [(to, 1) for section in SECTIONS for to, _ in (section.pages or ((section.to, ""),))]
    while ahead:
        address, depth = ahead.pop(0)
        kind = kind_of(address)
        if kind in found:
            continue
        page = found[kind] = Measured(address)
        answer, page.first = _asked(client, address)
        page.status = answer.status_code
        if page.status != 200:
            page.took.append(page.first)
        else:
            wanted = (
                1 if page.first > 20 * PAGE_MS else times
            )  # once more, for what is kept from the first on
            spent = sum(service.cpu_times()[:2])
            while len(page.took) < wanted and (len(page.took) < FEWEST or sum(page.took) < ENOUGH_MS):
                page.took.append(_asked(client, address)[1])
            page.cpu = (sum(service.cpu_times()[:2]) - spent) * 1000 / len(page.took)
        page.size = len(answer.content)
        if depth < DEPTH:
            ahead += [(to, depth + 1) for to in _links(address, answer.text)]
    return found


def _asked(client: httpx.Client, address: str) -> tuple[httpx.Response, float]:
    """The answer, and how many milliseconds it took."""
    begun = time.perf_counter()
    answer = client.get(address)
    return answer, (time.perf_counter() - begun) * 1000


def kind_of(address: str) -> str:
    """An address without what differs from row to row (ids, periods, cursors), and without an order where it does not
    matter, or was measured alone."""
    told = urlsplit(address)
    path = "/".join(_PLACE.sub("…", part) for part in told.path.split("/"))
    asked = dict(parse_qsl(told.query))
    if "totals" in path or len(asked) > 1:
        asked.pop("sort", None)
    shown = {"sort": asked.get("sort", "").lstrip("-"), "tab": asked.get("tab"), "search": "…"}
    words = "&".join(f"{name}={shown.get(name, '…')}" for name in asked)
    return f"{path}?{words}" if words else path


_PLACE = re.compile(r"^(\d[\d-]*|[A-Z]+-?\d+|801\d+|001\d+)$")
_LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)"')
_NO_PAGE = re.compile(
    r"^/(static|files|api)/|\.(csv|xlsx|jsonl)\b|/events\b|^/sign-|^/sync/jobs/\d+/progress"
)


def _links(address: str, text: str) -> list[str]:
    """Where a page leads, each kind once; and its search, filled in."""
    links = [unescape(to) for to in _LINK.findall(text)]
    found = {kind_of(to): to for to in reversed(links) if not _NO_PAGE.search(to)}
    told = urlsplit(address)
    if 'name="search"' in text and not told.query:
        searched = f"{told.path}?{urlencode({'search': SEARCHED})}"
        found[kind_of(searched)] = searched
    return list(reversed(found.values()))
