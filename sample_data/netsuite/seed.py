"""Filling an empty database with the made-up company."""

from __future__ import annotations

from sample_data.company import Company
from sample_data.netsuite.seed_documents import DocumentSeeder
from sample_data.netsuite.seed_lists import ListSeeder
from sample_data.netsuite.store import Store


def fill(store: Store, company: Company) -> int:
    """Create tables, write the company, build indexes; the number of transaction lines written.

    Documents are streamed: memory stays flat at any size.
    """
    store.create_tables()
    with store.write() as connection:
        ListSeeder(connection, company, store.zone).write()
        lines = DocumentSeeder(connection, company, store.zone).write()
    store.create_indexes()
    store.set_note("zone", store.zone.name)
    store.set_note("seeded", f"seed={company.seed} lines={company.lines}")
    return lines
