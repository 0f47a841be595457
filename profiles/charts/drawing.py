"""Drawing in processes of their own, since vl-convert draws one chart at a time and holds up its whole process meanwhile.

A second process is started only where two charts are drawn at once; both serve until this one ends, and end with it.
What is drawn belongs in :mod:`profiles.charts.vega`.
"""

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from queue import LifoQueue
from typing import Any, Final

AT_ONCE: Final = 2
"""Each takes half a second to start, and 300 MB."""


class Drawer:
    """A process that draws, started when the first chart comes."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def draw(self, spec: Mapping[str, Any]) -> str:
        """The chart of a specification, as SVG.

        Raises:
            ValueError: the specification cannot be drawn.
            ChildProcessError: the process ended over it; the next chart has another.

        """
        child, self._child = self._child or _started(), None  # one that is interrupted is not asked again
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(json.dumps(spec).encode() + b"\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            raise ChildProcessError(f"the process that draws charts ended by itself (code {child.wait()})")
        self._child = child
        answer = json.loads(line)
        if "refused" in answer:
            raise ValueError(answer["refused"])
        return str(answer["drawn"])

    @property
    def pid(self) -> int | None:
        """The process that waits to draw, if there is one."""
        return self._child.pid if self._child else None


def _started() -> subprocess.Popen[bytes]:
    # In a session of its own: whoever interrupts the run hears of it from the run alone.
    child = subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    atexit.register(child.communicate)
    return child


_idle: LifoQueue[Drawer] = LifoQueue()
for _ in range(AT_ONCE):
    _idle.put(Drawer())


def drawn(spec: Mapping[str, Any]) -> str:
    """The chart of a specification, as SVG, by whichever process is free."""
    drawer = _idle.get()
    try:
        return drawer.draw(spec)
    finally:
        _idle.put(drawer)


def main() -> None:
    """Draw a chart for each line that comes."""
    import vl_convert

    for line in sys.stdin.buffer:
        try:
            answer = {"drawn": vl_convert.vegalite_to_svg(json.loads(line))}
        except ValueError as error:
            answer = {"refused": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
