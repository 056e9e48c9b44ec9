"""Writes the vector files anew. They are committed; `tests/protocol/test_vectors.py` fails when they differ.

Everything is derived from fixed seeds, so that the files are the same wherever they are made; light.json from
light_network.json, which a real network wrote (README.md).
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from decimal import ROUND_FLOOR, Decimal, localcontext
from pathlib import Path
from typing import Any

from coincurve import PrivateKey, PublicKey

from fieldproof.chain.beacon import (
    BeaconKey,
    Round,
    compute_dealing,
    compute_missed_seed,
    compute_opening,
    compute_seed,
    compute_share,
    draw_committee,
)
from fieldproof.chain.beacon.dealing import deal_values
from fieldproof.chain.beacon.group import ORDER, SECOND_BASE
from fieldproof.chain.commitment import (
    Entry,
    Fault,
    FaultKind,
    Leaf,
    Leaves,
    Member,
    Result,
    compute_application_hash,
    compute_fault_id,
    compute_faults_root,
    compute_members_hash,
    compute_possession_message,
    compute_randao,
    compute_result_hash,
    extend_results,
    prove_fault,
    prove_leaf,
)
from fieldproof.chain.light import Header, LightBlock, encode_update
from fieldproof.chain.light.answers import parse_signed_header, parse_validators
from fieldproof.chain.light.encoding import encode_header_fields, encode_vote
from fieldproof.core import FIELD_ORDER, Algorithm, Domain, compute_hash, keccak256
from fieldproof.core.poseidon2 import permute, sponge
from fieldproof.protocol import (
    CohortWitness,
    DeviceState,
    DeviceWitness,
    FieldSpec,
    Identity,
    Packet,
    Receipt,
    ReceiptKind,
    Registration,
    Row,
    Schema,
    SealContent,
    StateField,
    StateLayout,
    Statement,
    compute_attributes_hash,
    compute_chain_start,
    compute_digest,
    compute_leaf,
    compute_network_id,
    compute_program_id,
    compute_seal_key,
    compute_state_root,
    compute_widths,
    compute_window_root,
    encode_packet,
    encode_signed,
    extend_chain,
    pack_points,
    pack_rows,
    prepare_packet,
    prepare_receipt,
    sign_seal,
    to_raw_rows,
)

FOLDER = Path(__file__).parent
CHAIN_ID = 31337
REGISTRY = bytes.fromhex("11" * 20)
SETTLEMENT = bytes.fromhex("22" * 20)
OWNER = bytes.fromhex("33" * 20)
WINDOW_S = 3600
SLOTS = 8
CAPACITY = 4
GENESIS = 1_700_000_000

SCHEMA = Schema(
    1,
    (
        FieldSpec("irradiance", "W/m2", 10, 0, 16_000),
        FieldSpec("temperature", "Cel", 100, -6_000, 6_000),
    ),
    (FieldSpec("panel_area", "m2", 100, 0, 5_000),),
)
EDGES = (0, 1, 2, 2**64 - 1, 2**128, 2**253, FIELD_ORDER - 1)


def random_bytes(name: str, length: int = 32) -> bytes:
    """Return bytes that hang on nothing but `name`."""
    return hashlib.shake_256(b"fieldproof.vectors." + name.encode()).digest(length)


def random_field(name: str) -> int:
    """Return a field element that hangs on nothing but `name`."""
    return int.from_bytes(random_bytes(name, 48)) % FIELD_ORDER


def to_hex(value: int | bytes) -> str:
    """Write a field element or bytes as 0x and hexadecimal digits; field elements have 64 digits."""
    return "0x" + (value.hex() if isinstance(value, bytes) else f"{value:064x}")


def make_poseidon2() -> dict[str, Any]:
    """Permutations and sponges of zero to ten inputs."""
    states = [(0, 0, 0, 0), (0, 1, 2, 3), (FIELD_ORDER - 1,) * 4, EDGES[3:]]
    inputs = [[random_field(f"sponge {length} {i}") for i in range(length)] for length in range(1, 11)]
    inputs += [[edge] for edge in EDGES]
    return {
        "permutations": [
            {"state": [*map(to_hex, state)], "output": [*map(to_hex, permute(state))]} for state in states
        ],
        "sponges": [
            {"inputs": [*map(to_hex, values)], "output": to_hex(sponge(values))} for values in inputs
        ],
        "domains": {domain.name.lower(): to_hex(domain.value) for domain in Domain},
        "hashes": [
            {
                "domain": domain.name.lower(),
                "context": to_hex(context),
                "inputs": [to_hex(random_field(domain.name))],
                "output": to_hex(compute_hash(domain, context, random_field(domain.name))),
            }
            for domain in Domain
            for context in (0, 1, 2**128 - 1)
        ],
    }


def make_devices() -> list[dict[str, Any]]:
    """Make the registered devices that the other files use: keys, attributes, leaf."""
    devices = []
    for number in range(3):
        secret = random_field(f"seal secret {number}") or 1
        attributes = (number * 2_500,)
        attributes_hash = compute_attributes_hash(SCHEMA, attributes)
        key = compute_seal_key(secret)
        devices.append(
            {
                "number": number,
                "secret": secret,
                "key": key,
                "attributes": attributes,
                "attributes_hash": attributes_hash,
                "leaf": compute_leaf(number, key, attributes_hash),
            }
        )
    return devices


def make_registry() -> dict[str, Any]:
    """Leaves and the running key commitment of one cohort."""
    start = compute_chain_start(CHAIN_ID, REGISTRY, 0)
    commitment, steps = start, []
    for device in make_devices():
        commitment = extend_chain(commitment, device["leaf"])
        steps.append(
            {
                "device": device["number"],
                "seal_key": [*map(to_hex, device["key"])],
                "attributes": [*map(to_hex, device["attributes"])],
                "attributes_hash": to_hex(device["attributes_hash"]),
                "leaf": to_hex(device["leaf"]),
                "commitment": to_hex(commitment),
            }
        )
    return {
        "chain_id": CHAIN_ID,
        "registry": to_hex(REGISTRY),
        "cohort": 0,
        "chain_start": to_hex(start),
        "registrations": steps,
    }


def make_ids() -> dict[str, Any]:
    """Schema hash, network id, program id."""
    sources = {"network.py": "one\ntwo\n", "helpers.py": "three\r\n"}
    settings: list[Any] = [["name", "rooftops"], ["window_s", 3600]]
    versions = ["noir 1", "bb 2"]
    return {
        "schema": {
            "version": 1,
            "reading": [[s.name, s.unit, s.scale, s.low, s.high] for s in SCHEMA.reading],
            "attributes": [[s.name, s.unit, s.scale, s.low, s.high] for s in SCHEMA.attributes],
            "hash": to_hex(SCHEMA.hash),
        },
        "network": {
            "chain_id": CHAIN_ID,
            "settlement": to_hex(SETTLEMENT),
            "schema_hash": to_hex(SCHEMA.hash),
            "network_id": to_hex(network_id()),
        },
        "program": {
            "sources": sources,
            "settings": settings,
            "versions": versions,
            "program_id": to_hex(compute_program_id(sources=sources, settings=settings, versions=versions)),
        },
    }


def network_id() -> bytes:
    """Return the id of the network of these vectors."""
    return compute_network_id(chain_id=CHAIN_ID, settlement=SETTLEMENT, schema_hash=SCHEMA.hash)


def make_rows(device: int, count: int) -> tuple[tuple[int, ...], ...]:
    """Make readings that touch both ends of every range."""
    ends = ((0, 16_000, -6_000), (3_599_999, 0, 6_000))
    rows = [
        (1_000 * i + device, (i * 977 + device) % 16_001, i * 311 % 12_001 - 6_000) for i in range(1, count)
    ]
    return (ends[0], *rows[: count - 2], ends[1])[:count] if count > 1 else ends[:count]


def make_seals() -> dict[str, Any]:
    """Packed readings, digests, seals and the window root of a cohort in window 7; device 1 does not seal."""
    seals, messages = [], [None] * CAPACITY
    for device in make_devices():
        number = device["number"]
        if number == 1:
            continue
        rows = make_rows(number, SLOTS if number == 0 else 5)
        salt = random_bytes(f"salt {number}", 16)
        packed = pack_rows(to_raw_rows(rows, SCHEMA), compute_widths(SCHEMA, WINDOW_S), SLOTS)
        digest = compute_digest(rows, salt, SCHEMA, window_s=WINDOW_S, readings_per_window=SLOTS)
        content = SealContent(network_id(), number, 7, 0, len(rows), salt, digest)
        seal = sign_seal(content, device["secret"], random_bytes(f"entropy {number}"))
        messages[number] = content.compute_message()
        seals.append(
            {
                "device": number,
                "secret": to_hex(device["secret"]),
                "seal_key": [*map(to_hex, device["key"])],
                "window": 7,
                "gateway": 0,
                "rows": rows,
                "salt": to_hex(salt),
                "packed": [*map(to_hex, packed)],
                "digest": to_hex(digest),
                "message": to_hex(messages[number]),
                "s": to_hex(seal.signature.s),
                "e": to_hex(seal.signature.e),
                "wire": to_hex(seal.encode()),
                "payload_hash": to_hex(seal.payload_hash),
            }
        )
    return {
        "network_id": to_hex(network_id()),
        "window_s": WINDOW_S,
        "readings_per_window": SLOTS,
        "capacity": CAPACITY,
        "seals": seals,
        "window_root": to_hex(compute_window_root(messages)),
    }


def make_optional() -> dict[str, Any]:
    """Missing values: the schema that allows them, rows, raw form, packing, digest and packet."""
    schema = Schema(
        1,
        (
            SCHEMA.reading[1],
            FieldSpec("humidity", "%RH", 1, 0, 255, optional=True),
            FieldSpec("pressure", "hPa", 10, 3_000, 11_000, optional=True),
        ),
    )
    rows: tuple[Row, ...] = (
        (0, -6_000, None, None),
        (1, 0, 0, 3_000),
        (60_000, 2_153, 255, None),
        (3_599_999, 6_000, None, 11_000),
    )
    salt, widths = random_bytes("optional salt", 16), compute_widths(schema, WINDOW_S)
    raw = to_raw_rows(rows, schema)
    digest = compute_digest(rows, salt, schema, window_s=WINDOW_S, readings_per_window=SLOTS)
    return {
        "schema": {
            "version": schema.version,
            "reading": [[s.name, s.unit, s.scale, s.low, s.high, s.optional] for s in schema.reading],
            "hash": to_hex(schema.hash),
        },
        "window_s": WINDOW_S,
        "readings_per_window": SLOTS,
        "widths": widths,
        "maxima": [spec.maximum_raw for spec in schema.reading],
        "rows": rows,
        "raw": raw,
        "packed": [*map(to_hex, pack_rows(raw, widths, SLOTS))],
        "salt": to_hex(salt),
        "digest": to_hex(digest),
        "packet_payload": to_hex(Packet(network_id(), 7, 0, rows).encode_payload()),
    }


def make_state() -> dict[str, Any]:
    """Packed states with values at both ends of their ranges, and the roots before and after a window."""
    streak = StateField("streak", 0, 100, 0)
    balance = StateField("balance", -1_000, 1_000_000, 250)
    total = StateField("total", 0, 2**64 - 1, 7)
    cases = []
    for fields, capacity in (((streak, balance), CAPACITY), ((balance, total), CAPACITY), ((streak,), 64)):
        layout = StateLayout(fields, capacity)
        ends = (tuple(each.low for each in fields), tuple(each.high for each in fields))
        states = [
            layout.first,
            DeviceState(8, ends[0]),
            DeviceState(2**32 - 1, ends[1]),
            *(DeviceState(i, tuple(each.low + i for each in fields)) for i in range(3, capacity)),
        ]
        words = layout.pack(states)
        cases.append(
            {
                "fields": [[each.name, each.low, each.high, each.default] for each in fields],
                "capacity": capacity,
                "widths": layout.widths,
                "states": [[state.next_window, *state.values] for state in states],
                "words": [*map(to_hex, words)],
                "root": to_hex(compute_state_root(words)),
                "initial_words": [*map(to_hex, layout.initial_words)],
                "initial_root": to_hex(compute_state_root(layout.initial_words)),
            }
        )
    return {"cohorts": cases}


def make_statement() -> dict[str, Any]:
    """Statements of capacities 4 and 256 as public inputs."""
    cases = []
    for capacity in (4, 256):
        ones = (1 << capacity) - 1
        statement = Statement(
            capacity=capacity,
            network_id=int.from_bytes(network_id()),
            program_id=random_field("program") >> 8,
            cohort=2,
            window=7,
            starts_at=GENESIS + 7 * WINDOW_S,
            key_commitment=random_field("commitment"),
            count=capacity - 1,
            active=ones >> 1,
            settled=1,
            previous_state=0,
            window_root=random_field("root"),
            sealed=ones >> 1 & ~1,
            next_state=0,
            points=tuple(0 if i in (0, capacity - 1) else (i * 0x9E3779B1) % 2**32 for i in range(capacity)),
        )
        cases.append(
            {
                "capacity": capacity,
                **{
                    name: to_hex(getattr(statement, name))
                    for name in [
                        "network_id",
                        "program_id",
                        "cohort",
                        "window",
                        "starts_at",
                        "key_commitment",
                        "count",
                        "active",
                        "settled",
                        "previous_state",
                        "window_root",
                        "sealed",
                        "next_state",
                    ]
                },
                "points": statement.points,
                "result": [*map(to_hex, pack_points(statement.points, capacity))],
                "public_inputs": [*map(to_hex, statement.to_fields())],
            }
        )
    return {"genesis": GENESIS, "window_s": WINDOW_S, "statements": cases}


def make_witness() -> dict[str, Any]:
    """The layout of a witness, for one sealed device among four slots."""
    device = make_devices()[0]
    seal = make_seals()["seals"][0]
    rows = tuple(to_raw_rows(seal["rows"], SCHEMA))
    first = DeviceWitness(
        seal_key=device["key"], attributes=device["attributes"], salt=int(seal["salt"], 16), rows=rows
    )
    others = (DeviceWitness(attributes=(0,)),) * (CAPACITY - 1)
    witness = CohortWitness(compute_chain_start(CHAIN_ID, REGISTRY, 0), (first, *others), 3, SLOTS)
    return {"inputs": _to_hex_tree(witness.to_inputs())}


def _to_hex_tree(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _to_hex_tree(item) for key, item in value.items()}
    return [_to_hex_tree(item) for item in value] if isinstance(value, list) else to_hex(value)


def make_messages() -> dict[str, Any]:
    """Packet, receipt and registration, signed with ES256K (whose signatures are deterministic)."""
    key = PrivateKey(random_bytes("identity"))
    identity = Identity(Algorithm.ES256K, key.public_key.format())
    packet = Packet(network_id(), 7, 0, make_rows(0, 3))
    message = prepare_packet(packet, identity)
    gateway = PrivateKey(random_bytes("gateway"))
    address = keccak256(gateway.public_key.format(compressed=False)[1:])[12:]
    packet_hash = hashlib.sha256(message.payload).digest()
    receipt = Receipt(ReceiptKind.PACKET, network_id(), 0, 7, packet_hash, 1_700_025_200_123)
    receipt_message = prepare_receipt(receipt, address)
    registration = Registration(
        CHAIN_ID, REGISTRY, OWNER, identity, compute_seal_key(5), (2_500,), 0, GENESIS + 600
    )
    return {
        "identity": {
            "private_key": to_hex(key.secret),
            "did": identity.did,
            "words": [*map(to_hex, identity.words)],
            "hash": to_hex(identity.hash),
        },
        "packet": {
            "network_id": to_hex(packet.network_id),
            "window": packet.window,
            "first_index": packet.first_index,
            "rows": packet.rows,
            "payload": to_hex(message.payload),
            "to_be_signed": to_hex(message.to_be_signed),
            "wire": to_hex(encode_packet(message, _sign(key, message.to_be_signed))),
        },
        "receipt": {
            "private_key": to_hex(gateway.secret),
            "gateway": to_hex(address),
            "kind": int(receipt.kind),
            "network_id": to_hex(receipt.network_id),
            "device": receipt.device,
            "window": receipt.window,
            "payload_hash": to_hex(packet_hash),
            "received_ms": receipt.received_ms,
            "to_be_signed": to_hex(receipt_message.to_be_signed),
            "wire": to_hex(encode_signed(receipt_message, _sign(gateway, receipt_message.to_be_signed))),
        },
        "registration": {
            "chain_id": CHAIN_ID,
            "registry": to_hex(REGISTRY),
            "owner": to_hex(OWNER),
            "seal_key": [*map(to_hex, registration.seal_key)],
            "attributes": [2_500],
            "nonce": 0,
            "deadline": registration.deadline,
            "message": to_hex(registration.encode_message()),
            "signature": to_hex(_sign(key, registration.encode_message())),
        },
    }


def _sign(key: PrivateKey, message: bytes) -> bytes:
    return key.sign_recoverable(message)[:64]


def make_beacon() -> dict[str, Any]:
    """Rounds of the chain's beacon from pools of one to five, what must be refused, and draws."""
    draws = [(1, 1), (3, 2), (6, 4), (36, 24), (100, 21), (7, 24)]
    return {
        "second_base": to_hex(SECOND_BASE.encode()),
        "rounds": [_make_beacon_round(size) for size in (1, 2, 3, 5)],
        "refused": _make_refused_dealings(),
        "draws": [
            {
                "seed": to_hex(random_bytes(f"draw {size}")),
                "pool": size,
                "seats": seats,
                "committee": draw_committee(random_bytes(f"draw {size}"), size, seats),
            }
            for size, seats in draws
        ],
    }


