"""The story: two month-ends, a month of trouble in NetSuite, and the month-end after it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sample_data.company import Company
from sample_data.demo.service import Person, Refusal
from sample_data.demo.source import Sales, Source
from sample_data.demo.telling import Teller
from sample_data.demo.terms import (
    PLATFORM,
    SERVICES,
    UPSELL,
    Promise,
    find_promise,
    part_of_a_year,
    price_list,
)

ACCOUNTS = {
    "contract_liability": "2400",
    "contract_asset": "1160",
    "unbilled_receivable": "1150",
    "fx_adjustment": "8100",
    "clearing": "2450",
}
REVENUE_BY_CATEGORY = {
    "Platform": "4000",
    "Support": "4050",
    "Services": "4200",
    "Hardware": "4300",
    "Freight": "4400",
}
DEFAULT_REVENUE = "4000"
JAPAN, JAPAN_DEFERRED = 3, "2405"
REASON = "Demonstration: looked through, and accepted for this month."


class Story:
    """Priya prepares, Carla approves; NetSuite moves under both."""

    def __init__(
        self,
        company: Company,
        preparer: Person,
        approver: Person,
        source: Source,
        sales: Sales,
        teller: Teller,
        folder: Path,
        command: Callable[[list[str]], str],
    ) -> None:
        self.january = next(one.id for one in company.periods if one.name == "Jan 2026")  # NetSuite's
        self.company = company
        self.preparer = preparer
        self.approver = approver
        self.source = source
        self.sales = sales
        self.tell = teller
        self.folder = folder
        self.command = command
        self.amended: list[Promise] = []
        self.workbooks: list[Path] = []

    def set_up(self) -> None:
        """Orders, a conversion run, the account mapping, the first accounting period, and the first load."""
        self.tell.heading("1  Sales orders from the CRM")
        self.pull_orders()
        self.tell.heading("2  Invoices before an accounting period is set: a conversion run, to be looked at")
        job = self.pull_invoices()
        self.tell.say(
            f"It waits under Conversion Data ({job['state'].replace('_', ' ')}); nothing of it is loaded."
        )
        self.tell.heading("3  The account mapping and the first accounting period")
        self.map_accounts()
        self.approver.put("/periods/first", {"period": "2026-01", "reason": "The books begin."})
        self.tell.say(f"{self.approver.name} set 2026-01 as the first accounting period.")
        self.tell.heading("4  Stand-alone selling prices, and how services are earned")
        self.state_terms()
        self.tell.heading("5  Invoices again: this run loads by itself")
        self.pull_invoices()

    def state_terms(self) -> None:
        """The price list, by which the price of each contract is shared; and a project measured by its progress."""
        prices = price_list(self.company)
        self.approver.post("/prices/import", {"prices": prices, "reason": "The price list of 2026."})
        products = len({one["product"] for one in prices})
        self.tell.say(f"{self.approver.name} loaded {len(prices)} prices of {products} products.")
        self.project = find_promise(self.sales, (SERVICES,), date(2026, 1, 31))
        rule = {"method": "percent_complete", "reason": "The project reports its progress."}
        self.approver.post(f"/orders/{self.project.number}/lines/{self.project.item}/rule", rule)
        self.report_progress(date(2026, 1, 31), "40")
        rule = {"treatment": "prospective", "reason": "Credits lower what is still to be earned."}
        self.approver.post("/credit-rules", rule)
        self.tell.say(f"{self.approver.name} made the rule: a credit memo lowers what remains (prospective).")

    def report_progress(self, on: date, percent: str) -> None:
        """What the project manager says."""
        body = {"order": self.project.number, "line": self.project.item, "on": str(on), "percent": percent}
        self.preparer.post("/deliveries", body)
        self.tell.say(
            f"Implementation of order {self.project.number} is earned by progress: {percent} % by {on}."
        )

    def month_end(self, period: str, number: int) -> None:
        """Close a period, approve its journals, post them and read them back."""
        self.tell.heading(f"{number}  Month-end {period}")
        warnings = self.preparer.get(f"/periods/{period}/checklist")["warnings"]
        for warning in warnings:
            self.tell.say(f"Checklist: {warning['message']}")
        job = self.close(period, [warning["code"] for warning in warnings])
        self.tell.close(job)
        drafts = self.preparer.all("/journals", period=period, state="draft")
        try:
            self.preparer.post(f"/journals/{drafts[0]['id']}/approve", {})
        except Refusal as refusal:
            self.tell.say(f"{self.preparer.name} tries to approve: {refusal}")
        for draft in sorted(drafts, key=lambda one: int(one["id"])):
            self.approver.post(f"/journals/{draft['id']}/approve", {})
        self.tell.say(f"{self.approver.name} approved {len(drafts)} journals.")
        self.preparer.run("/journals/post", {}, _quietly)
        posted = sorted(self.preparer.all("/journals", period=period), key=lambda one: str(one["number"]))
        self.tell.journals(posted)

    def close(self, period: str, warnings: list[str]) -> dict[str, Any]:
        """Close, acknowledging what the checklist warns of."""
        body = {"acknowledge": sorted(set(warnings)), "reason": REASON if warnings else ""}
        return self._done(self.preparer.run(f"/periods/{period}/close", body, _quietly))

    def run_again(self, number: int) -> None:
        """Both flows once more: nothing changed, so nothing changes."""
        self.tell.heading(f"{number}  Both flows once more: nothing changed, so nothing changes")
        self.pull_orders()
        self.pull_invoices()
        self.tell.say(f"NetSuite holds {len(self.source.journals())} journals, as before.")

    def change_source(self, number: int) -> None:
        """What NetSuite's users do in closed and open months."""
        self.tell.heading(f"{number}  Meanwhile in NetSuite")
        loaded = self._loaded_invoices()
        edited, deleted, voided, credited = loaded[:4]
        self.source.change("edit_line", transaction=edited["id"], line=1, amount="12345.60")
        self.tell.say(f"{edited['tranid']} of January is edited: line 1 is now 12,345.60.")
        self.source.change("delete", transaction=deleted["id"])
        self.tell.say(f"{deleted['tranid']} is deleted.")
        self.source.change("void", transaction=voided["id"], style="direct")
        self.tell.say(f"{voided['tranid']} is voided.")
        self.source.change("add_credit", invoice=credited["id"], percent=50)
        self.tell.say(f"A credit memo for half of {credited['tranid']} comes late.")
        waiting = next(one for one in self.preparer.all("/pending") if one["suggestions"])
        name = waiting["suggestions"][0]["name"]
        self.source.change("rename_customer", customer=waiting["netsuite_customer"], name=name)
        self.tell.say(f"{waiting['name']}, pending, is renamed to {name}, as the CRM has it.")
        self.amend_orders(date(2026, 3, 1))

    def amend_orders(self, day: date) -> None:
        """What sales do in the CRM: an upsell to the end of the term, and a lower price for the rest of one."""
        upsold = find_promise(self.sales, PLATFORM, day)
        cut = find_promise(self.sales, PLATFORM, day, but=frozenset({upsold.number}))
        decimals = {one.code: one.precision for one in self.company.currencies}
        price = part_of_a_year(UPSELL, upsold.currency, day, upsold.ends, decimals[upsold.currency])
        added = {"product": UPSELL, "amount": price, "start": str(day), "end": str(upsold.ends)}
        self.sales.amend(upsold.order, effective=str(day), lines=[added])
        self.tell.say(f"Salesforce: {UPSELL} joins order {upsold.number} from {day} on, at its list price.")
        lower = f"{cut.amount * 9 // 10 // 100}.00"
        self.sales.amend(cut.order, effective=str(day), lines=[{"id": cut.item, "amount": lower}])
        self.tell.say(f"Salesforce: order {cut.number} costs a tenth less, {cut.currency} {lower} in all.")
        self.report_progress(date(2026, 3, 2), "100")
        self.amended = [upsold, cut]

    def explain_changes(self, period: str, number: int) -> None:
        """Which treatment the changed orders got, and where one number came from; then the control checks."""
        self.tell.heading(f"{number}  Why {period} came out as it did")
        for promise in self.amended:
            for version in self.preparer.get(f"/orders/{promise.number}/versions")["versions"]:
                for taken in version["taken"]:
                    self.tell.say(
                        f"Order {promise.number}, version {version['number']}, effective "
                        f"{version['effective_on']}: {taken['reason']}"
                    )
        cut = self.amended[-1]
        self.tell.verbatim(self.command(["explain", f"{cut.number}/{cut.item}", period]))
        self.tell.controls(self.preparer.get("/controls"))

    def pull_orders(self) -> None:
        self.tell.orders(self._done(self.preparer.run("/jobs/orders", {}, _quietly)))

    def pull_invoices(self) -> dict[str, Any]:
        job = self._done(self.preparer.run("/jobs/invoices", {}, _quietly))
        self.tell.invoices(job)
        for file in job["files"]:
            self.workbooks.append(self.preparer.download(file, self.folder))
        return job

    def map_accounts(self) -> None:
        """Each role's account, revenue by category, and the default where no rule fits."""
        ids = {one["number"]: one["id"] for one in self.approver.all("/accounts")}
        for role, account in ACCOUNTS.items():
            self.approver.post("/account-mapping", {"role": role, "account": ids[account]})
        for category, account in REVENUE_BY_CATEGORY.items():
            rule = {"role": "revenue", "category": category, "account": ids[account]}
            self.approver.post("/account-mapping", rule)
        japan = {"role": "contract_liability", "subsidiary": JAPAN, "account": ids[JAPAN_DEFERRED]}
        self.approver.post("/account-mapping", japan)
        default = {"role": "revenue", "account": ids[DEFAULT_REVENUE], "default": True}
        rules = self.approver.post("/account-mapping", default)
        self.tell.say(f"{self.approver.name} mapped {len(rules)} rules of roles to NetSuite's accounts.")

    def end(self) -> None:
        """Where everything lies."""
        self.tell.heading("What is left to look at")
        held = self.source.journals()
        ours = [one for one in held if one.get("externalid")]
        self.tell.say(f"NetSuite holds {len(ours)} journals of ours, each once:")
        self.tell.say(", ".join(f"{one['externalid']} = {one['id']}" for one in ours))
        self.tell.say("Workbooks:")
        for path in self.workbooks:
            self.tell.say(f"  {path}")

    def _loaded_invoices(self) -> list[dict[str, Any]]:
        """January invoices of customers that are matched, one a customer."""
        waiting = {one["netsuite_customer"] for one in self.preparer.all("/pending")}
        found: dict[int, dict[str, Any]] = {}
        for one in self.source.invoices_of(self.january, 200):
            if one["entity"] not in waiting:
                found.setdefault(one["entity"], one)
        return list(found.values())

    def _done(self, job: dict[str, Any]) -> dict[str, Any]:
        if job["state"] not in ("done", "awaiting_load"):
            raise SystemExit(f"Job {job['id']} ({job['kind']}) is {job['state']}: {job['error']}")
        return job


def _quietly(job: dict[str, Any]) -> None:
    """Nothing is printed while a job goes: each takes seconds."""
