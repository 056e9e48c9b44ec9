"""A small network with a past: real contracts, real signatures, a real log, real postings.

Its verifier accepts whatever it is given. It stands for an operator who can forge proofs: what such an
operator posts is exactly what an audit must see through.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import coincurve

from fieldproof.audit import export_network
from fieldproof.compiler import CapturedNetwork, PythonProgram, capture, get_state_layout
from fieldproof.core import Algorithm, ManualClock
from fieldproof.core.signatures import compute_address
from fieldproof.protocol import (
    DeviceState,
    Packet,
    Receipt,
    ReceiptKind,
    Registration,
    Row,
    Seal,
    SealContent,
    StateLayout,
    Statement,
    compute_digest,
    compute_program_id,
    compute_seal_key,
    compute_state_root,
    compute_window_root,
    decode_packet,
    encode_packet,
    encode_signed,
    prepare_packet,
    prepare_receipt,
    sign_seal,
)
from fieldproof.settle import (
    Anvil,
    Deployment,
    NetworkPlan,
    Payment,
    Posted,
    Posting,
    Registry,
    SettlementContract,
    SubmissionSettings,
    Submitter,
    VerifierCode,
    deploy_network,
)
from fieldproof.store import DeviceWindow, PacketEntry, SealEntry, Store
from settle.fleet import IdentityKey

_NETWORK = '''"""Light on panels{title}."""
{dataclasses}
from fieldproof import {words}, Network, Reading, Window, field, program


class Sample(Reading):
    """What a site measures."""

    irradiance: int = field(unit="W/m2", scale=10, low=0, high=1600)
    temperature: int = field(unit="Cel", scale=100, low=-60, high=60)


class Site(Attributes):
    """What an owner claims."""

    panel_area: int = field(unit="m2", scale=100, low=1, high=50)

{state}
@program
def reward(window: Window[Sample], site: Site{parameter}) -> {result_type}:
    """Light times area{times}."""
    assert len(window) >= 5, "too few readings"
    total = 0
    for sample in window:
        total += sample.irradiance
    {result}


network = Network(
    name="{name}",
    reading=Sample,
    attributes=Site,
    program=reward,
    window="1h",
    readings_per_window=12,
    cohort=4,
    pool_per_window="1000",
    registration_fee="0.001",
)
'''
_STREAK = '''
@dataclass(frozen=True)
class Streak:
    """What a site carries from window to window."""

    windows: Int[0, 100] = 0
    best: Int[0, 1_000_000] = 0

'''
SOURCE = _NETWORK.format(
    title=", for the tests of the audit",
    dataclasses="",
    words="U32, Attributes",
    state="",
    parameter="",
    result_type="U32",
    times="",
    result="return total * site.panel_area // 6000",
    name="panels",
)
STREAKS = _NETWORK.format(
    title=", worth more with every window in a row",
    dataclasses="\nfrom dataclasses import dataclass\n",
    words="U32, Attributes, Int",
    state=_STREAK,
    parameter=", state: Streak",
    result_type="tuple[U32, Streak]",
    times=" times streak",
    result="""windows = min(state.windows + 1, 100) if window.missed == 0 else 1
    return total * site.panel_area // 6000 * windows, Streak(windows, max(total, state.best))""",
    name="streaks",
)
VERSIONS = ("noir 1.0.0-beta.26", "bb 5.0.0")
AGREEING_VERIFIER = bytes.fromhex("600880600a5f395ff3".ljust(20, "0") + "60015f5260205ff3")
REFUSING_VERIFIER = bytes.fromhex("600880600a5f395ff3".ljust(20, "0") + "60005f5260205ff3")
GENESIS_S = 1_700_000_000
GATEWAY_KEY = coincurve.PrivateKey(b"\x99" * 32)
GATEWAY = compute_address(GATEWAY_KEY.public_key.point())
OUTSIDER_KEY = coincurve.PrivateKey(b"\x98" * 32)
QUICK = SubmissionSettings(poll_s=0.01)


@dataclass(frozen=True)
class Site:
    """A device with its keys and the area it claims (scaled)."""

    identity_key: IdentityKey
    seal_secret: int
    area: int


SITES = tuple(
    Site(IdentityKey(algorithm, bytes([40 + number]) * 32), 500 + number, 1000 * (number + 1))
    for number, algorithm in enumerate((Algorithm.ES256, Algorithm.ES256K, Algorithm.EDDSA, Algorithm.ES256))
)


