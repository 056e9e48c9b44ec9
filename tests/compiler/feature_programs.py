"""Tiny programs, one for each feature and corner of the language, as bodies of `reward` in the random frame.

Where a program has helpers, they stand before the line `@@`.
"""
# ruff: noqa: E501

ACCEPTED = (
    """changes = 0
moving = False
before = 2
for s in window:
    changes += before != moving
    before = moving
    moving = s.x > 0
return changes + before""",
    """flag, number, last = len(window) > 3, 7, 0
for i in range(5):
    last = last * 2 + int(flag)
    number = int(flag)
    flag = not flag
return 10 * last + number""",
    """flags = [False, False]
earlier = [5, 5]
total = 0
for s in window:
    total += earlier[0]
    earlier = [int(each) for each in flags]
    flags[0] = s.x > 0
return total + earlier[1]""",
    """def known(h: int | None, other: int) -> int:
    if h is None:
        return other
    return h
@@
o = None
total = 0
for s in window:
    o = 3 if o is None else None
    total += known(o, 5)
return total""",
    """@dataclass(frozen=True)
class Marks:
    count: int
    marks: Array[int, 3] = (1, 2, 30)
@@
few = Marks(len(window))
many = Marks(1, marks=[4, 5, site.a + 10])
return sum(few.marks) + few.count + many.marks[2]""",
    """@dataclass(frozen=True)
class Held:
    best: int
    entries: Array[int, 2]
@@
top = Held(-1000, [0, 0])
for s in window:
    each = Held(s.x, [s.y, 7])
    if each.best > top.best:
        top = each
return top.entries[0] + top.entries[1]""",
    """table = TABLE
total = 0
for s in window:
    table = TABLE
    total += table[0]
table = XS
return total + table[3]""",
    """return sum(a for a in range(5, 0, -2)) + min(range(3)) + max(TABLE[1:3])""",
    """return 5""",
    """v = -7
if site.a > 3:
    v += [1, 2, 5][window.number % 3]
return v + 60""",
    """total = 0
for s in window:
    total += s.y // (window.number % 5)
return total""",
    """return len(window)""",
    """return window.starts_at % 7""",
    """return U8(window.starts_at % 300)""",
    """assert window.starts_at % 2 == 0, 'odd'
return 1""",
    """return site.a + 5""",
    """return U8(site.a)""",
    """return window[0].y""",
    """return window[-1].y""",
    """return 1 // len(window)""",
    """return len(window) > 3""",
    """return TABLE[window.starts_at % 7] + 50""",
    """return TABLE[len(window)] + 50""",
    """n = 0
for i in range(5):
    if i < 3:
        n += TABLE[i] * TABLE[i]
return n""",
    """best = -1
for i, s in enumerate(window):
    if best < 0 < s.x:
        best = i
return best + 1""",
    """n = 0
for i in range(1, 6):
    if i < len(window):
        n += window[i].y
return n""",
    """low = 9999
for s in window:
    low = min(low, s.y)
return low""",
    """a = 0
b = 1
for s in window:
    a, b = b, (a + b) * (s.x > 0) + 1
return a""",
    """seen = False
for s in window:
    seen = seen or s.x > 90
return 7 if seen else 3""",
    """n = 0
for s in window:
    for t in window:
        n += abs(s.x - t.x) > 30
return n""",
    """return sum(isqrt(s.y) for s in window if s.y % 2 == 0)""",
    """return max(abs(s.x) for s in window) * 3 // 2""",
    """x = len(window) ** 30
return x % 1_000_003""",
    """return (len(window) - 3) // 2 + (len(window) - 3) % 2 + 2""",
    """a = [0] * 5
for i in range(5):
    a[i] = i * site.a
return abs(sum(a))""",
    """a = [s.x for s in window]
return abs(sum(a)) + len(a)""",
    """a = [s.x for s in window]
return abs(a[2]) + abs(a[-1])""",
    """hist = [0] * 4
for s in window:
    hist[s.y // 251] += 1
return hist[0] + 10 * hist[1] + 100 * hist[2] + 1000 * hist[3]""",
    """hist = [0] * 3
for s in window:
    if s.x > 0:
        hist[s.x % 3] = s.y
    else:
        hist[0] += 1
return hist[0] + hist[1] * 2 + hist[2] * 3""",
    """a = sorted([s.x for s in window])
n = 0
for i, v in enumerate(a):
    n += (i + 1) * v
return abs(n)""",
    """return abs(median(s.x for s in window))""",
    """return abs(percentile((s.x for s in window if s.y > 3), 90))""",
    """return abs(rank([s.x for s in window], 2))""",
    """return abs(median([site.a, 3, 7, window.number % 9]))""",
    """a = sorted([site.a, 3, len(window), 1, -4], reverse=True)
return abs(a[0] * 1000 + a[1] * 100 + a[2] * 10 + a[4])""",
    """return sum(1 for s in window if s.h is not None)""",
    """n = 0
for s in window:
    if s.h is not None:
        n += s.h + 8
return n""",
    """return sum(s.h for s in window if s.x > 90) + 100""",
    """last = None
n = 0
for s in window:
    if last is not None and s.h is not None and s.h > last:
        n += 1
    if s.h is not None:
        last = s.h
return n""",
    """last: int | None = 7
n = 0
for s in window:
    if last is None:
        n += 1
    else:
        n += 20 * (last > 3)
    last = s.h
return n + (100 if last is None else 200)""",
    """last: int | None = site.a
n = 0
rounds = Bound(6)
while rounds(n < len(window) and last is not None):
    last = window[n].h
    n += 1
return n if last is None else last + 1000""",
    """first: int | None = 40
if window.starts_at % 2 == 0:
    first = None
return (first or 3) + (0 if first is None else first)""",
    """h = [s.h for s in window]
n = 0
for each in h:
    if each is None:
        n += 1
    elif each == 5:
        n += 10
return n""",
    """match site.a:
    case 1 | 2:
        return 5
    case Kind.HIGH:
        return 6
    case _ if site.a > 10:
        return 7
    case _:
        return 8""",
    """n = 0
match site.a:
    case 0:
        n = 3
    case Kind.LOW:
        n += 9
return n""",
    """x = len(window) * 100 + abs(site.a)
n = 0
rounds = Bound(8)
while rounds(x > 3):
    x = x // 2
    n += 1
return n""",
    """x = site.a
rounds = Bound(6)
while rounds(x > 0):
    x -= 3
    if x == 5:
        break
return abs(x)""",
    """n = 0
for s in window:
    x = s.y
    rounds = Bound(7)
    while rounds(x > 10):
        x //= 3
    n += x
return n""",
    """p = Pair(site.a, 7)
q = replace(p, right=site.a + 5)
return abs(p.left) * 100 + q.right + Pair(left=3).right""",
    """pairs = [Pair(s.x, s.y) for s in window]
best = Pair(-1000, 0)
for p in pairs:
    if p.left > best.left:
        best = p
return abs(best.left) + best.right""",
    """a, b = divmod(window.starts_at, 1000)
return (a + b) % 1000003 + int(site.a > 3) + bool(site.a)""",
    """x = abs(site.a) & 5
y = len(window) | 8
z = (window.starts_at % 1024) ^ 77
return x + y * 100 + z * 10000""",
    """return (site.a % 8 ^ 5) | 2""",
    """x = window.starts_at % 1024
x ^= 77
x ^= 5
x |= len(window)
return x""",
    """x = window.starts_at % 1024
for i in range(9):
    x ^= x >> 3
    x = x << 1 & 1023 | i
y: Int[0, 1023] = x
return y""",
    """x = len(window) + 8
y = window.starts_at % 64
return (x & y) + (x | y) * 100 + (x ^ y) * 10000 + (x ^ x) + (y | y) + (x ^ 0)""",
    """x = 0
for s in window:
    x ^= s.y
    x |= s.time_ms % 5
return x""",
    """n = False
for s in window:
    n |= s.x > 3
return 5 if n else 6""",
    """n = False
m = True
k = 1
for s in window:
    n ^= s.x > 3
    m &= s.y > 5
    k |= s.x == 1
return n + m * 2 + k * 4 + (n | m) * 8 + (n ^ k) * 16 + (7 if n & k else 0)""",
    """flags = [False] * 3
for s in window:
    flags[s.y % 3] |= s.x > 3
    flags[0] ^= s.x > 50
return flags[0] + flags[1] * 2 + (flags[2] | flags[0]) * 4""",
    """return ((site.a > 3 if len(window) > 2 else site.a > 8) | (site.a < 0)) ^ (len(window) == 1)""",
    """return (abs(site.a) << 3) + (window.starts_at >> 5) % 1000 + (1 << len(window))""",
    """n = 0
for x, y in POINTS:
    n += abs(x * site.a + y)
return n""",
    """return abs(POINTS[len(window) % 4][0] * 3 + POINTS[len(window) % 4][1])""",
    """return abs(interpolate(site.a * 3, XS, YS))""",
    """return 5 if site.a in (1, 2, 3) else 6 if site.a not in TABLE else 7""",
    """a = [s.y for s in window]
b = a[1:]
n = 0
for p, q in zip(a, b):
    n += abs(q - p)
for p, q in pairwise(a):
    n += 1
return n""",
    """a = list(TABLE)
a[2] = site.a
return abs(sum(a)) + max(a) + len(a)""",
    """a = [1, 2, 3] + [site.a] * 2
n = 0
for v in reversed(a):
    n = n * 2 + v
for v in a[1:4]:
    n += v
return abs(n)""",
    """a = [[1, 2][0], 3]
b = [x * x for x in a]
return sum(b) + b[site.a % 2]""",
    """flags = [False] * 6
for i, s in enumerate(window):
    flags[i] = s.x > 10
return sum(1 for f in flags if f) + (3 if any(flags) else 0) + all(flags)""",
    """n = 0
for i in range(6):
    for j in range(4):
        if i * 4 + j < len(window):
            n += window[i * 4 + j].y
return n""",
    """grid = [0] * 24
for s in window:
    grid[s.time_ms // 150000] = s.y + 1
n = 0
for hour in range(6):
    for quarter in range(4):
        n += grid[hour * 4 + quarter] * (hour + 1)
return n""",
    """a: Array[int, 3] = [0, 0, 0]
i = 0
for s in window:
    if s.x > 0:
        if s.y > 500:
            a[i % 3] += s.y
        else:
            a[0] = 5
        i += 1
    elif s.x < -40:
        continue
    a[2] += 1
return a[0] + a[1] + a[2]""",
    """a = [0, 0, 0]
if site.a > 3:
    for s in window:
        a[s.x % 3] += 1
return a[0] + a[1] * 10 + a[2] * 100""",
    """v: U8 = len(window)
w = Int[0, 50](site.a)
return v + w""",
    """def_ = 3
return def_ if window else 4""",
    """best = [0, 0]
for i, s in enumerate(window):
    if s.y > best[1]:
        best = [i, s.y]
return best[0] * 1000 + best[1]""",
    """total = 0
for s in window:
    total += median([s.x, s.y, 50])
return total + 300""",
    """a = [s.y for s in window]
return sum(a[i] * i for i in range(len(TABLE)) if i < len(a)) + min(a)""",
    """return sorted([s.x for s in window])[0] + 50""",
    """n = 0
for s in window:
    x = s.h or 5
    n += x + 10
return n""",
    """n = 0
for s in window:
    x = s.h and 5
    n += 1 if x is None else 2 + x
return n""",
    """n = 0
for s in window:
    x = s.h and 5
    n += x + 20
return n""",
    """n = 0
for s in window:
    x = s.x > 3 and s.h
    n += 1 if x is None else 20 + x
return n""",
    """n = 0
for s in window:
    x = s.h or s.x > 9 or s.h
    n += 1 if x is None else 20 + x
return n""",
    """return min(window[0].h, 1 // (site.a - 3)) + 10""",
    """x = window[0].h
x += 1 // (site.a - 3)
return x + 10""",
    """return 3 + any(s.h for s in window)""",
    """return 3 + all(s.h for s in window)""",
    """h = [s.h for s in window]
return 3 + all(h) + any(h)""",
    """x = max(s.h for s in window if s.h is not None)
return x + 8""",
    """x = max(s.h for s in window if s.h is not None and s.x > 3)
return x + 8""",
    """x = max(s.h for s in window if s.h)
return x + 8""",
    """x = median(s.h for s in window if s.x > 3 and s.h is not None)
return x + 8""",
    """x = percentile((s.h for s in window if s.h is not None), 30)
return x + 8""",
    """x = max(s.h if s.h is not None else -9 for s in window)
return x + 9""",
    """x = max(s.h or 0 for s in window)
return x + 9""",
    """x = max(s.h + 0 for s in window)
return x + 9""",
    """n = 0
h = [s.h for s in window]
for i in range(3):
    if h[i] is not None and h[i] > 0:
        n += h[i]
return n""",
    """x = window[0].h
return 3 if not x else 4 if x else 5""",
    """return 5 if window and window[0].h else 6""",
    """x = max(-9 if s.h is None else s.h for s in window)
return x + 9""",
    """n = 0
for s in window:
    h = s.h
    if h is None:
        h = 3
    n += h + 10
return n""",
    """def g(h, v):
    if h is None:
        return v
    return h
@@
n = 0
for s in window:
    n += g(s.h, s.x) + 100
return n""",
    """n = 0
for i in range(0):
    n = 5
return n + 3""",
    """for s in window:
    i = s.x
return len(window)""",
    """i = 7
for i in range(0):
    pass
return i""",
    """i = 7
for i in range(3):
    pass
return i""",
    """s = window[0]
for s in window[2:]:
    pass
return s.y""",
    """def f(w: Window[Sample]) -> int:
    for s in w:
        for t in w:
            if s.x > t.x:
                return s.y
            if t.x == 2:
                break
        else_ = 3
    return 5
@@
return f(window)""",
    """x = abs(site.a)
rounds = Bound(3)
while rounds(x > 0):
    x -= 1
return x + 1""",
    """x = abs(site.a)
rounds = Bound(20)
while rounds(x > 0):
    x -= 1
return x + 1""",
    """x = abs(site.a)
rounds = Bound(3)
while rounds(1 // x > -5 and x < 4):
    x -= 1
return x + 1""",
    """n = 0
x = site.a
rounds = Bound(4)
while rounds(x > 0):
    y = 3
    inner = Bound(2)
    while inner(y > x % 3):
        y -= 1
        if x == 2:
            break
        if y == x:
            return 77
    x -= y + 1
    n += y
    if n > 4:
        continue
    n += 1
return n""",
    """return (site.a // 3) + (site.a // -3) + (site.a % 3) + (site.a % -3) + (-7 // 2) + (7 // -2) + (-7 % 2) + (7 % -2) + 40""",
    """a, b = divmod(site.a, -3)
c, d = divmod(-site.a, 4)
return abs(a) + abs(b) + abs(c) + abs(d)""",
    """return True + True * 3 - (site.a > 3) + (not site.a) + -(site.a == 2) + 5""",
    """return (site.a > 1 and site.a) + 10""",
    """return site.a > 1 or 7""",
    """return 1 << (window.starts_at % 20)""",
    """return (5 >> site.a) + (window.starts_at >> abs(site.a))""",
    """return abs(-window.starts_at >> 3)""",
    """return -1 >> abs(site.a) == -1""",
    """a = [s.x > 3 for s in window]
n = 0
for f in a:
    n += f
return n + (a[0] and 3)""",
    """a = [False] * 3
a[site.a % 3] = site.a > 3
a[0] = a[1] or a[2]
return a[0] + a[1] * 2 + a[2] * 4""",
    """a = [False] * 3
a[1] = 3
return a[0] + a[1]""",
    """a = [0, site.a > 3, 2]
return a[1] + a[site.a % 3]""",
    """v = [s.y for s in window]
v[0], v[1] = v[1], v[0]
return v[0] * 2 + v[-1]""",
    """return sum(window[i].x for i in range(3)) + 200""",
    """return window[len(window) - 1].y - window[-len(window)].y + 1000""",
    """return TABLE[-1] + TABLE[-7] + 100""",
    """return TABLE[site.a - 8] + 50""",
    """return POINTS[site.a % 4][1] + POINTS[-1][0]""",
    """a = [1, 2, 3, 4]
b = a[1:3]
b[0] = 9
a[2] = 7
return b[0] * 100 + b[1] * 10 + a[1]""",
    """a = [1, 2, 3, 4]
b = a[-2:]
c = a[:-1]
return b[0] * 100 + c[2] + len(c)""",
    """a = sorted([3, site.a, 1], reverse=True)
a[0] = 50
b = a[1:]
b[0] = 7
return sum(a) + b[0] + a[1] + 10""",
    """for x, y in [(1, 2), (3, site.a)]:
    if y > x:
        return y
return 0""",
    """n = 0
for i, (x, y) in enumerate(POINTS):
    n += i * x + y
return n + 10""",
    """n = 0
for i in range(site.a, site.a + 3):
    n += i * i
return n""",
    """pairs = [Pair(s.x, 5) for s in window]
pairs[0] = Pair(1, 2)
pairs[1] = replace(pairs[0], right=9)
return pairs[0].right * 10 + pairs[1].right + len(pairs)""",
    """p = Pair(1, 2)
for s in window:
    if s.x > p.left:
        p = replace(p, left=s.x)
return abs(p.left) * 100 + p.right""",
    """p = (1, 2)
for s in window:
    p = (p[1], s.y)
return p[0] + p[1]""",
    """x, (y, z) = 1, (2, site.a)
return abs(x + y + z)""",
    """match site.a:
    case 1 | 2 if window[0].x > 0:
        return 1
    case 2:
        return 2
    case -5:
        return 3
    case Kind.HIGH:
        return 4
return 9""",
    """match window[0].h:
    case 5:
        return 1
    case 0 | 30:
        return 2
    case _:
        return 3""",
    """match site.a > 2:
    case 1:
        return 1
    case 0:
        return 2
return 3""",
    """n = Kind.LOW
if site.a > 2:
    n = Kind.HIGH
return n + 5""",
    """x: Int[0, 20] = abs(site.a)
return Int[3, 9](x) + U8(x - 3)""",
    """return Fixed[10, 0, 2](site.a * 3)""",
    """last = [0] * 3
for s in window:
    last = ([s.y] + last)[:3]
return last[0] + 10 * last[1] + 100 * last[2]""",
    """values = [1, 2, 3, 4]
part = [7, 8]
if site.a > 2:
    part = values[:2]
return part[0] * 10 + part[1]""",
    """return U8(site.a * 30) if Bool(site.a) else Bool(len(window))""",
    """return interpolate(site.a * 3, (0, 10), (5, -5)) + 100""",
    """return interpolate(site.a, (-5, -2, 3, 4, 19), (0, 7, -3, -3, 100)) + 100""",
    """return len(window[1:]) + len(window[2:4]) * 10 + len(window[:1])""",
    """n = 0
for s in window[1:4]:
    n += s.y
return n + sum(t.y for t in window[:2])""",
    """n = 7
for s in window[:-1]:
    n = (n * 5 + s.y) % 10007
return n""",
    """n = 7
for s in window[1:-2]:
    n = (n * 5 + s.y) % 10007
return n""",
    """n = 7
for s in window[-3:]:
    n = (n * 5 + s.y) % 10007
return n""",
    """n = 7
for s in window[-9:-2]:
    n = (n * 5 + s.y) % 10007
return n""",
    """n = 7
for s in window[-3:-1]:
    n = (n * 5 + s.y) % 10007
return n""",
    """n = 7
for s in window[-4:][:-1][-2:]:
    n = (n * 5 + s.y) % 10007
return n""",
    """n = 7
for s in window[1:4][-2:]:
    n = (n * 5 + s.y) % 10007
return n""",
    """n = 7
for a, b in zip(window[:-1], window[1:]):
    n = (n * 5 + a.y * 3 + b.y) % 10007
return n""",
    """n = 7
for a, b in zip(window[-3:], window[:3]):
    n = (n * 5 + a.y * 3 + b.y) % 10007
return n""",
    """n = 7
for a, b in pairwise(window[-3:]):
    n = (n * 5 + a.y * 3 + b.y) % 10007
return n""",
    """n = 7
for s in reversed(window):
    n = (n * 5 + s.y) % 10007
return n""",
    """n = 7
for s in reversed(window[-3:]):
    n = (n * 5 + s.y) % 10007
return n""",
    """n = 7
for s in reversed(window[1:-1]):
    n = (n * 5 + s.y) % 10007
return n""",
    """n = 7
for i, s in enumerate(reversed(window)):
    n = (n * 5 + i * 300 + s.y) % 10007
return n""",
    """n = 7
for i, s in enumerate(window, start=1):
    n = (n * 5 + i * 300 + s.y) % 10007
return n""",
    """n = 7
for i, s in enumerate(reversed(window[1:]), start=site.a):
    n = (n * 5 + abs(i) * 300 + s.y) % 10007
return n""",
    """n = 7
for i, (a, b) in enumerate(pairwise(reversed(window))):
    n = (n * 5 + i * 700 + a.y * 3 + b.y) % 10007
return n""",
    """n = 7
for a, b in zip(window, reversed(window)):
    n = (n * 5 + a.y * 3 + b.y) % 10007
return n""",
    """n = 7
for a, b in zip(reversed(window), TABLE):
    n = (n * 5 + a.y * 3 + b) % 10007
return n""",
    """n = 7
for a, b in zip(reversed(window), reversed([s.y for s in window])):
    n = (n * 5 + a.time_ms * 3 + b) % 10007
return n""",
    """n = 7
for (a, b), c in zip(pairwise(reversed(window)), TABLE):
    n = (n * 5 + a.y * 3 + b.y + c) % 10007
return n""",
    """v = [s.y for s in window]
n = 7
for x in v[:-1]:
    n = (n * 5 + x) % 10007
return n""",
    """v = [s.y for s in window]
n = 7
for x in v[1:-1]:
    n = (n * 5 + x) % 10007
return n""",
    """v = [s.y for s in window]
n = 7
for x in v[-3:]:
    n = (n * 5 + x) % 10007
return n""",
    """v = [s.y for s in window]
n = 7
for x in v[-5:][:-1][-2:]:
    n = (n * 5 + x) % 10007
return n""",
    """v = [s.y for s in window]
n = 7
for x in reversed(v):
    n = (n * 5 + x) % 10007
return n""",
    """v = [s.y for s in window]
n = 7
for x in reversed(v[-3:]):
    n = (n * 5 + x) % 10007
return n""",
    """v = [s.y for s in window]
n = 7
for x in sorted(v)[-2:]:
    n = (n * 5 + x) % 10007
return n""",
    """v = [s.y for s in window]
n = 7
for x in list(reversed(v)):
    n = (n * 5 + x) % 10007
return n""",
    """v = [s.y for s in window]
n = 7
for s in list(reversed(window)):
    n = (n * 5 + s.y) % 10007
return n""",
    """v = [s.y for s in window]
n = 7
for x in [x // 2 for x in reversed(v)][-2:]:
    n = (n * 5 + x) % 10007
return n""",
    """v = [s.y for s in window]
n = 7
for a, b in zip(v[:-1], v[1:]):
    n = (n * 5 + a * 3 + b) % 10007
return n""",
    """v = [s.y for s in window]
w = v[-3:]
w[0] = 5
w[-1] += v[0]
return sum(w) + sum(v)""",
    """v = [s.y for s in window]
n = 0
for i, s in enumerate(window):
    n += v[i] * (i + 1) + window[i].x + 50
return n""",
    """v = [s.y for s in window]
n = 0
for i, x in enumerate(v[2:]):
    n = (n * 5 + v[i] + v[i + 1] * 2 + v[i + 2] * 3 + x) % 10007
return n""",
    """v = [s.y for s in window]
n = 0
for i, x in enumerate(v[2:]):
    n += v[i + 3] + x
return n""",
    """v = [s.y for s in window]
n = 0
for i, x in enumerate(v[1:-1][1:3]):
    for j in range(3):
        n = (n * 5 + v[i + j]) % 10007
return n""",
    """v = [s.y for s in window]
n = 0
for i in range(6):
    if i < max(len(v) - 5, 0) - -2:
        n += v[i + 3]
return n""",
    """v = [s.y for s in window]
n = 0
for i in range(3):
    if i - 2 < len(v) and i < len(v) - 1:
        n += v[i + 1] + v[i - 1]
return n""",
    """v = [s.y for s in window]
n = 0
for i in range(4):
    if i < min(len(v), 3) - 1:
        n += v[i + 1]
    if i < max(len(v) - 1, 1):
        n += v[i]
return n""",
    """for s in reversed(window):
    if s.x > 3:
        return s.y
return 1""",
    """n = 0
for s in reversed(window):
    if s.h is None:
        break
    n += s.h + 10
return n""",
    """n = 0
for s in window:
    for t in reversed(window[-2:]):
        n += abs(s.x - t.x) * (t.y + 1)
return n""",
    """recent = window[-3:]
if not recent:
    return 1
return sum(s.y for s in recent) // len(recent) + recent[0].y + recent[-1].y""",
    """return len(window[-3:]) + 10 * len(window[:-1]) + 100 * len(window[-3:-1]) + 1000 * len([s.y for s in window][-2:])""",
    """return window[-3:][site.a].y + [s.y for s in window][:-1][site.a]""",
    """return 5 if window[:-1] else 6 if window[3:] else 7""",
    """return any(1 // s.y > 3 for s in reversed(window)) + all(5 // s.y < 3 for s in reversed(window))""",
    """return median(s.y for s in reversed(window)) + median(s.y for s in window[-3:]) + max(s.y for s in reversed(window[:-1]))""",
    """n = 0
for a, b in zip(window, window[3:]):
    n += abs(a.x - b.x)
return n""",
    """n = 0
for a, b in zip(TABLE, window[1:]):
    n += a * b.x
return abs(n)""",
    """return sum(a * b for a, b in zip(TABLE, [s.x for s in window])) % 1000""",
    """return any([s.x > 3 for s in window]) + all([1 // s.x for s in window])""",
    """n = 0
for s in reversed(TABLE):
    n = n * 3 + s
return abs(n)""",
    """n = 0
for a, b in pairwise(TABLE):
    n += a * b
return abs(n)""",
    """n = 0
for i, x in enumerate(reversed([1, site.a, 3]), 5):
    n = n * 3 + x * i
return abs(n)""",
    """return 3 if site.a in (1, Kind.HIGH, len(window)) else 4 if window[0].h in (None, 5) else 5""",
    """return 3 if site.a not in (1, 1 // site.a) else 4""",
    """assert window[0].x < 50, "first"
assert site.a // window[0].x > -100
return 1""",
    """x = len(window)
x **= 2
x <<= 1
x |= 1
x &= 63
x ^= 5
x >>= 1
return x""",
    """return sum(sorted(TABLE)[2:4]) + sorted(window[i].y for i in range(2))[0] + 100""",
    """return min(site.a, 3) + max(3, site.a, len(window)) + abs(min(TABLE))""",
    """return rank(TABLE, site.a % 7) + 50""",
    """return rank((s.x for s in window), site.a) + 50""",
    """return percentile([s.x for s in window], 0) + percentile(TABLE, 100) + percentile((s.y for s in window), 50) + 50""",
    """return median(range(4)) + median((1, site.a)) + 5""",
    """a = [1, 2, 3]
for i in range(len(a)):
    a[i] = i * 2
return sum(a)""",
    """a = [1, 2, 3]
for x in list(a):
    a[0] += x
return sum(a)""",
    """n = 0
for s in window:
    x = s.h and 5
    n += 1 if x is None else 2
return n""",
    """n = 0
for (a, b), c in zip(pairwise(window[2:]), window[2:]):
    n += c.y
return n""",
    """n = 0
for c, (a, b) in zip(window[2:], pairwise(window[2:])):
    n += c.y
return n""",
    """a = [0, 0]
b = a[:]
a[0] = 4
return b[0] + a[0]""",
    """@dataclass(frozen=True)
class Holder:
    items: Array[int, 2]
@@
r = Holder([1, 2])
q = r.items
s = r.items
return q[0] + s[1]""",
    """def f(a: Array[int, 2]) -> int:
    n = 0
    for x in a:
        n += x
    a = [5, 6]
    a[0] += 1
    return n + a[0]
@@
v = [site.a, 3]
return abs(f(v)) + v[1]""",
    """a = [1, 2]
c = [3, 4]
b = (a if site.a > 3 else c)[:]
a[0] = 5
return b[0]""",
    """a = [1, 2, 3]
return sum(x for x in a) + sum(a[i] for i in range(len(a)))""",
    """a = [0, 0]
for a[0] in range(3):
    a[1] += a[0]
return a[1] * 10 + a[0]""",
    """a = [0, 0]
i = 0
i, a[i] = 1, 5
return a[0] * 10 + a[1]""",
    """a = [0, 1, 2]
i = 2
i = a[i] = 1
return a[0] * 100 + a[1] * 10 + a[2] + i""",
    """a = [1, 2]
a[0], a[1] = a[1], a[0]
return a[0] * 10 + a[1]""",
    """s = 0
a = [s for s in range(3)]
return s + sum(a)""",
    """s = 4
n = sum(s for s in range(3)) + s
return n""",
    """h = [s.h for s in window]
return 1 if h[0] == h[1] else 0""",
    """a = sorted([s.x for s in window])
return abs(a[3])""",
    """a = sorted([s.x for s in window])
return abs(a[-1]) + abs(a[-2])""",
    """a = [s.x for s in window]
a[0] = 3
return sum(a) + 500""",
    """a = [s.x for s in window]
b = sorted(a)
b[1] = 3
return abs(b[0]) + abs(sum(b))""",
)
"""What compiles, and means what it means in Python."""

