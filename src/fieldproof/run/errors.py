"""Errors of the run room.

FieldproofError
└── RunError            a network's folder or machine is not as running needs it
"""

from fieldproof.core import FieldproofError


class RunError(FieldproofError):
    """The folder or the machine must be put right before this can run; the hint says how."""
