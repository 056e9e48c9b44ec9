"""Writing an export: all of it or nothing."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fieldproof.audit.errors import ExportError
from fieldproof.audit.folder import (
    MANIFEST_NAME,
    SOURCE_FOLDER,
    WINDOWS_FOLDER,
    DeviceRecord,
    KeptItem,
    Manifest,
    check_source_path,
)
from fieldproof.settle import Deployment
from fieldproof.store import DeviceWindow, Log

_ALL_DEVICES = range(2**32)


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What was written."""

    folder: Path
    windows: int
    records: int
    """Device-windows."""
    packets: int
    seals: int


def export_network(
    folder: Path,
    log: Log,
    *,
    deployment: Deployment,
    sources: Mapping[str, str],
    versions: Sequence[str],
    windows: Iterable[int],
) -> ExportSummary:
    """Write what an audit needs of the given windows into a new folder.

    The folder appears under its name when everything is in it and on the disk. Raises `ExportError` if it
    exists or cannot be written.
    """
    if folder.exists():
        raise ExportError(f"{folder} exists already", hint="Name a folder that is not there yet.")
    numbers = tuple(sorted(set(windows)))
    manifest = Manifest(
        deployment.chain_id,
        deployment.network_id,
        deployment.settlement,
        deployment.first_block,
        tuple(versions),
        numbers,
    )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            for name, text in sorted(sources.items()):
                check_source_path(name)
                _write(partial / SOURCE_FOLDER / name, text.encode())
            counts = [0, 0, 0]
            for window in numbers:
                written = _write_window(partial, log, deployment.network_id, window)
                counts = [total + more for total, more in zip(counts, written, strict=True)]
            _write(partial / MANIFEST_NAME, manifest.to_text().encode())
            partial.chmod(0o755)
            partial.rename(folder)
            _sync_folder(folder.parent)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    except OSError as error:
        raise ExportError(f"{folder} cannot be written: {error.strerror}") from error
    return ExportSummary(folder, len(numbers), *counts)


def _write_window(root: Path, log: Log, network_id: bytes, window: int) -> tuple[int, int, int]:
    """Write a window and return how many records, packets and seals that were."""
    seals = {seal.place.device_number: seal for seal in log.get_seals(network_id, window, _ALL_DEVICES)}
    devices = sorted({*seals, *log.get_device_numbers(network_id, window)})
    packet_count = 0
    for device in devices:
        packets = log.get_packets(DeviceWindow(network_id, device, window))
        packet_count += len(packets)
        seal = seals.get(device)
        record = DeviceRecord(
            tuple(KeptItem(packet.raw, packet.receipt) for packet in packets),
            None if seal is None else KeptItem(seal.raw, seal.receipt),
        )
        write_record(root, window, device, record)
    return len(devices), packet_count, len(seals)


def write_record(folder: Path, window: int, device: int, record: DeviceRecord) -> None:
    """Write, or replace, what a folder holds of one device in one window."""
    _write(folder / WINDOWS_FOLDER / str(window) / f"{device}.cbor", record.to_bytes())


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
