"""Import Data in Bulk: a file is kept under its number, checked by a job, and loaded if it is a job's own, once."""

import io
import shutil
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from api.deployment import open_deployment
from jobs import submit
from jobs.resources import open_resources
from jobs.start import make_worker, run_id
from reconciliation.columns import BILLING_SCHEDULE
from reconciliation.control_totals import DocumentKind, LineState
from reconciliation.job_file import JobData, write_job_file
from reconciliation.recon_details import ReconContext
from reconciliation.rows import BillingLine, Change, ProductUsed
from reconciliation.summary import JobFacts
from revrec.config import load_config
from revrec.operations.actor import SERVICE, Actor
from revrec.operations.add_user import add_user
from revrec.operations.create_token import create_token
from revrec.operations.sign_in_link import create_sign_in_link
from revrec.store.tables import AuditEvent, Currency, Job, JobFile, Upload
from tests.one_app import app_over

from .conftest import key_of

NOW = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)
CLERK = Actor("accountant@books.test", "accountant")
MOMENTS = {"started": NOW, "finished": NOW, "window_start": None, "window_end": NOW}


class Office:
    """A deployment with a worker, a browser of an accountant, and a token of theirs."""

    def __init__(self, deployment, browser, token):
        self.deployment, self.browser, self.token = deployment, browser, token

    def conversion(self, amount_minor=120_000):
        """A conversion job that awaits loading, with its file; gives both."""
        with self.deployment.store.write() as session:
            job = Job(
                kind="invoices",
                state="awaiting_load",
                parameters={},
                requested_by=CLERK.email,
                created_at=NOW,
            )
            session.add(job)
            session.flush()
            folder = self.deployment.config.files_dir / f"job-{job.id}"
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / "invoices.xlsx"
            written = write_job_file(path, job_data(f"job {job.id}", amount_minor))
            session.add(
                JobFile(
                    job_id=job.id,
                    name=path.name,
                    path=f"{folder.name}/{path.name}",
                    sha256="",
                    content_hash=written.content_hash,
                    bytes=path.stat().st_size,
                )
            )
            return job.id, path

    def bring(self, content, name="invoices.xlsx"):
        given = {"key": key_of(self.browser)}
        return self.browser.post("/sync/import", data=given, files={"file": (name, content)})

    def checked(self, content, name="invoices.xlsx"):
        """Bring a file and wait until its check ended; gives its number and its page."""
        answer = self.bring(content, name)
        assert answer.status_code == 303, answer.text
        address = answer.headers["location"]
        self.wait(self.upload(int(address.rpartition("/")[2])).checked_by_job)
        return address, self.browser.get(address).text

    def wait(self, job_id):
        submit.wait(self.deployment.runner, run_id(job_id), timeout_seconds=30)

    def upload(self, number):
        with self.deployment.store.read() as session:
            row = session.get(Upload, number)
            session.expunge(row)
            return row

    def count(self, model):
        with self.deployment.store.read() as session:
            return len(session.exec(select(model)).all())

    def post(self, address, **given):
        return self.browser.post(address, data={"key": key_of(self.browser), **given})