@dataclass
class World:
    """A network, its log and its chain."""

    anvil: Anvil
    store: Store
    network: CapturedNetwork
    deployment: Deployment
    operator: Submitter
    owner: Submitter
    first_window: int
    clock: ManualClock
    layout: StateLayout | None
    states: list[DeviceState] = field(default_factory=list)
    """Of the sites, as the chain has them; empty for a program without state."""

    @property
    def url(self) -> str:
        return self.anvil.url

    def export(self, folder: Path, windows: Sequence[int]) -> Path:
        export_network(
            folder,
            self.store.log,
            deployment=self.deployment,
            sources=dict(self.network.sources),
            versions=VERSIONS,
            windows=windows,
        )
        return folder

    def sign_receipt(self, kind: ReceiptKind, device: int, window: int, payload_hash: bytes) -> bytes:
        receipt = Receipt(kind, self.deployment.network_id, device, window, payload_hash, 1)
        message = prepare_receipt(receipt, GATEWAY)
        return encode_signed(message, GATEWAY_KEY.sign_recoverable(message.to_be_signed)[:64])

    def sign_packet(self, device: int, window: int, first_index: int, rows: Sequence[Row]) -> bytes:
        key = SITES[device].identity_key
        packet = Packet(self.deployment.network_id, window, first_index, tuple(rows))
        message = prepare_packet(packet, key.identity)
        return encode_packet(message, key.sign(message.to_be_signed))

    def sign_seal(self, device: int, window: int, rows: Sequence[Row], **changes: object) -> Seal:
        salt = secrets.token_bytes(16)
        settings = self.network.settings
        digest = compute_digest(
            rows,
            salt,
            self.network.schema,
            window_s=settings.window_s,
            readings_per_window=settings.readings_per_window,
        )
        content = SealContent(self.deployment.network_id, device, window, 0, len(rows), salt, digest)
        return sign_seal(
            replace(content, **changes),  # type: ignore[arg-type]
            SITES[device].seal_secret,
            secrets.token_bytes(32),
        )

    def keep(self, device: int, window: int, rows: Sequence[Row], *, sealed: bool = True) -> Seal | None:
        """Send readings in two packets, and the seal, as a gateway would log them."""
        place = DeviceWindow(self.deployment.network_id, device, window)
        half = len(rows) // 2
        for first, part in ((0, rows[:half]), (half, rows[half:])):
            raw = self.sign_packet(device, window, first, part)
            payload_hash = decode_packet(raw).payload_hash
            self.store.log.append_packet(
                PacketEntry(
                    place=place,
                    first_index=first,
                    count=len(part),
                    first_time_ms=part[0][0],
                    last_time_ms=part[-1][0],
                    payload_hash=payload_hash,
                    raw=raw,
                    received_ms=1,
                    receipt=self.sign_receipt(ReceiptKind.PACKET, device, window, payload_hash),
                ),
                closes_at_ms=2**60,
            ).result()
        if not sealed:
            return None
        seal = self.sign_seal(device, window, rows)
        self.store.log.append_seal(
            SealEntry(
                place=place,
                gateway=0,
                count=len(rows),
                digest=seal.content.digest,
                payload_hash=seal.payload_hash,
                raw=seal.encode(),
                received_ms=1,
                receipt=self.sign_receipt(ReceiptKind.SEAL, device, window, seal.payload_hash),
            ),
            closes_at_ms=2**60,
        ).result()
        return seal

    def compute_points(self, device: int, window: int, rows: Sequence[Row]) -> int:
        return self.run(device, window, rows)[0]

    def run(self, device: int, window: int, rows: Sequence[Row]) -> tuple[int, DeviceState]:
        """What the program gives, from the state that the chain has: points and next state."""
        before = self.states[device] if self.states else DeviceState(0, ())
        outcome = PythonProgram(self.network)(
            rows,
            (SITES[device].area,),
            GENESIS_S + window * self.network.settings.window_s,
            number=window,
            missed=before.count_missed(window),
            state=before.values,
        )
        after = before if outcome.void else DeviceState(window + 1, outcome.state)
        return outcome.points, after

    async def post(
        self,
        window: int,
        seals: Mapping[int, tuple[Seal, Sequence[Row]]],
        *,
        points_added: Mapping[int, int] | None = None,
        root_added: int = 0,
        states: Mapping[int, DeviceState] | None = None,
        words_added: int = 0,
        state_root_added: int = 0,
        cohort: int = 0,
        name: str = "post",
    ) -> Posting:
        """Post what the program gives, or something else, and wait until the posting is mined."""
        settlement = SettlementContract(self.anvil.client, self.deployment.settlement)
        times = await settlement.get_times(window)
        if (await self.anvil.client.get_latest_block()).time_s < times.opens_s:
            await self.anvil.set_time(times.opens_s)
        outcomes = {slot: self.run(slot, window, rows) for slot, (_, rows) in seals.items()}
        points = [
            outcomes[slot][0] + (points_added or {}).get(slot, 0) if slot in seals else 0 for slot in range(4)
        ]
        words: tuple[int, ...] = ()
        if self.layout is not None:
            after = {slot: state for slot, (_, state) in outcomes.items()} | dict(states or {})
            self.states = [after.get(slot, before) for slot, before in enumerate(self.states)]
            first, *others = self.layout.pack(self.states)
            words = (first + words_added, *others)
        messages = [seals[slot][0].content.compute_message() if slot in seals else None for slot in range(4)]
        statement = Statement(
            capacity=4, network_id=0, program_id=0, cohort=cohort, window=window, starts_at=0,
            key_commitment=0, count=0, active=0, settled=0, previous_state=0,
            window_root=compute_window_root(messages) + root_added,
            sealed=sum(1 << slot for slot in seals), points=tuple(points), state=words,
            next_state=compute_state_root(words) + state_root_added,
        )  # fmt: skip
        posting = Posting.from_statement(statement)
        await self.operator.submit(f"{name}:{window}:{cohort}", settlement.build_posting(posting, b"any"))
        return posting

    async def credit_all(self, window: int) -> None:
        settlement = SettlementContract(self.anvil.client, self.deployment.settlement)
        await self.anvil.set_time((await settlement.get_times(window)).closes_s + 1)
        head = (await self.anvil.client.get_latest_block()).number
        for event in await settlement.get_events(self.deployment.first_block, head):
            if isinstance(event, Posted) and event.posting.window == window:
                key = f"credit:{window}:{event.index}"
                await self.operator.submit(key, settlement.build_credit(event))

    async def withdraw(self, devices: Sequence[int], name: str) -> None:
        settlement = SettlementContract(self.anvil.client, self.deployment.settlement)
        await self.owner.submit(f"withdraw:{name}", settlement.build_withdrawal(devices))


