"""Figures of the application for Prometheus."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from fieldproof.chain.application.genesis import Genesis
from fieldproof.chain.application.server import Handler
from fieldproof.chain.application.state import State
from fieldproof.chain.messages.tendermint.abci import types_pb2 as abci

_BUCKETS_S = (0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class ApplicationMetrics:
    """The application's figures, served on loopback."""

    def __init__(self, port: int) -> None:
        registry = CollectorRegistry()
        self._height = Gauge("fieldproof_chain_height", "Last committed height", registry=registry)
        self._epoch = Gauge("fieldproof_chain_epoch", "Epoch of the last height", registry=registry)
        self._validators = Gauge("fieldproof_chain_validators", "Seats in consensus", registry=registry)
        self._dealings = Gauge("fieldproof_chain_dealings", "Valid dealings of this epoch", registry=registry)
        self._known = Gauge("fieldproof_chain_openings", "Secrets known of this epoch", registry=registry)
        self._faults = Gauge("fieldproof_chain_faults", "Faults that stand", registry=registry)
        self._missed = Counter(
            "fieldproof_chain_missed_seeds", "Epochs whose beacon failed", registry=registry
        )
        self._requests = Histogram(
            "fieldproof_chain_request_seconds",
            "Time to answer CometBFT, waiting included",
            ["request"],
            buckets=_BUCKETS_S,
            registry=registry,
        )
        start_http_server(port, "127.0.0.1", registry)

    def observe(self, genesis: Genesis, state: State) -> None:
        """Take note of a committed block."""
        schedule = genesis.parameters.schedule
        self._height.set(state.height)
        self._epoch.set(schedule.get_epoch(max(state.height, 1)))
        self._validators.set(len(state.validators))
        self._dealings.set(len(state.beacon.qualified))
        self._known.set(len(state.beacon.known))
        self._faults.set(len(state.faults))
        if state.drawn is not None and state.drawn.is_missed:
            is_draw = schedule.get_position(state.height) == schedule.draw
            self._missed.inc(int(is_draw))

    def measure(self, handler: Handler) -> Handler:
        """Return the handler with its time taken."""

        async def handle(request: abci.Request) -> abci.Response:
            started = time.perf_counter()
            try:
                return await handler(request)
            finally:
                name = request.WhichOneof("value") or "none"
                self._requests.labels(name).observe(time.perf_counter() - started)

        return handle
