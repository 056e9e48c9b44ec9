"""An export holds missing values as they were signed, and the audit reads them as None."""

from fieldproof.audit import DeviceRecord, KeptItem
from fieldproof.audit.programs import AuditedProgram, compute
from fieldproof.audit.readings import AuditTools, DeviceAudit, WindowAuditor
from fieldproof.audit.report import Check
from fieldproof.compiler import capture, to_python
from fieldproof.core import PYTHON, Algorithm, verify_signature
from fieldproof.device import DeviceNetwork, SoftwareKeys, build_packet, build_seal
from fieldproof.protocol import (
    Calendar,
    Packet,
    Receipt,
    ReceiptKind,
    Registration,
    Row,
    decode_packet,
    encode_signed,
    prepare_receipt,
)
from fieldproof.settle import RegisteredDevice

from .world import GATEWAY, GATEWAY_KEY, SOURCE

NETWORK = capture({"network.py": SOURCE.replace("temperature: int =", "temperature: int | None =")})
NETWORK_ID = bytes(1) + bytes(range(31))
KEYS = SoftwareKeys(Algorithm.ES256K, bytes(31) + b"\x07", 4242)
ROWS: tuple[Row, ...] = tuple((1000 * at, 3_000, None if at % 2 else -6_000 + at) for at in range(6))
WINDOW = 3
PROGRAM = AuditedProgram(to_python(NETWORK), NETWORK.schema, NETWORK.settings, None)


def make_receipt(kind: ReceiptKind, payload_hash: bytes) -> bytes:
    message = prepare_receipt(Receipt(kind, NETWORK_ID, 0, WINDOW, payload_hash, 5), GATEWAY)
    return encode_signed(message, GATEWAY_KEY.sign_recoverable(message.to_be_signed)[:64])


def check(sealed: tuple[Row, ...], sent: tuple[Row, ...]) -> DeviceAudit:
    settings, schema = NETWORK.settings, NETWORK.schema
    calendar = Calendar(1_700_000_000, settings.window_s, settings.grace_s)
    network = DeviceNetwork(NETWORK_ID, schema, calendar, settings.readings_per_window, 0, 0, GATEWAY)
    packet = build_packet(Packet(NETWORK_ID, WINDOW, 0, sent), KEYS)
    seal = build_seal(network, KEYS, WINDOW, sealed, bytes(16))
    record = DeviceRecord(
        (KeptItem(packet, make_receipt(ReceiptKind.PACKET, decode_packet(packet).payload_hash)),),
        KeptItem(seal.encode(), make_receipt(ReceiptKind.SEAL, seal.payload_hash)),
    )
    registration = Registration(
        31337, bytes(20), bytes(20), KEYS.identity, KEYS.seal_key, (0,), 0, 1_700_000_000
    )
    device = RegisteredDevice(0, registration, bytes(64), 0, 0, 1, bytes(32))
    auditor = WindowAuditor(
        PROGRAM,
        AuditTools(verify_signature, PYTHON),
        network_id=NETWORK_ID,
        gateways=(GATEWAY,),
        window=WINDOW,
    )
    return auditor.check(device, DeviceRecord.from_bytes(record.to_bytes()))


def test_a_window_with_missing_values_is_recomputed() -> None:
    audited = check(ROWS, ROWS)
    assert audited.problems == ()
    computed = compute(PROGRAM, {0: audited.window}, None, window=WINDOW, starts_s=1_700_000_000)
    assert (audited.readings, computed.points, computed.voids) == (6, {0: 6 * 3_000 * 100 // 6000}, {})


def test_a_missing_value_in_the_place_of_a_sealed_one_is_seen() -> None:
    for altered in (((0, 3_000, None), *ROWS[1:]), (ROWS[0], (1000, 3_000, -6_000), *ROWS[2:])):
        audited = check(ROWS, altered)
        assert [problem for problem, _ in audited.problems] == [Check.DIGEST]


def test_a_missing_value_of_a_plain_field_breaks_the_schema() -> None:
    audited = check(ROWS, ((0, None, 5), *ROWS[1:]))
    ((problem, detail),) = audited.problems
    assert problem is Check.PACKET
    assert "irradiance needs a value" in detail
    assert audited.window is None
