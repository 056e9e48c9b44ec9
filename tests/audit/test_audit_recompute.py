import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldproof.audit import (
    AuditReport,
    Check,
    DeviceRecord,
    ExportFolder,
    FolderError,
    KeptItem,
    NodeError,
    Verdict,
    audit,
    describe_finding,
    render_text,
    to_json,
    write_record,
)
from fieldproof.core.cbor import decode, encode
from fieldproof.protocol import ReceiptKind, decode_packet

from .conftest import Past
from .world import GATEWAY, OUTSIDER_KEY, make_rows

Place = tuple[Check, int | None, int | None]
Change = Callable[[DeviceRecord], DeviceRecord]


@pytest.fixture
def copy(past: Past, tmp_path: Path) -> Path:
    return Path(shutil.copytree(past.folder, tmp_path / "copy"))


def run(past: Past, folder: Path) -> AuditReport:
    return audit(folder, past.world.url)


def find(report: AuditReport, verdict: Verdict = Verdict.DISAGREES) -> set[Place]:
    return {(finding.check, finding.window, finding.device) for finding in report.select(verdict)}


def change_record(folder: Path, window: int, device: int, change: Change) -> None:
    record = ExportFolder(folder).read_record(window, device)
    assert record is not None
    write_record(folder, window, device, change(record))


def test_an_honest_network_agrees_device_by_device(past: Past) -> None:
    report = run(past, past.folder)
    first, second = past.windows
    assert report.agrees
    assert report.is_complete
    assert report.network_name == "panels"
    assert [(result.window, result.device) for result in report.results] == [
        (first, 0), (first, 1), (first, 2), (first, 3), (second, 0), (second, 1), (second, 2),
    ]  # fmt: skip
    for result in report.results:
        count = 4 if (result.window, result.device) == (second, 1) else 12
        expected = past.world.compute_points(
            result.device, result.window, make_rows(result.device, result.window, count)
        )
        assert result.computed_points == result.posted_points == expected
        assert result.readings == count
    void = next(result for result in report.results if result.void)
    assert (void.window, void.device, void.posted_points) == (second, 1, 0)
    assert "too few readings" in void.void
    assert not report.select(Verdict.NOTED), "site 3 sent readings and no seal: nothing was withheld"
    balances = {balance.device: balance for balance in report.balances}
    assert all(balance.agrees for balance in report.balances)
    assert balances[0].withdrawn_units > 0
    assert balances[3].withdrawn_units == 0 < balances[3].balance_units


def alter_reading(packet: bytes) -> bytes:
    """Change one reading and leave everything else, the signature too, as it was."""
    protected, unprotected, payload, signature = decode(packet, tag=18)  # type: ignore[misc]
    network_id, window, first, rows = decode(payload)  # type: ignore[misc,arg-type]
    rows[1][1] += 1  # type: ignore[index,operator]
    return encode([protected, unprotected, encode([network_id, window, first, rows]), signature], tag=18)


def test_one_altered_reading_is_named_with_its_device_and_window(past: Past, copy: Path) -> None:
    window = past.windows[1]

    def change(record: DeviceRecord) -> DeviceRecord:
        altered = KeptItem(alter_reading(record.packets[0].raw), record.packets[0].receipt)
        return DeviceRecord((altered, *record.packets[1:]), record.seal)

    change_record(copy, window, 2, change)
    report = run(past, copy)
    assert find(report) == {
        (Check.PACKET, window, 2), (Check.DIGEST, window, 2), (Check.RECEIPT, window, 2),
    }  # fmt: skip
    text = render_text(report)
    assert f"window {window}, device 2: packet: packet 0: the signature is not the device's" in text
    assert "DISAGREES" in text.splitlines()[-1]


def test_readings_that_the_device_signed_but_did_not_seal_are_named(past: Past, copy: Path) -> None:
    world, window = past.world, past.windows[0]
    rows = [(time, light + 5, heat) for time, light, heat in make_rows(0, window)]
    raw = world.sign_packet(0, window, 0, rows)
    receipt = world.sign_receipt(ReceiptKind.PACKET, 0, window, decode_packet(raw).payload_hash)
    change_record(copy, window, 0, lambda record: DeviceRecord((KeptItem(raw, receipt),), record.seal))
    assert find(run(past, copy)) == {(Check.DIGEST, window, 0)}


def test_a_missing_packet_is_named(past: Past, copy: Path) -> None:
    window = past.windows[0]
    change_record(copy, window, 1, lambda record: DeviceRecord(record.packets[:1], record.seal))
    assert find(run(past, copy)) == {(Check.DIGEST, window, 1)}
    change_record(copy, window, 1, lambda record: DeviceRecord((), record.seal))
    assert find(run(past, copy)) == {(Check.DIGEST, window, 1)}


