"""What an author writes is plain Python: records of integers, windows that rise, a program that is called."""

import pytest

from fieldproof import Attributes, Network, Reading, Window, field
from fieldproof.core import FieldproofError
from fieldproof.protocol import SchemaError


class Sample(Reading):
    irradiance: int = field(unit="W/m2", scale=10, low=0, high=1600)
    temperature: int = field(unit="Cel", scale=100, low=-60, high=60)


class Site(Attributes):
    panel_area: int = field(unit="m2", scale=100, low=0, high=50)


def reward(window: Window[Sample], site: Site) -> int:
    assert len(window) >= 2, "fewer than two readings"
    return sum(sample.irradiance for sample in window) * site.panel_area // 60_000


NEEDED = {"window": "1h", "readings_per_window": 60, "pool_per_window": "1000"}


def make_sample(time_ms: int = 0, irradiance: int = 5_000, temperature: int = 2_153) -> Sample:
    return Sample(time_ms=time_ms, irradiance=irradiance, temperature=temperature)


def test_a_program_is_called_and_tested_like_any_function() -> None:
    window = Window([make_sample(0), make_sample(60_000)], starts_at=1_800_000_000)
    assert reward(window, Site(panel_area=1_200)) == 200
    with pytest.raises(AssertionError, match="fewer than two readings"):
        reward(Window([], starts_at=1_800_000_000), Site(panel_area=1_200))


def test_a_network_collects_schema_and_settings() -> None:
    network = Network(name="rooftops", reading=Sample, attributes=Site, program=reward, **NEEDED)
    assert [(spec.name, spec.low, spec.high) for spec in network.schema.reading] == [
        ("irradiance", 0, 16_000),
        ("temperature", -6_000, 6_000),
    ]
    assert [spec.name for spec in network.schema.attributes] == ["panel_area"]
    assert network.settings.window_s == 3_600
    assert network.program is reward
    plain = Network(name="rooftops", reading=Sample, program=reward, schema_version=2, **NEEDED)
    assert (plain.schema.version, plain.schema.attributes) == (2, ())
    assert plain.schema.hash != network.schema.hash


def test_a_network_refuses_settings_that_cannot_be() -> None:
    with pytest.raises(SchemaError, match="no capacity"):
        Network(name="rooftops", reading=Sample, program=reward, cohort=5, **NEEDED)
    with pytest.raises(TypeError, match="graze"):
        Network(name="rooftops", reading=Sample, program=reward, graze="5m", **NEEDED)

    class Empty(Reading):
        pass

    with pytest.raises(SchemaError, match="1 to 64 fields"):
        Network(name="rooftops", reading=Empty, program=reward, **NEEDED)


@pytest.mark.parametrize(
    "values",
    [
        {"irradiance": -1, "temperature": 0},
        {"irradiance": 16_001, "temperature": 0},
        {"irradiance": 0, "temperature": -6_001},
        {"irradiance": 1.0, "temperature": 0},
        {"irradiance": True, "temperature": 0},
        {"irradiance": "5", "temperature": 0},
        {"irradiance": None, "temperature": 0},
    ],
)
def test_values_outside_their_field_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(FieldproofError, match=r"irradiance|temperature"):
        Sample(time_ms=0, **values)


@pytest.mark.parametrize("time_ms", [-1, True, 1.5, 2**63 + 1])
def test_times_are_whole_milliseconds(time_ms: int) -> None:
    with pytest.raises(FieldproofError, match="time_ms"):
        make_sample(time_ms)


def test_names_must_be_those_of_the_fields() -> None:
    with pytest.raises(TypeError, match="needs temperature"):
        Sample(time_ms=0, irradiance=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="has no wind"):
        Sample(time_ms=0, irradiance=1, temperature=0, wind=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="time_ms"):
        Sample(irradiance=1, temperature=0)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Sample(0, 1, 2)  # type: ignore[misc]


def test_a_reading_is_a_value() -> None:
    sample = make_sample()
    assert sample == make_sample()
    assert hash(sample) == hash(make_sample())
    assert sample not in (make_sample(1), make_sample(irradiance=1), None, 5)
    assert repr(sample) == "Sample(time_ms=0, irradiance=5000, temperature=2153)"
    with pytest.raises(AttributeError, match="cannot change"):
        sample.irradiance = 9  # type: ignore[misc]
    with pytest.raises(AttributeError, match="cannot be deleted"):
        del sample.irradiance
    assert sample == make_sample()


