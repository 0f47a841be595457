import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import Refused
from pipelines.receiving import spool
from pipelines.receiving.spool import Copied, copy, decode, workspace


def copied(tmp_path: Path, content: bytes) -> Copied:
    path = tmp_path / "original"
    path.write_bytes(content)
    return Copied(path, "0" * 64, len(content))


def decoded(tmp_path: Path, content: bytes, encoding: str = "auto") -> tuple[str, bytes]:
    text = decode(copied(tmp_path, content), tmp_path, encoding)
    return text.encoding, text.path.read_bytes()


def refused(path: Path, tmp_path: Path, largest: int = 1 << 30) -> str:
    (tmp_path / "work").mkdir(exist_ok=True)
    with pytest.raises(Refused) as caught:
        copy(path, tmp_path / "work", largest)
    return str(caught.value)


def test_a_copy_is_private_and_known_by_its_hash(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"abc")
    (tmp_path / "work").mkdir()
    made = copy(tmp_path / "a.csv", tmp_path / "work", 3)
    assert made.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert made.path.read_bytes() == b"abc"
    assert made.path.stat().st_mode & 0o777 == 0o600


def test_what_is_no_plain_file_is_refused_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("a", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in ("link.csv", "pipe.csv", "folder.csv", "missing.csv"):
        assert "only plain files are taken in" in refused(tmp_path / name, tmp_path), name


def test_empty_and_too_large_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    assert refused(tmp_path / "empty.csv", tmp_path).startswith("is empty")
    (tmp_path / "work" / "original").unlink()
    (tmp_path / "large.csv").write_bytes(b"x" * 11)
    assert refused(tmp_path / "large.csv", tmp_path, largest=10).startswith("is larger than")


@pytest.mark.parametrize("change", ["append", "replace"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n")

    def changing(file: BinaryIO) -> Iterator[bytes]:
        yield file.read()
        if change == "append":
            with path.open("ab") as again:
                again.write(b"3,4\n")
        else:
            (tmp_path / "other").write_bytes(b"a,b\n1,9\n")
            (tmp_path / "other").replace(path)

    monkeypatch.setattr(spool, "chunks", changing)
    assert refused(path, tmp_path).startswith("is still being written")


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_encoding_is_found_and_the_text_is_whole(tmp_path: Path, encoding: str, told: str) -> None:
    text = "学号,题名\n42,红楼梦𠮷\n"
    assert decoded(tmp_path, text.encode(encoding)) == (told, text.encode())


def test_a_pinned_encoding_is_held_to(tmp_path: Path) -> None:
    gbk = "学号\n红楼梦\n".encode("gbk")
    with pytest.raises(Refused, match=r"is not utf-8 \(first bad byte at 2\) — set encoding: gb18030"):
        decoded(tmp_path, gbk, "utf-8")
    assert decoded(tmp_path, gbk, "gb18030")[1] == "学号\n红楼梦\n".encode()
    assert decoded(tmp_path, b"\xef\xbb\xbfa\n", "utf-8") == ("utf-8", b"a\n")
    with pytest.raises(Refused, match="is not utf-16"):
        decoded(tmp_path, b"abcd\n" * 2, "utf-16")


def test_the_first_bad_byte_is_told_also_in_a_later_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "CHUNK", 4)
    with pytest.raises(Refused, match="first bad byte at 11"):
        decoded(tmp_path, "馆馆馆12".encode() + b"\xff\n", "utf-8")


@pytest.mark.parametrize("content", ["a,馆".encode()[:-1], "a,馆".encode("utf-16")[:-1]])
def test_a_file_cut_inside_a_character_is_refused_and_not_read_as_something_else(
    tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(Refused, match="ends in the middle of a character"):
        decoded(tmp_path, content)


def test_a_file_in_no_known_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is not utf-8 nor gb18030"):
        decoded(tmp_path, b"a\xff\xffb\n")


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a", "馆".encode()]), min_size=1), st.integers(1, 5))
def test_every_way_of_ending_a_line_becomes_one(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], chunk: int
) -> None:
    content = b"".join(pieces)
    expected = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "CHUNK", chunk)
        text = decode(copied(tmp_path_factory.getbasetemp(), content), tmp_path_factory.getbasetemp(), "utf-8")
    assert text.path.read_bytes() == (expected if expected.endswith(b"\n") else expected + b"\n")
    assert text.has_final_newline == expected.endswith(b"\n")


def test_a_workspace_goes_also_when_the_work_fails(tmp_path: Path) -> None:
    def fail() -> None:
        with workspace(tmp_path / "spool") as folder:
            (folder / "original").write_text("secret", encoding="utf-8")
            raise Refused("as a test")

    with pytest.raises(Refused):
        fail()
    assert list((tmp_path / "spool").iterdir()) == []
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700


def test_leftovers_of_a_dead_run_go_and_the_work_of_a_living_one_stays(tmp_path: Path) -> None:
    dead = tmp_path / "in-dead"
    dead.mkdir()
    (dead / "original").write_text("secret", encoding="utf-8")
    with workspace(tmp_path) as living:
        assert not dead.exists()
        with workspace(tmp_path) as other:
            assert living.exists()
            assert other != living


@pytest.mark.parametrize(
    ("content", "is_anew"),
    [
        ("红楼梦,1\n".encode(), False),
        ("红楼梦,1\r\n".encode(), True),
        ("红楼梦,1\r红,2\n".encode(), True),
        ("红楼梦,1".encode(), True),
        ("\ufeff红楼梦,1\n".encode(), True),
        ("红楼梦,1\n".encode("gb18030"), True),
    ],
    ids=["settled", "crlf", "cr", "no newline", "mark", "gb18030"],
)
@pytest.mark.parametrize("block", [1 << 20, 1], ids=["whole", "byte by byte"])
def test_only_a_text_that_is_not_settled_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, is_anew: bool, block: int
) -> None:
    monkeypatch.setattr(spool, "CHUNK", block)
    original = copied(tmp_path, content)
    text = decode(original, tmp_path, "auto")
    assert (text.path != original.path) == is_anew
    assert text.path.read_text(encoding="utf-8").startswith("红楼梦,1\n")
    assert text.has_final_newline == content.endswith((b"\n", b"\r"))


@pytest.mark.parametrize(
    "letter", ["\ue000", "\uefff", "\uf000", "\uf8ff", "\ufffd", "\ud7ff", "\uf900", "，", "\ufffc"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("block", [1 << 20, 2], ids=["whole", "two bytes at a time"])
def test_letters_that_mean_nothing_are_noticed_wherever_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, letter: str, encoding: str, block: int
) -> None:
    monkeypatch.setattr(spool, "CHUNK", block)
    text = decode(copied(tmp_path, f"a红{letter}\n".encode(encoding)), tmp_path, "auto")
    assert text.is_suspect == ("\ue000" <= letter <= "\uf8ff" or letter == "\ufffd")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_western_letters_are_not_taken_for_chinese(tmp_path: Path, encoding: str) -> None:
    from tests.pipelines.landing import HEAD, attempt, loans

    text = (HEAD + "1,2,b,Müller,,,\n2,2,b,Café à Orléans,,,\n").encode(encoding)
    outcome = attempt(loans(tmp_path), text)
    assert isinstance(outcome, str)
    assert "set encoding in the preset" in outcome
    assert not isinstance(attempt(loans(tmp_path, encoding=encoding), text), str)
    assert not isinstance(attempt(loans(tmp_path), (HEAD + "1,2,b,红楼梦，镕,,,\n").encode("gbk")), str)
