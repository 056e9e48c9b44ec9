"""Ready-made networks: one folder each, with the same set of files.

network.py        schema, attributes, program, settings; with the files that it imports, if any
README.md         what it pays for, what it catches, where its data come from
data.csv          recorded or computed readings to replay
devices.csv       attributes that owners claim, where the schema has any
test_network.py   the program called as plain Python
"""

from importlib import resources
from pathlib import Path

from fieldproof.core import FieldproofError

NETWORKS = ("solar", "tracker", "weather", "coverage", "driving", "gnss", "energy", "area")
FILES = ("network.py", "README.md", "data.csv", "devices.csv", "test_network.py")


class NetworkCopyError(FieldproofError):
    """A network cannot be copied to where it was asked for."""


def get_network_folder(name: str) -> Path:
    """Return the folder of a ready-made network."""
    return Path(str(resources.files("fieldproof.networks").joinpath(name)))


def copy_network(name: str, target: Path) -> None:
    """Copy a ready-made network to a folder that does not exist yet, or is empty."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise NetworkCopyError(f"{target} is not empty", hint="Name a folder that does not exist yet.")
    try:
        target.mkdir(parents=True, exist_ok=True)
        folder = get_network_folder(name)
        for file in sorted({*FILES, *_find_modules(folder)}):
            if (folder / file).is_file():
                (target / file).write_bytes((folder / file).read_bytes())
        (target / ".gitignore").write_text(".fieldproof/\n")
    except OSError as error:
        raise NetworkCopyError(f"{target} cannot be written: {error.strerror}") from error


def _find_modules(folder: Path) -> dict[str, str]:
    from fieldproof.compiler import NETWORK_FILE, find_sources

    def read(name: str) -> str | None:
        file = folder / name
        return file.read_text(encoding="utf-8") if file.is_file() else None

    return find_sources(NETWORK_FILE, read)


__all__ = ["FILES", "NETWORKS", "NetworkCopyError", "copy_network", "get_network_folder"]
