"""The demo campus drawn in a process of its own, while this one imports what the run needs.

What is drawn belongs in :mod:`pipelines.demo_campus`.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pipelines.errors import Problem
from pipelines.paths import ROOT
from pipelines.terminal import complain


def begun(patrons: int, terms: int, seed: int, out: Path) -> Callable[[], None]:
    """Begin to write the exports of a campus; what is given back waits until all are there.

    It ends this process with the exit code of the other, where that could not make them and has said why.
    """
    asked = [str(one) for one in (patrons, terms, seed, out)]
    # In a session of its own: whoever interrupts hears of it from this process alone.
    process = subprocess.Popen([sys.executable, "-m", __name__, *asked], cwd=ROOT, start_new_session=True)

    def wait() -> None:
        if process.wait():
            sys.exit(process.returncode)

    return wait


def main() -> None:
    """Write the exports that are asked for."""
    from pipelines.demo_campus import make_campus

    patrons, terms, seed, out = sys.argv[1:]
    try:
        make_campus(int(patrons), int(terms), int(seed), Path(out), None, lambda what, share: None)
    except Problem as problem:
        complain([str(problem)])
        sys.exit(problem.exit_code)


if __name__ == "__main__":
    main()
