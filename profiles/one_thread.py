"""Computing on one thread, so that the answer is the same on any machine: sums over several differ in their last digits."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Whatever the libraries of the numbers begin inside the block, they do on one thread."""
    import sklearn.ensemble  # noqa: F401  What is loaded later brings its own threads, and knows of no limit.
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield
