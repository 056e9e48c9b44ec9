"""Errors of the audit room.

FieldproofError
└── AuditError
    ├── ExportError         a folder cannot be written
    ├── FolderError         a folder is not an export that this version reads
    └── NodeError           the chain cannot be read

What an audit finds wrong is no error but a `Finding` in its report.
"""

from fieldproof.core import FieldproofError


class AuditError(FieldproofError):
    """An audit or an export cannot be done."""


class ExportError(AuditError):
    """The folder cannot be written."""


class FolderError(AuditError):
    """The folder is not an export, or one of another version."""


class NodeError(AuditError):
    """The node does not answer, answers with an error, or belongs to another chain."""
