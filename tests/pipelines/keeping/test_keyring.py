import json
from pathlib import Path

import pytest

from pipelines.errors import KeyRefused
from pipelines.keeping.keyring import Keyring


def test_the_first_run_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "keyring.json"
    made = Keyring.load_or_create(path, None, may_create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["keyring.json"]
    assert Keyring.load_or_create(path, made.key_check, may_create=False) == made
    assert made.hmac_key != made.vault_key


def test_two_sites_have_two_keys(tmp_path: Path) -> None:
    one, other = (Keyring.load_or_create(tmp_path / name, None, may_create=True) for name in ("a", "b"))
    assert one.key_check != other.key_check


def test_neither_key_nor_check_shows_the_secret(tmp_path: Path) -> None:
    keyring = Keyring.load_or_create(tmp_path / "k", None, may_create=True)
    secret = keyring.hmac_key.hex()
    assert secret not in repr(keyring)
    assert keyring.key_check not in secret


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "k"
    Keyring.load_or_create(path, None, may_create=True)
    path.chmod(mode)
    with pytest.raises(KeyRefused, match="chmod 600"):
        Keyring.load_or_create(path, None, may_create=True)
    path.chmod(0o600)
    Keyring.load_or_create(path, None, may_create=False)


def test_another_key_than_the_warehouse_was_made_with_is_refused(tmp_path: Path) -> None:
    first = Keyring.load_or_create(tmp_path / "first", None, may_create=True)
    Keyring.load_or_create(tmp_path / "second", None, may_create=True)
    with pytest.raises(KeyRefused, match="holds another key") as caught:
        Keyring.load_or_create(tmp_path / "second", first.key_check, may_create=True)
    assert first.hmac_key.hex() not in str(caught.value)


def test_no_new_key_is_made_for_a_warehouse_that_has_one(tmp_path: Path) -> None:
    for expected, may_create in (("0" * 16, True), (None, False)):
        with pytest.raises(KeyRefused, match="no key file"):
            Keyring.load_or_create(tmp_path / "k", expected, may_create)
    assert not (tmp_path / "k").exists()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"hmac": "zz", "vault": "zz"}', '{"hmac": 1, "vault": 2}'])
def test_a_broken_key_file_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "k"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(KeyRefused, match="is not a key file"):
        Keyring.load_or_create(path, None, may_create=True)
    assert path.read_text(encoding="utf-8") == content


def test_a_shortened_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "k"
    Keyring.load_or_create(path, None, may_create=True)
    keys = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**keys, "hmac": keys["hmac"][:-2]}), encoding="utf-8")
    with pytest.raises(KeyRefused, match="cut short"):
        Keyring.load_or_create(path, None, may_create=True)


def test_a_link_in_place_of_the_key_is_refused(tmp_path: Path) -> None:
    Keyring.load_or_create(tmp_path / "real", None, may_create=True)
    (tmp_path / "k").symlink_to(tmp_path / "real")
    with pytest.raises(KeyRefused, match="is a link"):
        Keyring.load_or_create(tmp_path / "k", None, may_create=True)
