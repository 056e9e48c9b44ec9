"""Who plays in the demo: twenty-four devices of five owners, three cheats and a braggart among them.

All play the same three hours, recorded minute by minute at Alamosa, Colorado (`networks/ORIGIN.md`), each
with a constant gain, as panels of other sizes would. The gains are ours; nothing else is invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from fieldproof.core import Algorithm
from fieldproof.device import Behaviour, RecordedReading, parse_recording
from fieldproof.networks import get_network_folder
from fieldproof.protocol import FieldSpec, Schema
from fieldproof.settle import Payment

DEVICES = 24
OWNERS = 5
RECORDING = "surfrad-alamosa-2016-01-01.csv"
_ALGORITHMS = (Algorithm.ES256K, Algorithm.ES256, Algorithm.EDDSA)
_CHEATS = {
    5: Behaviour.REPLAYS_EARLIER_WINDOW,
    12: Behaviour.ALTERS_AFTER_SIGNING,
    17: Behaviour.SEALS_OTHER_READINGS,
}
BRAGGART = 23
"""Claims more sun than the sky holds. Its packets are in order; the program sees through it."""
_BRAGGING_GAIN = Decimal("2.4")


@dataclass(frozen=True, slots=True)
class Player:
    """One device of the demo."""

    name: str
    owner: int
    gain: Decimal
    """Factor on the recorded irradiance."""
    panel_area: int
    """Hundredths of a square metre, as its owner claims."""
    algorithm: Algorithm
    payment: Payment
    behaviour: Behaviour


def cast() -> tuple[Player, ...]:
    """Return all players by device number."""
    return tuple(
        Player(
            name=f"roof-{number:02}",
            owner=number % OWNERS,
            gain=_BRAGGING_GAIN if number == BRAGGART else Decimal(60 + 3 * number) / 100,
            panel_area=500 + 100 * number,
            algorithm=_ALGORITHMS[number % len(_ALGORITHMS)],
            payment=Payment.STAKE if number % 2 else Payment.FEE,
            behaviour=_CHEATS.get(number, Behaviour.HONEST),
        )
        for number in range(DEVICES)
    )


def load_minutes(schema: Schema) -> Sequence[RecordedReading]:
    """Return the recorded minutes as scaled readings."""
    path: Path = get_network_folder("solar") / RECORDING
    header, *rows = path.read_text().splitlines()
    lines = [f"device_id,{header}", *(f"station,{row}" for row in rows)]
    return parse_recording(lines, schema, source=RECORDING).devices[0].readings


def apply_gain(values: tuple[int | None, ...], gain: Decimal, spec: FieldSpec) -> tuple[int | None, ...]:
    """Return scaled values whose first, the irradiance, is multiplied by `gain` (half to even)."""
    irradiance, *others = values
    if irradiance is None:
        return values
    gained = int((irradiance * gain).to_integral_value(ROUND_HALF_EVEN))
    return (min(max(gained, spec.low), spec.high), *others)
