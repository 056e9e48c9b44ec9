"""What the chain says of a network, read once at the head of the audit."""

from dataclasses import dataclass
from typing import Any

from fieldproof.audit.errors import NodeError
from fieldproof.audit.node import Node
from fieldproof.core.abi import AbiItem, name_members
from fieldproof.settle import (
    CohortSnapshot,
    Log,
    RegistryEvent,
    SettlementEvent,
    decode_registry_log,
    decode_settlement_log,
    load_interface,
)


@dataclass(frozen=True, slots=True)
class SettlementTerms:
    """The settings of a Settlement, fixed at its birth. Amounts in units of `unit_wei`."""

    registry: bytes
    reward_token: bytes
    genesis_s: int
    window_s: int
    settle_s: int
    """Seconds after a window's end until which postings are taken; 0: a posting credits at once."""
    capacity: int
    state_words: int
    """Fields of packed state of a cohort; 0 for a program without state."""
    initial_state_root: int
    mints_reward: bool
    unit_wei: int
    emission_units: int
    supply_cap_units: int
    program_id: bytes
    schema_hash: bytes
    gateways: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Deposited:
    """The network can pay more."""

    units: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was not set aside went to the successor."""

    units: int


MoneyEvent = SettlementEvent | Deposited | HandedOver


@dataclass(frozen=True, slots=True)
class ChainRecord:
    """A network's whole history on its chain."""

    network_id: bytes
    terms: SettlementTerms
    registry_events: tuple[RegistryEvent, ...]
    money_events: tuple[MoneyEvent, ...]
    device_count: int


class ChainReader:
    """Asks one network's contracts."""

    def __init__(self, node: Node, settlement: bytes) -> None:
        self._node = node
        self._settlement = settlement
        self._settlement_functions = load_interface("Settlement").functions
        self._registry_functions = load_interface("DeviceRegistry").functions

    def read_record(self, chain_id: int, first_block: int) -> ChainRecord:
        """Read settings and all events since `first_block`; raises `NodeError`."""
        terms = self._read_terms()
        (home, *_) = self._ask(terms.registry, self._registry_functions["network"])
        if home != self._settlement:
            raise NodeError("the registry belongs to another Settlement than the folder names")
        registry_logs = self._node.get_logs(terms.registry, first_block)
        registry_events = (decode_registry_log(log, chain_id) for log in registry_logs)
        money_events = (_decode_money_log(log) for log in self._node.get_logs(self._settlement, first_block))
        return ChainRecord(
            self._ask(self._settlement, self._settlement_functions["networkId"])[0],
            terms,
            tuple(event for event in registry_events if event is not None),
            tuple(event for event in money_events if event is not None),
            self._ask(terms.registry, self._registry_functions["deviceCount"])[0],
        )

    def get_cohort(self, registry: bytes, cohort: int, window: int) -> CohortSnapshot:
        """Return a cohort at a window's start as the registry states it."""
        return CohortSnapshot(*self._ask(registry, self._registry_functions["cohortAt"], cohort, window))

    def get_balance_units(self, device: int) -> int:
        """Return a device's balance as the Settlement states it."""
        (units,) = self._ask(self._settlement, self._settlement_functions["balanceUnits"], device)
        return int(units)

    def get_token_supply_wei(self, token: bytes) -> int:
        """Return how much of a token there is."""
        (supply,) = self._ask(token, load_interface("RewardToken").functions["totalSupply"])
        return int(supply)

    def get_closing_s(self, window: int) -> int:
        """Return the last second at which something can be posted for a window."""
        (_, _, closes_s) = self._ask(self._settlement, self._settlement_functions["timesOf"], window)
        return int(closes_s)

    def _read_terms(self) -> SettlementTerms:
        function = self._settlement_functions["settings"]
        (values,) = self._ask(self._settlement, function)
        said = name_members(function.outputs[0], values)
        return SettlementTerms(
            registry=said["registry"],
            reward_token=said["rewardToken"],
            genesis_s=said["genesis"],
            window_s=said["windowLength"],
            settle_s=said["settlingDeadline"],
            capacity=said["capacity"],
            state_words=said["stateWords"],
            initial_state_root=said["initialStateRoot"],
            mints_reward=said["mintsReward"],
            unit_wei=said["unitWei"],
            emission_units=said["emissionUnits"],
            supply_cap_units=said["supplyCapUnits"],
            program_id=said["programId"],
            schema_hash=said["schemaHash"],
            gateways=said["gateways"],
        )

    def _ask(self, address: bytes, function: AbiItem, *values: object) -> tuple[Any, ...]:
        return self._node.call(address, function, *values)


def _decode_money_log(log: Log) -> MoneyEvent | None:
    events = load_interface("Settlement").events
    topic = log.topics[0] if log.topics else b""
    if topic == events["Deposited"].topic:
        return Deposited(events["Deposited"].decode_event(log.topics, log.data)["units"])
    if topic == events["HandedOver"].topic:
        return HandedOver(events["HandedOver"].decode_event(log.topics, log.data)["units"])
    return decode_settlement_log(log)
