"""One app for many tests: made over something that stands for what the test that runs has.

FastAPI works the routes of an app out at its first request, which takes longer than most tests that ask it something.
"""

from collections.abc import Callable
from typing import Any, TypeVar

App = TypeVar("App")


class InTurn:
    """`now` is what the app works on from now on."""

    def __init__(self) -> None:
        self.now: Any = None
        self.making = False

    def make(self, make_app: Callable[[Any], App]) -> App:
        """An app over whatever `now` will be; parts of it that the app keeps hold of are then that one's parts."""
        self.making = True
        try:
            return make_app(_Part(self, ()))
        finally:
            self.making = False


class _Part:
    def __init__(self, turn: InTurn, path: tuple[str, ...]) -> None:
        object.__setattr__(self, "_turn", turn)
        object.__setattr__(self, "_path", path)

    def _found(self) -> Any:
        found = self._turn.now
        for name in self._path:
            found = getattr(found, name)
        return found

    def __getattr__(self, name: str) -> Any:
        if self._turn.making:
            return _Part(self._turn, (*self._path, name))
        return getattr(self._found(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._found(), name, value)

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self._found()(*given, **named)
