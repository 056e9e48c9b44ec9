"""What a specification must be, and what becomes of parties' files."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from coincurve import PrivateKey

from chain.genesis_samples import CHAIN_ID, make_key, make_party, make_secret, make_spec, with_party
from fieldproof.chain.contracts import REWARDS
from fieldproof.chain.errors import GenesisError
from fieldproof.chain.genesis import Account, Spec, check_spec, format_party, merge_parties, parse_party
from fieldproof.chain.genesis.checks import LARGEST_BALANCE, LARGEST_POOL
from fieldproof.chain.genesis.spec import Party, decode_hex
from fieldproof.chain.node.keys import CONSENSUS_PURPOSE

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def test_a_specification_survives_being_written_and_read() -> None:
    spec = make_spec()
    assert check_spec(spec) is None
    read = Spec.parse(spec.format())
    assert set(read.parties) == set(spec.parties)
    assert replace(read, parties=(), accounts=()) == replace(spec, parties=(), accounts=())


@pytest.mark.parametrize(
    ("name", "refused", "taken"),
    [
        ("name", ("", "Upper", "-x", "a b", "x" * 45), ("x" * 44, "a-1")),
        ("time_s", (0, 2**32), (1, 2**32 - 1)),
        ("seed", ("", "ab" * 31, "zz" * 32), ("ab" * 32, "0x" + "AB" * 32)),
        ("epoch_blocks", (11,), (12,)),
        ("committee_size", (0, 5), (1, 4)),
        ("pool_size", (2, LARGEST_POOL + 1), (3, LARGEST_POOL)),
        ("gas_limit", (4_999_999, 2**63), (5_000_000,)),
        ("block_reward_gwei", (-1, 2**64 - 50_000_000_000), (0, 2**64 - 50_000_000_001)),
        ("epoch_reward_gwei", (-1, 2**64 - 2_000_000_000), (0, 2**64 - 2_000_000_001)),
        ("fault_expiry_blocks", (1_209_599,), (1_209_600,)),
        ("evidence_s", (0, 1_814_400 - 40), (1, 1_814_400 - 41)),
        ("unbonding_s", (1_209_600 + 40, 2**32), (1_209_600 + 41, 2**32 - 1)),
        ("jail_s", (-1, 2**32), (0, 2**32 - 1)),
        ("double_sign_slash", (-1, 10_001), (0, 10_000)),
        ("no_dealing_slash", (-1, 10_001), (0, 10_000)),
        ("least_self_stake", (0, LARGEST_BALANCE + 1), (1, 10_000)),
        ("parties", ((),), ()),
    ],
)
def test_a_setting_is_taken_up_to_its_edge_and_refused_behind_it(
    name: str, refused: tuple[Any, ...], taken: tuple[Any, ...]
) -> None:
    for value in taken:
        check_spec(replace(make_spec(), **{name: value}))
    for value in refused:
        with pytest.raises(GenesisError, match="of the specification must be"):
            check_spec(replace(make_spec(), **{name: value}))


def test_a_fault_stands_for_an_epoch_however_short_evidence_counts() -> None:
    spec = replace(make_spec(), evidence_s=1)
    check_spec(replace(spec, fault_expiry_blocks=20))
    with pytest.raises(GenesisError, match="at least an epoch"):
        check_spec(replace(spec, fault_expiry_blocks=19))


@pytest.mark.parametrize("chain_id", [0, 2**63])
def test_a_chain_id_out_of_range_is_refused(chain_id: int) -> None:
    with pytest.raises(GenesisError, match="chain_id"):
        check_spec(replace(make_spec(), chain_id=chain_id))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("operator", "0x" + "00" * 20, "operator of a party must be 20 bytes"),
        ("operator", "0x" + "11" * 19, "operator of a party must be 20 bytes"),
        ("owner", "0x" + "00" * 20, "owner of a party must be 20 bytes"),
        ("owner", "owner", "owner of a party must be 20 bytes"),
        ("stake", 999, "the stake of .* must be from 1000"),
        ("stake", LARGEST_BALANCE + 1, "the stake of"),
        ("commission", -1, "the commission of"),
        ("commission", 10_001, "the commission of"),
        ("owner", "0x" + "11" * 20, "the consensus key of .* is not proven"),
        ("operator", "0x" + "11" * 20, "the consensus key of .* is not proven"),
    ],
)
def test_a_party_that_the_contracts_would_refuse_is_named(name: str, value: object, message: str) -> None:
    with pytest.raises(GenesisError, match=message):
        check_spec(with_party(make_spec(), **{name: value}))


@pytest.mark.parametrize(
    ("name", "value"), [("stake", 1000), ("stake", LARGEST_BALANCE), ("commission", 10_000)]
)
def test_a_party_at_the_edge_is_taken(name: str, value: object) -> None:
    check_spec(with_party(make_spec(), **{name: value}))


def test_proofs_for_another_chain_are_refused() -> None:
    with pytest.raises(GenesisError, match=r"the consensus key of .* is not proven"):
        check_spec(replace(make_spec(), chain_id=CHAIN_ID + 1))


def test_a_proof_of_one_purpose_does_not_serve_the_other() -> None:
    spec = make_spec()
    party = spec.parties[0]
    roles = CHAIN_ID, decode_hex(party.operator), decode_hex(party.owner)
    wrong = make_key(make_secret("another"), CONSENSUS_PURPOSE, *roles)
    with pytest.raises(GenesisError, match=r"the beacon key of .* is not proven"):
        check_spec(with_party(spec, beacon=wrong))


@pytest.mark.parametrize("name", ["x", "y", "r", "s"])
def test_every_number_of_a_key_counts(name: str) -> None:
    key = make_spec().parties[0].consensus
    damaged = replace(key, **{name: f"0x{int(getattr(key, name), 16) ^ 1:064x}"})
    with pytest.raises(GenesisError, match=r"the consensus key of .* is not proven"):
        check_spec(with_party(make_spec(), consensus=damaged))


@pytest.mark.parametrize("v", [0, 1, 26, 29, 283, -229])
def test_only_27_and_28_are_taken_for_v(v: int) -> None:
    key = make_spec().parties[0].consensus
    with pytest.raises(GenesisError, match=r"the consensus key of .* is not proven"):
        check_spec(with_party(make_spec(), consensus=replace(key, v=v)))


def test_the_twin_of_a_signature_is_refused() -> None:
    key = make_spec().parties[0].consensus
    twin = replace(key, s=f"0x{ORDER - int(key.s, 16):064x}", v=55 - key.v)
    with pytest.raises(GenesisError, match=r"the consensus key of .* is not proven"):
        check_spec(with_party(make_spec(), consensus=twin))


@pytest.mark.parametrize("text", ["", "0x", "zz", "0x1" + "00" * 32, "-1"])
def test_what_is_no_number_of_32_bytes_is_said_to_be_none(text: str) -> None:
    key = make_spec().parties[0].consensus
    with pytest.raises(GenesisError, match="not in hex"):
        check_spec(with_party(make_spec(), consensus=replace(key, x=text)))


def test_one_key_does_not_serve_two_purposes_or_two_parties() -> None:
    spec = make_spec()
    secret = make_secret("consensus 0")
    roles = CHAIN_ID, decode_hex(spec.parties[0].operator), decode_hex(spec.parties[0].owner)
    both = make_key(secret, "fieldproof beacon key", *roles)
    with pytest.raises(GenesisError, match="one key stands twice"):
        check_spec(with_party(spec, beacon=both))
    negative = (ORDER - int.from_bytes(secret)).to_bytes(32)
    assert PrivateKey(negative).public_key.point()[0] == PrivateKey(secret).public_key.point()[0]
    with pytest.raises(GenesisError, match="one key stands twice"):
        check_spec(with_party(spec, beacon=make_key(negative, "fieldproof beacon key", *roles)))


def test_one_operator_does_not_stand_twice() -> None:
    spec = make_spec()
    with pytest.raises(GenesisError, match="one operator stands twice"):
        check_spec(replace(spec, parties=(*spec.parties, spec.parties[0])))


@pytest.mark.parametrize(
    "accounts",
    [
        (Account("0x" + "aa" * 20, 1), Account("AA" * 20, 2)),
        (Account("0x" + REWARDS.hex(), 1),),
        (Account("0x000f3df6d732807ef1319fb7b8bb8522d0beac02", 1),),
        (Account("0x12", 1),),
        (Account("0x" + "aa" * 20, -1),),
        (Account("0x" + "aa" * 20, LARGEST_BALANCE + 1),),
    ],
)
def test_accounts_that_cannot_be_are_refused(accounts: tuple[Account, ...]) -> None:
    with pytest.raises(GenesisError, match=r"account|coins"):
        check_spec(replace(make_spec(), accounts=accounts))


def test_parties_are_merged_to_the_same_in_whatever_order_they_come() -> None:
    empty = make_spec(parties=0)
    parties = [make_party(number) for number in range(3)]
    texts = {
        merge_parties(empty, order, 30).format() for order in itertools.permutations([*parties, parties[1]])
    }
    one_by_one = empty
    for party in reversed(parties):
        one_by_one = merge_parties(one_by_one, [parse_party(format_party(party))], 30)
    assert texts == {one_by_one.format()}


def test_a_merged_party_s_operator_begins_with_coins_unless_the_accounts_name_it() -> None:
    named, new = make_party(0), make_party(1)
    spec = replace(make_spec(0), accounts=(Account(named.operator.upper().replace("0X", ""), 7),))
    merged = merge_parties(merge_parties(spec, [new], 30), [named, new], 40)
    assert {decode_hex(item.address): item.coins for item in merged.accounts} == {
        decode_hex(named.operator): 7,
        decode_hex(new.operator): 30,
    }
    check_spec(replace(merged, committee_size=1))


@pytest.mark.parametrize("coins", [None, 0])
def test_an_operator_without_coins_is_refused_with_a_remedy(coins: int | None) -> None:
    spec = make_spec()
    operator = spec.parties[2].operator
    others = tuple(item for item in spec.accounts if item.address != operator)
    poor = others if coins is None else (*others, Account(operator, coins))
    with pytest.raises(GenesisError, match=f"the operator {operator} has no coins") as refused:
        check_spec(replace(spec, accounts=poor))
    assert "`accounts`" in str(refused.value.hint)


def test_two_files_of_one_operator_that_differ_are_refused_in_any_order() -> None:
    one = make_party(1)
    other = replace(one, stake=one.stake + 1, operator=one.operator.upper().replace("0X", "0x"))
    for first, second in itertools.permutations([one, other]):
        with pytest.raises(GenesisError, match="and differ"):
            merge_parties(merge_parties(make_spec(0), [first], 30), [second], 30)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "not TOML"),
        ('name = "x"\nunknown = 1', "unknown in the specification: unknown"),
        ('name = "x"', "not whole"),
        ('name = 1\nchain_id = 1\ntime_s = 1\nseed = ""', "name of the specification must be text"),
        ('name = "x"\nchain_id = "1"', "chain_id of the specification must be a whole number"),
        ('name = "x"\nchain_id = true', "chain_id of the specification must be a whole number"),
        ('name = "x"\nchain_id = 1.0', "chain_id of the specification must be a whole number"),
        ("accounts = 5", "accounts of the specification must be a list of tables"),
        ("parties = [5]", "parties of the specification must be a list of tables"),
        ("[[parties]]\nconsensus = 1", "consensus of the specification must be a table"),
    ],
)
def test_text_that_is_no_specification_is_refused(text: str, message: str) -> None:
    with pytest.raises(GenesisError, match=message):
        Spec.parse(text)


def test_a_party_s_file_is_read_as_it_was_written() -> None:
    party = make_party(2)
    assert parse_party(format_party(party)) == party
    assert isinstance(party, Party)
