"""What owners claim of their devices: a CSV file with `device_id` and the attributes of a schema."""

import csv
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from fieldproof.device.errors import RecordingError
from fieldproof.device.scaling import ScalingError, scale_value
from fieldproof.protocol import FieldSpec


def read_attributes(path: Path, specs: Sequence[FieldSpec]) -> Mapping[str, tuple[int, ...]]:
    """Return the attributes of each device, scaled and in the schema's order. Raises `RecordingError`."""
    wanted = ["device_id", *(spec.name for spec in specs)]
    attributes: dict[str, tuple[int, ...]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in wanted if name not in (reader.fieldnames or ())]
            if missing:
                raise RecordingError(
                    str(path),
                    1,
                    f"the header has no column {', '.join(missing)}",
                    hint=f"Begin the file with: {','.join(wanted)}",
                )
            for row in reader:
                where = (str(path), reader.line_num)
                if row["device_id"] in attributes:
                    raise RecordingError(*where, f"{row['device_id']} stands here a second time")
                attributes[row["device_id"]] = tuple(_parse(row[spec.name], spec, where) for spec in specs)
    except FileNotFoundError as error:
        raise RecordingError(
            str(path), 0, "is not there", hint=f"Make it with the header: {','.join(wanted)}"
        ) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(str(path), 0, f"cannot be read: {error}") from error
    return attributes


def _parse(text: str | None, spec: FieldSpec, where: tuple[str, int]) -> int:
    try:
        return scale_value(Decimal((text or "").strip()), spec)
    except InvalidOperation as error:
        raise RecordingError(*where, f"{spec.name}: {text!r:.60} is no decimal number") from error
    except ScalingError as error:
        raise RecordingError(*where, str(error), hint=error.hint) from error