ALIASING = (
    """def f(v):
    for i in range(2):
        v[i] = 0
    return v[0]
@@
a = sorted([3, site.a, 1], reverse=True)
return f(a) + a[0]""",
    """a = b = [0] * 3
a[0] = 5
return b[0]""",
    """t = ([0, 0, 0], 1)
a, n = t
a[0] = 5
return t[0][0] + n""",
    """t = ([0, 0, 0], 1)
a = t[0]
a[0] = 5
return t[0][0]""",
    """def f(v):
    s = v
    return s
@@
a = [0, 1]
q = f(a)
a[0] = 9
return q[0]""",
    """a = [1, 2]
b = [0, 0] if site.a > 3 else a
a[0] = 5
return b[0]""",
    """def f(v, c):
    b = list(v)
    if c:
        b = v
    b[0] = 7
    return b[0]
@@
a = [1, 2]
n = f(a, site.a > 3)
return a[0] + n""",
    """def f(v):
    b = [0, 0]
    for i in range(3):
        b[0] = 7
        b = v
    return b[0]
@@
a = [1, 2]
n = f(a)
return a[0] + n""",
    """def f():
    a = [0, 0]
    return a, a
@@
x, y = f()
x[0] = 5
return y[0]""",
    """@dataclass(frozen=True)
class Holder:
    items: Array[int, 2]

def f(r: Holder) -> Array[int, 2]:
    s = r.items
    return s
@@
a = [1, 2]
q = f(Holder(a))
a[0] = 9
return q[0]""",
    """a = [1, 2]
b = (a if site.a > 3 else [0, 0])
a[0] = 5
return b[0]""",
    """a = [1, 2]
for x in a:
    for i in range(2):
        a[i] = 9
return a[0]""",
)
"""What would be a second name for a list, or change one that a loop goes over: refused."""

