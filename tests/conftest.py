"""What holds for all tests."""

from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail: neither how long an example takes nor how long it is to draw.
settings.register_profile(
    "fieldproof", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("fieldproof")
