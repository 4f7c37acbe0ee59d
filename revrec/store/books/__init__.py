"""The books as columns: reading what a close is computed from, writing what it booked."""

from revrec.store.books.load import Names, load_book
from revrec.store.books.save import discard_rows, save_result

__all__ = ["Names", "discard_rows", "load_book", "save_result"]
