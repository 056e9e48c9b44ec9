"""The gateway: packets and seals in, receipts out."""

from fieldproof.ingest.clock import CLOCK_TOLERANCE_MS, verify_clock
from fieldproof.ingest.closing import close_due_windows, keep_closing
from fieldproof.ingest.directory import DeviceDirectory, is_registration_proven
from fieldproof.ingest.errors import BusyError, ClockError, GatewayError, PortTakenError
from fieldproof.ingest.http import create_app
from fieldproof.ingest.metrics import GatewayMetrics
from fieldproof.ingest.pipeline import Answer, Pipeline, Receipted, Refused
from fieldproof.ingest.server import open_port, serve
from fieldproof.ingest.settings import FUTURE_TOLERANCE_MS, GatewaySettings
from fieldproof.ingest.signatures import ReceiptKey, verify_native

__all__ = [
    "CLOCK_TOLERANCE_MS",
    "FUTURE_TOLERANCE_MS",
    "Answer",
    "BusyError",
    "ClockError",
    "DeviceDirectory",
    "GatewayError",
    "GatewayMetrics",
    "GatewaySettings",
    "Pipeline",
    "PortTakenError",
    "ReceiptKey",
    "Receipted",
    "Refused",
    "close_due_windows",
    "create_app",
    "is_registration_proven",
    "keep_closing",
    "open_port",
    "serve",
    "verify_clock",
    "verify_native",
]
