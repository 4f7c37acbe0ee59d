"""Documents become whole as their lines arrive, and are written while the next page is read."""

from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from jobs.invoices import writing
from jobs.invoices.writing import Writer, whole_documents
from revrec.store.staging.documents import StagedCounts


def header(number: int) -> Any:
    return SimpleNamespace(id=number)


def line(document: int, number: int) -> Any:
    return SimpleNamespace(document_id=document, line_id=number)


async def pages(*given: Sequence[Any]) -> AsyncIterator[list[Any]]:
    for one in given:
        yield list(one)


async def batches(headers: Sequence[int], *given: Sequence[Any]) -> list[list[tuple[int, list[int]]]]:
    found = whole_documents([header(one) for one in headers], pages(*given))
    return [[(head.id, [one.line_id for one in lines]) for head, lines in batch] async for batch in found]


async def test_a_document_is_whole_once_a_line_of_a_later_one_is_read() -> None:
    first = [line(1, 0), line(1, 1), line(2, 0)]
    second = [line(2, 1), line(3, 0)]
    assert await batches([1, 2, 3], first, second) == [[(1, [0, 1])], [(2, [0, 1])], [(3, [0])]]


async def test_lines_of_other_documents_are_passed_over_and_documents_without_lines_are_given() -> None:
    assert await batches([2, 4, 5], [line(1, 0), line(3, 0), line(4, 0)], [line(4, 1), line(6, 0)]) == [
        [(2, [])],
        [(4, [0, 1]), (5, [])],
        [],
    ]
    assert await batches([7]) == [[(7, [])]]


async def test_what_writing_raises_ends_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> StagedCounts:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(writing, "shape_and_stage", broken)
    monkeypatch.setattr(writing, "GATHER_DOCUMENTS", 1)
    account: Any = None
    with pytest.raises(RuntimeError, match="disk is full"):
        async with Writer(1, account) as writer:
            await writer.put([(header(1), [])])
            await writer.put([(header(2), [])])
            pytest.fail("it was not told")


@pytest.mark.parametrize(("gathered", "before_trouble"), [(1, [1]), (2, [])])
async def test_nothing_is_written_after_the_end_and_the_first_trouble_is_told(
    monkeypatch: pytest.MonkeyPatch, gathered: int, before_trouble: list[int]
) -> None:
    written: list[int] = []

    def slow(_job: int, _account: Any, documents: Sequence[Any]) -> StagedCounts:
        written.append(len(documents))
        return StagedCounts(new=len(documents))

    monkeypatch.setattr(writing, "shape_and_stage", slow)
    monkeypatch.setattr(writing, "GATHER_DOCUMENTS", gathered)
    account: Any = None
    with pytest.raises(ConnectionError):
        async with Writer(1, account) as writer:
            await writer.put([(header(1), [])])
            raise ConnectionError
    assert written == before_trouble
    async with Writer(1, account) as writer:
        await writer.put([(header(1), []), (header(2), [])])
        await writer.put([])
        await writer.put([(header(3), [])])
    assert writer.counts == StagedCounts(new=3)
