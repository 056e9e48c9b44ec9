"""Recomputes settled windows from a folder and a chain, with the plain Python function and nothing else."""

from fieldproof.audit.errors import AuditError, ExportError, FolderError, NodeError
from fieldproof.audit.export import ExportSummary, export_network, write_record
from fieldproof.audit.folder import DeviceRecord, ExportFolder, KeptItem, Manifest
from fieldproof.audit.recompute import audit
from fieldproof.audit.render import describe_finding, render_text, to_json
from fieldproof.audit.report import (
    AuditReport,
    Check,
    DeviceBalance,
    DeviceCarried,
    DeviceResult,
    Finding,
    Verdict,
)

__all__ = [
    "AuditError",
    "AuditReport",
    "Check",
    "DeviceBalance",
    "DeviceCarried",
    "DeviceRecord",
    "DeviceResult",
    "ExportError",
    "ExportFolder",
    "ExportSummary",
    "Finding",
    "FolderError",
    "KeptItem",
    "Manifest",
    "NodeError",
    "Verdict",
    "audit",
    "describe_finding",
    "export_network",
    "render_text",
    "to_json",
    "write_record",
]
