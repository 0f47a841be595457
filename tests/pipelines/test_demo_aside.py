"""The demo campus comes from a process of its own: the same exports, and the same word when there can be none."""

from pathlib import Path

import pytest

from pipelines.demo_aside import begun
from pipelines.demo_campus import make_campus


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}


def test_the_exports_are_there_once_they_were_waited_for(tmp_path: Path) -> None:
    wait = begun(120, 1, 5, tmp_path / "aside")
    make_campus(120, 1, 5, tmp_path / "here", None, lambda what, share: None)
    wait()
    assert files(tmp_path / "aside") == files(tmp_path / "here") != {}


def test_a_campus_that_cannot_be_is_refused_in_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    wait = begun(3, 1, 5, tmp_path / "aside")
    with pytest.raises(SystemExit) as ended:
        wait()
    assert ended.value.code == 2
    assert capfd.readouterr().err == "mingyuan: --patrons 3: a campus has at least 100 patrons — ask for more\n"
    assert files(tmp_path) == {}
