"""Who acts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A user as an operation sees one. `email` is what the audit trail names."""

    email: str
    role: str
    name: str = ""


SERVICE = Actor("service", "service", "RevRec itself")
"""The product acting by itself: at installation, and where a job writes down what it found."""
