"""Makes the Python modules of this folder from the `.proto` files in the Go module cache."""

import re
import subprocess
import sys
from pathlib import Path

from fieldproof.chain.errors import ToolchainError

_MODULES = {
    "github.com/cometbft/cometbft": (
        "proto",
        "tendermint/abci/types.proto",
        "tendermint/types/canonical.proto",
    ),
    "github.com/cosmos/gogoproto": ("", "gogoproto/gogo.proto"),
}
_NEEDED = (
    "tendermint/crypto/keys.proto",
    "tendermint/crypto/proof.proto",
    "tendermint/privval/types.proto",
    "tendermint/types/params.proto",
    "tendermint/types/types.proto",
    "tendermint/types/validator.proto",
    "tendermint/version/types.proto",
)
_PACKAGE = "fieldproof.chain.messages"
_IMPORT = re.compile(r"^from (tendermint[\w.]*|gogoproto) import", re.M)


def compile_messages(target: Path) -> None:
    """Write the modules into `target`; `ToolchainError` says what the compiler had against it."""
    import grpc_tools
    from grpc_tools import protoc

    roots = [_find_module(module) / parts[0] for module, parts in _MODULES.items()]
    roots.append(Path(grpc_tools.__path__[0]) / "_proto")
    files = [name for parts in _MODULES.values() for name in parts[1:]] + list(_NEEDED)
    command = ["protoc", *(f"-I{root}" for root in roots), f"--python_out={target}", f"--pyi_out={target}"]
    if protoc.main([*command, *files]) != 0:
        raise ToolchainError("the protocol compiler refused CometBFT's messages")
    for path in target.rglob("*_pb2.py*"):
        path.write_text(_IMPORT.sub(rf"from {_PACKAGE}.\1 import", path.read_text()))
    for folder in (*target.glob("gogoproto"), *target.glob("tendermint"), *target.glob("tendermint/*")):
        (folder / "__init__.py").write_text('"""Made by the protocol compiler."""\n')


def _find_module(module: str) -> Path:
    folder = Path(__file__).parents[1] / "toolchain" / "cometbft"
    command = ["go", "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", module]
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if finished.returncode or not finished.stdout.strip():
        raise ToolchainError(
            f"Go has no {module}: {finished.stderr.strip()}", hint="Build the programs first."
        )
    return Path(finished.stdout.strip())


if __name__ == "__main__":
    compile_messages(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
