"""The beacon once more, as a stranger would write it from docs/reference/chain.md.

Plain integers, slow, no checks of form. Shares no code with `fieldproof.chain.beacon`.
"""

import hashlib
from collections.abc import Sequence
from functools import reduce
from math import comb

from fieldproof.core import SECP256K1, Point, keccak256
from fieldproof.core.curves import INFINITY
from fieldproof.core.signatures import decode_point, encode_point

Q = SECP256K1.order
G = SECP256K1.generator
H_BYTES = bytes.fromhex("02ed45aab277cc031fdac2a6126d0ea0275159cfd47f71bf9c9732fb660788c8be")


def d(name: str) -> bytes:
    return name.encode().ljust(32, b"\0")


def u32(number: int) -> bytes:
    return number.to_bytes(4)


def scalar(data: bytes) -> int:
    return int.from_bytes(hashlib.sha256(data).digest()) % Q


def read(data: bytes) -> Point:
    point = decode_point(SECP256K1, data)
    assert point is not None
    return point


def total(points: Sequence[Point]) -> Point:
    return reduce(SECP256K1.add, points, INFINITY)


def announce(response: int, base: bytes, challenge: int, point: bytes) -> bytes:
    return encode_point(SECP256K1.multiply_add(response, read(base), challenge, read(point)))


def weigh(places: Sequence[int], points: Sequence[Point]) -> Point:
    weighted = []
    for place, point in zip(places, points, strict=True):
        weight = 1
        for other in places:
            if other != place:
                weight = weight * other * pow(other - place, -1, Q) % Q
        weighted.append(SECP256K1.multiply(weight, point))
    return total(weighted)


class PlainRound:
    def __init__(
        self, chain_id: int, epoch: int, previous: bytes, keys: Sequence[bytes], operators: Sequence[bytes]
    ) -> None:
        self.n, self.t = len(keys), len(keys) // 2 + 1
        self.keys, self.operators, self.previous = keys, operators, previous
        self.name = chain_id.to_bytes(32) + epoch.to_bytes(8)
        self.digest = hashlib.sha256(
            d("fieldproof beacon round") + self.name + previous + u32(self.n) + b"".join([*keys, *operators])
        ).digest()

    def is_dealing(self, dealer: int, data: bytes) -> bool:
        n = self.n
        c = int.from_bytes(data[:32])
        v = [data[32 + 33 * i : 65 + 33 * i] for i in range(n)]
        e = [data[32 + 33 * (n + i) : 65 + 33 * (n + i)] for i in range(n)]
        r = [int.from_bytes(data[32 + 66 * n + 32 * i :][:32]) for i in range(n)]
        bound = self.digest + self.operators[dealer]
        announced = [announce(r[i], H_BYTES, c, v[i]) for i in range(n)]
        announced += [announce(r[i], self.keys[i], c, e[i]) for i in range(n)]
        if c != scalar(d("fieldproof beacon dealing") + bound + b"".join(v + e + announced)):
            return False
        tail = bound + hashlib.sha256(data).digest()
        f = [scalar(d("fieldproof beacon code word") + tail + u32(j)) for j in range(n - self.t)]
        word = [
            (-1) ** (n - i) * comb(n - 1, i - 1) * sum(f[j] * i**j for j in range(n - self.t))
            for i in range(1, n + 1)
        ]
        products = [SECP256K1.multiply(k, read(point)) for k, point in zip(word, v, strict=True)]
        return total(products) == INFINITY and self.commit(data) != INFINITY

    def commit(self, dealing: bytes) -> Point:
        v = [read(dealing[32 + 33 * i : 65 + 33 * i]) for i in range(self.t)]
        return weigh(range(1, self.t + 1), v)

    def is_opening(self, dealer: int, dealing: bytes, data: bytes) -> bool:
        v0, point, base = encode_point(self.commit(dealing)), data[:33], encode_point(G)
        c, r = int.from_bytes(data[33:65]), int.from_bytes(data[65:])
        statement = self.digest + self.operators[dealer] + H_BYTES + v0 + base + point
        announced = announce(r, H_BYTES, c, v0) + announce(r, base, c, point)
        return c == scalar(d("fieldproof beacon opening") + statement + announced)

    def is_share(self, member: int, dealer: int, dealing: bytes, data: bytes) -> bool:
        point, base, key = data[:33], encode_point(G), self.keys[member]
        c, r = int.from_bytes(data[33:65]), int.from_bytes(data[65:])
        share = dealing[32 + 33 * (self.n + member) :][:33]
        statement = self.digest + self.operators[dealer] + self.operators[member] + base + key + point + share
        announced = announce(r, base, c, key) + announce(r, point, c, share)
        return c == scalar(d("fieldproof beacon share") + statement + announced)

    def recover(self, shares: dict[int, bytes]) -> bytes:
        return encode_point(weigh([i + 1 for i in shares], [read(share[:33]) for share in shares.values()]))

    def seed(self, points: Sequence[bytes]) -> bytes:
        point = total([read(point) for point in points])
        encoded = bytes(33) if point == INFINITY else encode_point(point)
        return keccak256(d("fieldproof beacon seed") + self.name + encoded + self.previous)

    def missed_seed(self) -> bytes:
        return keccak256(d("fieldproof beacon missed") + self.name + self.previous)


def draw(seed: bytes, n: int, seats: int) -> list[int]:
    words: list[int] = []
    members, counter = list(range(n)), 0
    for place in range(min(seats, n)):
        while True:
            if not words:
                block = keccak256(d("fieldproof beacon draw") + seed + u32(counter))
                words, counter = [block[i] * 256 + block[i + 1] for i in range(0, 32, 2)], counter + 1
            word = words.pop(0)
            if word < 65536 - 65536 % (n - place):
                break
        chosen = place + word % (n - place)
        members[place], members[chosen] = members[chosen], members[place]
    return members[: min(seats, n)]
