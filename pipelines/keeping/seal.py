"""Files closed with a key, so that they can neither be read nor be altered, cut or swapped unnoticed.

A sealed file is a line that says what it is, a random salt, and chunks closed with AES-256-GCM.  Each
file has its own key, made from the vault's key and the salt, so that a counter may serve as nonce.
Every chunk is bound to the name under which the file was sealed, its own number, and whether it is
the last.  What lies in the chunks is packed (:mod:`pipelines.keeping.packing`); it was not at first, and such files are read as
well.  What is sealed, and where it lies, belongs in :mod:`pipelines.keeping.vault`.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipelines.errors import KeyRefused, Problem
from pipelines.keeping.keyring import Keyring
from pipelines.keeping.packing import packed, unpacked

CHUNK = 1 << 20
_PACKED, _AS_IT_IS = "mingyuan sealed 2 ", "mingyuan sealed 1 "
_KEYS = {_PACKED: b"packed file key", _AS_IT_IS: b"file key"}
"""A file that passes itself off as one of the other kind is opened with another key, and so not at all."""
_TAG = 16
_SALT = 32


def seal(content: Iterator[bytes], target: Path, name: str, keyring: Keyring) -> None:
    """Close ``content`` into ``target``, whole or not at all, under a name that will be asked for again."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            _write(file, content, name, keyring)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync_folder(target.parent)


def sweep(folder: Path) -> None:
    """Take away what was not sealed to its end, in a folder and those right below; whoever calls is the only one who seals."""
    for below in ("", "[!.]*/"):
        for unfinished in folder.glob(f"{below}.*.{'[0-9a-f]' * 16}"):
            unfinished.unlink()


def unseal(path: Path, name: str, keyring: Keyring) -> Iterator[bytes]:
    """What was sealed under a name, chunk by chunk; each chunk is proved before it is given out.

    Raises:
        KeyRefused: it was sealed with another key.
        Problem: it was altered, cut short, or sealed under another name.

    """
    with path.open("rb") as file:
        mark = file.readline(100)
        kind = next((kind for kind in _KEYS if mark.startswith(kind.encode())), None)
        if kind is None:
            raise Problem(f"{path.name}: is not a sealed file — restore it from a backup")
        if mark != _mark(keyring, kind):
            raise KeyRefused(f"{path.name}: was sealed with another key — put back the key file of that time")
        chunks = _proved(file, _cipher(keyring, file.read(_SALT), kind), name)
        try:
            yield from unpacked(chunks) if kind == _PACKED else chunks
        except InvalidTag:
            raise Problem(f"{path.name}: was altered, cut short or swapped — restore it from a backup") from None


def _proved(file: BinaryIO, cipher: AESGCM, name: str) -> Iterator[bytes]:
    for number, chunk, is_last in _numbered(iter(lambda: file.read(CHUNK + _TAG), b"")):
        yield cipher.decrypt(_nonce(number), chunk, _bound(name, number, is_last))


def _write(file: BinaryIO, content: Iterator[bytes], name: str, keyring: Keyring) -> None:
    salt = secrets.token_bytes(_SALT)
    cipher = _cipher(keyring, salt, _PACKED)
    file.write(_mark(keyring, _PACKED) + salt)
    for number, chunk, is_last in _numbered(_even(packed(_even(content)))):
        file.write(cipher.encrypt(_nonce(number), chunk, _bound(name, number, is_last)))


def _even(content: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in chunks of one size; one empty chunk if there are none."""
    held = bytearray()
    for part in content:
        held += part
        while len(held) > CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
    yield bytes(held)


def _numbered(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """Each chunk with its number and whether it is the last; a file without any has an empty last one."""
    number, held = 0, next(chunks, b"")
    for following in chunks:
        yield number, held, False
        number, held = number + 1, following
    yield number, held, True


def _mark(keyring: Keyring, kind: str) -> bytes:
    return f"{kind}{keyring.vault_check}\n".encode()


def _cipher(keyring: Keyring, salt: bytes, kind: str) -> AESGCM:
    return AESGCM(hmac.digest(keyring.vault_key, _KEYS[kind] + salt, hashlib.sha256))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound(name: str, number: int, is_last: bool) -> bytes:
    return f"{name}\x1f{number}\x1f{is_last}".encode()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
