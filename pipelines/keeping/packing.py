"""Bytes made fewer, and the same bytes again, a part at a time.

An export repeats itself: packed, a month of swipes takes a sixth of its room.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CODEC = "zstd"
_LEVEL = 1
"""The next levels take more time, and hardly less room."""

_READ = 1 << 20


def packed(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Each part by itself, one packed after the other."""
    import pyarrow as pa

    codec = pa.Codec(_CODEC, compression_level=_LEVEL)
    for part in parts:
        yield codec.compress(part, asbytes=True)


def unpacked(packed: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes of all parts, however what is packed was cut since; what fails while it is read fails here."""
    import pyarrow as pa

    with pa.CompressedInputStream(pa.PythonFile(_Stream(packed), "r"), _CODEC) as stream:
        yield from iter(lambda: stream.read(_READ), b"")


class _Stream(io.RawIOBase):
    """Bytes that come in parts, to be read as a file."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._held = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target = memoryview(buffer)
        while not self._held:
            following = next(self._parts, None)
            if following is None:
                return 0
            self._held = memoryview(following)
        size = min(len(target), len(self._held))
        target[:size], self._held = self._held[:size], self._held[size:]
        return size
