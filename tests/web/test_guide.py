"""The guide for accountants: its pictures and links are there, and every page that people navigate to is told of."""

import re
import struct
from pathlib import Path

import pytest

from api.web.navigation import SECTIONS

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = DOCS / "guide"
PAGES = sorted(GUIDE.glob("*.md"))
PICTURES = GUIDE / "pictures"
MAX_BYTES, MAX_PICTURES, WIDTH = 60_000, 30, 1280


def anchor(heading: str) -> str:
    """A heading's address, as Markdown sites make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        name, _, part = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.is_file(), f"{page.name} names {target}"
        if part:
            headings = re.findall(r"^#+ (.*)$", file.read_text(), flags=re.M)
            assert part in {anchor(one) for one in headings}, f"{page.name} names {target}"


def test_the_pictures_are_named_and_small() -> None:
    named = {
        Path(one).name for page in PAGES for one in re.findall(r"\]\((pictures/[^)]+)\)", page.read_text())
    }
    there = {file.name: file.read_bytes() for file in PICTURES.glob("*.png")}
    assert named == set(there), "Run `make pictures`, and take away what no page names."
    assert len(there) <= MAX_PICTURES
    for name, content in there.items():
        assert content.startswith(b"\x89PNG"), name
        (width,) = struct.unpack(">I", content[16:20])
        assert (width, len(content) < MAX_BYTES) == (WIDTH, True), name


def test_every_page_of_the_navigation_is_written_about() -> None:
    told = (DOCS / "web.md").read_text() + "".join(page.read_text() for page in PAGES)
    names = {name for one in SECTIONS for name in (one.name, *(name for _, name in one.pages))}
    assert [name for name in sorted(names) if name.lower() not in told.lower()] == []