def _make_pool(size: int) -> tuple[Round, list[BeaconKey]]:
    keys = [BeaconKey(random_bytes(f"beacon key {index}")) for index in range(size)]
    operators = tuple(random_bytes(f"operator {index}", 20) for index in range(size))
    public = tuple(key.public_key for key in keys)
    return Round(CHAIN_ID, 7, random_bytes("previous seed"), public, operators), keys


def _make_beacon_round(size: int) -> dict[str, Any]:
    """Everyone deals and opens; for the last dealer the shares of all members stand beside its opening."""
    pool, keys = _make_pool(size)
    dealings = [compute_dealing(pool, dealer, key) for dealer, key in enumerate(keys)]
    openings = [compute_opening(pool, dealer, key) for dealer, key in enumerate(keys)]
    shares = [compute_share(pool, member, size - 1, dealings[-1], key) for member, key in enumerate(keys)]
    points = [opening.point for opening in openings]
    cancelling = [points[0], points[0].multiply(ORDER - 1)]
    return {
        "chain_id": pool.chain_id,
        "epoch": pool.epoch,
        "previous_seed": to_hex(pool.previous_seed),
        "secrets": [to_hex(key.secret) for key in keys],
        "keys": [*map(to_hex, pool.keys)],
        "operators": [*map(to_hex, pool.operators)],
        "digest": to_hex(pool.digest),
        "dealings": [to_hex(dealing.encode()) for dealing in dealings],
        "openings": [to_hex(opening.encode()) for opening in openings],
        "shares_of_last": [to_hex(share.encode()) for share in shares],
        "seed": to_hex(compute_seed(pool, points)),
        "seed_of_infinity": to_hex(compute_seed(pool, cancelling)),
        "missed_seed": to_hex(compute_missed_seed(pool)),
    }


