"""A form that is shown again: what was typed into it, and what is wrong with it, each beside its field.

Templates write the fields with `entry_fields.html`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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

    def value(self, name: str, usual: str = "") -> str:
        """What was typed, else what the field begins with."""
        return self.given.get(name, usual)

    def ticked(self, name: str, usual: bool = False) -> bool:
        """Whether a box was ticked; a form that was sent without it had it empty."""
        return bool(self.given.get(name, "")) if self.given else usual


FRESH = Entry()


def entry_again(form: Form, error: RevRecError, names: Iterable[str], **also: str) -> Entry:
    """The form again after a refusal. `names`: its fields; `also`: other words by which operations call one of them."""
    known = tuple(names)
    given = {name: form.text(name) for name in known}
    field_of = error.where.partition(".")[0]
    where = also.get(field_of, field_of)
    places = tuple((one.where, one.message) for one in error.findings)
    if where in known:
        return Entry(given, {where: error.message}, "", places, error.status)
    return Entry(given, {}, error.message, places, error.status)
