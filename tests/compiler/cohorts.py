"""A cohort's statement and witness for any network, through the protocol's own functions."""

import hashlib
from collections.abc import Sequence

from fieldproof.compiler import CompiledNetwork, Inputs, to_python
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
    network, python = compiled.network, to_python(compiled)
    schema, settings = network.schema, network.settings
    starts_at = next(window.starts_at for window in windows if window is not None)
    commitment = chain_start = compute_chain_start(31337, bytes(20), COHORT)
    devices, messages, points, sealed = [], [], [], 0
    for slot, window in enumerate(windows):
        number = COHORT * capacity + slot
        secret = 1000 + slot
        key = compute_seal_key(secret)
        attributes = window.attributes if window else tuple(spec.low for spec in schema.attributes)
        raw = tuple(spec.to_raw(value) for spec, value in zip(schema.attributes, attributes, strict=True))
        leaf = compute_leaf(number, key, compute_attributes_hash(schema, attributes))
        commitment = extend_chain(commitment, leaf)
        if window is None:
            devices.append(DeviceWitness(seal_key=key, attributes=raw))
            messages.append(None)
            points.append(0)
            continue
        digest = compute_digest(
            window.rows,
            SALT,
            schema,
            window_s=settings.window_s,
            readings_per_window=settings.readings_per_window,
        )
        content = SealContent(NETWORK_ID, number, WINDOW, 3, len(window.rows), SALT, digest)
        seal = sign_seal(content, secret, ENTROPY)
        rows = tuple(to_raw_rows(window.rows, schema))
        devices.append(DeviceWitness(key, raw, 3, int.from_bytes(SALT), seal.signature, rows))
        messages.append(content.compute_message())
        points.append(python(window.rows, window.attributes, window.starts_at).points)
        sealed |= 1 << slot
    spare = capacity - len(devices)
    devices += [DeviceWitness(attributes=tuple(0 for _ in schema.attributes))] * spare
    statement = Statement(
        capacity=capacity,
        network_id=int.from_bytes(NETWORK_ID),
        program_id=int.from_bytes(hashlib.sha256(b"program").digest()) >> 8,
        cohort=COHORT,
        window=WINDOW,
        starts_at=starts_at,
        key_commitment=commitment,
        count=len(windows),
        active=(1 << len(windows)) - 1,
        settled=0,
        previous_state=0,
        window_root=compute_window_root([*messages, *[None] * spare]),
        sealed=sealed,
        next_state=0,
        points=(*points, *[0] * spare),
    )
    columns = 1 + len(schema.reading)
    return statement, CohortWitness(chain_start, tuple(devices), columns, settings.readings_per_window)
