"""Filling an empty database with the made-up company, or with the part of it that the account's features can hold."""

from __future__ import annotations

from collections.abc import Collection

from sample_data.company import Company
from sample_data.netsuite.seed_documents import DocumentSeeder
from sample_data.netsuite.seed_lists import ListSeeder
from sample_data.netsuite.seed_part import Part
from sample_data.netsuite.store import Store


def fill(store: Store, company: Company, features: Collection[str] = ("oneworld", "multicurrency")) -> int:
    """Create tables, write the company, build indexes; the number of transaction lines written.

    Documents are streamed: memory stays flat at any size. Without OneWorld there is the parent company alone, without
    Multiple Currencies only what is kept and billed in its currency.
    """
    part = Part(company, "oneworld" in features, "multicurrency" in features)
    store.create_tables()
    with store.write() as connection:
        ListSeeder(connection, part, store.zone).write()
        lines = DocumentSeeder(connection, part, store.zone).write()
    store.create_indexes()
    store.set_note("zone", store.zone.name)
    store.set_note("seeded", f"seed={company.seed} lines={company.lines}")
    return lines
