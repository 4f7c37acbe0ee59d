"""RevRec: ASC 606 / IFRS 15 revenue recognition with NetSuite journal posting."""

from importlib.metadata import version

__version__ = version("revrec")
