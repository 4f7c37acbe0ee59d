"""How a run ends other than well, in a form that survives a restart.

What a step or a workflow raised is stored as JSON: its words, the names of its classes, its code and place, never
the object (a stored pickle would run code from the database, and a class that a release renames could not be
read back). So that a first run and a replay take the same path, the *live* failure is turned into the same form
at once: code around a step catches `StepFailed` and asks `is_a`, it never catches the original class.

    Failed                 words that crossed the engine
    ├── StepFailed         a step raised; the workflow may catch it and go on
    └── ChildFailed        a child workflow failed or was cancelled; names it
    Cancelled              the run was cancelled (a BaseException: `except Exception` never swallows it)
    Interrupted            this process is stopping; the run goes on elsewhere or later (a BaseException)
    QueueMissing           work was sent to a queue that nobody has made, so nobody would ever take it
"""

from dataclasses import asdict, dataclass
from typing import Any

from jobs.runner.payload import is_plain
from revrec.problems import RevRecError

_LONGEST_MESSAGE = 20_000


class Cancelled(BaseException):
    """What a cancelled run sees at its next step. Clean up and let it pass; further steps raise it again."""


class Interrupted(BaseException):
    """What a run sees at its next step when its worker stops. Nothing is recorded; it resumes at that step."""


class QueueMissing(RevRecError):
    """No queue of this name has been made with `ensure_queue`."""

    code = "queue_missing"


@dataclass(frozen=True)
class Words:
    """An exception as JSON: what it said, and the names of its classes, nearest first."""

    message: str
    kinds: tuple[str, ...]
    code: str | int | None = None
    where: str = ""
    data: Any = None

    @classmethod
    def of(cls, error: BaseException) -> "Words":
        """The words of any exception; a `Failed` keeps those that it carries."""
        if isinstance(error, Failed):
            return error.words
        code, data = getattr(error, "code", None), getattr(error, "data", None)
        return cls(
            message=_readable(str(error)) or type(error).__name__,
            kinds=tuple(kind.__name__ for kind in type(error).__mro__ if kind not in (BaseException, object)),
            code=code if isinstance(code, str | int) else None,
            where=_readable(str(getattr(error, "where", "") or "")),
            data=data if is_plain(data) else None,
        )

    @classmethod
    def read(cls, stored: Any, otherwise: str) -> "Words":
        """The words in what `as_json` wrote; for an error that the engine raised itself, `otherwise`."""
        if not isinstance(stored, dict) or "kinds" not in stored:
            return cls(message=otherwise, kinds=("Exception",))
        return cls(**{**stored, "kinds": tuple(stored["kinds"])})

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "kinds": list(self.kinds)}


def _readable(text: str) -> str:
    """Text that can be stored: no half surrogates, and not a whole page of a gateway's HTML."""
    return text.encode("utf-8", "replace").decode()[:_LONGEST_MESSAGE]


class Failed(Exception):
    """Words that crossed the engine. `str()` gives the original message."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.message)
        self.words = words

    @property
    def kind(self) -> str:
        """The class name of what was raised, such as `NetSuiteError`."""
        return self.words.kinds[0]

    @property
    def code(self) -> str | int | None:
        return self.words.code

    @property
    def where(self) -> str:
        return self.words.where

    @property
    def data(self) -> Any:
        return self.words.data

    def is_a(self, kind: type[BaseException]) -> bool:
        """Whether what was raised was of this class or of one below it (by name)."""
        return kind.__name__ in self.words.kinds


class StepFailed(Failed):
    """A step raised. `step` is its recorded name."""

    def __init__(self, words: Words, step: str) -> None:
        super().__init__(words)
        self.step = step


class ChildFailed(Failed):
    """A child workflow failed, or was cancelled by itself. `workflow_id` is the child's."""

    def __init__(self, words: Words, workflow_id: str) -> None:
        super().__init__(words)
        self.workflow_id = workflow_id


class Recorded(Exception):
    """The envelope in which words pass through the engine's serializer (it stores the attribute `data`)."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.message)
        self.data = words.as_json()
