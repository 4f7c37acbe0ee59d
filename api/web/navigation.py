"""Where the pages are: the sections at the top, and what some of them hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A word at the top. `pages`: what it holds, (address, name); its own address is the first of them."""

    to: str
    name: str
    pages: tuple[tuple[str, str], ...] = ()

    def holds(self, path: str) -> bool:
        """Whether the page at `path` belongs here."""
        return any(within(path, to) for to, _ in (*self.pages, (self.to, self.name)))


SECTIONS = (
    Section("/", "Home"),
    Section("/sync", "Sync"),
    Section("/pending", "Pending Data"),
    Section("/customers", "Customers"),
    Section(
        "/contracts",
        "Contracts",
        (("/contracts", "Contracts"), ("/deliveries", "Deliveries")),
    ),
    Section(
        "/periods",
        "Accounting",
        (
            ("/periods", "Periods"),
            ("/journals", "Journals"),
            ("/mapping", "Account mapping"),
            ("/segments", "Segments"),
            ("/controls", "Control checks"),
            ("/credits", "Credit memos"),
        ),
    ),
    Section("/hub", "Hub"),
    Section("/events", "Events"),
    Section("/calculator", "Calculator"),
    Section(
        "/settings/policies",
        "Settings",
        (
            ("/settings/policies", "Policies"),
            ("/settings/users", "Users"),
            ("/settings/tokens", "API tokens"),
            ("/settings/products", "Products"),
            ("/settings/prices", "Prices"),
            ("/settings/bundles", "Bundles"),
            ("/settings/items", "Item pairing"),
            ("/settings/entities", "Company entities"),
            ("/settings/secrets", "Secrets"),
            ("/settings/hooks", "Hooks"),
        ),
    ),
)


def within(path: str, to: str) -> bool:
    """Whether `path` is the page at `to` or below it."""
    return path == to or (to != "/" and path.startswith(to + "/"))


def pages_beside(path: str) -> tuple[tuple[str, str], ...]:
    """The pages of the section that `path` is in; none if the section is one page."""
    return next((section.pages for section in SECTIONS if section.holds(path)), ())
