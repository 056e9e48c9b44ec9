"""What each contract in genesis is told at its birth."""

from dataclasses import dataclass

from fieldproof.chain.contracts import BEACON, STAKING, load_contract, load_runtime
from fieldproof.chain.genesis.spec import Spec

WEI = 10**18


@dataclass(frozen=True, slots=True)
class InitialCall:
    """A contract, and the one call that sets it up."""

    contract: bytes
    code: bytes
    """That runs there."""
    data: bytes
    """Empty where nothing is set up."""
    value_wei: int = 0
    sender: bytes = bytes(19) + b"\x01"


def list_initial_calls(spec: Spec) -> list[InitialCall]:
    from fieldproof.chain.node.keys import compute_consensus_address

    def point(k):
        return int(k.x, 16).to_bytes(32, "big"), int(k.y, 16)

    members = []
    for p in sorted(spec.parties, key=lambda i: i.operator):
        cx, cy = point(p.consensus)
        bx, by = point(p.beacon)
        members.append(
            (
                bytes.fromhex(p.operator[2:]),
                compute_consensus_address(bytes([2 + cy % 2]) + cx),
                2 + cy % 2,
                cx,
                2 + by % 2,
                bx,
                p.stake * WEI,
            )
        )
    staking = load_contract("Staking")
    return [
        InitialCall(STAKING, load_runtime("Staking"), staking.functions["initialize"].encode_call(members)),
        InitialCall(BEACON, load_runtime("Beacon"), b""),
    ]
