"""The part of the made-up company that an account can hold: all of it, one company, or one currency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sample_data.company import Company, Customer, Document, Subsidiary


@dataclass(frozen=True)
class Part:
    """What is seeded of a company."""

    company: Company
    one_world: bool = True
    currencies: bool = True

    @property
    def _home(self) -> str:
        return self.company.subsidiaries[0].currency

    @property
    def subsidiaries(self) -> tuple[Subsidiary, ...]:
        """Without OneWorld the parent; without currencies those that keep books in its currency."""
        kept = self.company.subsidiaries if self.one_world else self.company.subsidiaries[:1]
        return tuple(each for each in kept if self.currencies or each.currency == self._home)

    def customers(self) -> Iterator[Customer]:
        """Customers of those subsidiaries, and of that currency."""
        own = {each.id for each in self.subsidiaries}
        for each in self.company.customers():
            if each.subsidiary in own and (self.currencies or each.currency == self._home):
                yield each

    def documents(self) -> Iterator[Document]:
        """Documents of those customers."""
        own = {each.id for each in self.subsidiaries}
        for each in self.company.documents():
            if each.subsidiary in own and (self.currencies or each.currency == self._home):
                yield each
