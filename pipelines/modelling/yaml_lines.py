"""Files of keys and values that people write, read so that a slip is one line saying where it is.

What the keys may say belongs to whoever asks for them.
"""

from pathlib import Path
from typing import Any

import yaml

from pipelines.errors import Misconfigured


def lines_of(path: Path) -> dict[str, Any]:
    """What a preset or site file says, unchecked.

    Raises:
        Misconfigured: it is no YAML, or no lines of keys and values.

    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except UnicodeDecodeError:
        raise Misconfigured(f"{path.name}: is not UTF-8 — save it as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Misconfigured(f"{path.name}: line {line}: {error.problem} — check the indentation and quotes") from None
    if not isinstance(content, dict):
        raise Misconfigured(f"{path.name}: holds no `key: value` lines")
    return content


class _Loader(yaml.SafeLoader):
    """YAML in which a key given twice is a mistake, not an override."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for position, key in enumerate(keys):
            if key in keys[:position]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"‘{key}’ is given twice", node.value[position][0].start_mark
                )
        return super().construct_mapping(node, deep)
