"""One long-lived Barretenberg process, spoken to over a socket of its own.

A message is a length (u32, little-endian) and msgpack; requests are answered in order, one at a time. The
process is started by the first call and again by the first call after its death. Which reference string it
uses is fixed by whoever makes the client.
"""

import asyncio
import shutil
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import msgpack

from fieldproof.core.curves import GRUMPKIN, INFINITY, Point
from fieldproof.prove.errors import LimitError, ProcessError
from fieldproof.prove.process import GuardedProcess, Limits
from fieldproof.prove.reference_string import ReferenceString

P = ParamSpec("P")
T = TypeVar("T")

_FIELD_BYTES = 32
_START_SECONDS = 20.0
_MAXIMUM_REPLY_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class BarretenbergProof:
    """What `prove` returns."""

    public_inputs: tuple[int, ...]
    proof: bytes


class Barretenberg:
    """A client of one bb process. Safe to call from many threads; the calls queue.

    Every method raises `ProcessError` when bb answers with an error or dies (the next call starts it
    again) and `LimitError` when a limit ended it.
    """

    def __init__(
        self,
        bb: Path,
        reference_string: ReferenceString,
        *,
        threads: int = 2,
        resident_bytes: int = 8 * 2**30,
        optimized_verifier: bool = True,
    ) -> None:
        self.reference_string = reference_string
        self._bb = bb
        self._threads = threads
        self._limits = Limits(seconds=None, resident_bytes=resident_bytes)
        self._settings = {
            "ipa_accumulation": False,
            "oracle_hash_type": "keccak",
            "disable_zk": False,
            "optimized_solidity_verifier": optimized_verifier,
        }
        self._lock = threading.Lock()
        self._guarded: GuardedProcess | None = None
        self._socket: socket.socket | None = None

    @property
    def peak_resident_bytes(self) -> int:
        """The greatest resident memory of the process so far, sampled."""
        return 0 if self._guarded is None else self._guarded.peak_resident_bytes

    def compute_verification_key(self, bytecode: bytes) -> bytes:
        """Return the verification key of a circuit (its ACIR, gunzipped)."""
        circuit = {"name": "circuit", "bytecode": bytecode}
        reply = self._call("CircuitComputeVk", {"circuit": circuit, "settings": self._settings}, seconds=600)
        return bytes(reply["bytes"])

    def count_gates(self, bytecode: bytes) -> int:
        """Return the gates of a circuit, not rounded up."""
        circuit = {"name": "circuit", "bytecode": bytecode, "verification_key": b""}
        fields = {"circuit": circuit, "include_gates_per_opcode": False, "settings": self._settings}
        return int(self._call("CircuitStats", fields, seconds=300)["num_gates"])

    def write_verifier(self, verification_key: bytes) -> str:
        """Return the Solidity verifier of a key, as bb writes it."""
        fields = {"verification_key": verification_key, "settings": self._settings}
        return str(self._call("CircuitWriteSolidityVerifier", fields, seconds=60)["solidity_code"])

    def prove(
        self, bytecode: bytes, verification_key: bytes, witness: bytes, *, seconds: float = 600
    ) -> BarretenbergProof:
        """Prove a witness (gunzipped). The proof is *not* verified: bb proves what does not hold, too."""
        circuit = {"name": "circuit", "bytecode": bytecode, "verification_key": verification_key}
        fields = {"circuit": circuit, "witness": witness, "settings": self._settings}
        reply = self._call("CircuitProve", fields, seconds=seconds)
        public_inputs = tuple(int.from_bytes(word) for word in reply["public_inputs"])
        return BarretenbergProof(public_inputs, b"".join(reply["proof"]))

    def sponge(self, inputs: Sequence[int]) -> int:
        """Hash field elements with Poseidon2 (protocol.md, "Hash of fields")."""
        words = [value.to_bytes(_FIELD_BYTES) for value in inputs]
        return int.from_bytes(self._call("Poseidon2Hash", {"inputs": words}, seconds=60)["hash"])

    def multiply(self, scalar: int, point: Point) -> Point:
        """Return scalar · point on Grumpkin."""
        scalar %= GRUMPKIN.order
        if scalar == 0 or point == INFINITY:
            return INFINITY
        coordinates = {"x": point[0].to_bytes(_FIELD_BYTES), "y": point[1].to_bytes(_FIELD_BYTES)}
        fields = {"point": coordinates, "scalar": scalar.to_bytes(_FIELD_BYTES)}
        result = self._call("GrumpkinMul", fields, seconds=60)["point"]
        return int.from_bytes(result["x"]), int.from_bytes(result["y"])

    async def in_thread(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one of the methods above beside the event loop. Cancelling it ends the process."""
        try:
            return await asyncio.to_thread(function, *args, **kwargs)
        except asyncio.CancelledError:
            self.close()
            raise

    def close(self) -> None:
        """End the process, in the middle of a call too. The next call starts another."""
        guarded = self._guarded
        if guarded is not None:
            guarded.kill()

    def _call(self, name: str, fields: Mapping[str, object], *, seconds: float) -> dict[str, Any]:
        message: bytes = msgpack.packb([[name, fields]])
        with self._lock:
            connection, guarded = self._connect()
            connection.settimeout(seconds)
            try:
                connection.sendall(struct.pack("<I", len(message)) + message)
                (length,) = struct.unpack("<I", _receive(connection, 4))
                reply = _receive(connection, length)
            except TimeoutError as failure:
                self._disconnect()
                raise LimitError(f"bb took longer than {seconds:g} s for {name}") from failure
            except OSError as failure:
                self._disconnect()
                raise guarded.describe_end() from failure
        kind, content = msgpack.unpackb(reply)
        if kind == "ErrorResponse":
            raise ProcessError(f"bb refuses {name}: {content['message'].strip()}")
        result: dict[str, Any] = content
        return result

    def _connect(self) -> tuple[socket.socket, GuardedProcess]:
        if self._socket is not None and self._guarded is not None and self._guarded.is_alive:
            return self._socket, self._guarded
        self._disconnect()
        # A socket's path may have 104 bytes: the system's own folder for temporary files is short.
        folder = Path(tempfile.mkdtemp(prefix="fieldproof-bb-"))
        try:
            path = folder / "bb.sock"
            environment = {
                "CRS_PATH": str(self.reference_string.folder),
                "HARDWARE_CONCURRENCY": str(self._threads),
            }
            command: list[str | Path] = [self._bb, "msgpack", "run", "--input", path]
            guarded = GuardedProcess(command, self._limits, environment=environment)
            try:
                self._socket = _connect_when_ready(path, guarded)
            except BaseException:
                guarded.kill()
                raise
            self._guarded = guarded
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return self._socket, guarded

    def _disconnect(self) -> None:
        if self._guarded is not None:
            self._guarded.kill()
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class BarretenbergArithmetic:
    """`fieldproof.core.arithmetic.Arithmetic` by a bb process of its own, thirty times plain Python's speed.

    Give it a client that proves nothing: a hash would wait behind a proof.
    """

    def __init__(self, client: Barretenberg) -> None:
        self._client = client

    def sponge(self, inputs: Sequence[int]) -> int:
        """Hash field elements to one field element."""
        return self._client.sponge(inputs)

    def multiply(self, scalar: int, point: Point) -> Point:
        """Return scalar · point on Grumpkin."""
        return self._client.multiply(scalar, point)


def _connect_when_ready(path: Path, guarded: GuardedProcess) -> socket.socket:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(path))
            return connection
        except OSError as failure:
            connection.close()
            if not guarded.is_alive:
                raise guarded.describe_end() from failure
            if time.monotonic() > deadline:
                raise LimitError(f"bb opened no socket within {_START_SECONDS:g} s") from failure
        time.sleep(0.01)


def _receive(connection: socket.socket, length: int) -> bytes:
    if length > _MAXIMUM_REPLY_BYTES:
        raise ConnectionError(f"a reply of {length} bytes")
    received = bytearray()
    while len(received) < length:
        chunk = connection.recv(min(length - len(received), 2**20))
        if not chunk:
            raise ConnectionResetError("bb closed its socket")
        received += chunk
    return bytes(received)
