"""Exporting a network's folder for an audit."""

from collections.abc import Sequence
from pathlib import Path

from fieldproof.audit import ExportSummary, export_network
from fieldproof.run.chain import require_deployment
from fieldproof.run.folder import NetworkFolder, read_sources
from fieldproof.store import open_store


def export_folder(folder: Path, target: Path, windows: Sequence[int] = ()) -> ExportSummary:
    """Write what an audit needs of closed windows (all, or those named) to the new folder `target`."""
    place = NetworkFolder(folder)
    record = require_deployment(place)
    with open_store(place.store, role="tool") as store:
        closed = [
            entry.window
            for entry in store.windows.get_windows(record.deployment.network_id)
            if entry.closed_ms is not None and (not windows or entry.window in windows)
        ]
        return export_network(
            target,
            store.log,
            deployment=record.deployment,
            sources=read_sources(folder),
            versions=record.versions,
            windows=closed,
        )
