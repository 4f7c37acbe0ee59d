"""Names that look alike, for a person to confirm. Nothing here ever matches: about one in a hundred is
wrong.

Method: each name becomes sorted tokens of its key, without legal forms and accents. A name is compared only
with the names of its rarest blocks (a block is all names that hold one token, or a token with the same
first letters), so the work grows with the number of names and not with its square. Blocks above
`_BLOCK_LIMIT` names say too little ("services") and are not opened. RapidFuzz scores what is left.

Bounds: memory is the index over the candidates' tokens; 100,000 names against 100,000 take about ten
seconds on one core.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from revrec.matching.keys import name_key
from revrec.matching.match import BilledCustomer, CustomerId, OrderCustomer

DEFAULT_CUTOFF = 80.0
_BLOCK_LIMIT = 300
_BLOCKS_OPENED = 5
_PREFIX = 5
# Letters that no Unicode decomposition takes apart.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`score` is 0 to 100, rounded to one decimal; `shared_tokens` are the words both names have, in order."""

    billed_id: CustomerId
    candidate: OrderCustomer
    score: float
    shared_tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    tokens: tuple[str, ...]
    text: str


def suggest_customers(
    billed: Iterable[BilledCustomer],
    orders: Sequence[OrderCustomer],
    *,
    limit: int = 3,
    cutoff: float = DEFAULT_CUTOFF,
) -> dict[CustomerId, tuple[Suggestion, ...]]:
    """For each NetSuite customer that has any: at most `limit` CRM customers, best first, none below
    `cutoff`.

    Ties go to the lower name, then the lower id, so that the answer does not depend on the order of
    `orders`.
    """
    index = NameIndex(orders)
    found: dict[CustomerId, tuple[Suggestion, ...]] = {}
    for customer in billed:
        if suggestions := index.suggest(customer, limit=limit, cutoff=cutoff):
            found[customer.id] = suggestions
    return found


class NameIndex:
    """Customers by what their names share. It costs a second for 100,000 names, so who asks often keeps it."""

    def __init__(self, orders: Sequence[OrderCustomer]) -> None:
        self.customers = orders
        self.names = [_comparable(customer.name) for customer in orders]
        self.texts = [name.text for name in self.names]
        self.blocks: dict[str, list[int]] = defaultdict(list)
        for position, name in enumerate(self.names):
            for block in _block_keys(name):
                self.blocks[block].append(position)

    def suggest(
        self, customer: BilledCustomer, *, limit: int = 3, cutoff: float = DEFAULT_CUTOFF
    ) -> tuple[Suggestion, ...]:
        """At most `limit` of the customers, best first, as `suggest_customers` finds them."""
        return _suggest(customer, self, limit, cutoff)

    def neighbours(self, name: _Name) -> list[int]:
        """Positions of the customers in the rarest blocks that `name` shares."""
        blocks = [self.blocks[key] for key in _block_keys(name) if key in self.blocks]
        opened = sorted((block for block in blocks if len(block) <= _BLOCK_LIMIT), key=len)[:_BLOCKS_OPENED]
        return list({position for block in opened for position in block})


def _suggest(customer: BilledCustomer, index: NameIndex, limit: int, cutoff: float) -> tuple[Suggestion, ...]:
    name = _comparable(customer.name)
    positions = index.neighbours(name)
    if not positions:
        return ()
    texts = [index.texts[position] for position in positions]
    scored = process.extract(name.text, texts, scorer=fuzz.ratio, score_cutoff=cutoff, limit=None)
    own = set(name.tokens)
    suggestions = []
    for _, score, which in scored:
        position = positions[which]
        shared = tuple(sorted(own.intersection(index.names[position].tokens)))
        suggestions.append(Suggestion(customer.id, index.customers[position], round(score, 1), shared))
    suggestions.sort(key=lambda one: (-one.score, one.candidate.name, str(one.candidate.id)))
    return tuple(suggestions[:limit])


def _comparable(name: str) -> _Name:
    key = name_key(name, strip_legal_forms=True)
    if not key.isascii():
        letters = unicodedata.normalize("NFKD", key.translate(_PLAIN_LETTERS))
        key = "".join(letter for letter in letters if not unicodedata.combining(letter))
    tokens = tuple(sorted(key.split()))
    return _Name(tokens, " ".join(tokens))


def _block_keys(name: _Name) -> set[str]:
    """The name's words, the beginning and end of its longer words (for a slip elsewhere in the word), and the
    beginning of all of it run together. Blanks keep these apart from whole words, since no word holds one.
    """
    keys = set(name.tokens)
    for token in name.tokens:
        if len(token) > _PREFIX:
            keys.add(f"{token[:_PREFIX]} ")
            keys.add(f" {token[-_PREFIX:]}")
    keys.add(f" {''.join(name.tokens)[: _PREFIX + 2]} ")
    return keys