def _make_refused_dealings() -> list[dict[str, Any]]:
    """Dealings by the first of the five whose proofs hold or held, and the reason why they do not count."""
    pool, keys = _make_pool(5)
    good = compute_dealing(pool, 0, keys[0]).encode()
    cases = {
        "by another dealer": ("wrong-proof", compute_dealing(pool, 1, keys[1]).encode()),
        "a commitment of the other sign": ("wrong-proof", good[:32] + bytes([good[32] ^ 1]) + good[33:]),
        "a commitment that is infinity": ("not-a-point", good[:32] + bytes(33) + good[65:]),
        "a response as large as the order": ("not-a-scalar", good[:-32] + ORDER.to_bytes(32)),
        "a byte too long": ("wrong-length", good + b"\0"),
        "a degree too high": ("wrong-degree", _deal(pool, keys[0], lambda i: 5 + i**3)),
        "a secret of zero": ("zero-dealing", _deal(pool, keys[0], lambda i: 5 * i + i**2)),
    }
    return [{"case": case, "reason": why, "dealing": to_hex(data)} for case, (why, data) in cases.items()]


def _deal(pool: Round, key: BeaconKey, polynomial: Callable[[int], int]) -> bytes:
    values = [polynomial(place) for place in range(1, pool.size + 1)]
    return deal_values(pool, 0, key, values).encode()


