"""Numbers for Prometheus. Labels are enumerations only, so that nobody can make them grow."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from fieldproof.ingest.pipeline import Answer, Receipted

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class GatewayMetrics:
    """What one gateway counts since it started."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._receipts = Counter(
            "fieldproof_receipts",
            "Receipts given, by kind and whether the same was there before.",
            ["kind", "repeated"],
            registry=self._registry,
        )
        self._refusals = Counter(
            "fieldproof_refusals",
            "Refusals, by kind and reason.",
            ["kind", "reason"],
            registry=self._registry,
        )
        self._unavailable = Counter(
            "fieldproof_unavailable",
            "Requests answered with 503, by cause: busy, store, check.",
            ["cause"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "fieldproof_answer_seconds",
            "Time from the last byte of a request to its answer, fsync included.",
            ["kind"],
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
            registry=self._registry,
        )
        self._in_flight = Gauge(
            "fieldproof_requests_in_flight", "Packets and seals under way.", ["kind"], registry=self._registry
        )

    def count_answer(self, kind: str, answer: Answer, seconds: float) -> None:
        """Count a receipt or refusal of `kind` "packet" or "seal"."""
        self._seconds.labels(kind).observe(seconds)
        if isinstance(answer, Receipted):
            self._receipts.labels(kind, str(answer.repeated).lower()).inc()
        else:
            self._refusals.labels(kind, answer.verdict.reason.value).inc()

    def count_unavailable(self, cause: str) -> None:
        """Count an answer of 503; `cause` is "busy", "store" or "check"."""
        self._unavailable.labels(cause).inc()

    def set_in_flight(self, kind: str, number: int) -> None:
        """Say how many of `kind` "packet" or "seal" are under way."""
        self._in_flight.labels(kind).set(number)

    def render(self) -> bytes:
        """Return all numbers in Prometheus' text format."""
        return generate_latest(self._registry)
