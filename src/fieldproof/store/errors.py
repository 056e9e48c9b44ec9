"""Errors of the store.

FieldproofError
└── StoreError
    ├── StoreUnavailableError    the disk is full or failing; nothing was accepted, try again later
    ├── StoreDamagedError        the file is torn or a page is altered; bring a copy back
    ├── StoreVersionError   written by a newer or an unsupported older version
    ├── NotAStoreError           the file is something else
    └── StoreInUseError          another process holds the folder
"""

from pathlib import Path

from fieldproof.core import FieldproofError


class StoreError(FieldproofError):
    """The store cannot be used as it is."""


class StoreUnavailableError(StoreError):
    """A write failed and nothing of it was kept; the store goes on when the cause is gone."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(
            f"{path} cannot be written: {cause}; nothing of the request was kept",
            hint="Free disk space or repair the disk; the service goes on by itself.",
        )


class StoreDamagedError(StoreError):
    """What is read is not what was written."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"{path} is damaged: {what}",
            hint="Stop the service, keep the file for inspection and bring back the last copy of the folder.",
        )


class StoreVersionError(StoreError):
    """The file has a schema version that this program cannot use."""

    def __init__(self, path: Path, found: int, supported: int) -> None:
        if found > supported:
            hint = "Upgrade fieldproof; an older version must not touch this folder."
        else:
            hint = "Open the folder with the fieldproof that wrote it, export, and start a new folder."
        super().__init__(
            f"{path} has store version {found}, this fieldproof uses version {supported}", hint=hint
        )
        self.found = found
        self.supported = supported


class NotAStoreError(StoreError):
    """The file at the store's place was not written by Fieldproof."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"{path} is no Fieldproof store: {what}", hint="Name another folder, or move the file away."
        )


class StoreInUseError(StoreError):
    """Another process already serves this folder in the same role."""

    def __init__(self, folder: Path, role: str, process: str) -> None:
        super().__init__(
            f"a second {role} on the same folder: {folder} is held by process {process}",
            hint="Stop the other process, or give this one a folder of its own.",
        )
