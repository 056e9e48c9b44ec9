"""The folder of an export: everything about a network that is not on its chain.

    fieldproof-export.json           format, chain, contracts, pinned versions, windows
    source/PATH                      the network's source files
    windows/WINDOW/DEVICE.cbor       packets, seal and receipts of one device in one window

The same log gives the same bytes. A folder comes from a stranger: sizes are bounded, links are not followed,
and nothing in it is ever imported or run.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from fieldproof.audit.errors import FolderError
from fieldproof.core import EncodingError, check_bytes, check_unsigned
from fieldproof.core.cbor import decode, encode
from fieldproof.core.errors import FieldproofError

FORMAT = "fieldproof.export.1"
MANIFEST_NAME = "fieldproof-export.json"
SOURCE_FOLDER = "source"
WINDOWS_FOLDER = "windows"

_RECORD_VERSION = 1
_MAXIMUM_FILE_BYTES = 64 * 2**20
_MAXIMUM_SOURCE_BYTES = 2**20
_MAXIMUM_SOURCE_FILES = 1_000
_NUMBER = re.compile(r"0|[1-9]\d{0,19}")
_SOURCE_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export says of itself."""

    chain_id: int
    network_id: bytes
    """32 bytes."""
    settlement: bytes
    """Address, 20 bytes: everything else about the contracts is read from the chain."""
    first_block: int
    """Block in which the network was made."""
    versions: tuple[str, ...]
    """Pinned versions of compiler and prover, part of the program id."""
    windows: tuple[int, ...]
    """Windows that were exported; of others the folder knows nothing."""

    def to_text(self) -> str:
        """Return the JSON of the manifest."""
        content = {
            "format": FORMAT,
            "chain_id": self.chain_id,
            "network_id": self.network_id.hex(),
            "settlement": f"0x{self.settlement.hex()}",
            "first_block": self.first_block,
            "versions": list(self.versions),
            "windows": list(self.windows),
        }
        return json.dumps(content, indent=2) + "\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the JSON of a manifest, or raise `FolderError`."""
        try:
            content = json.loads(text)
            if not isinstance(content, dict) or content.get("format") != FORMAT:
                raise FolderError(
                    f"{MANIFEST_NAME} does not say format {FORMAT}",
                    hint="Audit it with the version of Fieldproof that exported it.",
                )
            return cls._parse(content)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FolderError(f"{MANIFEST_NAME} is damaged: {error!r:.200}") from error

    @classmethod
    def _parse(cls, content: Mapping[str, Any]) -> Self:
        return cls(
            chain_id=check_unsigned("chain_id", content["chain_id"], 256),
            network_id=check_bytes("network_id", bytes.fromhex(content["network_id"]), 32),
            settlement=check_bytes("settlement", bytes.fromhex(content["settlement"].removeprefix("0x")), 20),
            first_block=check_unsigned("first_block", content["first_block"], 64),
            versions=tuple(str(version) for version in content["versions"]),
            windows=tuple(check_unsigned("window", window, 64) for window in content["windows"]),
        )


@dataclass(frozen=True, slots=True)
class KeptItem:
    """Exact bytes as a device sent them, with the gateway's receipt."""

    raw: bytes
    receipt: bytes


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """What the log keeps of one device in one window."""

    packets: tuple[KeptItem, ...]
    """By rising index of their first reading."""
    seal: KeptItem | None

    def to_bytes(self) -> bytes:
        """Return the one encoding of this record."""
        seal = [] if self.seal is None else [self.seal.raw, self.seal.receipt]
        return encode([_RECORD_VERSION, [[item.raw, item.receipt] for item in self.packets], seal])

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the record that `data` encodes, or raise `EncodingError`."""
        match decode(data):
            case [int(version), list(packets), list(seal)] if version == _RECORD_VERSION:
                kept = tuple(_parse_item(item) for item in packets)
                return cls(kept, _parse_item(seal) if seal else None)
        raise EncodingError(f"not a record of version {_RECORD_VERSION}")


def _parse_item(value: object) -> KeptItem:
    match value:
        case [bytes(raw), bytes(receipt)]:
            return KeptItem(raw, receipt)
    raise EncodingError("a kept item is an array of two byte strings")


class ExportFolder:
    """An export, read piece by piece."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not (path / MANIFEST_NAME).is_file():
            raise FolderError(
                f"{path} holds no {MANIFEST_NAME}",
                hint="Make a folder with `fieldproof export`, then audit it.",
            )
        self.manifest = Manifest.parse(self._read(path / MANIFEST_NAME).decode(errors="replace"))

    def read_sources(self) -> dict[str, str]:
        """Return the network's source files: path to text."""
        sources, root = {}, self.path / SOURCE_FOLDER
        for file in sorted(_walk(root)):
            name = file.relative_to(root).as_posix()
            check_source_path(name)
            try:
                sources[name] = self._read(file, _MAXIMUM_SOURCE_BYTES).decode()
            except UnicodeDecodeError as error:
                raise FolderError(f"source file {name} is not UTF-8") from error
            if len(sources) > _MAXIMUM_SOURCE_FILES:
                raise FolderError(f"more than {_MAXIMUM_SOURCE_FILES} source files")
        return sources

    def read_record(self, window: int, device: int) -> DeviceRecord | None:
        """Return what the folder holds of a device in a window; None if nothing.

        Raises `EncodingError` where the file is damaged.
        """
        file = self.path / WINDOWS_FOLDER / str(window) / f"{device}.cbor"
        if not file.is_file():
            return None
        try:
            return DeviceRecord.from_bytes(self._read(file))
        except FieldproofError as error:
            raise EncodingError(f"its file is damaged: {error}") from error

    def get_devices(self, window: int) -> tuple[int, ...]:
        """Return the devices of which the folder holds something in a window, by rising number."""
        root = self.path / WINDOWS_FOLDER / str(window)
        stems = (file.name.removesuffix(".cbor") for file in _walk(root) if file.suffix == ".cbor")
        return tuple(sorted(int(stem) for stem in stems if _NUMBER.fullmatch(stem)))

    def _read(self, file: Path, limit: int = _MAXIMUM_FILE_BYTES) -> bytes:
        try:
            if file.is_symlink() or file.stat().st_size > limit:
                raise FolderError(f"{file} is a link or larger than {limit} bytes")
            return file.read_bytes()
        except OSError as error:
            raise FolderError(f"{file} cannot be read: {error.strerror}") from error


def check_source_path(name: str) -> None:
    """Raise `FolderError` for a path that leads out of the folder or that not every system can hold."""
    if not _SOURCE_PATH.fullmatch(name):
        raise FolderError(
            f"{name!r} cannot be a source file's path", hint="Use letters, digits, . _ - and /."
        )


def _walk(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        for name in names:
            file = Path(folder) / name
            if not file.is_symlink():
                yield file
