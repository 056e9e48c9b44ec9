"""A cohort of two small devices as the inputs of `assert_statement`, honest or forged in one thing."""

from dataclasses import dataclass

from fieldproof.core.curves import GRUMPKIN
from fieldproof.core.hashing import Domain, compute_hash
from prove.cohorts import sign

from .harnesses import Harness, accept_if

SECRETS = (0x1234567, 0x7654321)
KEYS = tuple(GRUMPKIN.multiply(secret, GRUMPKIN.generator) for secret in SECRETS)
COHORT, WINDOW, NETWORK, CHAIN_START, COUNT, DIGESTS = 3, 481_000, 77, 99, 2, (555, 666)

BODY = """{
    let statement = M::Statement {
        network_id: inputs[0], cohort: inputs[1], window: inputs[2], key_commitment: inputs[3],
        registered: inputs[4], active: [inputs[5]], settled: [inputs[6]], window_root: inputs[7],
        sealed: [inputs[8]], result: [inputs[9]],
    };
    let seals = M::Seals {
        chain_start: inputs[10], seal_keys: [[inputs[11], inputs[12]], [inputs[13], inputs[14]]],
        attribute_hashes: [0; 2], gateways: [inputs[15], inputs[16]], counts: [inputs[17], inputs[18]],
        digests: [inputs[19], inputs[20]],
        signatures: [[inputs[21], inputs[22], inputs[23]], [inputs[24], inputs[25], inputs[26]]],
    };
    M::assert_statement(statement, seals, [inputs[27], inputs[28]]);
    [0]
}"""


@dataclass(frozen=True)
class Claim:
    """What the prover says; every field but the flagged forgeries is computed from the others."""

    active: int = 3
    settled: int = 0
    sealed: int = 3
    registered: int = 2
    gateway: int = 14
    second_key: tuple[int, int] = KEYS[1]
    forged_signature: int = 0
    forged_commitment: int = 0
    forged_root: int = 0
    forged_result: int = 0

    def to_inputs(self) -> tuple[int, ...]:
        keys = (KEYS[0], self.second_key)
        commitment = CHAIN_START
        messages, signatures = [], []
        for slot in range(2):
            number = 2 * COHORT + slot
            if slot < self.registered:
                leaf = compute_hash(Domain.LEAF, number, *keys[slot], 0)
                commitment = compute_hash(Domain.CHAIN, 0, commitment, leaf)
            context = (number << 88) + (WINDOW << 24) + (self.gateway << 16) + COUNT
            message = compute_hash(Domain.SEAL, context, NETWORK, DIGESTS[slot])
            s, e = sign(SECRETS[slot], message)
            messages.append(message if self.sealed >> slot & 1 else 0)
            signatures += [s % 2**128, s >> 128, e]
        signatures[0] += self.forged_signature
        points = [10, 20]
        paid = [value if self.sealed >> slot & 1 else 0 for slot, value in enumerate(points)]
        return (
            NETWORK, COHORT, WINDOW, commitment + self.forged_commitment, self.registered, self.active,
            self.settled, compute_hash(Domain.ROOT, 0, *messages) + self.forged_root, self.sealed,
            paid[0] + (paid[1] << 32) + self.forged_result, CHAIN_START, *keys[0], *keys[1],
            self.gateway, self.gateway, COUNT, COUNT, *DIGESTS, *signatures, *points,
        )  # fmt: skip


HONEST = (Claim(), Claim(sealed=1), Claim(active=1, sealed=1), Claim(settled=2, sealed=1), Claim(sealed=0))
FORGED = (
    Claim(active=1),
    Claim(settled=2),
    Claim(registered=1),
    Claim(sealed=1, second_key=(5, 5)),
    Claim(gateway=15),
    Claim(gateway=-1),
    Claim(forged_signature=1),
    Claim(forged_commitment=1),
    Claim(forged_root=1),
    Claim(forged_result=1),
)
_TRUE = frozenset(claim.to_inputs() for claim in HONEST)

STATEMENT = Harness(
    "cohort",
    ("assert_statement",),
    BODY,
    lambda *inputs: accept_if(inputs in _TRUE),
    tuple(claim.to_inputs() for claim in (*HONEST, *FORGED)),
)
