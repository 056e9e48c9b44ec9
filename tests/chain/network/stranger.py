"""`stranger.py JSON-RPC COMETBFT EPOCHS`: recomputes seeds and committees, as a stranger would.

Written from docs/reference/chain.md and CometBFT's specification. Shares no code with `fieldproof.chain`.
Follows every header from genesis on, by the signatures of the committee that the one before names.
"""

import base64
import hashlib
import json
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from coincurve import PublicKey
from eth_abi import decode, encode
from eth_utils import keccak
from web3 import HTTPProvider, Web3

from chain.beacon.plain_beacon import PlainRound, draw

MEMBERS = "(address,address,uint8,bytes32,uint8,bytes32,uint256)[]"
FAULT = "(bytes32,uint8,address,uint64,uint64,uint64)"
BEACON = Web3.to_checksum_address("0x00000000000000000000000000000000f1e1d002")
SECP256K1ETH = 5
"""The field of CometBFT's PublicKey that holds such a key."""
KINDS = {
    keccak(text=f"{name}(uint64,{'address,' * count}bytes)"): name
    for name, count in (("Dealt", 1), ("Opened", 1), ("Shared", 2))
}


def main() -> None:
    rpc, cometbft, epochs = sys.argv[1], Comet(sys.argv[2]), int(sys.argv[3])
    web3, genesis = Web3(HTTPProvider(rpc)), cometbft.ask("genesis")["genesis"]
    parameters = {name: int(value) for name, value in genesis["app_state"]["parameters"].items()}
    length, headers = parameters["epoch_blocks"], follow(cometbft, genesis)
    signed = {header["height"]: header for header in (next(headers) for _ in range(epochs * length + 2))}
    before = check_record(cometbft, signed, 0, length)
    for epoch in range(1, epochs + 1):
        found = check_record(cometbft, signed, epoch, length)
        seed, dealings = recompute_seed(web3, parameters, before, epoch)
        pool = before["frozen_pool"]
        guilty = {fault["operator"] for fault in found["faults"] if fault["kind"] in (1, 2)}
        order = [pool[place]["operator"] for place in draw(seed, len(pool), len(pool))]
        committee = [each for each in order if each not in guilty][: parameters["committee_size"]]
        expect("seed", seed, hexed(found["leaves"][3]))
        expect("committee", committee, [member["operator"] for member in found["committee"]])
        print(json.dumps({"epoch": epoch, "seed": seed.hex(), "committee": committee, "dealings": dealings}))
        before = found


class Comet:
    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, method: str, **parameters: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/{method}?{urllib.parse.urlencode(parameters)}") as answer:
            return json.load(answer)["result"]

    def query(self, path: str, data: str) -> Any:
        answer = self.ask("abci_query", path=f'"{path}"', data="0x" + data.encode().hex())
        return json.loads(base64.b64decode(answer["response"]["value"]))


# What CometBFT signs


