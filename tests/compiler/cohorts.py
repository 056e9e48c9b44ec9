"""A cohort's statement and witness for any network, through the protocol's own functions."""

import hashlib
from collections.abc import Sequence

from fieldproof.compiler import CapturedNetwork, CompiledNetwork, Inputs, to_python
from fieldproof.protocol import (
    CohortWitness,
    DeviceWitness,
    SealContent,
    Statement,
    compute_attributes_hash,
    compute_chain_start,
    compute_digest,
    compute_leaf,
    compute_seal_key,
    compute_state_root,
    compute_window_root,
    extend_chain,
    sign_seal,
    to_raw_rows,
)

NETWORK_ID = bytes(1) + bytes(range(31))
COHORT = 2
WINDOW = 77
SALT = bytes(range(16))
ENTROPY = bytes(32)


def make_cohort(
    compiled: CompiledNetwork, windows: Sequence[Inputs | None], capacity: int
) -> tuple[Statement, CohortWitness]:
    """One device for each entry; None did not seal. All windows start at the same time."""
    python = to_python(compiled)
    points = [
        0 if window is None else python(window.rows, window.attributes, window.starts_at).points
        for window in windows
    ]
    return make_statement(compiled.network, windows, capacity, points)


def make_statement(
    network: CapturedNetwork,
    windows: Sequence[Inputs | None],
    capacity: int,
    points: Sequence[int],
    *,
    window: int = WINDOW,
    previous_words: tuple[int, ...] = (),
    next_words: tuple[int, ...] = (),
) -> tuple[Statement, CohortWitness]:
    """What a program made of the devices' windows, as statement and witness."""
    schema, settings = network.schema, network.settings
    starts_at = next((each.starts_at for each in windows if each is not None), 0)
    commitment = chain_start = compute_chain_start(31337, bytes(20), COHORT)
    devices, messages, sealed = [], [], 0
    for slot, inputs in enumerate(windows):
        number = COHORT * capacity + slot
        secret = 1000 + slot
        key = compute_seal_key(secret)
        attributes = inputs.attributes if inputs else tuple(spec.low for spec in schema.attributes)
        raw = tuple(spec.to_raw(value) for spec, value in zip(schema.attributes, attributes, strict=True))
        leaf = compute_leaf(number, key, compute_attributes_hash(schema, attributes))
        commitment = extend_chain(commitment, leaf)
        if inputs is None:
            devices.append(DeviceWitness(seal_key=key, attributes=raw))
            messages.append(None)
            continue
        digest = compute_digest(
            inputs.rows,
            SALT,
            schema,
            window_s=settings.window_s,
            readings_per_window=settings.readings_per_window,
        )
        content = SealContent(NETWORK_ID, number, window, 3, len(inputs.rows), SALT, digest)
        seal = sign_seal(content, secret, ENTROPY)
        rows = tuple(to_raw_rows(inputs.rows, schema))
        devices.append(DeviceWitness(key, raw, 3, int.from_bytes(SALT), seal.signature, rows))
        messages.append(content.compute_message())
        sealed |= 1 << slot
    spare = capacity - len(devices)
    devices += [DeviceWitness(attributes=tuple(0 for _ in schema.attributes))] * spare
    statement = Statement(
        capacity=capacity,
        network_id=int.from_bytes(NETWORK_ID),
        program_id=int.from_bytes(hashlib.sha256(b"program").digest()) >> 8,
        cohort=COHORT,
        window=window,
        starts_at=starts_at,
        key_commitment=commitment,
        count=len(windows),
        active=(1 << len(windows)) - 1,
        settled=0,
        previous_state=compute_state_root(previous_words),
        window_root=compute_window_root([*messages, *[None] * spare]),
        sealed=sealed,
        next_state=compute_state_root(next_words),
        points=(*points, *[0] * (capacity - len(points))),
        state=next_words,
    )
    columns = 1 + len(schema.reading)
    return statement, CohortWitness(
        chain_start, tuple(devices), columns, settings.readings_per_window, previous_words
    )
