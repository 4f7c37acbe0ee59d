"""What a POST of a page carries: the form's fields, the key of its session, and the permission that it takes."""

import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse

from api.deployment import Deployment
from api.web.cookies import say
from revrec.operations.actor import Actor
from revrec.operations.browser_session import SignedIn
from revrec.operations.permissions import PERMISSIONS, require
from revrec.problems import Invalid, Refused

SENT = "revrec.sent"
"""Where a request's scope keeps the text fields of a form that was taken, (name, value): a refusal shows it again."""
_MAX_FIELDS = 1000
_DIGITS = 18  # of the greatest number that both databases keep


def read_day(text: str, where: str) -> date | None:
    """A day as a browser sends it; None where it is empty. `where`: the field, for what is said of another text."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(f"'{text}' is no day; write it as 2026-03-31.", where=where) from None


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent by a page of this session, by somebody who is allowed what it asks for."""

    request: Request
    deployment: Deployment
    actor: Actor
    signed_in: SignedIn
    data: FormData

    def text(self, name: str) -> str:
        """A field's text without the spaces around it; empty if it was not sent."""
        value = self.data.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Every value of a field that may be sent several times."""
        return [value for value in self.data.getlist(name) if isinstance(value, str)]

    def on(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))

    def day(self, name: str) -> date | None:
        """A field's day, None if it is empty. Raises `Invalid`, naming the field."""
        return read_day(self.text(name), name)

    def number(self, name: str, otherwise: str) -> int:
        """A field's whole number, such as an id that was chosen. Raises `Invalid`, naming the field, with the sentence
        `otherwise` if it is none."""
        text = self.text(name)
        if not text.isdigit() or len(text) > _DIGITS:
            raise Invalid(otherwise, where=name)
        return int(text)

    def numbers(self, name: str, nothing: str = "") -> list[int]:
        """The ids that were ticked, each once, sorted. `nothing`: what is said if none was. Raises `Invalid`."""
        chosen = self.texts(name)
        if not chosen or not all(one.isdigit() and len(one) <= _DIGITS for one in chosen):
            raise Invalid(nothing or f"Tick at least one {name}.", where=name)
        return sorted({int(one) for one in chosen})

    def done(self, to: str, words: str = "") -> RedirectResponse:
        """Go on to a page of ours, which says what was done. Reloading it sends nothing again."""
        response = RedirectResponse(to, status_code=303)
        if words:
            say(response, self.request.scope, words)
        return response


class Posted:
    """A dependency that gives the form, or refuses who may not do what it asks for, or a form of another session."""

    def __init__(self, action: str) -> None:
        if action not in PERMISSIONS:
            raise KeyError(f"'{action}' is no action of the permission table.")
        self.action = action

    async def __call__(self, request: Request) -> AsyncIterator[Form]:
        signed_in: SignedIn = request.scope["signed_in"]
        # Files that came with it are closed when the answer is there, whatever it is.
        async with request.form(max_files=1, max_fields=_MAX_FIELDS) as data:
            key = request.headers.get("x-form-key") or data.get("key")
            if not isinstance(key, str) or not hmac.compare_digest(key.encode(), signed_in.key.encode()):
                raise Refused(
                    "This form belongs to another sign-in. Load the page again, then repeat what you did.",
                    where="form",
                )
            require(signed_in.actor, self.action)
            request.scope[SENT] = [(name, one) for name, one in data.multi_items() if isinstance(one, str)]
            yield Form(request, request.app.state.deployment, signed_in.actor, signed_in, data)
