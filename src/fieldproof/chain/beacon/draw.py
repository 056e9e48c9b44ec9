"""The draw: a committee out of the pool, every member as likely as every other."""

from collections.abc import Iterator
from itertools import count

from fieldproof.chain.beacon.group import encode_domain
from fieldproof.chain.beacon.round import MAXIMUM_POOL, SEED_LENGTH
from fieldproof.core import check_bytes, check_range, keccak256

_DOMAIN = encode_domain("fieldproof beacon draw")
_WORD_LENGTH = 2
_WORDS = 1 << 8 * _WORD_LENGTH


def draw_committee(seed: bytes, pool_size: int, seats: int) -> tuple[int, ...]:
    """Return places in the pool, counted from 0, in the order drawn.

    A pool of no more than `seats` members serves whole.
    """
    check_bytes("seed", seed, SEED_LENGTH)
    check_range("number of members in the pool", pool_size, 1, MAXIMUM_POOL)
    check_range("number of seats", seats, 1, MAXIMUM_POOL)
    order, words = list(range(pool_size)), _stream_words(seed)
    drawn = min(seats, pool_size)
    for place in range(drawn):
        chosen = place + _draw_below(pool_size - place, words)
        order[place], order[chosen] = order[chosen], order[place]
    return tuple(order[:drawn])


def _stream_words(seed: bytes) -> Iterator[int]:
    for counter in count():
        block = keccak256(_DOMAIN + seed + counter.to_bytes(4))
        for start in range(0, len(block), _WORD_LENGTH):
            yield int.from_bytes(block[start : start + _WORD_LENGTH])


def _draw_below(bound: int, words: Iterator[int]) -> int:
    """Return a number below `bound`, all alike: words from its last multiple on are passed over."""
    return next(word for word in words if word < _WORDS - _WORDS % bound) % bound