@pytest.fixture(scope="module")
def office(sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("office")
    shutil.copy(sqlite_template, folder / "revrec.sqlite3")
    deployment = open_deployment(load_config({"REVREC_DATA_DIR": str(folder)}))
    open_resources(deployment.config)
    with deployment.store.write() as session:
        session.add(Currency(id=1, symbol="USD", name="US Dollar", precision=2))
        for role in ("accountant", "viewer"):
            add_user(session, SERVICE, f"{role}@books.test", role.title(), role, now=NOW)
        create_sign_in_link(session, SERVICE, CLERK.email, secret="l" * 43, now=deployment.now())
        token = create_token(session, CLERK, "tests", random_text="t" * 43, now=NOW).text
    browser = TestClient(
        app_over(deployment), headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=False
    )
    assert browser.post(f"/sign-in/{'l' * 43}").status_code == 303
    worker = make_worker(deployment.config)
    worker.start()
    yield Office(deployment, browser, token)
    worker.stop()
    deployment.store.close()


def job_data(job, amount_minor):
    line = BillingLine(
        kind=DocumentKind.INVOICE,
        document_number="INV-1",
        line=1,
        netsuite_id=90210,
        customer="Acme, Inc.",
        netsuite_customer_id=41,
        crm_customer="ACME Inc",
        crm_customer_id="0015g",
        match_basis="name_key",
        posting_period="2026-03",
        document_date=date(2026, 3, 4),
        product="Platform",
        netsuite_item_id=7,
        description="",
        quantity_e6=1_000_000,
        service_start=None,
        service_end=None,
        currency="USD",
        amount_minor=amount_minor,
        exchange_rate_e10=10**10,
        base_currency="USD",
        base_minor=amount_minor,
        order_number="",
        contract="",
        subsidiary="Parent",
        location="",
        department="",
        class_="",
        segments={},
        posting_account="2400",
        state=LineState.LOADED,
        change=Change.NEW,
    )
    return JobData(
        facts=JobFacts(
            job=job,
            kind="Invoices (conversion)",
            state="awaiting load",
            connection="NetSuite account 1234567_SB1",
            actor=CLERK.email,
            parameters={},
            counts={},
            rounding_rule="Once.",
            version="0.1.0",
            **MOMENTS,
        ),
        billing_lines=[line],
        products=[
            ProductUsed(
                netsuite_item_id=7,
                product="Platform",
                item_type="Service",
                category="subscription",
                income_account="4000",
                deferred_account="2400",
                is_excluded=False,
                is_active=True,
                lines=1,
            )
        ],
        pending=[],
        results=[],
        recon=ReconContext({41: "Acme, Inc."}, {"USD": 2}),
    )


def edited(path, edit):
    """The file after somebody changed it in a spreadsheet program."""
    book = openpyxl.load_workbook(path)
    edit(book)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def column(field):
    return BILLING_SCHEDULE.position(field) + 1


def test_a_jobs_own_file_is_previewed_and_loaded_once(office):
    job, path = office.conversion()
    address, page = office.checked(path.read_bytes())
    assert f"It is the file of job {job}, as the job wrote it. Loading it loads what the job pulled." in page
    assert "<td>Invoice</td><td>2026-03</td>" in page and "1,200.00" in page and "INV-1" in page
    started = office.post(f"{address}/load").headers["location"]
    office.wait(int(started.rpartition("/")[2]))
    with office.deployment.store.read() as session:
        assert session.get(Job, job).state == "done"
        load = session.get(Job, int(started.rpartition("/")[2]))
        assert (load.state, load.error, load.result["loaded_job"]) == ("done", "", job)
    number = int(address.rpartition("/")[2])
    assert office.upload(number).loaded_by_job == load_id(started)

    jobs = office.count(Job)
    again = office.post(f"{address}/load")
    assert again.status_code == 409 and "The job is loaded already" in again.text
    second, page = office.checked(path.read_bytes())
    assert "The job is loaded already; there is nothing left to do." in page
    assert office.post(f"{second}/load").status_code == 409
    assert office.count(Job) == jobs + 1  # only the second check


def load_id(address):
    return int(address.rpartition("/")[2])


def test_saving_a_file_in_a_spreadsheet_program_is_no_edit(office):
    job, path = office.conversion(130_000)
    _, page = office.checked(edited(path, lambda book: None))
    assert f"It is the file of job {job}, as the job wrote it." in page


def test_an_edited_file_is_refused_and_its_cells_are_named(office):
    job, path = office.conversion(140_000)

    def edit(book):
        book["BillingSchedule"].cell(row=3, column=column("amount_minor")).value = 9999.99

    address, page = office.checked(edited(path, edit))
    assert f"It is the file of job {job}, changed in one place. Edits are not loaded" in page
    assert '<td>BillingSchedule</td><td class="n">3</td><td>Amount</td>' in page
    assert "It is &#39;9999.99&#39;; the job wrote &#39;1400&#39;." in page
    refused = office.post(f"{address}/load")
    assert refused.status_code == 409 and "Edits are not loaded" in refused.text


def test_a_file_that_no_job_here_wrote_is_checked_and_not_loaded(office, tmp_path):
    write_job_file(tmp_path / "other.xlsx", job_data("job 999", 777))
    address, page = office.checked((tmp_path / "other.xlsx").read_bytes())
    assert "No job here wrote this file, so it was checked and is not loaded." in page
    assert "7.77" in page
    assert office.post(f"{address}/load").status_code == 409


def test_a_wrong_tab_a_missing_column_and_a_bad_number_are_named_where_they_are(office):
    _, path = office.conversion(150_000)

    def edit(book):
        book.create_sheet("Notes")
        book["Product"].tables.clear()
        book["Product"].cell(row=2, column=2).value = None
        book["BillingSchedule"].cell(row=3, column=column("amount_minor")).value = "twelve"

    address, page = office.checked(edited(path, edit))
    assert "It has 3 faults, so nothing of it can be loaded." in page
    assert "<td>Notes</td>" in page and "A job file has no such tab. Remove it." in page
    assert "<td>Product</td>" in page and "The column is missing." in page
    assert '<td>BillingSchedule</td><td class="n">3</td><td>Amount</td>' in page
    api = office.browser.get(
        f"/api/v1/uploads/{load_id(address)}", headers={"Authorization": f"Bearer {office.token}"}
    ).json()
    assert (api["verdict"], api["fault_count"], api["loadable"]) == ("unreadable", 3, False)
    places = {(one["sheet"], one["row"], one["column"]) for one in api["faults"]}
    assert ("BillingSchedule", 3, "Amount") in places and ("Notes", 0, "") in places


def test_a_zip_bomb_and_what_is_no_workbook_are_refused_before_anything_is_kept(office):
    before, files = office.count(Upload), set(folder_of(office).iterdir())
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", b"\0" * 40_000_000)
    for content, words in (
        (bomb.getvalue(), "packed more densely than any workbook"),
        (b"not a zip", "bomb.xlsx is not an .xlsx workbook"),
        (b"", "bomb.xlsx is empty"),
    ):
        answer = office.bring(content, "bomb.xlsx")
        assert answer.status_code == 422 and words in answer.text
        assert 'aria-invalid="true"' in answer.text
    assert "Choose the file that a job wrote" in office.post("/sync/import").text
    assert office.count(Upload) == before and set(folder_of(office).iterdir()) == files


def test_a_path_in_a_file_name_is_only_ever_shown(office):
    _, path = office.conversion(160_000)
    address, page = office.checked(path.read_bytes(), "../../../etc/cron.d/=evil <b>.xlsx")
    number = load_id(address)
    row = office.upload(number)
    assert (row.name, row.path) == ("=evil <b>.xlsx", f"uploads/{number}.xlsx")
    assert (folder_of(office) / f"{number}.xlsx").read_bytes() == path.read_bytes()
    assert "=evil &lt;b&gt;.xlsx" in page and "cron" not in page


def test_a_body_that_is_too_large_is_refused_before_it_is_read(office):
    def endless():
        yield from (b"x" * 1_000_000 for _ in range(200))

    said = {"Content-Type": "multipart/form-data; boundary=x"}
    page = office.browser.post("/sync/import", content=b"", headers={**said, "Content-Length": "200000000"})
    assert page.status_code == 413 and "A request body has at most" in page.text and "<h1>" in page.text
    token = {"Authorization": f"Bearer {office.token}", **said}
    assert office.browser.post("/api/v1/uploads", content=endless(), headers=token).status_code == 413
    small = {"Authorization": f"Bearer {office.token}", "Content-Type": "application/json"}
    other = office.browser.post("/api/v1/jobs/orders", content=b" " * 1_100_000, headers=small)
    assert other.status_code == 413


def test_the_api_brings_checks_again_and_loads(office):
    job, path = office.conversion(170_000)
    token = {"Authorization": f"Bearer {office.token}"}
    brought = office.browser.post(
        "/api/v1/uploads", files={"file": ("a.xlsx", path.read_bytes())}, headers=token
    )
    assert brought.status_code == 202
    number = brought.json()["id"]
    assert brought.headers["location"] == f"/api/v1/uploads/{number}"
    office.wait(office.upload(number).checked_by_job)
    first = office.browser.get(f"/api/v1/uploads/{number}", headers=token).json()
    assert (first["verdict"], first["job"], first["loadable"]) == ("untouched", job, True)
    assert first["groups"] == [
        {
            "document_type": "Invoice",
            "period": "2026-03",
            "currency": "USD",
            "documents": 1,
            "lines": 1,
            "amount": "1700.00",
        }
    ]
    again = office.browser.post(f"/api/v1/uploads/{number}/check", json={}, headers=token).json()
    office.wait(again["id"])
    second = office.browser.get(f"/api/v1/uploads/{number}", headers=token).json()
    assert second["check"]["id"] == again["id"]
    same = {name: value for name, value in second.items() if name not in ("check", "checked_by_job")}
    assert same == {name: first[name] for name in same}
    listed = office.browser.get("/api/v1/uploads?search=a.xlsx", headers=token).json()["items"]
    assert [one["id"] for one in listed] == [number]
    started = office.browser.post(f"/api/v1/uploads/{number}/load", json={}, headers=token)
    assert started.status_code == 202 and started.json()["parameters"] == {"job": job, "upload": number}
    office.wait(started.json()["id"])
    assert office.upload(number).loaded_by_job == started.json()["id"]


def test_a_viewer_sees_uploads_and_brings_none(office):
    with office.deployment.store.write() as session:
        link = create_sign_in_link(
            session, SERVICE, "viewer@books.test", secret="v" * 43, now=office.deployment.now()
        )
    assert link is None or link
    viewer = TestClient(office.browser.app, headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=False)
    viewer.post(f"/sign-in/{'v' * 43}")
    assert 'type="file"' not in viewer.get("/sync/import").text
    given = {"key": key_of(viewer)}
    refused = viewer.post("/sync/import", data=given, files={"file": ("a.xlsx", b"x")})
    assert refused.status_code == 403 and "may not import file" in refused.text


def test_bringing_a_file_is_in_the_audit_trail(office):
    brought = io.BytesIO()
    openpyxl.Workbook().save(brought)
    office.checked(brought.getvalue(), "told.xlsx")
    with office.deployment.store.read() as session:
        told = session.exec(
            select(AuditEvent.action, AuditEvent.actor)
            .where(col(AuditEvent.action).in_(("store_upload", "start_check_file")))
            .order_by(col(AuditEvent.id))
            .limit(2)
        ).all()
    assert [tuple(one) for one in told] == [
        ("store_upload", CLERK.email),
        ("start_check_file", CLERK.email),
    ]


def folder_of(office):
    folder = office.deployment.config.files_dir / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
