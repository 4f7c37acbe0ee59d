"""A connect form as it was sent: what was typed, what is wrong with it, and the secrets of the last try.

Secrets are never sent back as they are. So that a test does not have them typed again, they ride in the page sealed by
the deployment's key, bound to the session, and are good for a quarter of an hour.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from api.views.connections import CheckView
from api.web.connect_fields import ConnectField
from api.web.forms import Form
from revrec.problems import SettingInvalid

KEPT_FOR = timedelta(minutes=15)
_AT = "at"


@dataclass(slots=True)
class ConnectForm:
    """`typed`: by field, without secrets; `secrets`: those that are known. `wrong`: sentence by field, "" for the whole
    form. `checks`: what the live test found; None before one."""

    typed: dict[str, str]
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    wrong: dict[str, str] = field(default_factory=dict)
    checks: list[CheckView] | None = None
    works: bool = False
    kept: str = ""

    def value(self, name: str) -> str:
        return self.typed.get(name, "")

    def all(self, fields: Iterable[ConnectField]) -> dict[str, str]:
        """The values of these fields that are not empty, secrets too."""
        found = {one.name: (self.secrets if one.secret else self.typed).get(one.name, "") for one in fields}
        return {name: value for name, value in found.items() if value}


def fresh_form(usual: Mapping[str, str]) -> ConnectForm:
    """A form that nobody filled in yet, with what the fields begin with."""
    return ConnectForm(dict(usual))


def sent_form(form: Form, fields: Sequence[ConnectField], *, all_required: bool = True) -> ConnectForm:
    """Read what was sent; a field that must not be empty and is gets its sentence."""
    sealed = _open(form, form.text("kept"))
    known = {one.name for one in fields if one.secret}
    secrets = {name: value for name, value in sealed.items() if name in known}
    secrets |= {name: form.text(name) for name in known if form.text(name)}
    read = ConnectForm({one.name: form.text(one.name) for one in fields if not one.secret}, secrets)
    if all_required:
        for one in fields:
            if one.required and not (secrets if one.secret else read.typed).get(one.name):
                read.wrong[one.name] = f"{one.label} is missing."
    return read


def keep_secrets(form: Form, read: ConnectForm) -> None:
    """Seal the secrets for the next sending of the form by the same session."""
    if read.secrets:
        record = {**read.secrets, _AT: form.deployment.now().isoformat()}
        read.kept = base64.urlsafe_b64encode(form.deployment.vault.seal(_name(form), record)).decode()


def _open(form: Form, kept: str) -> dict[str, str]:
    if not kept:
        return {}
    try:
        record = form.deployment.vault.open(_name(form), base64.urlsafe_b64decode(kept.encode()))
        sealed_at = datetime.fromisoformat(record.pop(_AT)).astimezone(UTC)
    except (SettingInvalid, ValueError, KeyError, binascii.Error):
        return {}
    return record if form.deployment.now() - sealed_at <= KEPT_FOR else {}


def _name(form: Form) -> str:
    return f"connect form of session {form.signed_in.key}"
