"""Balances per contract or customer, and the net journal lines of a period."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from .money import text
from .months import label

if TYPE_CHECKING:
    from .replay import Replay

RECEIVABLE = ("units", "as_invoiced")
OFFSET_ROLES = {"clearing": "clearing", "revenue": "billing_offset"}


def positions(book: "Replay") -> dict[tuple[str, str | None], dict[str, int]]:
    """(customer, contract) -> billed, recognised, liability, asset, unbilled receivable. Contract None: by customer."""
    by_customer = book.policy["netting"] == "customer"
    found: dict[tuple[str, str | None], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, amount in book.booked.items():
        name = book.shown_as.get(book.contract_of[key], book.contract_of[key])
        found[(book.customers[name], None if by_customer else name)]["recognised"] += amount
    for name in set(book.contract_of.values()):
        shown = book.shown_as.get(name, name)
        found[(book.customers[name], None if by_customer else shown)]["billed"] += book.billing.billed(name)
    for row in found.values():
        ahead = row["recognised"] - row["billed"]
        row["contract_liability"] = max(-ahead, 0)
        row["asset"] = max(ahead, 0)
    for customer in {p.document.customer for p in book.billing.pieces if p.contract is None}:
        amount = book.billing.billed(None, customer)
        found[(customer, "unassigned")].update(
            billed=amount, contract_liability=max(amount, 0), asset=max(-amount, 0)
        )
    return found


def receivable_share(book: "Replay", customer: str, name: str | None, asset: int) -> int:
    """The part of an asset whose right depends on time alone: units and usage lines earned ahead of their billing."""
    total = 0
    for key, amount in book.booked.items():
        contract = book.shown_as.get(book.contract_of[key], book.contract_of[key])
        if (name is None and book.customers[contract] == customer) or contract == name:
            line = book.lines.get(key)
            if line is not None and line.terms.method in RECEIVABLE:
                billed = sum(p.amount for p in book.billing.pieces if p.target == key)
                total += max(amount - billed, 0)
    return min(total, asset)


def balance_rows(book: "Replay", month: int) -> list[dict[str, Any]]:
    rows = []
    for (customer, name), row in sorted(
        positions(book).items(), key=lambda item: (item[0][0], item[0][1] or "")
    ):
        unbilled = receivable_share(book, customer, name, row["asset"])
        fields = {
            "billed": row["billed"],
            "recognised": row["recognised"],
            "contract_liability": row["contract_liability"],
            "contract_asset": row["asset"] - unbilled,
            "unbilled_receivable": unbilled,
        }
        rows.append(
            {
                "period": label(month),
                "customer": customer,
                "contract": name,
                **{k: text(v, book.decimals) for k, v in fields.items()},
            }
        )
    return rows


def journal_rows(book: "Replay", month: int) -> list[dict[str, Any]]:
    """One net line a role: what changed since the last period. NetSuite has deferred billing already (``in_gl``)."""
    now: dict[str, int] = defaultdict(int)
    for (customer, name), row in positions(book).items():
        unbilled = receivable_share(book, customer, name, row["asset"])
        now["contract_liability"] -= row["contract_liability"]
        now["contract_asset"] += row["asset"] - unbilled
        now["unbilled_receivable"] += unbilled
        now["revenue"] -= row["recognised"]
        now["billing_offset"] += row["billed"]
    moved = {role: now[role] - book.last[role] for role in {*now, *book.last}}
    book.last = now
    offset = moved.pop("billing_offset", 0)
    kind = book.policy["billing_offset"]
    role = (
        "contract_liability" if kind == "deferred" else OFFSET_ROLES[kind]
    )  # deferred: the invoice credited it itself
    moved[role] = moved.get(role, 0) + offset
    lines = [
        {
            "role": role,
            "debit": text(max(amount, 0), book.decimals),
            "credit": text(max(-amount, 0), book.decimals),
        }
        for role, amount in sorted(moved.items())
        if amount
    ]
    return [{"period": label(month), "lines": lines}] if lines else []
