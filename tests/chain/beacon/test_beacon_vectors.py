"""The vectors of the beacon, replayed by the code and by a plain twin written from the documentation."""

import json
from pathlib import Path
from typing import Any

import pytest

from chain.beacon.plain_beacon import H_BYTES, PlainRound, draw
from fieldproof.chain.beacon import (
    BeaconKey,
    Dealing,
    Opening,
    RefusedError,
    Round,
    Share,
    compute_dealing,
    compute_missed_seed,
    compute_opening,
    compute_seed,
    compute_share,
    draw_committee,
    recover_secret_point,
    verify_dealing,
    verify_opening,
    verify_share,
)
from fieldproof.chain.beacon.group import ORDER, SECOND_BASE

VECTORS = json.loads((Path(__file__).parents[3] / "vectors" / "beacon.json").read_text())
ROUNDS = VECTORS["rounds"]


def parse(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def parse_all(texts: list[str]) -> tuple[bytes, ...]:
    return tuple(map(parse, texts))


def get_parts(vector: dict[str, Any]) -> tuple[int, int, bytes, tuple[bytes, ...], tuple[bytes, ...]]:
    names = ("keys", "operators")
    keys, operators = (parse_all(vector[name]) for name in names)
    return vector["chain_id"], vector["epoch"], parse(vector["previous_seed"]), keys, operators


@pytest.mark.parametrize("vector", ROUNDS, ids=lambda vector: len(vector["keys"]))
def test_a_round_is_made_again_from_its_secrets(vector: dict[str, Any]) -> None:
    beacon_round = Round(*get_parts(vector))
    keys = [BeaconKey(int(secret, 16).to_bytes(32)) for secret in vector["secrets"]]
    last = beacon_round.size - 1
    assert beacon_round.digest == parse(vector["digest"])
    dealings = [compute_dealing(beacon_round, dealer, key) for dealer, key in enumerate(keys)]
    openings = [compute_opening(beacon_round, dealer, key) for dealer, key in enumerate(keys)]
    assert tuple(each.encode() for each in dealings) == parse_all(vector["dealings"])
    assert tuple(each.encode() for each in openings) == parse_all(vector["openings"])
    shares = [
        compute_share(beacon_round, member, last, dealings[last], key) for member, key in enumerate(keys)
    ]
    assert tuple(each.encode() for each in shares) == parse_all(vector["shares_of_last"])


@pytest.mark.parametrize("vector", ROUNDS, ids=lambda vector: len(vector["keys"]))
def test_a_round_is_checked_from_what_is_public(vector: dict[str, Any]) -> None:
    beacon_round = Round(*get_parts(vector))
    size, last, points = beacon_round.size, beacon_round.size - 1, []
    dealings = [Dealing.decode(data, size) for data in parse_all(vector["dealings"])]
    for dealer, data in enumerate(parse_all(vector["openings"])):
        verify_dealing(beacon_round, dealer, dealings[dealer])
        opening = Opening.decode(data)
        verify_opening(beacon_round, dealer, dealings[dealer], opening)
        points.append(opening.point)
    shares = {member: Share.decode(data) for member, data in enumerate(parse_all(vector["shares_of_last"]))}
    for member, share in shares.items():
        verify_share(beacon_round, member, last, dealings[last], share)
    assert recover_secret_point(beacon_round, shares) == points[last]
    assert compute_seed(beacon_round, points) == parse(vector["seed"])
    cancelling = [points[0], points[0].multiply(ORDER - 1)]
    assert compute_seed(beacon_round, cancelling) == parse(vector["seed_of_infinity"])
    assert compute_missed_seed(beacon_round) == parse(vector["missed_seed"])


@pytest.mark.parametrize("vector", ROUNDS, ids=lambda vector: len(vector["keys"]))
def test_a_stranger_who_read_the_documentation_finds_the_same(vector: dict[str, Any]) -> None:
    plain = PlainRound(*get_parts(vector))
    last = plain.n - 1
    dealings, openings = parse_all(vector["dealings"]), parse_all(vector["openings"])
    shares = dict(enumerate(parse_all(vector["shares_of_last"])))
    assert plain.digest == parse(vector["digest"])
    for dealer, (dealing, opening) in enumerate(zip(dealings, openings, strict=True)):
        assert plain.is_dealing(dealer, dealing)
        assert plain.is_opening(dealer, dealing, opening)
    assert all(plain.is_share(member, last, dealings[last], share) for member, share in shares.items())
    points = [opening[:33] for opening in openings]
    needed = dict([*shares.items()][-plain.t :])
    assert plain.recover(needed) == points[last]
    assert plain.seed(points) == parse(vector["seed"])
    negated = bytes([points[0][0] ^ 1]) + points[0][1:]
    assert plain.seed([points[0], negated]) == parse(vector["seed_of_infinity"])
    assert plain.missed_seed() == parse(vector["missed_seed"])


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["case"])
def test_a_dealing_that_does_not_count_is_refused_for_the_stated_reason(vector: dict[str, Any]) -> None:
    with pytest.raises(RefusedError) as refusal:
        verify_dealing(Round(*get_parts(ROUNDS[-1])), 0, Dealing.decode(parse(vector["dealing"]), 5))
    assert refusal.value.reason == vector["reason"]
    if vector["reason"] in ("wrong-proof", "wrong-degree", "zero-dealing"):
        assert not PlainRound(*get_parts(ROUNDS[-1])).is_dealing(0, parse(vector["dealing"]))


@pytest.mark.parametrize("vector", VECTORS["draws"], ids=lambda vector: vector["pool"])
def test_a_draw_is_made_again(vector: dict[str, Any]) -> None:
    arguments = parse(vector["seed"]), vector["pool"], vector["seats"]
    assert [*draw_committee(*arguments)] == draw(*arguments) == vector["committee"]


def test_the_second_base_is_the_same_everywhere() -> None:
    assert parse(VECTORS["second_base"]) == SECOND_BASE.encode() == H_BYTES