def make_chain() -> dict[str, Any]:
    """What the application's hash commits to, with proofs of every part; what a candidate's keys sign."""
    members = tuple(_make_member(number) for number in range(3))
    faults = tuple(_make_fault(number) for number in range(5))
    chain, results = bytes(32), []
    for epoch in range(3):
        result = _make_result(epoch)
        chain = extend_results(chain, result)
        results.append(
            {
                "epoch": epoch,
                "entries": [_describe(entry) for entry in result.entries],
                "hash": to_hex(compute_result_hash(result)),
                "chain": to_hex(chain),
            }
        )
    leaves = Leaves(
        execution_hash=random_bytes("execution hash"),
        height=61,
        epoch=3,
        seed=random_bytes("seed"),
        committee=compute_members_hash(members[1:]),
        pool=compute_members_hash(members),
        faults=compute_faults_root(faults),
        results=chain,
    )
    return {
        "members": [_describe(member) for member in members],
        "members_hash": to_hex(compute_members_hash(members)),
        "committee_hash": to_hex(compute_members_hash(members[1:])),
        "application": {
            "leaves": [*map(to_hex, leaves.values)],
            "hash": to_hex(compute_application_hash(leaves.values)),
            "proofs": [[*map(to_hex, prove_leaf(leaves.values, leaf))] for leaf in Leaf],
        },
        "faults": [_make_faults(faults[:count]) for count in range(len(faults) + 1)],
        "results": results,
        "randao": {
            "seed": to_hex(leaves.seed),
            "height": leaves.height,
            "value": to_hex(compute_randao(leaves.seed, leaves.height)),
        },
        "possessions": [
            _make_possession("consensus", "fieldproof consensus key"),
            _make_possession("beacon", "fieldproof beacon key"),
        ],
        "weights": [
            _make_weight(days, is_renewed, is_self)
            for days in (0, 1, 2, 3, 7, 30, 90, 91, 182, 365, 1049, 1050)
            for is_renewed in (False, True)
            for is_self in (False, True)
        ],
    }


