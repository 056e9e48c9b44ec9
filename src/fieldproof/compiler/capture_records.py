"""What capture finds in the files of a network: modules with their constants, functions and classes."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from fieldproof.compiler.declared import Declared, RecordType, SizedInteger
from fieldproof.compiler.library_source import LIBRARY_FOLDER
from fieldproof.protocol import NetworkSettings, Schema

Constant = int | tuple["Constant", ...]
"""A number, or a table: a tuple of numbers or of tables."""


@dataclass(frozen=True, slots=True)
class CapturedEnum:
    """An `IntEnum` with integer literals."""

    name: str
    members: tuple[tuple[str, int], ...]

    @property
    def declared(self) -> SizedInteger:
        """The range that the enum's name declares."""
        numbers = [number for _, number in self.members]
        return SizedInteger(self.name, min(numbers), max(numbers))


@dataclass(frozen=True, slots=True)
class CapturedField:
    """One field of a frozen dataclass."""

    name: str
    annotation: ast.expr
    default: Constant | None
    node: ast.AnnAssign
    declared: Declared
    """What the annotation says."""


@dataclass(frozen=True, slots=True)
class CapturedDataclass:
    """A frozen dataclass."""

    name: str
    node: ast.ClassDef
    fields: tuple[CapturedField, ...]
    path: str
    """File that defines it."""

    @property
    def declared(self) -> RecordType:
        """The type that the class's name declares."""
        return RecordType(self.name, self.path, tuple((each.name, each.declared) for each in self.fields))


@dataclass(frozen=True, slots=True)
class CapturedImport:
    """A name that comes from another module."""

    name: str
    path: str
    """Of the module that defines it."""


@dataclass(frozen=True, slots=True)
class CapturedModule:
    """One file that takes part: the network's own, one beside it, or one of the library."""

    path: str
    """Library files lie below `fieldproof/library/`."""
    text: str
    """Line ends LF."""
    constants: tuple[tuple[str, Constant], ...]
    """Numbers and tables, in the order of the source."""
    functions: tuple[ast.FunctionDef, ...]
    enums: tuple[CapturedEnum, ...]
    dataclasses: tuple[CapturedDataclass, ...]
    imports: tuple[CapturedImport, ...]


@dataclass(frozen=True, slots=True)
class CapturedNetwork:
    """A network as its source states it."""

    path: str
    """File that describes the network."""
    sources: tuple[tuple[str, str], ...]
    """Path and text (line ends LF) of every file of the folder that takes part, sorted: what the program id
    hashes. Library files are none of them: a version stands for them all."""
    schema: Schema
    settings: NetworkSettings
    reading_name: str
    """Name of the Reading subclass."""
    attributes_name: str | None
    """Name of the Attributes subclass; None for a network without attributes."""
    constants: tuple[tuple[str, int | tuple[int, ...]], ...]
    """Numbers and flat tables of the network's own file, in the order of the source."""
    functions: tuple[ast.FunctionDef, ...]
    """Functions of the network's own file: helpers and the program."""
    program_name: str
    device_name: str | None
    """Of the `@each_device` function of a cohort program; None for the others."""
    state_name: str | None
    """Of the dataclass that the program's state parameter is of, as the network's file calls it."""
    modules: tuple[CapturedModule, ...]
    """The network's own file first, then the others in the order in which imports meet them."""

    @property
    def stages(self) -> tuple[str, ...]:
        """Names of the functions that become circuits: that of each device's report first."""
        names = (self.device_name, self.program_name)
        return tuple(each for each in names if each is not None)

    @property
    def uses_library(self) -> bool:
        """Whether files of the library take part."""
        return any(each.path.startswith(LIBRARY_FOLDER) for each in self.modules)

    def get_module(self, path: str) -> CapturedModule:
        """Return the module of a path that an import names."""
        return next(each for each in self.modules if each.path == path)
