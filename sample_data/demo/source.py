"""What people do in NetSuite and in the CRM between two runs, through the stand-ins' own side doors."""

from typing import Any

import httpx


class Source:
    """NetSuite, as its own users change it."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=60, trust_env=False)

    def invoices_of(self, period: int, count: int) -> list[dict[str, Any]]:
        """Open invoices of a NetSuite posting period, to choose from."""
        query = {"type": "CustInvc", "status": "A", "period": str(period), "limit": str(count)}
        answer = self._http.get("/_sim/pick", params=query)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def change(self, kind: str, **what: Any) -> dict[str, Any]:
        """One change. Raises where the stand-in refuses it."""
        answer = self._http.post("/_sim/change", json={"change": kind, **what})
        answer.raise_for_status()
        done: dict[str, Any] = answer.json()
        return done

    def journals(self) -> list[dict[str, Any]]:
        """Every journal that NetSuite holds, with its lines."""
        answer = self._http.get("/_sim/journals")
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def totals(self) -> dict[str, Any]:
        """NetSuite's own totals of posted, unvoided invoices and credit memos."""
        answer = self._http.get("/_sim/totals", params={"by": "all"})
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


class Sales:
    """The CRM, as its own users change it."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=60, trust_env=False)

    def records(self, entity: str, **fields: str) -> list[dict[str, Any]]:
        """Records of an object whose fields equal the given texts."""
        answer = self._http.get(f"/_sim/records/{entity}", params=fields)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def amend(self, order: str, **what: Any) -> None:
        """Change lines of an order, or add some, from a day on. Raises where the stand-in refuses it."""
        self._http.post(f"/_sim/orders/{order}/amend", json=what).raise_for_status()
