"""Seeded bad luck: a share of all requests goes wrong, the same ones in every run.

Whether a request is struck follows from the seed, from what it asks (method, path, query, body) and from how often
exactly that was asked before. So a run's luck does not depend on the order in which its requests happen to arrive, a
request that is sent again throws anew, and a failure can be played again with its seed.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, OrderedDict
from typing import Literal

FaultKind = Literal["429", "busy_400", "500", "502", "503", "reset", "slow", "lost", "truncated"]
"""429 (or 400 with the same code): blocked before any work. 5xx: refused before any work. reset: cut before any work.
slow: served, with the body dribbling. lost: served and committed, then cut. truncated: half of the answer, then cut."""

DEFAULT_KINDS: tuple[FaultKind, ...] = ("429", "500", "reset", "slow", "lost")
_REMEMBERED = 100_000


class Dice:
    """Throws for every request; ``struck`` counts what fell."""

    def __init__(self) -> None:
        self.struck: Counter[str] = Counter()
        self._seen: OrderedDict[bytes, int] = OrderedDict()

    def start_afresh(self) -> None:
        """Forget what was asked and what fell: the same run meets the same luck again."""
        self.struck.clear()
        self._seen.clear()

    def throw(self, seed: int, *request: bytes) -> tuple[float, float]:
        """Two numbers in [0, 1) for this request, asked for the so-manieth time."""
        asked = hashlib.blake2b(b"\x00".join(request), digest_size=16).digest()
        times = self._seen.pop(asked, 0)
        self._seen[asked] = times + 1
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        thrown = hashlib.blake2b(asked + f"{seed}:{times}".encode(), digest_size=16).digest()
        first, second = int.from_bytes(thrown[:8]), int.from_bytes(thrown[8:])
        return first / 2**64, second / 2**64

    def kind_of(self, thrown: float, rate: float, kinds: tuple[FaultKind, ...]) -> FaultKind | None:
        """What strikes: None with the chance ``1 - rate``, else one of the kinds, each as likely."""
        if thrown >= rate or not kinds:
            return None
        kind = kinds[min(int(thrown / rate * len(kinds)), len(kinds) - 1)]
        self.struck[kind] += 1
        return kind


def spread(milliseconds: float, sigma: float, thrown: float) -> float:
    """A latency around ``milliseconds``: log-normal with that mean; ``sigma`` 0.6 makes one in twenty twice as slow."""
    if not sigma:
        return milliseconds
    # Two uniform numbers out of one throw: the Box-Muller step needs both.
    scaled = thrown * 2**26
    radius = math.sqrt(-2 * math.log(1 - int(scaled) / 2**26))
    normal = radius * math.cos(2 * math.pi * (scaled - int(scaled)))
    return milliseconds * math.exp(sigma * normal - sigma * sigma / 2)
