"""Import Data in Bulk with a conversion run's own file: brought back untouched it is that run's load, once."""

import openpyxl
import pytest

from api.deployment import Deployment
from api.uploading import take_in
from jobs.imports.loading import load_upload
from jobs.imports.standing import standing_of
from reconciliation.columns import BILLING_SCHEDULE
from revrec.problems import Conflict
from revrec.store.queries.jobs import files_of
from revrec.store.tables import Job, Upload

pytestmark = pytest.mark.slow


@pytest.fixture
def converted(new_books):
    """Books with their orders, a conversion run that awaits loading, and its file."""
    new_books.run_orders()
    conversion = new_books.run_invoices(ends="awaiting_load")
    with new_books.store.read() as session:
        path = new_books.config.files_dir / files_of(session, conversion.id)[0].path
    return new_books, conversion, path


def bring(books, path):
    """Upload a file and wait for its check; gives the upload, what may be done with it, and what the check found."""
    with path.open("rb") as stream:
        upload_id, job_id = take_in(Deployment(books.config, books.store), books.preparer, path.name, stream)
    assert books.wait(job_id).state == "done"
    with books.store.read() as session:
        return (
            upload_id,
            standing_of(session, session.get(Upload, upload_id)),
            session.get(Job, job_id).result,
        )


def test_an_untouched_file_loads_its_conversion_once(converted, accounted_for):
    books, conversion, path = converted
    upload_id, standing, found = bring(books, path)
    assert (standing.verdict, standing.job, standing.loadable) == ("untouched", conversion.id, True)
    lines = books.value("SELECT count(*) FROM document_line WHERE role = 'billing'")
    assert sum(one["lines"] for one in found["groups"]) == found["tab_rows"]["BillingSchedule"] == lines
    load = books.wait(load_upload(books.config, books.store, upload_id, books.preparer))
    assert (load.state, load.error) == ("done", "")
    assert load.result["changes"] == {"new": conversion.result["pulled"]["new"]}
    assert books.value("SELECT loaded_by_job FROM upload WHERE id = :id", id=upload_id) == load.id
    accounted_for(books)
    with pytest.raises(Conflict, match="The job is loaded already"):
        load_upload(books.config, books.store, upload_id, books.preparer)


def test_an_edited_file_loads_nothing_and_says_which_cell(converted, tmp_path):
    books, conversion, path = converted
    book = openpyxl.load_workbook(path)
    book["BillingSchedule"].cell(row=4, column=BILLING_SCHEDULE.position("amount_minor") + 1).value = 0.01
    book.save(tmp_path / "edited.xlsx")
    upload_id, standing, found = bring(books, tmp_path / "edited.xlsx")
    assert (standing.verdict, standing.job, standing.loadable) == ("edited", conversion.id, False)
    (place,) = found["problems"]
    assert (place["sheet"], place["row"], place["column"]) == ("BillingSchedule", 4, "Amount")
    with pytest.raises(Conflict, match="Edits are not loaded"):
        load_upload(books.config, books.store, upload_id, books.preparer)
    assert set(books.values("SELECT state FROM source_document")) == {"new"}


def test_the_file_of_a_superseded_conversion_is_refused(converted):
    books, older, path = converted
    books.netsuite.change("edit_line", transaction=books.netsuite.picks(1)[0]["id"], line=1, amount="4321.00")
    books.run_invoices(ends="awaiting_load")
    _, standing, _ = bring(books, path)
    assert (standing.verdict, standing.job, standing.loadable) == ("untouched", older.id, False)
    assert "A newer run superseded the job." in standing.says
