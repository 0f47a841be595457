"""The dearest other way of grouping readers, tried in a process of its own while this one looks for the clusters.

Latent classes take half of a fit, in so many small steps that a thread of this process would only slow it down.  What the
ways are belongs in :mod:`profiles.segment_candidates`, what becomes of their answers in :mod:`profiles.segment_model`.
"""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from profiles.segment_candidates import LATENT_CLASSES, Tried, sampled, tried
from profiles.segment_features import Matrix
from profiles.segment_fit import Settings

Begun = Mapping[str, Future[Tried]]
"""The answers that are being looked for elsewhere, by the name of the way."""
Begin = Callable[[Matrix], Begun]

_WORTH_IT = 5_000
"""So many readers are grouped, each as often as that is done, before the process has made up for its start of a second."""


@contextmanager
def aside(people: Sequence[int], settings: Settings) -> Iterator[Begin]:
    """What begins to try latent classes on the points of each lot of people; of few people it leaves them to the asker."""
    grouped = sum(min(many, settings.card_people) for many in people) * (1 + settings.card_resamples)
    if grouped < _WORTH_IT:
        yield lambda points: {}
        return
    with _process() as process, ThreadPoolExecutor(1) as thread:

        def begin(points: Matrix) -> Begun:
            asked = (LATENT_CLASSES, points[sampled(points, settings)], settings)
            return {LATENT_CLASSES: thread.submit(_answer, process, asked)}

        yield begin


def _process() -> subprocess.Popen[bytes]:
    # In a session of its own: whoever interrupts the run hears of it from the run alone.
    return subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
        start_new_session=True,
    )


def _answer(process: subprocess.Popen[bytes], asked: tuple[str, Matrix, Settings]) -> Tried:
    """What the process makes of it.

    Raises:
        ChildProcessError: it ended over it.

    """
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        pickle.dump(asked, process.stdin)
        process.stdin.flush()
        answer: Tried = pickle.load(process.stdout)
    except (BrokenPipeError, EOFError):
        raise ChildProcessError(f"the process that groups readers ended by itself (code {process.wait()})") from None
    return answer


def main() -> None:
    """Answer one question after the other, until none comes."""
    questions: Any = sys.stdin.buffer
    while questions.peek(1):
        pickle.dump(tried(*pickle.load(questions)), sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
