"""The models as they were read before, kept as Python keeps the bytecode of its own modules.

Reading two hundred files, binding each and following every column to where it comes from takes seconds, and every
command begins with it.  What was read is kept beside the files under a fingerprint of all that it follows from: their
text, our code, and the libraries; where anything of this is another, or what is kept is not whole, it is read anew.  How
files are read belongs in :mod:`pipelines.modelling.model_files`.
"""

import contextlib
import pickle
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from pipelines.modelling.model_files import read_models
from pipelines.models import Model
from pipelines.paths import ROOT

_SEAL = sha256().digest_size


def compiled_models(folder: Path) -> dict[str, Model]:
    """Every model below ``folder``, read if it was not before.

    Raises:
        Misconfigured: as where they are read.

    """
    place = folder / "__pycache__" / f"models.{_fingerprint(folder)}.pickle"
    kept = _kept(place)
    if kept is not None:
        return kept
    models = read_models(folder)
    with contextlib.suppress(OSError):  # where nothing can be written, it is read each time
        _keep(place, models)
    return models


def _fingerprint(folder: Path) -> str:
    files = sorted([*folder.glob("*/*.sql"), *(ROOT / "pipelines").rglob("*.py")])
    texts = [(path.parent.name, path.name, sha256(path.read_bytes()).digest()) for path in files]
    libraries = [sys.version, *map(version, ("duckdb", "sqlglot"))]
    return sha256(repr((texts, libraries)).encode()).hexdigest()[:32]


def _kept(place: Path) -> dict[str, Model] | None:
    try:
        content = place.read_bytes()
    except OSError:
        return None
    if sha256(content[_SEAL:]).digest() != content[:_SEAL]:
        return None
    models: dict[str, Model] = pickle.loads(content[_SEAL:])
    return models


def _keep(place: Path, models: dict[str, Model]) -> None:
    content = pickle.dumps(models)
    place.parent.mkdir(exist_ok=True)
    for other in place.parent.glob("models.*.pickle"):
        other.unlink(missing_ok=True)
    place.write_bytes(sha256(content).digest() + content)
