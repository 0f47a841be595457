import hashlib
import hmac
import json
import secrets
from pathlib import Path

import polars as pl
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipelines.errors import KeyRefused, Problem
from pipelines.keeping.keyring import Keyring
from pipelines.keeping.seal import CHUNK, seal, unseal
from pipelines.keeping.vault import Identity, Vault


def keyring() -> Keyring:
    return Keyring(secrets.token_bytes(32), secrets.token_bytes(32))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault", keyring(), tmp_path / "data" / "landing")


def landed(folder: Path, content: bytes) -> tuple[Path, str]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "loans.csv"
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_is_sealed_comes_back_whole(tmp_path: Path, size: int) -> None:
    content, keys = secrets.token_bytes(size), keyring()
    seal(iter([content[:7], content[7:]]), tmp_path / "sealed", "a", keys)
    assert b"".join(unseal(tmp_path / "sealed", "a", keys)) == content
    assert (tmp_path / "sealed").stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.iterdir())) == 1


def test_of_hidden_files_only_what_was_not_sealed_is_swept(vault: Vault) -> None:
    """A folder of snapshots, and what a file server leaves, are not ours."""
    others = (".nfs000000000012", ".DS_Store", ".snapshot/daily/received/.a.0123456789abcdef", "received/.keep")
    ours = (".identities.0123456789abcdef", "received/.ab.fedcba9876543210")
    for name in (*others, *ours):
        (vault.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (vault.folder / name).touch()
    vault.sweep()
    left = {str(path.relative_to(vault.folder)) for path in vault.folder.rglob("*") if path.is_file()}
    assert left == set(others)


def test_nothing_of_the_content_shows_and_no_two_seals_are_alike(tmp_path: Path) -> None:
    keys = keyring()
    for name in ("one", "two"):
        seal(iter([b"202510400123" * 100]), tmp_path / name, "a", keys)
    sealed = [(tmp_path / name).read_bytes() for name in ("one", "two")]
    assert not any(b"2025" in content for content in sealed)
    assert sealed[0] != sealed[1]


def test_another_key_is_refused_as_such(tmp_path: Path) -> None:
    seal(iter([b"x"]), tmp_path / "sealed", "a", keyring())
    with pytest.raises(KeyRefused, match="sealed with another key"):
        list(unseal(tmp_path / "sealed", "a", keyring()))


def test_a_seal_tells_every_kind_of_tampering(tmp_path: Path) -> None:
    path, keys = tmp_path / "sealed", keyring()
    seal(iter([secrets.token_bytes(2 * CHUNK + 5)]), path, "a", keys)
    whole = path.read_bytes()
    start, step = whole.index(b"\n") + 33, CHUNK + 16
    first, second, last = whole[start : start + step], whole[start + step : start + 2 * step], whole[start + 2 * step :]
    for altered in (
        whole[:-1],
        whole[: -len(last)],
        whole[:start],
        whole + b"x",
        whole.replace(b"sealed 2", b"sealed 1", 1),
        whole[:start] + second + first + last,
        whole[: start + 9] + bytes([whole[start + 9] ^ 1]) + whole[start + 10 :],
        whole[: start - 1] + bytes([whole[start - 1] ^ 1]) + whole[start:],
    ):
        path.write_bytes(altered)
        with pytest.raises(Problem, match="altered, cut short or swapped"):
            list(unseal(path, "a", keys))
    path.write_bytes(whole)
    with pytest.raises(Problem, match="swapped"):
        list(unseal(path, "b", keys))
    path.write_bytes(b"PK")
    with pytest.raises(Problem, match="is not a sealed file"):
        list(unseal(path, "a", keys))


def test_what_repeats_itself_takes_little_room(tmp_path: Path) -> None:
    content, keys = b"0010103428,2024/04/01 08:00:01\n" * 100_000, keyring()
    seal(iter([content]), tmp_path / "sealed", "a", keys)
    assert (tmp_path / "sealed").stat().st_size < len(content) / 100
    assert b"".join(unseal(tmp_path / "sealed", "a", keys)) == content


def test_what_was_sealed_before_anything_was_packed_still_opens(tmp_path: Path) -> None:
    """Written as it was then, by hand: one chunk, which is the last."""
    keys, salt, content = keyring(), secrets.token_bytes(32), b"a,b\n1,2\n"
    key = hmac.digest(keys.vault_key, b"file key" + salt, "sha256")
    closed = AESGCM(key).encrypt(bytes(12), content, b"a\x1f0\x1fTrue")
    path = tmp_path / "sealed"
    path.write_bytes(b"mingyuan sealed 1 " + keys.vault_check.encode() + b"\n" + salt + closed)
    assert b"".join(unseal(path, "a", keys)) == content
    path.write_bytes(path.read_bytes().replace(b"sealed 1", b"sealed 2", 1))
    with pytest.raises(Problem, match="altered, cut short or swapped"):
        list(unseal(path, "a", keys))


def test_a_seal_that_fails_leaves_the_earlier_one(tmp_path: Path) -> None:
    def failing() -> object:
        yield b"x"
        raise Problem("as a test")

    keys = keyring()
    seal(iter([b"earlier"]), tmp_path / "sealed", "a", keys)
    with pytest.raises(Problem):
        seal(failing(), tmp_path / "sealed", "a", keys)  # type: ignore[arg-type]  # a generator of bytes that ends badly
    assert b"".join(unseal(tmp_path / "sealed", "a", keys)) == b"earlier"
    assert len(list(tmp_path.iterdir())) == 1


def test_an_original_is_sealed_and_leaves_our_landing_folder(tmp_path: Path, vault: Vault) -> None:
    path, sha256 = landed(vault.emptied / "circulation", b"a,b\n1,2\n")
    kept = vault.keep_original(path, sha256)
    assert path.exists()
    vault.take_away(path, sha256)
    assert not path.exists()
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert b"".join(vault.original(sha256)) == b"a,b\n1,2\n"
    again, _ = landed(vault.emptied, b"a,b\n1,2\n")
    vault.take_away(again, sha256)
    assert not again.exists()


def test_a_file_that_is_written_again_is_not_taken_away(vault: Vault) -> None:
    path, sha256 = landed(vault.emptied, b"a,b\n1,2\n")
    with path.open("ab"):
        vault.take_away(path, sha256)
    assert path.exists()
    path.write_bytes(b"a,b\n1,3\n")
    vault.take_away(path, sha256)
    assert path.exists()


def test_a_landing_folder_elsewhere_is_left_as_it_is(tmp_path: Path, vault: Vault) -> None:
    path, sha256 = landed(tmp_path / "elsewhere", b"a,b\n1,2\n")
    vault.keep_original(path, sha256)
    vault.take_away(path, sha256)
    assert path.exists()
    assert b"".join(vault.original(sha256)) == b"a,b\n1,2\n"


def test_a_file_replaced_since_it_was_loaded_is_neither_sealed_nor_removed(vault: Vault) -> None:
    path, sha256 = landed(vault.emptied, b"a,b\n1,2\n")
    path.write_bytes(b"a,b\n1,3\n")
    with pytest.raises(Problem, match="has changed since it was loaded"):
        vault.keep_original(path, sha256)
    assert path.read_bytes() == b"a,b\n1,3\n"
    assert not (vault.folder / "received" / sha256).exists()


def test_identities_add_up_and_lead_back_to_a_number(tmp_path: Path, vault: Vault) -> None:
    assert vault.lookup("f00") == []
    columns = ("id_type", "identifier", "patron_key")
    files = [
        [("patron_no", "42", "f00"), ("card_no", "7", "ba7")],
        [("patron_no", "42", "f00"), ("card_no", "8", "c0d")],
    ]
    for rows in files:
        pl.DataFrame(rows, schema=columns, orient="row").write_parquet(tmp_path / "identities.parquet")
        vault.remember(tmp_path / "identities.parquet")
    assert vault.lookup("f00") == [Identity("patron_no", "42", "f00")]
    assert vault.lookup("ba7") == [Identity("card_no", "7", "ba7")]
    assert vault.lookup("c0d") == [Identity("card_no", "8", "c0d")]
    stranger = Vault(vault.folder, keyring(), vault.emptied)
    with pytest.raises(KeyRefused):
        stranger.lookup("f00")


def test_rejected_records_come_back_one_by_one(tmp_path: Path, vault: Vault) -> None:
    records = [{"record": number, "reason": "denied", "cells": ["馆" * 1000]} for number in range(2000)]
    path = tmp_path / "rejected.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    vault.keep_rejects("0" * 64, path)
    assert list(vault.rejects("0" * 64)) == records
