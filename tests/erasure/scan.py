"""Everything that a site keeps, searched for words: bytes, cells of databases, and what is sealed."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

from pipelines.keeping.keyring import Keyring
from pipelines.keeping.vault import Vault
from tests.line.sites import Line
from tests.privacy.test_canary import Found, found_in, found_in_duckdb, found_in_sqlite


def found_anywhere(line: Line, words: Iterable[str], aside: Path) -> Found:
    """Where a site keeps any of these words; what is sealed is opened for it in a folder aside."""
    words, data = list(words), [path for path in sorted(line.campus.data.rglob("*")) if path.is_file()]
    found = found_in([*data, *unsealed(line, aside)], words)
    for path in data:
        if path.suffix == ".duckdb" and not path.is_symlink():
            found |= found_in_duckdb(path, words)
        if path.suffix == ".db":
            found |= found_in_sqlite(path, words)
    return found


def vault_of(line: Line) -> Vault:
    return Vault.of(line.campus, Keyring.load_or_create(line.campus.key_file, None, may_create=False))


def unsealed(line: Line, aside: Path) -> list[Path]:
    """All that the vault holds, as it is read."""
    vault = vault_of(line)
    contents = {f"original-{sha256}": b"".join(vault.original(sha256)) for sha256 in vault.originals()}
    contents |= {f"rejects-{mark}": str(list(vault.rejects(mark))).encode() for mark in vault.rejecting()}
    contents["identities"] = vault.identities().write_csv().encode()
    aside.mkdir()
    for name, content in contents.items():
        (aside / name).write_bytes(content)
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                (aside / f"{name}-members").write_bytes(b"".join(map(archive.read, archive.namelist())))
    return sorted(aside.iterdir())
