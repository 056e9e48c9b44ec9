"""A node in a network namespace of its own, so that cables between nodes can be cut."""

import asyncio
import contextlib
import ctypes
import os
import shutil
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from fieldproof.chain import DevnetNode, NodeSupervisor, Programs
from fieldproof.chain.node.supervisor import APPLICATION_COMMAND

from .network import wrap_programs
from .scenario import NotRunError

_CLONE_NEWNET = 0x40000000
PREFIX = f"fpf{os.getpid() % 10000}"
"""Of namespaces and links, which have at most 15 letters."""


async def call(*command: str) -> None:
    """Run a command of `ip`; `NotRunError` where this machine refuses it."""
    process = await asyncio.create_subprocess_exec("ip", *command, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    if process.returncode:
        raise NotRunError(f"needs network namespaces: ip {' '.join(command)}: {said.decode().strip()}")


def get_address(node: int) -> str:
    return f"10.231.0.{node + 1}"


@asynccontextmanager
async def two_sides(nodes: int, first_side: Sequence[int]) -> AsyncIterator[str]:
    """Make a namespace for each node, at one of two bridges; give the name of the cable between them."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        raise NotRunError("needs root and `ip netns`")
    cable = f"{PREFIX}c"
    try:
        for side in "ab":
            await call("link", "add", f"{PREFIX}{side}", "type", "bridge")
            await call("link", "set", f"{PREFIX}{side}", "up")
        await call("link", "add", cable, "type", "veth", "peer", "name", f"{PREFIX}d")
        await call("link", "set", cable, "master", f"{PREFIX}a", "up")
        await call("link", "set", f"{PREFIX}d", "master", f"{PREFIX}b", "up")
        for node in range(nodes):
            await _add_node(node, f"{PREFIX}{'a' if node in first_side else 'b'}")
        yield cable
    finally:
        for node in range(nodes):
            with contextlib.suppress(NotRunError):
                await call("netns", "delete", f"{PREFIX}n{node}")
        for link in (cable, f"{PREFIX}a", f"{PREFIX}b"):
            with contextlib.suppress(NotRunError):
                await call("link", "delete", link)


async def _add_node(node: int, bridge: str) -> None:
    space, outside = f"{PREFIX}n{node}", f"{PREFIX}v{node}"
    await call("netns", "add", space)
    await call("link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", space)
    await call("link", "set", outside, "master", bridge, "up")
    for command in (("link", "set", "lo", "up"), ("link", "set", "eth0", "up")):
        await call("-n", space, *command)
    await call("-n", space, "address", "add", f"{get_address(node)}/24", "dev", "eth0")


def move_node(number: int, nodes: Sequence[DevnetNode]) -> DevnetNode:
    """Return a node that speaks to its peers at the addresses of their namespaces."""
    hosts = {each.settings.ports.consensus_peers: get_address(i) for i, each in enumerate(nodes)}
    hosts |= {each.settings.ports.execution_peers: get_address(i) for i, each in enumerate(nodes)}

    def readdress(peer: str) -> str:
        port = int(peer.split("?", maxsplit=1)[0].rsplit(":", 1)[1])
        return peer.replace("@127.0.0.1:", f"@{hosts[port]}:")

    settings = nodes[number].settings
    settings = replace(
        settings,
        listen_host=get_address(number),
        consensus_peers=tuple(map(readdress, settings.consensus_peers)),
        execution_peers=tuple(map(readdress, settings.execution_peers)),
    )
    settings.save(nodes[number].folder.path)
    return replace(nodes[number], settings=settings)


def build_supervisor(number: int, node: DevnetNode, programs: Programs) -> NodeSupervisor:
    """Return what runs a node within its namespace."""
    enter = ("ip", "netns", "exec", f"{PREFIX}n{number}")
    wrapped = wrap_programs(node.folder.path / "programs", programs, before=" ".join(enter))
    return NodeSupervisor(node.folder, node.settings, wrapped, (*enter, *APPLICATION_COMMAND))


@asynccontextmanager
async def reach(number: int, ports: Sequence[int]) -> AsyncIterator[None]:
    """Let this namespace reach ports on a node's loopback under the same numbers."""
    space = Path("/run/netns") / f"{PREFIX}n{number}"

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        try:
            inner = _open_socket(space)
            await asyncio.get_running_loop().sock_connect(inner, ("127.0.0.1", port))
            back, forth = await asyncio.open_connection(sock=inner)
            await asyncio.gather(_pump(reader, forth), _pump(back, writer))
        except OSError:
            writer.close()

    def listen(port: int) -> "asyncio.Future[asyncio.Server]":
        return asyncio.ensure_future(
            asyncio.start_server(lambda r, w: forward(r, w, port), "127.0.0.1", port)
        )

    servers = [await listen(port) for port in ports]
    try:
        yield
    finally:
        for server in servers:
            server.close()


def _open_socket(space: Path) -> socket.socket:
    """Return a socket of another namespace: it stays there when this thread is back."""
    library = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open() as here, space.open() as there:
        if library.setns(there.fileno(), _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        try:
            opened = socket.socket()
        finally:
            library.setns(here.fileno(), _CLONE_NEWNET)
    opened.setblocking(False)
    return opened


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()