def test_packets_in_another_order_leave_a_hole(past: Past, copy: Path) -> None:
    window = past.windows[0]
    change_record(copy, window, 1, lambda record: DeviceRecord(record.packets[::-1], record.seal))
    assert find(run(past, copy)) == {(Check.PACKET, window, 1)}


def test_a_missing_seal_is_named_and_the_root_cannot_be_checked(past: Past, copy: Path) -> None:
    window = past.windows[0]
    change_record(copy, window, 1, lambda record: DeviceRecord(record.packets, None))
    report = run(past, copy)
    assert find(report) == {(Check.SEAL, window, 1)}
    assert find(report, Verdict.UNCHECKED) == {(Check.ROOT, window, None)}
    assert "devices 1" in report.select(Verdict.UNCHECKED)[0].detail


def test_another_seal_of_the_same_device_does_not_fit_the_root(past: Past, copy: Path) -> None:
    world, window = past.world, past.windows[0]
    rows = make_rows(3, window)
    seal = world.sign_seal(3, window, rows)
    receipt = world.sign_receipt(ReceiptKind.SEAL, 3, window, seal.payload_hash)
    change_record(
        copy, window, 3, lambda record: DeviceRecord(record.packets, KeptItem(seal.encode(), receipt))
    )
    assert find(run(past, copy)) == {(Check.ROOT, window, None)}


def test_a_record_of_another_device_is_refused(past: Past, copy: Path) -> None:
    window = past.windows[0]
    other = ExportFolder(copy).read_record(window, 0)
    assert other is not None
    write_record(copy, window, 1, other)
    found = find(run(past, copy))
    assert {(Check.PACKET, window, 1), (Check.SEAL, window, 1)} <= found
    assert all(device in (1, None) for _, _, device in found)


def test_a_receipt_of_a_stranger_is_named(past: Past, copy: Path) -> None:
    window = past.windows[0]

    def forge(record: DeviceRecord) -> DeviceRecord:
        assert record.seal is not None
        parts = decode(record.seal.receipt, tag=18)
        assert isinstance(parts, list)
        signature = OUTSIDER_KEY.sign_recoverable(encode(["Signature1", parts[0], b"", parts[2]]))[:64]
        return DeviceRecord(
            record.packets, KeptItem(record.seal.raw, encode([*parts[:3], signature], tag=18))
        )

    change_record(copy, window, 2, forge)
    assert GATEWAY in (copy / "windows" / str(window) / "2.cbor").read_bytes()
    assert find(run(past, copy)) == {(Check.RECEIPT, window, 2)}


def test_any_flipped_bit_of_a_record_is_noticed_and_named(past: Past, copy: Path) -> None:
    window = past.windows[0]
    file = copy / "windows" / str(window) / "0.cbor"
    good = file.read_bytes()
    for position in range(0, len(good), max(1, len(good) // 24)):
        damaged = bytearray(good)
        damaged[position] ^= 1 << position % 8
        file.write_bytes(damaged)
        found = find(run(past, copy))
        assert any(place[1:] == (window, 0) for place in found), f"byte {position}"
        assert {device for _, _, device in found} <= {0, None}, f"byte {position}"
    file.write_bytes(good[:-3])
    assert find(run(past, copy)) == {(Check.DATA, window, 0)}


def test_what_is_not_in_the_folder_is_said_not_guessed(past: Past, copy: Path) -> None:
    first, second = past.windows
    (copy / "windows" / str(first) / "2.cbor").unlink()
    report = run(past, copy)
    assert report.agrees
    assert not report.is_complete
    assert find(report, Verdict.UNCHECKED) == {(Check.DATA, first, 2), (Check.ROOT, first, None)}
    partial = past.world.export(copy.parent / "partial", [second])
    report = run(past, partial)
    assert report.agrees
    assert {finding.window for finding in report.select(Verdict.UNCHECKED)} == {first}
    assert sum(result.computed_points is None for result in report.results) == 4


@pytest.mark.parametrize(
    ("old", "new"),
    [("// 6000", "// 6001"), ("panels", "panelz"), ("high=1600", "high=1601"), ('"1h"', '"2h"')],
)
def test_another_source_than_the_proven_one_is_named(past: Past, copy: Path, old: str, new: str) -> None:
    file = copy / "source" / "network.py"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    assert (Check.PROGRAM, None, None) in find(run(past, copy))


def test_an_imported_file_is_part_of_what_was_proven(past: Past, copy: Path) -> None:
    file = copy / "source" / "rules.py"
    file.write_text(file.read_text().replace("5", "4"))
    assert {(Check.PROGRAM, None, None), (Check.POINTS, past.windows[1], 1)} <= find(run(past, copy))


def test_other_versions_of_the_tools_are_another_program(past: Past, copy: Path) -> None:
    manifest = copy / "fieldproof-export.json"
    manifest.write_text(manifest.read_text().replace("bb 5.0.0", "bb 5.0.1"))
    assert find(run(past, copy)) == {(Check.PROGRAM, None, None)}


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ('"1000"', '"1001"'),
        ('window="1h"', 'window="2h"'),
        ("cohort=4", "cohort=16"),
        ('"1h"', '"1h", settle_within="30m"'),
    ],
)
def test_settings_of_the_source_are_those_of_the_chain(
    past: Past, copy: Path, said: str, changed: str
) -> None:
    """An operator could deploy other terms than the source says, under a program id that fits the source."""
    source = copy / "source" / "network.py"
    assert said in source.read_text()
    source.write_text(source.read_text().replace(said, changed))
    assert {(Check.PROGRAM, None, None), (Check.NETWORK, None, None)} <= find(run(past, copy))


