"""The one root of all errors that Fieldproof raises on purpose.

FieldproofError
├── IntegerError            a value is not an integer of the declared size   (core.integers)
├── EncodingError           bytes that are not what a format demands         (core.cbor, core.base58)
├── FileHeldError           another process holds a file                     (core.lock)
├── NoFreePortError         this machine has no port left to listen on       (core.ports)
└── …                       each room's `errors.py` or module adds its own below this root

An unacceptable packet or seal is not an error but a verdict (`protocol.verdict`). Anything that is
raised and is no `FieldproofError` is a bug.
"""


class FieldproofError(Exception):
    """Something that the user, the operator or the outside world must put right.

    `hint`, where given, is one sentence that says what to do.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class EncodingError(FieldproofError):
    """Bytes or text that are not in the one form that the format allows."""
