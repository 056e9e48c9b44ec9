import os
from pathlib import Path

import pytest

from fieldproof.audit import ExportError, ExportFolder, FolderError, export_network
from fieldproof.compiler import capture
from fieldproof.run import read_sources
from fieldproof.store import DeviceWindow, PacketEntry

from .conftest import Past
from .world import SOURCE, VERSIONS


def read_tree(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_same_log_gives_the_same_bytes(past: Past, tmp_path: Path) -> None:
    again = past.world.export(tmp_path / "again", past.windows[::-1])
    assert read_tree(again) == read_tree(past.folder)


def test_an_export_holds_the_exact_bytes_of_the_log(past: Past) -> None:
    folder, (first, second) = ExportFolder(past.folder), past.windows
    assert folder.manifest.windows == past.windows
    assert folder.read_sources() == dict(past.world.network.sources)
    assert folder.get_devices(first) == (0, 1, 2, 3)
    for device in range(4):
        place = DeviceWindow(past.world.deployment.network_id, device, second)
        kept = folder.read_record(second, device)
        assert kept is not None
        assert [item.raw for item in kept.packets] == [
            packet.raw for packet in past.world.store.log.get_packets(place)
        ]
        seal = past.world.store.log.get_seal(place)
        assert (kept.seal and kept.seal.raw) == (seal and seal.raw)


def test_a_folder_that_is_there_is_never_touched(past: Past, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(ExportError, match="exists already"):
        past.world.export(tmp_path / "there", past.windows)
    assert list((tmp_path / "there").iterdir()) == []


def test_a_network_of_several_files_travels_whole(past: Past, tmp_path: Path) -> None:
    folder = tmp_path / "network"
    folder.mkdir()
    main = SOURCE.replace("class Sample", "from rules import SHARE, weigh\n\n\nclass Sample", 1)
    rules = "from sizes import SIZE\n\nSHARE = SIZE * 2\n\n\ndef weigh(light):\n    return light * SIZE\n"
    for name, text in (("network.py", main), ("rules.py", rules), ("sizes.py", "SIZE = 3\n")):
        (folder / name).write_text(text)
    (folder / "other.py").write_text("import os\n")
    export_network(
        tmp_path / "export",
        past.world.store.log,
        deployment=past.world.deployment,
        sources=read_sources(folder),
        versions=VERSIONS,
        windows=[],
    )
    sources = ExportFolder(tmp_path / "export").read_sources()
    assert sorted(sources) == ["network.py", "rules.py", "sizes.py"]
    network, before = capture(sources), capture(read_sources(folder))
    assert network.sources == before.sources
    assert [each.path for each in network.modules] == ["network.py", "rules.py", "sizes.py"]


class BrokenLog:
    """A log whose disk fails in the middle of the export."""

    def __init__(self, past: Past) -> None:
        self._log = past.world.store.log
        self._left = 3

    def get_packets(self, place: DeviceWindow) -> tuple[PacketEntry, ...]:
        self._left -= 1
        if self._left == 0:
            raise OSError(5, "Input/output error")
        return self._log.get_packets(place)

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)


def test_an_export_is_all_there_or_not_at_all(past: Past, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="Input/output error"):
        export_network(
            tmp_path / "export",
            BrokenLog(past),  # type: ignore[arg-type]
            deployment=past.world.deployment,
            sources=dict(past.world.network.sources),
            versions=VERSIONS,
            windows=past.windows,
        )
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["../network.py", "/network.py", "a/../b.py", "a\\b.py", ".hidden", "a\n.py"]
)
def test_a_source_path_that_leads_elsewhere_is_refused(past: Past, tmp_path: Path, name: str) -> None:
    with pytest.raises(FolderError, match="cannot be a source file's path"):
        export_network(
            tmp_path / "export",
            past.world.store.log,
            deployment=past.world.deployment,
            sources={name: "x"},
            versions=VERSIONS,
            windows=[],
        )
    assert os.listdir(tmp_path) == []
