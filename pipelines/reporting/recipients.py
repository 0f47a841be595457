"""Whose pages lie where: one folder for each recipient, under a name that nobody can guess.

The name is made from the site's key, so a recipient keeps the same address from term to term, and an
address says nothing of who it belongs to.  A web server gives out the folders without listing them.
What a folder holds belongs in :mod:`pipelines.reporting.report_files`.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipelines.campus import Campus
from pipelines.keeping.keyring import Keyring

LIBRARY: Final = "library"
"""The library's own folder: it holds the list of everybody's."""
_LABEL: Final = "mingyuan report folder"
_LETTERS: Final = 26  # of 32 kinds: 130 bits


@dataclass(frozen=True)
class Shelves:
    """The folders of all recipients."""

    root: Path
    secret: bytes = field(repr=False)

    def of(self, kind: str, name: str = "") -> Path:
        """The folder of one recipient: a college by its name, an office by its kind alone."""
        message = "\0".join((_LABEL, kind, name)).encode()
        digest = hmac.digest(self.secret, message, hashlib.sha256)
        return self.root / base64.b32encode(digest).decode().lower()[:_LETTERS]


def shelves_of(campus: Campus) -> Shelves:
    """The folders of this site's recipients.

    Raises:
        KeyRefused: the key that gives them their names cannot be read.

    """
    return Shelves(campus.reports, Keyring.load_or_create(campus.key_file, None, may_create=False).hmac_key)
