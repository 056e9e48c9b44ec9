"""Reads a network's source as syntax trees. Nothing of it is ever imported, run or evaluated as code.

An audit depends on that: a stranger's folder must not be able to run anything.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import PurePosixPath

from fieldproof.compiler.capture_imports import AUTHOR_WORDS, ImportFinder, find_sources
from fieldproof.compiler.capture_module import BUILTIN_FUNCTIONS, ModuleReader, parse
from fieldproof.compiler.capture_records import (
    CapturedDataclass,
    CapturedEnum,
    CapturedField,
    CapturedImport,
    CapturedModule,
    CapturedNetwork,
    Constant,
)
from fieldproof.compiler.capture_schema import read_network_call
from fieldproof.compiler.diagnostics import Code, Reporter, raise_mistakes
from fieldproof.compiler.errors import CompileError
from fieldproof.compiler.library_source import LIBRARY_FOLDER

NETWORK_FILE = "network.py"


def capture(files: Mapping[str, str]) -> CapturedNetwork:
    """Return the network that `files` (path to text) describe, or raise `CompileError` with all mistakes.

    The file named network.py describes the network; files that it imports take part with it, other ones
    (tests, data, notes) do not.
    """
    capturing = _Capturing(files)
    network = capturing.read(_find_network_file(files))
    raise_mistakes(capturing.reporters)
    if network is None:
        raise RuntimeError("bug: a network without mistakes was not captured")
    return network


def _find_network_file(files: Mapping[str, str]) -> str:
    found = sorted((path for path in files if PurePosixPath(path).name == NETWORK_FILE), key=len)
    if found:
        return found[0]
    if len(files) == 1:
        return next(iter(files))
    reporter = Reporter(NETWORK_FILE, "")
    reporter.report(
        Code.NETWORK_MISSING,
        ast.Module([], []),
        f"there is no file {NETWORK_FILE}, which describes the network",
        "`fieldproof new DIR` makes a folder with one that runs",
    )
    raise CompileError(tuple(reporter.diagnostics))


class _Capturing:
    """Reads the network's file and, as imports meet them, the others."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._modules: dict[str, ModuleReader] = {}
        self._open: list[str] = []

    @property
    def reporters(self) -> list[Reporter]:
        """Of every file that was read."""
        return [module.reporter for module in self._modules.values()]

    def read(self, path: str) -> CapturedNetwork | None:
        """Return the network whose own file lies at `path`; None after mistakes."""
        text = self._files[path].replace("\r\n", "\n").replace("\r", "\n")
        return self._finish(self._read_module(path, text))

    def _read_module(self, path: str, text: str) -> ModuleReader:
        reporter = Reporter(path, text)
        finder = ImportFinder(reporter, self._files)
        module = ModuleReader(reporter, finder, self._load, is_main=not self._modules)
        self._modules[path] = module
        tree = parse(reporter)
        if not reporter.diagnostics:
            self._open.append(path)
            module.read(tree)
            self._open.pop()
        return module

    def _load(self, path: str, text: str, importer: Reporter, node: ast.ImportFrom) -> ModuleReader | None:
        if path in self._open:
            way = " imports ".join([*self._open[self._open.index(path) :], path])
            importer.report(
                Code.MODULE_CYCLE,
                node,
                f"files cannot import one another: {way}",
                "move what both need into a third file",
            )
            return None
        known = self._modules.get(path)
        module = known if known is not None else self._read_module(path, text)
        return None if any(each.code is Code.SYNTAX for each in module.reporter.diagnostics) else module

    def _finish(self, main: ModuleReader) -> CapturedNetwork | None:
        if any(each.code is Code.SYNTAX for each in main.reporter.diagnostics):
            return None
        program = main.stages.get("program")
        if program is None:
            _report_missing(
                main.reporter,
                Code.PROGRAM_MISSING,
                "no function is marked with @program",
                "write @program above the function",
            )
        if main.call is None:
            _report_missing(
                main.reporter,
                Code.NETWORK_MISSING,
                "the file does not say network = Network(...)",
                "add it with name, reading, program, window, readings_per_window, pool_per_window",
            )
        if program is None or main.call is None:
            return None
        device = main.stages.get("each_device")
        _check_stages(main.reporter, program, device)
        call = read_network_call(main.reporter, main.literals, main.call, main.records, program.name)
        if call is None or any(each.diagnostics for each in self.reporters):
            return None
        modules = tuple(module.to_module() for module in self._modules.values())
        return CapturedNetwork(
            path=main.reporter.path,
            sources=tuple(
                sorted((each.path, each.text) for each in modules if not each.path.startswith(LIBRARY_FOLDER))
            ),
            schema=call.schema,
            settings=call.settings,
            reading_name=call.reading_name,
            attributes_name=call.attributes_name,
            constants=tuple(_list_flat_constants(modules[0])),
            functions=modules[0].functions,
            program_name=program.name,
            device_name=None if device is None else device.name,
            state_name=_find_state(main, program),
            modules=modules,
        )


def _check_stages(reporter: Reporter, program: ast.FunctionDef, device: ast.FunctionDef | None) -> None:
    """Report a program over a cohort without its device stage, and a device stage without such a program."""
    parameters = program.args.args
    annotation = parameters[0].annotation if parameters else None
    match annotation:
        case ast.Subscript(ast.Name("Cohort")) if device is None:
            reporter.report(
                Code.STAGES,
                annotation,
                "a program over the cohort needs a function marked with @each_device that makes the reports",
                "write @each_device above the function that turns one device's window into its report",
            )
        case ast.Subscript(ast.Name("Cohort")):
            pass
        case _ if device is not None:
            reporter.report(
                Code.STAGES,
                parameters[0] if parameters else program,
                f"{device.name} makes reports with @each_device, and the program does not take them",
                f"write def {program.name}(cohort: Cohort[Report]) -> Array[U32, N]:, or remove @each_device",
            )


def _find_state(main: ModuleReader, program: ast.FunctionDef) -> str | None:
    names = [each.annotation.id for each in program.args.args if isinstance(each.annotation, ast.Name)]
    return next((name for name in names if name in main.dataclasses), None)


def _list_flat_constants(module: CapturedModule) -> list[tuple[str, int | tuple[int, ...]]]:
    found: list[tuple[str, int | tuple[int, ...]]] = []
    for name, value in module.constants:
        if isinstance(value, int):
            found.append((name, value))
        else:
            numbers = tuple(each for each in value if isinstance(each, int))
            if len(numbers) == len(value):
                found.append((name, numbers))
    return found


def _report_missing(reporter: Reporter, code: Code, message: str, remedy: str) -> None:
    reporter.report(code, ast.Module([], []), message, remedy)


__all__ = [
    "AUTHOR_WORDS",
    "BUILTIN_FUNCTIONS",
    "NETWORK_FILE",
    "CapturedDataclass",
    "CapturedEnum",
    "CapturedField",
    "CapturedImport",
    "CapturedModule",
    "CapturedNetwork",
    "Constant",
    "capture",
    "find_sources",
]
