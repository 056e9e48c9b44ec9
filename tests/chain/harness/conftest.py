"""What makes thousands of sequences bearable."""

from collections.abc import Iterator

import pytest
import structlog
from Crypto.Hash import keccak

from fieldproof.chain import commitment
from fieldproof.chain.application import snapshots
from fieldproof.chain.beacon import draw, seed
from fieldproof.core import abi
from fieldproof.core.keccak import keccak256


def hash_fast(data: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=data).digest()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same hash from a native library, no talk, and several chunks for a small state."""
    for size in (0, 64, 135, 136, 500):
        assert hash_fast(bytes(size)) == keccak256(bytes(size))
    for module in (commitment, draw, seed, abi):
        monkeypatch.setattr(module, "keccak256", hash_fast)
    monkeypatch.setattr(snapshots, "CHUNK_BYTES", 1000)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.reset_defaults()
