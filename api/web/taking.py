"""A list taken away as a file: noted as an event, then read as the file is written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlmodel import Session
from starlette.responses import Response

from api.deployment import Deployment
from api.web.download import Field, download
from revrec.operations.actor import Actor
from revrec.operations.export_list import note_list_export


def take_list(
    deployment: Deployment,
    actor: Actor,
    kind: str,
    what: str,
    filters: Mapping[str, str],
    fields: Sequence[Field],
    read: Callable[[Session], Iterable[Any]],
    *,
    name: str = "",
) -> Response:
    """The list `what` as csv or xlsx (`kind`), called `name`, else after it. `read` gives its rows while the file is
    written, so what may be refused of them is asked before.

    Raises as `note_list_export` and `download` do.
    """
    with deployment.store.write() as session:
        note_list_export(session, actor, what, kind, filters, now=deployment.now())

    def rows() -> Iterator[Any]:
        with deployment.store.read() as session:
            yield from read(session)

    return download(kind, name or what.replace(" ", "-"), fields, rows())
