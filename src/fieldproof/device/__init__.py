"""The device's side: keys, the library that measures, keeps, sends and seals, replay and simulators."""

from fieldproof.device.attributes import read_attributes
from fieldproof.device.errors import (
    BacklogError,
    DeviceError,
    KeyFileError,
    ReadingError,
    ReceiptError,
    RecordingError,
    RefusedError,
    UnreachableError,
)
from fieldproof.device.gateway import Gateway, HttpGateway, Patience
from fieldproof.device.keys import DeviceKeys, SoftwareKeys
from fieldproof.device.library import Device, SendReport
from fieldproof.device.messages import build_packet, build_seal, sign_registration
from fieldproof.device.network import DeviceNetwork
from fieldproof.device.recording import (
    RecordedDevice,
    RecordedReading,
    Recording,
    parse_recording,
    read_recording,
)
from fieldproof.device.replay import ReplayWindow, split_recording
from fieldproof.device.simulators import (
    EXPECTED_REASONS,
    Behaviour,
    Sent,
    SimulatedDevice,
    exaggerate,
    freeze,
)

__all__ = [
    "EXPECTED_REASONS",
    "BacklogError",
    "Behaviour",
    "Device",
    "DeviceError",
    "DeviceKeys",
    "DeviceNetwork",
    "Gateway",
    "HttpGateway",
    "KeyFileError",
    "Patience",
    "ReadingError",
    "ReceiptError",
    "RecordedDevice",
    "RecordedReading",
    "Recording",
    "RecordingError",
    "RefusedError",
    "ReplayWindow",
    "SendReport",
    "Sent",
    "SimulatedDevice",
    "SoftwareKeys",
    "UnreachableError",
    "build_packet",
    "build_seal",
    "exaggerate",
    "freeze",
    "parse_recording",
    "read_attributes",
    "read_recording",
    "sign_registration",
    "split_recording",
]
