"""Roles: what whoever is signed in may do. Tokens and certificates are each bound to one.

The account begins with one role, whose denied permissions are the setting ``denied_permissions``. Others are made
through ``/_sim/roles`` with what they are granted, as an administrator does it: what is not granted is denied.
"""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import dataclass, field

from sample_data.netsuite.catalogue import PERMISSIONS

FIRST_ROLE = "3"
ENTITY = "-5"

_DENIED: ContextVar[frozenset[str] | None] = ContextVar("denied", default=None)


@dataclass(frozen=True)
class Role:
    """One role that was made: its id, its name, and what it is not granted."""

    id: str
    name: str
    denied: frozenset[str]


class NoSuchRole(LookupError):
    """The role was never made, or was removed."""


@dataclass
class Roles:
    """The roles of one account besides its first."""

    made: dict[str, Role] = field(default_factory=dict)
    _next: int = 1001

    def make(self, name: str, granted: Collection[str]) -> Role:
        """A role with these permissions and no others. Raises ValueError for a permission that does not exist."""
        if unknown := set(granted) - PERMISSIONS:
            raise ValueError(f"unknown permissions {sorted(unknown)}; known are {sorted(PERMISSIONS)}")
        role = Role(str(self._next), name, PERMISSIONS - frozenset(granted))
        self._next += 1
        self.made[role.id] = role
        return role

    def grant(self, role_id: str, granted: Collection[str]) -> Role:
        """The same role with other permissions."""
        old = self.role(role_id)
        if unknown := set(granted) - PERMISSIONS:
            raise ValueError(f"unknown permissions {sorted(unknown)}; known are {sorted(PERMISSIONS)}")
        self.made[role_id] = Role(role_id, old.name, PERMISSIONS - frozenset(granted))
        return self.made[role_id]

    def remove(self, role_id: str) -> None:
        """Take a role away, as an administrator makes one inactive: nobody signs in with it any more."""
        self.role(role_id)
        del self.made[role_id]

    def role(self, role_id: str) -> Role:
        """A role that was made, or NoSuchRole."""
        try:
            return self.made[role_id]
        except KeyError:
            raise NoSuchRole(f"there is no role {role_id}") from None

    def denied(self, role_id: str, first: frozenset[str]) -> frozenset[str]:
        """What a role lacks; ``first`` is what the first one lacks. NoSuchRole for one that is gone."""
        return first if role_id == FIRST_ROLE else self.role(role_id).denied

    def forget(self) -> None:
        """Only the first role is left."""
        self.made.clear()


def signed_in(denied: frozenset[str]) -> None:
    """From here on, in this request, these permissions are lacking."""
    _DENIED.set(denied)


def denied_now(first: frozenset[str]) -> frozenset[str]:
    """What the role of the present request lacks; ``first`` outside of a request."""
    found = _DENIED.get()
    return first if found is None else found
