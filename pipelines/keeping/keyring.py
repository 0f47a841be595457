"""The two secrets of a site: one makes pseudonyms, the other seals the vault.

They lie in one small file that only its owner may read.  Lose it and no pseudonym can be made again,
so a warehouse remembers the check value of its key and refuses any other.  Making pseudonyms belongs
in :mod:`profiles.pseudonym`, sealing in :mod:`pipelines.keeping.vault`.
"""

import hashlib
import hmac
import json
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.errors import KeyRefused

_VAULT = b"mingyuan key check"
_PSEUDONYMS = b"mingyuan key check, pseudonyms of 12"
"""Another way of making pseudonyms counts as another key: those of one warehouse must be alike."""


@dataclass(frozen=True)
class Keyring:
    """The secrets, which no ``repr`` shows."""

    hmac_key: bytes = field(repr=False)
    vault_key: bytes = field(repr=False)

    @property
    def key_check(self) -> str:
        """What a warehouse remembers of its key; it does not give the key away."""
        return _check(self.hmac_key, _PSEUDONYMS)

    @property
    def vault_check(self) -> str:
        """What a sealed file remembers of its key."""
        return _check(self.vault_key, _VAULT)

    @classmethod
    def load_or_create(cls, path: Path, expected_check: str | None, may_create: bool) -> "Keyring":
        """The keys of this site; new ones where nothing was made with older ones.

        Raises:
            KeyRefused: no key, one that others can read, or not the one the warehouse was made with.

        """
        if not os.path.lexists(path):
            if expected_check is not None or not may_create:
                raise KeyRefused(
                    f"{path.name}: no key file, but this warehouse was made with one — put it back where key_file says"
                )
            _create(path)
        keyring = _load(path)
        if expected_check is not None and not hmac.compare_digest(keyring.key_check, expected_check):
            raise KeyRefused(
                f"{path.name}: holds another key (check {keyring.key_check}) than the warehouse was made with (check {expected_check}) — put the right file back; a warehouse of an older version, whose pseudonyms were longer, has to be made anew from its exports"
            )
        return keyring


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = json.dumps({"hmac": secrets.token_hex(32), "vault": secrets.token_hex(32)})
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    # A link, unlike a rename, never takes the place of a key that another run has just made.
    with suppress(FileExistsError):
        path.hardlink_to(unfinished)
    unfinished.unlink()


def _load(path: Path) -> Keyring:
    """The keys in a file, having looked at the file that was opened rather than at its name."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        raise KeyRefused(f"{path.name}: cannot be opened, or is a link — make it a plain file of yours") from None
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise KeyRefused(f"{path.name}: is not a plain file — put the key file in its place")
        if stat.S_IMODE(mode) & 0o077:
            raise KeyRefused(f"{path.name}: others can read it — run `chmod 600` on it")
        content = file.read(10_000)
    return _parsed(path.name, content)


def _parsed(name: str, content: bytes) -> Keyring:
    try:
        keys = json.loads(content)
        hmac_key, vault_key = bytes.fromhex(keys["hmac"]), bytes.fromhex(keys["vault"])
    except (ValueError, KeyError, TypeError):
        raise KeyRefused(f"{name}: is not a key file — put back the one that was made here") from None
    if len(hmac_key) != 32 or len(vault_key) != 32:
        raise KeyRefused(f"{name}: a key in it is cut short — put back the one that was made here")
    return Keyring(hmac_key, vault_key)


def _check(key: bytes, label: bytes) -> str:
    return hmac.digest(key, label, hashlib.sha256).hex()[:16]