def _describe(record: Member | Fault | Entry) -> dict[str, Any]:
    """Write a record with its bytes and its amounts in hex."""
    return {
        name: to_hex(value) if isinstance(value, bytes) or name == "votes" else int(value)
        for name, value in asdict(record).items()
    }


def _make_member(number: int) -> Member:
    consensus = PrivateKey(random_bytes(f"consensus {number}")).public_key
    beacon = PrivateKey(random_bytes(f"beacon {number}")).public_key.format()
    key = consensus.format()
    return Member(
        operator=random_bytes(f"operator {number}", 20),
        consensus=keccak256(consensus.format(compressed=False)[1:])[12:],
        consensus_prefix=key[0],
        consensus_x=key[1:],
        beacon_prefix=beacon[0],
        beacon_x=beacon[1:],
        votes=(3 - number) * 10**22 + number,
    )


def _make_fault(number: int) -> Fault:
    kind, height = FaultKind(1 + number % 3), 7 + 11 * number
    operator = random_bytes(f"operator {number}", 20)
    identity = compute_fault_id(kind, operator, height)
    return Fault(identity, kind, operator, height // 20, height, GENESIS + 2 * height)


def _make_faults(faults: tuple[Fault, ...]) -> dict[str, Any]:
    return {
        "faults": [_describe(fault) for fault in faults],
        "root": to_hex(compute_faults_root(faults)),
        "proofs": [[*map(to_hex, prove_fault(faults, index))] for index in range(len(faults))],
    }


def _make_result(epoch: int) -> Result:
    """Make an epoch of as many members as its number, one of them idle; an empty pool is hashed too."""
    operators = [random_bytes(f"operator {number}", 20) for number in range(epoch)]
    entries = [Entry(item, 10**21 * (i + 1), 10 * i, 10) for i, item in enumerate(operators)]
    return Result(epoch, tuple(entries))


def _make_possession(name: str, purpose: str) -> dict[str, Any]:
    key, operator = PrivateKey(random_bytes(f"{name} 0")), random_bytes("operator 0", 20)
    message = compute_possession_message(purpose, CHAIN_ID, SETTLEMENT, operator, OWNER)
    x, y = key.public_key.point()
    signature = key.sign_recoverable(message, hasher=None)
    return {
        "purpose": purpose,
        "chain_id": CHAIN_ID,
        "staking": to_hex(SETTLEMENT),
        "operator": to_hex(operator),
        "owner": to_hex(OWNER),
        "message": to_hex(message),
        "x": to_hex(x),
        "y": to_hex(y),
        "r": to_hex(signature[:32]),
        "s": to_hex(signature[32:64]),
        "v": 27 + signature[64],
    }


def _make_weight(days: int, is_renewed: bool, is_self: bool) -> dict[str, Any]:
    """Compute a vote's weight to 60 digits and round it down to 18 behind the point."""
    with localcontext(prec=60):
        weight = Decimal(1)
        if days:
            weight += Decimal(days * (2 if is_renewed else 1)).ln() / Decimal("1.2").ln() / 100
        if is_self and is_renewed and days >= 91:
            weight *= Decimal("1.06")
        scaled = int((weight * 10**18).to_integral_value(ROUND_FLOOR))
    return {"lock_days": days, "auto_renew": is_renewed, "self": is_self, "weight": to_hex(scaled)}


def make_light() -> dict[str, Any]:
    """What a light client makes of the recorded network: encodings, and an update for each committee."""
    network = json.loads((FOLDER / "light_network.json").read_text())
    blocks = [_parse_recorded(recorded) for recorded in network["blocks"]]
    last = len(blocks)
    return {
        "chain_id": network["chain_id"],
        "trusted": _describe_trusted(blocks[0].header),
        "headers": [
            {
                "height": block.header.height,
                "fields": [*map(to_hex, encode_header_fields(block.header))],
                "hash": to_hex(block.commit.block_id.hash),
            }
            for block in (blocks[0], blocks[1], blocks[-1])
        ],
        "validators": [
            {
                "keys": [to_hex(validator.key) for validator in block.validators],
                "hash": to_hex(block.header.validators_hash),
            }
            for block in blocks[::5]
        ],
        "precommits": [
            {"height": block.header.height, "round": block.commit.round, **_describe_vote(block)}
            for block in blocks
        ],
        "updates": [
            {
                "height": height,
                "received_s": blocks[height - 1].header.time_ns // 10**9 + 1,
                "data": to_hex(encode_update(blocks[height - 1])),
            }
            for height in (3, 5, 10, 15, 20, 21, 24, last)
        ],
        "leaves": [
            {
                "height": height,
                "leaf": int(leaf),
                "value": to_hex(values[leaf]),
                "proof": [*map(to_hex, prove_leaf(values, leaf))],
            }
            for height in (1, 20)
            for values in [[bytes.fromhex(value) for value in network["blocks"][height - 1]["leaves"]]]
            for leaf in Leaf
        ],
    }


def _parse_recorded(recorded: dict[str, Any]) -> LightBlock:
    header, commit = parse_signed_header(recorded["commit"]["signed_header"])
    return LightBlock(header, commit, tuple(parse_validators(recorded["validators"])[0]))


def _describe_trusted(header: Header) -> dict[str, Any]:
    time_s, nanos = divmod(header.time_ns, 10**9)
    return {
        "height": header.height,
        "time_s": time_s,
        "time_nanos": nanos,
        "next_validators_hash": to_hex(header.next_validators_hash),
        "app_hash": to_hex(header.app_hash),
    }


def _describe_vote(block: LightBlock) -> dict[str, Any]:
    vote = block.commit.votes[0]
    x, y = PublicKey(block.validators[0].key).point()
    return {
        "signed": to_hex(encode_vote(block.header.chain_id, block.commit, vote)),
        "signature": to_hex(vote.signature),
        "signer": to_hex(keccak256(x.to_bytes(32) + y.to_bytes(32))[12:]),
    }


FILES = {
    "beacon": make_beacon,
    "chain": make_chain,
    "ids": make_ids,
    "light": make_light,
    "messages": make_messages,
    "optional": make_optional,
    "poseidon2": make_poseidon2,
    "registry": make_registry,
    "seals": make_seals,
    "state": make_state,
    "statement": make_statement,
    "witness": make_witness,
}


def render(name: str) -> str:
    """Return the text of one vector file."""
    return json.dumps(FILES[name](), indent=1) + "\n"


if __name__ == "__main__":
    for file_name in FILES:
        (FOLDER / f"{file_name}.json").write_text(render(file_name))
