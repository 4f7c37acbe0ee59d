"""What the demonstration prints. Every number comes from an answer of the service or of the stand-in."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from sample_data.company import Company

WIDTH = 118


class Teller:
    """Prints for people: headings, sentences, tables with aligned amounts."""

    def __init__(self, company: Company) -> None:
        self.console = Console(width=WIDTH, highlight=False, soft_wrap=False)
        self._decimals = {currency.code: currency.precision for currency in company.currencies}

    def heading(self, text: str) -> None:
        self.console.print(f"\n[bold]{text}[/bold]\n{'─' * min(len(text), WIDTH)}")

    def say(self, text: str) -> None:
        self.console.print(f"  {text}", markup=False)

    def verbatim(self, text: str) -> None:
        """What a command printed, as it is."""
        for line in text.rstrip().splitlines():
            self.console.print(f"  {line.rstrip()}", markup=False, soft_wrap=True)

    def amount(self, minor: int, currency: str) -> str:
        """Minor units as accountants write them: thousands, negatives in parentheses, zero as a dash."""
        if not minor:
            return "–"
        decimals = self._decimals.get(currency, 2)
        whole, rest = divmod(abs(minor), 10**decimals)
        text = f"{whole:,}" + (f".{rest:0{decimals}d}" if decimals else "")
        return f"({text})" if minor < 0 else text

    def amounts(self, by_currency: Mapping[str, int]) -> str:
        return (
            "; ".join(f"{code} {self.amount(minor, code)}" for code, minor in by_currency.items()) or "none"
        )

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
        """A table; the columns numbered in `right` are aligned to the right."""
        table = Table(box=None, padding=(0, 2), pad_edge=False, header_style="dim")
        for number, column in enumerate(columns):
            table.add_column(column, justify="right" if number in right else "left", no_wrap=number in right)
        for row in rows:
            table.add_row(*row)
        self.console.print(table)

    def orders(self, job: dict[str, Any]) -> None:
        result = job["result"]
        found = result["orders"]
        self.say(
            f"Job {job['id']}: {result['customers']} CRM customers; orders {found.get('new', 0)} new, "
            f"{found.get('changed', 0)} changed, {found.get('same', 0)} as before, {found.get('cancelled', 0)} "
            f"cancelled; {result['versions']} versions published, {result['held']} held."
        )
        for reason in result["held_reasons"]:
            self.say(f"  held: {reason}")

    def invoices(self, job: dict[str, Any]) -> None:
        """What an invoices run pulled, where it stands, and whether it reconciles."""
        result = job["result"]
        pulled, names, recon = result["pulled"], result["customers"], result["reconciliation"]
        self.say(
            f"Job {job['id']} ({'full pull' if result['full'] else 'changes only'}): "
            f"{pulled.get('new', 0)} documents new, {pulled.get('changed', 0)} changed, "
            f"{pulled.get('same', 0)} as before, {pulled.get('gone', 0)} gone; {pulled.get('lines', 0)} lines read."
        )
        self.say(
            f"Customers matched by name: {names['linked']} now; {names['ambiguous']} ambiguous, "
            f"{names['unmatched']} unknown to the CRM."
        )
        self.outcome(result["outcome"])
        self.say(
            f"Reconciliation against NetSuite's own totals: {recon['status']} "
            f"({recon['groups']} groups, {recon['failing']} differ, {recon['held_by_reconciliation']} documents held)."
        )
        for left in result["left_pending"]:
            where = f"now {left['crm_customer']}" if left["crm_customer"] else left["state"]
            self.say(
                f"Left Pending Data: {left['customer']}, {left['documents']} documents, {where} ({left['reason']})."
            )

    def outcome(self, outcome: dict[str, Any]) -> None:
        """Documents, lines and amounts that are loaded, pending, excluded and held."""
        counts = outcome["counts"]
        rows = []
        for state in ("loaded", "pending", "excluded", "held"):
            amounts = outcome["amounts"].get(state, {})
            documents = counts.get(f"documents_{state}")
            rows.append(
                [
                    state,
                    "–" if documents is None else f"{documents:,}",
                    f"{counts.get(f'lines_{state}', 0):,}",
                    *(self.amount(amounts.get(code, 0), code) for code in self._decimals),
                ]
            )
        columns = ["", "documents", "lines", *self._decimals]
        self.table(columns, rows, right=range(1, len(columns)))

    def close(self, job: dict[str, Any]) -> None:
        """What a close recognised, adjusted and left on the balance sheet."""
        result = job["result"]
        balances, adjusted = result["balances"], result["adjustment"]
        rows = []
        for name, values in (
            ("recognised", result["revenue"]),
            ("of that adjustment", adjusted),
            ("contract liability", {code: one["contract_liability"] for code, one in balances.items()}),
            ("contract asset", {code: one["contract_asset"] for code, one in balances.items()}),
        ):
            rows.append([name, *(self.amount(values.get(code, 0), code) for code in self._decimals)])
        self.say(f"Job {job['id']}: {result['period']} is closed, {result['obligations']} obligations moved.")
        self.table(["", *self._decimals], rows, right=range(1, len(self._decimals) + 1))
        for one in result["adjustments"]:
            self.say(
                f"Adjustment, cause {one['cause']}: {one['currency']} "
                f"{self.amount(one['amount'], one['currency'])} over {one['obligations']} obligations."
            )
        for one in result["late_billing"]:
            self.say(
                f"Billing of closed months, billed now: {one['currency']} "
                f"{self.amount(one['amount'], one['currency'])} over {one['lines']} lines."
            )
        for one in result["waiting"]:
            self.say(
                f"Waits ({one['kind']}, {one['reason'].replace('_', ' ')}): {one['count']} items, "
                f"{one['currency']} {self.amount(one['amount'], one['currency'])}."
            )

    def controls(self, found: dict[str, Any]) -> None:
        """What the control checks say of the closed periods, one line a check."""
        self.say(f"Control checks of {', '.join(found['periods'])}:")
        columns = ["", "check", "rows", "violations"]
        rows = [
            [one["status"], one["name"].replace("_", " "), f"{one['checked']:,}", f"{one['violations']:,}"]
            for one in found["controls"]
        ]
        self.table(columns, rows, right=(2, 3))

    def journals(self, journals: Sequence[dict[str, Any]]) -> None:
        rows = [
            [
                one["number"] or f"draft {one['id']}",
                one["subsidiary"],
                one["currency"],
                f"{Decimal(one['total']):,}",
                str(one["lines"]),
                one["state"],
                str(one["netsuite_id"] or "–"),
                one["message"],
            ]
            for one in journals
        ]
        columns = ["journal", "subsidiary", "", "total", "lines", "state", "NetSuite id", ""]
        self.table(columns, rows, right=(3, 4, 6))
