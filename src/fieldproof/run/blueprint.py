"""A network before it is deployed: its checked source, its program id, its circuit."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from fieldproof import __version__
from fieldproof.compiler import (
    CapturedNetwork,
    CompiledNetwork,
    capture,
    compile_network,
    emit_cohort,
    get_library_version,
    get_state_layout,
    to_python,
    to_python_cohort,
)
from fieldproof.protocol import NetworkSettings, Schema, StateLayout, compute_program_id
from fieldproof.prove import VERSIONS, AuthorProgram, get_gadgets

_PINNED = ("@noir-lang/noir_wasm", "@aztec/bb.js")


def get_versions() -> tuple[str, ...]:
    """Return what a program id pins beside the source: compiler, gadgets, library, Noir, Barretenberg."""
    gadgets = hashlib.sha256("\0".join(f"{k}\0{v}" for k, v in sorted(get_gadgets().items())).encode())
    return (
        f"fieldproof {__version__}",
        f"gadgets {gadgets.hexdigest()}",
        get_library_version(),
        *(f"{name} {VERSIONS[name]}" for name in _PINNED),
    )


def derive_program_id(network: CapturedNetwork, versions: tuple[str, ...]) -> bytes:
    """Return the program id of a network under pinned versions."""
    return compute_program_id(
        sources=dict(network.sources), settings=network.settings.to_canonical(), versions=versions
    )


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Everything that follows from a network's source alone."""

    network: CapturedNetwork
    compiled: CompiledNetwork
    program_id: bytes
    versions: tuple[str, ...]
    circuit: Mapping[str, str]
    """The circuit's sources by their path below `src/`."""

    @classmethod
    def build(cls, sources: Mapping[str, str]) -> Self:
        """Check and compile a network's source; raises `CompileError` with all its mistakes."""
        network = capture(sources)
        compiled = compile_network(network)
        versions = get_versions()
        circuit = {"main.nr": emit_cohort(compiled).source, **get_gadgets()}
        return cls(network, compiled, derive_program_id(network, versions), versions, circuit)

    @property
    def schema(self) -> Schema:
        """The schema of readings and attributes."""
        return self.network.schema

    @property
    def settings(self) -> NetworkSettings:
        """The settings fixed at birth."""
        return self.network.settings

    @property
    def state_layout(self) -> StateLayout | None:
        """How the state of a cohort is packed; None for a program without state."""
        return get_state_layout(self.network)

    @property
    def initial_state(self) -> tuple[int, ...]:
        """The packed state of a cohort before its first posting; empty for a program without state."""
        layout = self.state_layout
        return () if layout is None else layout.initial_words

    @property
    def author_program(self) -> AuthorProgram:
        """The author's own functions, ready to be run."""
        if self.network.device_name is None:
            return to_python(self.compiled)
        return to_python_cohort(self.compiled)