def test_a_strangers_folder_cannot_run_anything(past: Past, copy: Path, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    source = copy / "source" / "network.py"
    attack = f"__import__('pathlib').Path({str(marker)!r}).write_text('x')\n"
    for text in (
        attack + source.read_text(),
        source.read_text().replace("total = 0", f"total = 0\n    {attack}    "),
        source.read_text().replace('"1h"', attack.strip()),
        source.read_text().replace("import U32", "import os, U32"),
    ):
        source.write_text(text)
        report = run(past, copy)
        assert (Check.PROGRAM, None, None) in find(report)
        assert not marker.exists()
        assert all(result.computed_points is None for result in report.results)
        source.write_text(past.folder.joinpath("source/network.py").read_text())
    (copy / "source" / "conftest.py").write_text(attack)
    (copy / "source" / "fieldproof.py").write_text(attack)
    assert run(past, copy).agrees
    assert not marker.exists()


def test_links_out_of_the_folder_are_not_followed(past: Past, copy: Path, tmp_path: Path) -> None:
    window = past.windows[0]
    file = copy / "windows" / str(window) / "0.cbor"
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    report = run(past, copy)
    assert find(report) == {(Check.DATA, window, 0)}
    assert "link" in report.select(Verdict.DISAGREES)[0].detail


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "fieldproof.export.2"}', '{"format": "fieldproof.export.1"}']
)
def test_what_is_no_export_is_refused(past: Past, copy: Path, text: str) -> None:
    (copy / "fieldproof-export.json").write_text(text)
    with pytest.raises(FolderError):
        run(past, copy)


def test_a_folder_of_another_chain_or_contract_is_refused(past: Past, copy: Path) -> None:
    manifest = copy / "fieldproof-export.json"
    good = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(good | {"chain_id": 1}))
    with pytest.raises(NodeError, match="serves chain 31337"):
        run(past, copy)
    manifest.write_text(json.dumps(good | {"settlement": "0x" + "11" * 20}))
    with pytest.raises(NodeError, match="no contract with settings"):
        run(past, copy)
    manifest.write_text(json.dumps(good | {"network_id": "00" * 32}))
    assert find(run(past, copy)) == {(Check.NETWORK, None, None)}


def test_a_node_that_is_down_is_given_up(past: Past) -> None:
    with pytest.raises(NodeError, match="did not answer 5 tries"):
        audit(past.folder, "http://name:secret@127.0.0.1:1/key")
    with pytest.raises(NodeError, match="no way to a node"):
        audit(past.folder, "file:///etc/passwd")


def test_the_report_as_json_says_the_same(past: Past) -> None:
    report = run(past, past.folder)
    document = json.loads(json.dumps(to_json(report)))
    assert document["agrees"] is True
    assert document["network_id"] == "0x" + past.world.deployment.network_id.hex()
    assert len(document["results"]) == len(report.results)
    assert document["results"][0]["posted_points"] == report.results[0].posted_points
    assert "Agrees: 7 of 7 device-windows in 2 settled windows recomputed" in render_text(report)


def test_findings_name_window_and_device(past: Past, copy: Path) -> None:
    (copy / "windows" / str(past.windows[0]) / "2.cbor").write_bytes(b"")
    lines = [describe_finding(finding) for finding in run(past, copy).findings]
    assert any(line.startswith(f"window {past.windows[0]}, device 2: data:") for line in lines)
