"""The DeviceRegistry of a network: registering, revoking, and who counted when."""

from enum import IntEnum
from typing import Any

from fieldproof.core.abi import name_members
from fieldproof.protocol import Identity, Registration
from fieldproof.protocol.transaction import Inclusion
from fieldproof.settle.client import ChainClient
from fieldproof.settle.errors import SettleError
from fieldproof.settle.events import RegistryEvent, decode_registry_log
from fieldproof.settle.interfaces import load_interface
from fieldproof.settle.values import Call, CohortSnapshot, RegisteredDevice

FIRST_OF_COHORT_GAS = 250_000
"""More than the first registration of a cohort, or of a window, costs beyond the others. Which one a
registration is turns out only when it is mined: others may come first."""


class Payment(IntEnum):
    """How a registration is paid for."""

    FEE = 0
    """Burnt."""
    STAKE = 1
    """Held, and returned after revocation."""


class Registry:
    """Reads a DeviceRegistry and makes the calls that change it; a `Submitter` sends them."""

    def __init__(self, client: ChainClient, address: bytes) -> None:
        self._client = client
        self._functions = load_interface("DeviceRegistry").functions
        self.address = address

    async def get_terms(self) -> dict[str, Any]:
        """Return what it takes to register, by the names of the contract's struct `Terms`."""
        (values,) = await self._read("terms")
        return name_members(self._functions["terms"].outputs[0], values)

    async def build_registration(
        self, registration: Registration, signature: bytes, payment: Payment
    ) -> Call:
        """Return the call that registers a device; anyone may send it, for EdDSA the owner alone."""
        number, x, y = registration.identity.words
        terms = await self.get_terms()
        data = self._functions["register"].encode_call(
            {
                "owner": registration.owner,
                "algorithm": number,
                "identityX": x.to_bytes(32),
                "identityY": y.to_bytes(32),
                "sealKeyX": registration.seal_key[0],
                "sealKeyY": registration.seal_key[1],
                "attributes": registration.attributes,
                "nonce": registration.nonce,
                "deadline": registration.deadline,
                "signatureR": signature[:32],
                "signatureS": signature[32:],
            },
            int(payment),
        )
        value_wei = terms["feeWei" if payment is Payment.FEE else "stakeWei"]
        return Call(self.address, data, value_wei, FIRST_OF_COHORT_GAS)

    def build_revocation(self, device: int) -> Call:
        """Return the call that ends a device from the next window on; its holder sends it."""
        return Call(self.address, self._functions["revoke"].encode_call(device))

    def build_stake_withdrawal(self, device: int) -> Call:
        """Return the call that gives a revoked device's stake back; its holder sends it."""
        return Call(self.address, self._functions["withdrawStake"].encode_call(device))

    async def get_nonce(self, identity: Identity, owner: bytes) -> int:
        """Return the nonce that the next registration of an identity must carry."""
        number, x, y = identity.words
        return int((await self._read("nonceOf", number, x.to_bytes(32), y.to_bytes(32), owner))[0])

    async def get_cohort(self, cohort: int, window: int) -> CohortSnapshot:
        """Return a cohort as it stood when a window started; final once that moment has passed."""
        return CohortSnapshot(*await self._read("cohortAt", cohort, window))

    async def get_device_count(self) -> int:
        """Return how many devices were ever registered."""
        return int((await self._read("deviceCount"))[0])

    async def get_active_count(self, window: int) -> int:
        """Return how many devices of the network were active when a window started."""
        return int((await self._read("activeAt", window))[0])

    async def get_holder(self, device: int) -> bytes:
        """Return who holds a device's token: the account that may withdraw what it earned."""
        return bytes((await self._read("ownerOf", device))[0])

    async def get_events(self, first_block: int, last_block: int) -> tuple[RegistryEvent, ...]:
        """Return registrations and revocations in blocks from first to last, in their order."""
        logs = await self._client.get_logs(self.address, [], first_block=first_block, last_block=last_block)
        events = (decode_registry_log(log, self._client.chain_id) for log in logs)
        return tuple(event for event in events if event is not None)

    async def find_device(self, inclusion: Inclusion) -> RegisteredDevice:
        """Return the device that a mined registration made."""
        number = inclusion.block_number
        for log in await self._client.get_logs(self.address, [], first_block=number, last_block=number):
            if log.transaction_hash == inclusion.transaction_hash:
                event = decode_registry_log(log, self._client.chain_id)
                if isinstance(event, RegisteredDevice):
                    return event
        raise SettleError(f"transaction 0x{inclusion.transaction_hash.hex()} registered no device here")

    async def _read(self, name: str, *values: object) -> tuple[Any, ...]:
        return await self._client.read(self.address, self._functions[name], *values)
