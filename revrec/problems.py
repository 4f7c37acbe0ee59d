"""What can go wrong, as values and as exceptions.

A *problem* found in data is a value: collected, counted and shown. An exception stops the work. Both are
sentences for the person who has to act.

    RevRecError                 anything the product refuses, in words; has a `code` and a `status` for HTTP
    ├── SettingInvalid          a deployment setting or an accounting policy has a value that cannot be
    ├── NotFound                no such job, period, journal, customer, ...
    ├── Refused                 a rule forbids it (role, two people, closed period); says which
    ├── Conflict                the state of things forbids it now; says what has to happen first
    └── Invalid                 the request itself is wrong; names each place
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["blocking", "warning"]


@dataclass(frozen=True)
class Finding:
    """Something found in the data that a person should see. `where` names the place, `message` says it."""

    code: str
    severity: Severity
    where: str
    message: str


class RevRecError(Exception):
    """A refusal in words. `where` names the field, document or setting it is about, if there is one."""

    code = "error"
    status = 500

    def __init__(self, message: str, *, where: str = "", findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.findings = tuple(findings)


class SettingInvalid(RevRecError):
    code = "setting_invalid"
    status = 422


class NotFound(RevRecError):
    code = "not_found"
    status = 404


class Refused(RevRecError):
    code = "refused"
    status = 403


class Conflict(RevRecError):
    code = "conflict"
    status = 409


class Invalid(RevRecError):
    code = "invalid"
    status = 422
