"""Writing documents behind their reading: while one batch is shaped and staged, the next page is asked for.

At most one batch is being written and one more is gathered, so what a step holds does not grow with what it reads. What
is being written is awaited whatever happens: nothing of a step is written after the step has ended.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from types import TracebackType

from jobs.invoices.account import Account, threads
from jobs.invoices.shape import stage_shape
from jobs.resources import store
from revrec.netsuite.documents import DocumentHeader, DocumentLine
from revrec.store.staging.documents import StagedCounts, stage_documents

Read = tuple[DocumentHeader, Sequence[DocumentLine]]
"""A document as it was read: its header and all its lines."""

WRITE_DOCUMENTS = 1000
GATHER_DOCUMENTS = 400
"""A batch is written once it has so many: a transaction costs some milliseconds, whatever is in it."""


class Writer:
    """Stages documents of a job, in the order given, as an asynchronous context. `counts` is whole at its end."""

    def __init__(self, job_id: int, account: Account) -> None:
        self.counts = StagedCounts()
        self._job_id, self._account = job_id, account
        self._gathered: list[Read] = []
        self._under_way: asyncio.Future[StagedCounts] | None = None

    async def put(self, documents: Sequence[Read]) -> None:
        """Gather these, and write once there are enough; waits for the batch before. Raises what writing it raised."""
        self._gathered += documents
        if len(self._gathered) >= GATHER_DOCUMENTS:
            await self._write()

    async def __aenter__(self) -> "Writer":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                await self._write()
            await self._settle()
        except Exception:
            if error is None:  # else what stopped the reading came first
                raise

    async def _write(self) -> None:
        await self._settle()
        documents, self._gathered = self._gathered, []
        if documents:
            loop = asyncio.get_running_loop()
            self._under_way = loop.run_in_executor(
                threads, shape_and_stage, self._job_id, self._account, documents
            )

    async def _settle(self) -> None:
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            self.counts += await under_way


def shape_and_stage(job_id: int, account: Account, documents: Sequence[Read]) -> StagedCounts:
    """Shape documents and stage them; hashes are computed before the database is asked for its one writer."""
    shaped = [
        stage_shape(
            header,
            lines,
            accounts=account.accounts,
            currencies=account.currencies,
            periods=account.periods,
            names_orders=account.names_orders,
        )
        for header, lines in documents
    ]
    for document in shaped:
        document.sha256  # noqa: B018
    counts = StagedCounts()
    for start in range(0, len(shaped), WRITE_DOCUMENTS):
        with store().write() as session:
            counts += stage_documents(session, job_id, shaped[start : start + WRITE_DOCUMENTS])
    return counts


async def whole_documents(
    headers: Sequence[DocumentHeader], pages: AsyncIterable[list[DocumentLine]]
) -> AsyncGenerator[list[Read], None]:
    """Batches of documents with all their lines, as soon as those are read.

    Headers come by id, lines by (document, line): once a line of a later document is seen, those before are whole.
    A document without lines is given with none; lines of documents that are not among the headers are passed over.
    """
    waiting = iter(headers)
    header = next(waiting, None)
    lines: dict[int, list[DocumentLine]] = {}
    async for page in pages:
        for line in page:
            lines.setdefault(line.document_id, []).append(line)
        reached = page[-1].document_id
        batch: list[Read] = []
        while header is not None and header.id < reached:
            batch.append((header, lines.get(header.id, ())))
            header = next(waiting, None)
        lines = {one: found for one, found in lines.items() if one >= reached}
        yield batch
    rest: list[Read] = []
    while header is not None:
        rest.append((header, lines.get(header.id, ())))
        header = next(waiting, None)
    yield rest
