"""The application's part of genesis, which CometBFT's file carries as `app_state`: JSON, bytes in hex."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from fieldproof.chain.application.rounds import choose_committee
from fieldproof.chain.application.state import BeaconState, Parameters, State
from fieldproof.chain.commitment import Member
from fieldproof.chain.errors import StateError


@dataclass(frozen=True, slots=True)
class Genesis:
    """Where the chain begins."""

    parameters: Parameters
    time_s: int
    """Of the execution client's block 0."""
    execution_hash: bytes
    """Of the execution client's block 0."""
    seed: bytes
    """Of epoch 0."""
    pool: tuple[Member, ...]
    """Of epoch 0, in its order."""

    @property
    def state(self) -> State:
        """The application before the first block."""
        committee = choose_committee(self.seed, self.pool, self.parameters.committee_size)
        return State(
            height=0,
            execution_hash=self.execution_hash,
            time_s=self.time_s,
            seed=self.seed,
            committee=committee,
            pool=self.pool,
            proposed=(0,) * len(self.pool),
            frozen_pool=self.pool,
            beacon=BeaconState(),
            drawn=None,
            seats=(),
            faults=(),
            results=bytes(32),
            validators=tuple(sorted(member.consensus for member in committee)),
        )


def format_genesis(genesis: Genesis) -> dict[str, Any]:
    """Return the JSON object."""
    return {
        "parameters": asdict(genesis.parameters),
        "time_s": genesis.time_s,
        "execution_hash": genesis.execution_hash.hex(),
        "seed": genesis.seed.hex(),
        "pool": [_format_member(member) for member in genesis.pool],
    }


def parse_genesis(data: bytes) -> Genesis:
    """Return what the JSON says, or raise `StateError`."""
    try:
        document = json.loads(data)
        return Genesis(
            parameters=Parameters(**{name: int(value) for name, value in document["parameters"].items()}),
            time_s=int(document["time_s"]),
            execution_hash=bytes.fromhex(document["execution_hash"]),
            seed=bytes.fromhex(document["seed"]),
            pool=tuple(_parse_member(item) for item in document["pool"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as failure:
        raise StateError(f"app_state of genesis.json is not what it must be: {failure!r}") from failure


def _format_member(member: Member) -> dict[str, str]:
    values = {field.name: getattr(member, field.name) for field in fields(member)}
    return {name: value.hex() if isinstance(value, bytes) else str(value) for name, value in values.items()}


def _parse_member(document: Mapping[str, str]) -> Member:
    values = {
        field.name: bytes.fromhex(document[field.name]) if field.type is bytes else int(document[field.name])
        for field in fields(Member)
    }
    return Member(**values)  # type: ignore[arg-type]  # each by its own annotation
