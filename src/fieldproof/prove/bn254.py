"""As much of BN254's first group as a reference string needs, in plain Python, and one pairing."""

from collections.abc import Iterator, Sequence

Point = tuple[int, int]
_Jacobian = tuple[int, int, int]

PRIME = 21888242871839275222246405745257275088696311157297823662689037894645226208583
"""Order of the field that coordinates live in."""
GENERATOR: Point = (1, 2)
_INFINITY: _Jacobian = (1, 1, 0)
_BATCH = 4096


def is_on_curve(point: Point) -> bool:
    """Say whether canonical coordinates satisfy y² = x³ + 3."""
    x, y = point
    return x < PRIME and y < PRIME and (y * y - x * x * x - 3) % PRIME == 0


def compute_doublings(count: int) -> Iterator[Point]:
    """Yield G, 2·G, 4·G …: the powers of the secret 2."""
    current: _Jacobian = (*GENERATOR, 1)
    for start in range(0, count, _BATCH):
        batch = []
        for _ in range(min(_BATCH, count - start)):
            batch.append(current)
            current = _double(current)
        yield from _normalise(batch)


def multiply_sum(factors: Sequence[int], points: Sequence[Point], bits: int) -> Point:
    """Return Σ factorᵢ·pointᵢ for factors below 2^bits, by buckets; the sum must not be infinity."""
    # Work is (bits / window) · (points + 2 · 2^window): about the least a few bits below the points' own.
    window = max(2, min(16, len(points).bit_length() - 3))
    total = _INFINITY
    for shift in reversed(range(0, bits, window)):
        for _ in range(window):
            total = _double(total)
        buckets = [_INFINITY] * (1 << window)
        for factor, point in zip(factors, points, strict=True):
            digit = factor >> shift & (1 << window) - 1
            buckets[digit] = _add_affine(buckets[digit], point)
        running = _INFINITY
        for bucket in reversed(buckets[1:]):
            running = _add(running, bucket)
            total = _add(total, running)
    return _normalise([total])[0]


def is_multiple_of_same(lower: Point, upper: Point, g2_words: tuple[int, int, int, int]) -> bool:
    """Say whether upper = x·lower for the x with x·G₂ = g2_words (x.c1, x.c0, y.c1, y.c0)."""
    from py_ecc.fields import optimized_bn128_FQ as Coordinate
    from py_ecc.fields import optimized_bn128_FQ2 as PairCoordinate
    from py_ecc.optimized_bn128.optimized_curve import G2
    from py_ecc.optimized_bn128.optimized_pairing import pairing

    x1, x0, y1, y0 = g2_words
    multiple = (PairCoordinate([x0, x1]), PairCoordinate([y0, y1]), PairCoordinate.one())

    def lift(point: Point) -> tuple[Coordinate, Coordinate, Coordinate]:
        return Coordinate(point[0]), Coordinate(point[1]), Coordinate.one()

    return bool(pairing(G2, lift(upper)) == pairing(multiple, lift(lower)))


def _normalise(points: Sequence[_Jacobian]) -> list[Point]:
    # One inversion for all: products of all z up to each point, then backwards.
    products, product = [], 1
    for _, _, z in points:
        products.append(product)
        product = product * z % PRIME
    inverse = pow(product, -1, PRIME)
    result: list[Point] = []
    for (x, y, z), before in zip(reversed(points), reversed(products), strict=True):
        inverse_z = inverse * before % PRIME
        inverse = inverse * z % PRIME
        square = inverse_z * inverse_z % PRIME
        result.append((x * square % PRIME, y * square * inverse_z % PRIME))
    result.reverse()
    return result


def _double(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    a = x * x % PRIME
    b = y * y % PRIME
    d = 4 * x * b % PRIME
    e = 3 * a
    x3 = (e * e - 2 * d) % PRIME
    return x3, (e * (d - x3) - 8 * b * b) % PRIME, 2 * y * z % PRIME


def _add_affine(first: _Jacobian, second: Point) -> _Jacobian:
    x1, y1, z1 = first
    if z1 == 0:
        return (*second, 1)
    square = z1 * z1 % PRIME
    h = (second[0] * square - x1) % PRIME
    r = (second[1] * square * z1 - y1) % PRIME
    if h == 0:
        return _double(first) if r == 0 else _INFINITY
    hh = h * h % PRIME
    hhh = h * hh % PRIME
    v = x1 * hh % PRIME
    x3 = (r * r - hhh - 2 * v) % PRIME
    return x3, (r * (v - x3) - y1 * hhh) % PRIME, z1 * h % PRIME


def _add(first: _Jacobian, second: _Jacobian) -> _Jacobian:
    if first[2] == 0:
        return second
    if second[2] == 0:
        return first
    x1, y1, z1 = first
    x2, y2, z2 = second
    z1z1, z2z2 = z1 * z1 % PRIME, z2 * z2 % PRIME
    u1, s1 = x1 * z2z2 % PRIME, y1 * z2 * z2z2 % PRIME
    h = (x2 * z1z1 - u1) % PRIME
    r = (y2 * z1 * z1z1 - s1) % PRIME
    if h == 0:
        return _double(first) if r == 0 else _INFINITY
    hh = h * h % PRIME
    hhh = h * hh % PRIME
    v = u1 * hh % PRIME
    x3 = (r * r - hhh - 2 * v) % PRIME
    return x3, (r * (v - x3) - s1 * hhh) % PRIME, h * z1 * z2 % PRIME
