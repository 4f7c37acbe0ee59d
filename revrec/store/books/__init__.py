"""The books as columns: reading what a close is computed from, writing what it booked."""

from revrec.store.books.load import Names, load_book
from revrec.store.books.save import discard_rows, save_result
from revrec.store.books.timelines import Choices, Timeline

__all__ = ["Choices", "Names", "Timeline", "discard_rows", "load_book", "save_result"]
