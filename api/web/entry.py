"""A form that is shown again: what was typed into it, and what is wrong with it, each beside its field.

Templates write the fields with `entry_fields.html`; `carry_out` answers a form that may be refused.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from api.web.forms import Form
from revrec.problems import RevRecError


@dataclass(frozen=True, slots=True)
class Entry:
    """By the names of the form's fields. A form that nobody filled in yet has nothing. `trouble`: what is wrong with no
    field of the form; `places`: (place, sentence) of what was uploaded."""

    given: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""
    places: tuple[tuple[str, str], ...] = ()
    status: int = 200

    @classmethod
    def asked(cls, request: Request) -> "Entry":
        """A fresh form, filled by the address that leads to it."""
        return cls({name: value[:500] for name, value in request.query_params.items()})

    def value(self, name: str, usual: str = "") -> str:
        """What was typed, else what the field begins with."""
        return self.given.get(name, usual)

    def ticked(self, name: str, usual: bool = False) -> bool:
        """Whether a box was ticked; a form that was sent without it had it empty."""
        return bool(self.given.get(name, "")) if self.given else usual


FRESH = Entry()


def sent(form: Form) -> dict[str, str]:
    """The text fields of a form, but not its key; of a field that was sent several times the last."""
    return {
        name: value.strip() for name, value in form.data.items() if isinstance(value, str) and name != "key"
    }


def entry_again(form: Form, error: RevRecError, names: Iterable[str] = (), **also: str) -> Entry:
    """The form again after a refusal. `names`: fields that a browser may leave out, such as radio buttons and files;
    `also`: other words by which operations call a field. A place that is no field speaks of the form as a whole."""
    given = sent(form)
    field_of = error.where.partition(".")[0]
    where = also.get(field_of, field_of)
    places = tuple((one.where, one.message) for one in error.findings)
    if where in given or where in names:
        return Entry(given, {where: error.message}, "", places, error.status)
    return Entry(given, {}, error.message, places, error.status)


def carry_out(
    form: Form,
    run: Callable[[Session], Response],
    again: Callable[[Entry], Response],
    names: Iterable[str] = (),
    **also: str,
) -> Response:
    """Run what a form asks for, in one transaction. Refused, nothing of it is kept, and the form is shown again with
    the sentence beside its field. `run` gives the answer (mostly `form.done`), `again` the page with the form; `names`
    and `also` as of `entry_again`."""
    try:
        with form.deployment.store.write() as session:
            return run(session)
    except RevRecError as wrong:
        return again(entry_again(form, wrong, names, **also))