def make_rows(device: int, window: int, count: int = 12) -> tuple[Row, ...]:
    return tuple(
        (minute * 300_000, 100 * (device + 1) + 7 * minute + window % 5, 2000 - 10 * minute)
        for minute in range(count)
    )


def make_files(source: str) -> dict[str, str]:
    """The network as two files, so that what an audit reads is what was imported as well."""
    words = source.replace("\n\n\nclass Sample", "\nfrom rules import LEAST\n\n\nclass Sample", 1)
    return {
        "network.py": words.replace("len(window) >= 5", "len(window) >= LEAST"),
        "rules.py": "LEAST = 5\n",
    }


async def make_world(
    anvil: Anvil,
    store: Store,
    source: str = SOURCE,
    *,
    verifier: bytes = AGREEING_VERIFIER,
    initial_root_added: int = 0,
) -> World:
    """Deploy the network and register its sites."""
    network = capture(make_files(source))
    clock = ManualClock(GENESIS_S * 1000)
    operator, owner = (
        Submitter(anvil.client, anvil.get_account(index), store.outbox, clock=clock, settings=QUICK)
        for index in range(2)
    )
    layout = get_state_layout(network)
    words = layout.initial_words if layout else ()
    plan = NetworkPlan(
        settings=network.settings,
        schema=network.schema,
        program_id=compute_program_id(
            sources=dict(network.sources), settings=network.settings.to_canonical(), versions=VERSIONS
        ),
        genesis_s=GENESIS_S,
        operators=(operator.address,),
        gateways=(GATEWAY,),
        verifier=VerifierCode(verifier, is_development=True),
        state_words=len(words),
        initial_state_root=compute_state_root(words) + initial_root_added,
    )
    deployment = await deploy_network(anvil.client, operator, plan)
    registry = Registry(anvil.client, deployment.registry)
    low = network.schema.attributes[0].low
    for number, site in enumerate(SITES):
        registration = Registration(
            deployment.chain_id, deployment.registry, owner.address, site.identity_key.identity,
            compute_seal_key(site.seal_secret), (site.area - low,), 0, 2**40,
        )  # fmt: skip
        signature = site.identity_key.sign(registration.encode_message())
        call = await registry.build_registration(registration, signature, Payment.FEE)
        inclusion = await owner.submit(f"register:{number}", call)
    device = await registry.find_device(inclusion)
    return World(
        anvil, store, network, deployment, operator, owner, device.first_active_window, clock,
        layout, [layout.first] * 4 if layout else [],
    )  # fmt: skip
