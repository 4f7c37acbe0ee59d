"""`python -m sample_data.demo`: the demonstration, or with `--serve` the service with the company set up."""

import argparse
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from sample_data.company import Company
from sample_data.demo.processes import Processes
from sample_data.demo.service import Person
from sample_data.demo.sign_in import connect_by_certificate, netsuite_options
from sample_data.demo.source import Sales, Source
from sample_data.demo.story import Story
from sample_data.demo.telling import Teller

ADMIN = "ada@kestrel.example"
PREPARER = "priya@kestrel.example"
APPROVER = "carla@kestrel.example"
POLICIES = {
    "custom_segments": ["cseg_region"],
    "order_reference_field": "custbody_order_number",
    "journal_segments": ["location", "department", "class", "cseg_region"],
    "company_time_zone": "America/Los_Angeles",
}
EXCLUDED = {"product": {"name": "Name", "values": ["Internal Test"]}}


def main() -> None:
    """Run the demonstration; leaves its data in `--folder` and no process behind."""
    options = _options()
    folder: Path = options.folder.resolve()
    if folder.exists() and (folder / "demo").exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "demo").touch()
    started = time.monotonic()
    company = Company(seed=options.seed, lines=options.lines)
    teller = Teller(company)
    size = ("--lines", str(options.lines), "--seed", str(options.seed))
    with Processes(folder) as processes:
        teller.heading("0  The parts: stand-ins for NetSuite and Salesforce, and the service")
        netsuite = processes.stand_in("netsuite", "--db", str(folder / "netsuite.sqlite3"), *size)
        salesforce = processes.stand_in("salesforce", *size)
        environment = {"REVREC_DATA_DIR": str(folder / "data"), "REVREC_LOOK_UP_AGAIN_SECONDS": "1"}
        tokens = connect(processes, environment, netsuite, salesforce, teller)
        address = processes.service(environment)
        teller.say(f"NetSuite {netsuite['url']}, Salesforce {salesforce['url']}, RevRec {address}")
        story = Story(
            company,
            Person("Priya", address, tokens[PREPARER]),
            Person("Carla", address, tokens[APPROVER]),
            Source(netsuite["url"]),
            Sales(salesforce["url"]),
            teller,
            folder,
            lambda command: processes.words(command, environment),
        )
        story.set_up()
        if options.serve:
            _stay(processes, teller, address, tokens, environment)
            return
        story.month_end("2026-01", 6)
        story.month_end("2026-02", 7)
        story.run_again(8)
        story.change_source(9)
        teller.heading("10  The next run finds it")
        story.pull_orders()
        story.pull_invoices()
        story.month_end("2026-03", 11)
        story.explain_changes("2026-03", 12)
        story.end()
    teller.say(f"Done in {time.monotonic() - started:.0f} s.")


def connect(
    processes: Processes,
    environment: dict[str, str],
    netsuite: dict[str, Any],
    salesforce: dict[str, Any],
    teller: Teller,
) -> dict[str, str]:
    """Make the database and the users, connect both systems, set the policies. Returns each person's token."""
    run = processes.run
    run(["db", "upgrade", "--admin", ADMIN], environment)
    run(["users", "add", PREPARER, "--role", "accountant", "--name", "Priya"], environment)
    run(["users", "add", APPROVER, "--role", "controller", "--name", "Carla"], environment)
    options = netsuite_options(netsuite, EXCLUDED)
    connect_by_certificate(processes, environment, netsuite, teller, processes.folder / "keys", options)
    keys = {f"SALESFORCE_{name.upper()}": str(salesforce[name]) for name in ("client_id", "client_secret")}
    arguments = [
        "connect",
        "salesforce",
        "--domain",
        "kestrel.my.salesforce.com",
        "--base-url",
        salesforce["url"],
    ]
    run(arguments, environment | keys)
    for key, value in {**POLICIES, "order_fields": salesforce["field_mapping"]}.items():
        run(["policy", "set", key, value if isinstance(value, str) else json.dumps(value)], environment)
    tokens = {}
    for person in (ADMIN, PREPARER, APPROVER):
        made = run(["tokens", "create", "demonstration", "--user", person], environment)
        tokens[person] = str(made["token"])
    return tokens


def _stay(
    processes: Processes, teller: Teller, address: str, tokens: dict[str, str], environment: dict[str, str]
) -> None:
    teller.heading("The service is up")
    teller.say(
        f"{address} serves the demo company; stop it with Ctrl-C. Sign in (each once, within 15 minutes):"
    )
    for person in (PREPARER, APPROVER, ADMIN):
        teller.say(f"  {person}  {sign_in_link(processes, environment, person, address)}")
    teller.say(f"The API is {address}/api/v1. Tokens:")
    for person, token in tokens.items():
        teller.say(f"  {person}  {token}")
    teller.say(
        f"The command line works beside it: REVREC_DATA_DIR={environment['REVREC_DATA_DIR']} revrec --help"
    )
    try:
        processes.wait()
    except KeyboardInterrupt:
        teller.say("Stopping.")


def sign_in_link(processes: Processes, environment: dict[str, str], person: str, address: str) -> str:
    """A link for a person; where nobody looks at a terminal, the file that holds it."""
    file = Path(environment["REVREC_DATA_DIR"]) / f"sign-in-{person.partition('@')[0]}"
    file.unlink(missing_ok=True)
    processes.run(["users", "link", person, "--address", address, "--out", str(file)], environment)
    if not sys.stdout.isatty():
        return str(file)
    link = file.read_text().strip()
    file.unlink()
    return link


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sample_data.demo", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".demo"), help="where its data goes; made anew")
    parser.add_argument(
        "--lines", type=int, default=4000, help="about how many invoice lines the company has"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--serve", action="store_true", help="set the company up, then serve it until Ctrl-C")
    return parser.parse_args()


if __name__ == "__main__":
    main()
