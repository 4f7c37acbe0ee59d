"""Tables, queries and migrations: the only place that speaks SQL."""

from revrec.store.engine import Store

__all__ = ["Store"]
