"""What somebody typed into a form that was refused: shown again, with the sentence beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request

from api.web.forms import Form
from revrec.problems import RevRecError


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of a form, and what is wrong with them: sentences by the field's name, "" for the form as a whole."""

    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def asked(cls, request: Request) -> "Typed":
        """A fresh form, filled by the address that leads to it."""
        return cls({name: value[:500] for name, value in request.query_params.items()})

    @classmethod
    def refused(cls, form: Form, error: RevRecError, **names: str) -> "Typed":
        """What was sent, and why it was refused. `names`: the form's field for a place that the error calls otherwise;
        a place that is none of the form's fields speaks of the form as a whole."""
        place = names.get(error.where, error.where)
        return cls(sent(form), {place if place in form.data else "": error.message})

    def value(self, name: str, usual: str = "") -> str:
        return self.values.get(name, usual)

    def error(self, name: str) -> str:
        return self.wrong.get(name, "")


def sent(form: Form) -> dict[str, str]:
    """The text fields of a form; of a field that was sent several times the last."""
    return {name: value.strip() for name, value in form.data.items() if isinstance(value, str)}