class Weather(Reading):
    heat: int = field(unit="Cel", scale=100, low=-60, high=60)
    humidity: int | None = field(unit="%RH", low=0, high=100)
    pressure: "int | None" = field(unit="hPa", low=300, high=1100)


def test_a_field_annotated_with_none_may_lack_its_value() -> None:
    assert [spec.optional for spec in Weather.specs] == [False, True, True]
    missing = Weather(time_ms=0, heat=5, humidity=None, pressure=None)
    assert (missing.heat, missing.humidity, missing.pressure) == (5, None, None)
    assert missing != Weather(time_ms=0, heat=5, humidity=0, pressure=None)
    assert repr(missing) == "Weather(time_ms=0, heat=5, humidity=None, pressure=None)"
    for values in (
        {"heat": None, "humidity": 1, "pressure": 300},
        {"heat": 1, "humidity": 101, "pressure": 300},
        {"heat": 1, "humidity": 1, "pressure": 299},
    ):
        with pytest.raises(FieldproofError):
            Weather(time_ms=0, **values)
    with pytest.raises(TypeError, match="needs humidity"):
        Weather(time_ms=0, heat=1, pressure=300)  # type: ignore[call-arg]


def test_an_attribute_cannot_be_optional() -> None:
    class Place(Attributes):
        height: int | None = field(unit="m", low=0, high=9_000)

    with pytest.raises(SchemaError, match="attribute height cannot be optional"):
        Network(name="rooftops", reading=Sample, attributes=Place, program=reward, **NEEDED)


def test_two_classes_with_the_same_values_differ() -> None:
    class Other(Attributes):
        panel_area: int = field(unit="m2", scale=100, low=0, high=50)

    assert Other(panel_area=5) != Site(panel_area=5)


def test_a_subclass_has_the_fields_of_its_base_first() -> None:
    class Longer(Sample):
        wind: int = field(unit="m/s", low=0, high=100)

    assert [spec.name for spec in Longer.specs] == ["irradiance", "temperature", "wind"]
    assert [spec.name for spec in Sample.specs] == ["irradiance", "temperature"]
    assert Longer(time_ms=1, irradiance=2, temperature=3, wind=4).wind == 4


def test_a_field_may_have_any_plain_name() -> None:
    class Odd(Attributes):
        self: int = field(unit="count", low=0, high=9)
        values: int = field(unit="count", low=0, high=9)

    assert Odd(self=1, values=2) == Odd(self=1, values=2)


def test_a_field_declared_twice_is_refused() -> None:
    class Twice(Sample):
        irradiance: int = field(unit="W/m2", low=0, high=1)

    with pytest.raises(SchemaError, match="share a name"):
        Network(name="rooftops", reading=Twice, program=reward, **NEEDED)


def test_a_field_that_cannot_be_is_refused_where_it_is_written() -> None:
    with pytest.raises(SchemaError, match="no SenML unit"):

        class Wrong(Reading):
            heat: int = field(unit="degrees", low=0, high=1)

    with pytest.raises(SchemaError, match="cannot name a field"):

        class Timed(Reading):
            time_ms: int = field(unit="ms", low=0, high=1)


def test_a_window_is_a_sequence_of_rising_times() -> None:
    samples = [make_sample(time_ms) for time_ms in (0, 5, 9)]
    window = Window(samples, starts_at=1_800_000_000)
    assert (len(window), window[0], window[-1], list(window)) == (3, samples[0], samples[2], samples)
    assert window[1:] == (samples[1], samples[2])
    assert samples[1] in window
    assert window.index(samples[1]) == 1
    samples.clear()
    assert len(window) == 3
    with pytest.raises(IndexError):
        window[3]


@pytest.mark.parametrize("times", [(0, 0), (5, 4), (0, 9, 9), (0, 9, 8)])
def test_times_that_do_not_rise_are_refused(times: tuple[int, ...]) -> None:
    with pytest.raises(SchemaError, match="times must rise"):
        Window([make_sample(time_ms) for time_ms in times], starts_at=0)


@pytest.mark.parametrize("starts_at", [-1, 1.0, True, None, 2**63 + 1])
def test_a_window_starts_at_a_whole_second(starts_at: int) -> None:
    with pytest.raises(FieldproofError, match="starts_at"):
        Window([], starts_at=starts_at)