def follow(cometbft: Comet, genesis: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give header after header, each signed by more than two thirds of those whom the one before names."""
    pool = genesis["app_state"]["pool"]
    seats = draw(bytes.fromhex(genesis["app_state"]["seed"]), len(pool), len(pool))
    size = int(genesis["app_state"]["parameters"]["committee_size"])
    members = sorted((pool[place] for place in seats[:size]), key=lambda member: member["consensus"])
    keys = [bytes([int(each["consensus_prefix"])]) + bytes.fromhex(each["consensus_x"]) for each in members]
    named, height = merkle([encode_validator(key) for key in keys]), 0
    while True:
        height += 1
        answer = cometbft.ask("commit", height=str(height))["signed_header"]
        found = cometbft.ask("validators", height=str(height), per_page="100")["validators"]
        keys = [base64.b64decode(each["pub_key"]["value"]) for each in found]
        expect("validators", merkle([encode_validator(key) for key in keys]), named)
        header, commit = answer["header"], answer["commit"]
        expect("validators of the header", header["validators_hash"], named.hex().upper())
        expect("height", int(header["height"]), height)
        expect("block", hash_header(header).hex().upper(), commit["block_id"]["hash"])
        addresses = {keccak(PublicKey(key).format(compressed=False)[1:])[12:] for key in keys}
        signers = {
            recover(genesis["chain_id"], commit, vote)
            for vote in commit["signatures"]
            if vote["block_id_flag"] == 2
        }
        if 3 * len(signers & addresses) <= 2 * len(addresses):
            raise SystemExit(f"block {height} is signed by {len(signers & addresses)} of {len(addresses)}")
        named = bytes.fromhex(header["next_validators_hash"])
        yield {"height": height, "app_hash": header["app_hash"]}


def recover(chain_id: str, commit: dict[str, Any], vote: dict[str, Any]) -> bytes:
    fixed = [(2, int(commit["height"])), (3, int(commit["round"]))]
    numbers = b"".join(bytes([n << 3 | 1]) + value.to_bytes(8, "little") for n, value in fixed if value)
    block_id = encode_block_id(commit["block_id"])
    message = varint(1, 2) + numbers + field(4, block_id) + field(5, encode_time(vote["timestamp"]))
    message += field(6, chain_id.encode())
    digest = keccak(encode_varint(len(message)) + message)
    key = PublicKey.from_signature_and_message(base64.b64decode(vote["signature"]), digest, hasher=None)
    return keccak(key.format(compressed=False)[1:])[12:]


def hash_header(header: dict[str, Any]) -> bytes:
    version = header["version"]
    names = ("last_commit", "data", "validators", "next_validators", "consensus", "app", "last_results")
    hashes = [header[f"{name}_hash"] for name in (*names, "evidence")] + [header["proposer_address"]]
    return merkle(
        [
            varint(1, int(version["block"])) + varint(2, int(version.get("app", 0))),
            field(1, header["chain_id"].encode()),
            varint(1, int(header["height"])),
            encode_time(header["time"]),
            encode_block_id(header["last_block_id"]),
            *(optional(1, bytes.fromhex(each)) for each in hashes),
        ]
    )


def encode_block_id(block_id: dict[str, Any]) -> bytes:
    parts = block_id["parts"]
    inner = varint(1, int(parts["total"])) + optional(2, bytes.fromhex(parts["hash"]))
    return optional(1, bytes.fromhex(block_id["hash"])) + field(2, inner)


def encode_time(text: str) -> bytes:
    whole, _, rest = text.removesuffix("Z").partition(".")
    seconds = int(datetime.fromisoformat(whole + "+00:00").timestamp())
    return varint(1, seconds) + varint(2, int(rest.ljust(9, "0")) if rest else 0)


def encode_validator(key: bytes) -> bytes:
    return field(1, field(SECP256K1ETH, key)) + varint(2, 1)


def merkle(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + merkle(leaves[:split]) + merkle(leaves[split:])).digest()


def encode_varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number % 128 + 128]) + encode_varint(number // 128)


def varint(number: int, value: int) -> bytes:
    return bytes([number << 3]) + encode_varint(value) if value else b""


def field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2]) + encode_varint(len(data)) + data


def optional(number: int, data: bytes) -> bytes:
    return field(number, data) if data else b""


# What the application's hash commits to


def check_record(cometbft: Comet, signed: dict[int, Any], epoch: int, length: int) -> dict[str, Any]:
    """Return how an epoch began, held against the header of its second block."""
    found = cometbft.query("epoch", str(epoch))
    leaves = [hexed(leaf) for leaf in found["leaves"]]
    nodes = [keccak(b"\0" + leaf) for leaf in leaves]
    while len(nodes) > 1:
        nodes = [keccak(b"\1" + nodes[i] + nodes[i + 1]) for i in range(0, len(nodes), 2)]
    expect("application's hash", nodes[0].hex().upper(), signed[epoch * length + 2]["app_hash"])
    expect("epoch", int.from_bytes(leaves[2]), epoch)
    expect("committee's leaf", hash_members(found["committee"]), leaves[4])
    expect("pool's leaf", hash_members(found["frozen_pool"]), leaves[5])
    expect("faults' leaf", hash_faults(found["faults"]), leaves[6])
    return found


def hash_faults(faults: list[dict[str, Any]]) -> bytes:
    rows = [
        (hexed(each["id"]), each["kind"], each["operator"], each["epoch"], each["height"], each["time_s"])
        for each in faults
    ]
    nodes = [keccak(b"\0" + encode([FAULT], [row])) for row in rows]
    while len(nodes) & (len(nodes) - 1):
        nodes.append(bytes(32))
    while len(nodes) > 1:
        nodes = [keccak(b"\1" + nodes[i] + nodes[i + 1]) for i in range(0, len(nodes), 2)]
    return bytes(keccak(b"\2" + len(faults).to_bytes(32, "big") + (nodes[0] if nodes else bytes(32))))


def hash_members(members: list[dict[str, Any]]) -> bytes:
    rows = []
    for member in members:
        consensus, beacon = hexed(member["consensus_key"]), hexed(member["beacon_key"])
        keys = (consensus[0], consensus[1:], beacon[0], beacon[1:])
        rows.append((member["operator"], member["consensus"], *keys, int(member["votes"])))
    return keccak(encode([MEMBERS], [rows]))


def recompute_seed(
    web3: Web3, parameters: dict[str, int], before: dict[str, Any], epoch: int
) -> tuple[bytes, int]:
    """Return the seed of an epoch, from the beacon's events in the one before, and how many dealt."""
    pool, length = before["frozen_pool"], parameters["epoch_blocks"]
    operators = [hexed(member["operator"]) for member in pool]
    keys = [hexed(member["beacon_key"]) for member in pool]
    round_ = PlainRound(parameters["chain_id"], epoch, hexed(before["leaves"][3]), keys, operators)
    dealt: dict[int, bytes] = {}
    points: dict[int, bytes] = {}
    tried: set[tuple[int, int]] = set()
    shares: dict[int, dict[int, bytes]] = {}
    filters = {"address": BEACON, "fromBlock": before["height"] + 1, "toBlock": before["height"] + length - 2}
    for log in web3.eth.get_logs(filters):
        kind, people = KINDS[bytes(log["topics"][0])], [bytes(topic)[12:] for topic in log["topics"][2:]]
        (data,) = decode(["bytes"], bytes(log["data"]))
        if int.from_bytes(log["topics"][1]) != epoch or not set(people) <= set(operators):
            continue
        dealer, sender = operators.index(people[-1]), operators.index(people[0])
        is_early = log["blockNumber"] - before["height"] <= length // 3
        if kind == "Dealt":
            if is_early:
                dealt.setdefault(dealer, data if round_.is_dealing(dealer, data) else b"")
            continue
        key = (dealer, -1 if kind == "Opened" else sender)
        if is_early or not dealt.get(dealer) or dealer in points or key in tried:
            continue
        tried.add(key)
        if kind == "Opened" and round_.is_opening(dealer, dealt[dealer], data):
            points[dealer] = data[:33]
        elif kind == "Shared" and round_.is_share(sender, dealer, dealt[dealer], data):
            shares.setdefault(dealer, {})[sender] = data
            if len(shares[dealer]) == round_.t:
                points[dealer] = round_.recover(shares[dealer])
    qualified = [dealer for dealer, data in dealt.items() if data]
    if len(qualified) < round_.t or set(qualified) != set(points):
        return round_.missed_seed(), len(qualified)
    return round_.seed([points[dealer] for dealer in qualified]), len(qualified)


def hexed(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise SystemExit(f"the {what} is not what it must be: {found!r} instead of {wanted!r}")


if __name__ == "__main__":
    main()
