"""What is done ahead comes in order, and fails when its turn comes."""

from collections.abc import Iterator

import pytest

from pipelines.receiving.ahead import ahead


def test_pieces_come_in_order_and_two_at_most_are_waiting() -> None:
    made = []

    def pieces() -> Iterator[int]:
        for number in range(20):
            made.append(number)
            yield number

    for count, piece in enumerate(ahead(pieces())):
        assert piece == count
        assert len(made) <= count + 3
    assert made == list(range(20))


def test_what_goes_wrong_is_told_after_the_pieces_before_it() -> None:
    def pieces() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("the third")

    came = []
    with pytest.raises(ValueError, match="the third"):
        came.extend(ahead(pieces()))
    taken = iter(ahead(pieces()))
    assert (next(taken), next(taken)) == (1, 2)


def test_who_leaves_early_leaves_nothing_running() -> None:
    made = []
    pieces = ahead(made.append(number) or number for number in range(1000))
    assert next(pieces) == 0
    pieces.close()
    assert len(made) <= 4