REFUSED = {
    """table = TABLE
total = 0
for s in window:
    total += table[0]
    table = XS
return total""": "FP152",
    """part = window[:3]
total = 0
for s in window:
    total += len(part)
    if s.x > 0:
        part = window[1:4]
return total""": "FP152",
    """pair = (window[:2], 3)
total = 0
for s in window:
    total += len(pair[0])
    pair = (window[:2], pair[1] + 1)
return total""": "FP152",
    """x = abs(site.a)
part = window[:3]
rounds = Bound(20)
while rounds(x > 0):
    x -= 1
    part = window[1:]
return x + len(part)""": "FP152",
    """s = window
for s in window:
    pass
return len(s)""": "FP152",
    """values = [s.y ** 24 for s in window]
return sorted(values)[0] % 7""": "FP208",
    """return isqrt(window[0].y ** 24 * 1000) % 7""": "FP208",
    """n = 0
for s in window[-3:2]:
    n += 1
return n""": "FP164",
    """n = 0
for s in window[::2]:
    n += 1
return n""": "FP164",
    """n = 0
for s in window[:-6]:
    n += 1
return n""": "FP164",
    """n = 0
for s in reversed(enumerate(window)):
    n += 1
return n""": "FP116",
    """n = 0
for s in reversed(reversed(TABLE)):
    n += 1
return n""": "FP116",
    """n = 0
for i, s in enumerate(window, first=1):
    n += 1
return n""": "FP114",
    """return window[:3].starts_at % 5""": "FP166",
    """x = max(s.h for s in window)
return 1""": "FP148",
    """x = median(s.h for s in window)
return 3""": "FP148",
    """return (site.a & 3 if site.a >= 0 else 0) + bool(window[0].h) + int(window[-1].h)""": "FP168",
    """return (-20 if site.a > 3 else -7) & 5""": "FP168",
    """v = [s.y for s in window if True]
return v[0]""": "FP170",
    """return median([]) + 1""": "FP169",
    """return TABLE[7]""": "FP205",
    """n = 0
for i in range(site.a, site.a - 3):
    n += 1
return n""": "FP161",
    """x, y = [site.a, 3]
return y""": "FP162",
    """n = Kind(site.a)
return n + 5""": "FP113",
    """return sorted((5, site.a, 2))[1] + 10""": "FP114",
    """return 1 if [1, 2] == [1, 2] else 0""": "FP112",
    """return 1 if (1, site.a) == (1, 2) else 0""": "FP112",
}
"""What Python runs and a proof does not, by the mistake that says so."""
