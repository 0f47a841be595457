"""Work done ahead of the one who waits for it, a few pieces at most, in a thread of its own."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_PIECES = 2
Piece = TypeVar("Piece")


def ahead(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same pieces in the same order; what goes wrong with one is told when its turn comes."""
    with ThreadPoolExecutor(1) as thread:
        coming = deque(thread.submit(next, pieces, None) for _ in range(_PIECES))
        while (piece := coming.popleft().result()) is not None:
            coming.append(thread.submit(next, pieces, None))
            yield piece
