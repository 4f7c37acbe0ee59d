"""Alembic's entry: runs on the connection that `revrec.store.migrate` hands over."""

from alembic import context
from sqlmodel import SQLModel

from revrec.store import tables

assert tables.__all__

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
