"""From what a sensor says to the integers that are signed: exact decimals, one named rounding at most."""

import decimal

from fieldproof.protocol import FieldSpec

_EXACT = decimal.Context(prec=400, Emax=999, Emin=-999)
_ROUNDINGS = {
    "half-even": decimal.ROUND_HALF_EVEN,
    "half-up": decimal.ROUND_HALF_UP,
    "down": decimal.ROUND_DOWN,
    "up": decimal.ROUND_UP,
    "floor": decimal.ROUND_FLOOR,
    "ceiling": decimal.ROUND_CEILING,
}


class ScalingError(ValueError):
    """A value that the field cannot hold; whoever knows where it came from says so."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def scale_value(value: decimal.Decimal, spec: FieldSpec) -> int:
    """Return value · scale as an integer within the field's range, or raise `ScalingError`.

    A remainder is rounded only where the field says how; who loses or gains by it is the author's choice.
    """
    if not value.is_finite() or abs(value.adjusted()) > 100 or len(value.as_tuple().digits) > 256:
        raise ScalingError(f"{spec.name}: {str(value)[:60]} is no measurement")
    scaled = _EXACT.multiply(value, decimal.Decimal(spec.scale))
    rounded = scaled.to_integral_value(_ROUNDINGS[spec.rounding or "half-even"], _EXACT)
    if rounded != scaled and spec.rounding is None:
        raise ScalingError(
            f"{spec.name}: {str(value)[:60]} has more digits than scale {spec.scale} holds",
            f'Declare a greater scale, or rounding="half-even" with field {spec.name}.',
        )
    if not spec.low <= rounded <= spec.high:
        low, high = (decimal.Decimal(bound) / spec.scale for bound in (spec.low, spec.high))
        raise ScalingError(
            f"{spec.name}: {str(value)[:60]} {spec.unit} lies outside the declared {low:f} to {high:f}"
        )
    return int(rounded)
