"""Bindings that real clients made, recorded on loopback in November 2026 against a throw-away data centre.

Only the first half of each permanent key is here: nothing reads the second (lesson 12). The keys are worth nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class RecordedSeal(NamedTuple):
    """One binding: half of the permanent key, random, msg_id, inner and padding, and the encrypted_message made from
    them, without the key id in front."""

    half_key: bytes
    random: bytes
    msg_id: bytes
    inner: bytes
    padding: bytes
    sealed: bytes


RECORDED: Mapping[str, RecordedSeal] = {
    "mtcute 0.30.3": RecordedSeal(*map(bytes.fromhex, (
        "0dec39329f117645f6212b8b958e04a17e4d138aac026deacd1871aeb3775ed22c6c453abb003ef64cc9e6775f74bad0ec2248c1"
        "04315de848e7233397e982f1d53c982029bdc649dc2eb3fc2eb2b79156d9ec179d2f4474ca402ac0bbd36f6ef4d4d34f0ed1da3e"
        "a043475b6bc86a28b7745e33075b7819315cbab7643ee7d2",
        "3deb3615064b0936789fabbd6ec740d7",
        "dc30a160973b066b",
        "65f7a37596048a3a399d778014e91f46192dd164144f7e8cc8752e0221661dd1b6f63293178d076b",
        "cc95960856848bb5",
        "577c9a2345972ec7d41f1f72b27d2a1dca730181bee97f9b1f0fcd1e957ce1e944cf571cfd598469fa74780584a990ef82183a8a"
        "6fb896093eede9a393752b1391a498c1292215bcbaf4d97f2e8e0ff12b6e399240e0a2bb26f7adc773c90c39",
    ))),
    "TDLib 1.8.69": RecordedSeal(*map(bytes.fromhex, (
        "93525d9fa2e95d0f9e62305549cc9789af028a6aeac14f3a4f8ccfdee1cc08b0bf6526b73f1f5cbb86a81e7152221e71006253f5"
        "c27a1fa49a5759ad75fbd71f7940531d0ad9ffd47d3bc3c66c9700d878de3e7e0d13a8628d02a34047f11505e298a1c7b3968c29"
        "e074a501d18d95b6151f2c4d7219b47992b072ba03101e4e",
        "54e8f9ebfddfc17332ac84115443ceac",
        "004d7b2ea13b066b",
        "65f7a375d75d11237f37ebfdec84c366a08f8d99c2f5bceab99373d92d149c448736e046308a076b",
        "1f8d1480c421017e",
        "8e4bd5c74de130e3bc8be8067963f5f08c1b151ca399f12e4fef59805ce2c7f128cc6cc211bca6e2bc38a8ab567d7ddc5f19948b"
        "794762497328daf2a279c6d76b41e9bf85989f6b3395fba5d5f98542a9649e1e9b593715932409722d055510",
    ))),
    "ferogram 0.5.4": RecordedSeal(*map(bytes.fromhex, (
        "a0d266f9273ce2e01a77e91c1cb497996b0be6b396ea96823763841ec5afaf6ce51d97019b1427fbce927ff5d339aadd9da403a3"
        "d9e8ecf87f9725d667660a842401088c9fb6129674fe20063fefd5a94e51611e648d67e551112aa26e45d61ba36ccdd7d19d866c"
        "8d168491b9fe83f0418dc828442f219e8d795a40df34c838",
        "6261e7e88d2a5cde140e0cbd1e68d530",
        "1c82c058a73b066b",
        "65f7a375736ed725ff76aa31c53f78aa0e544b1fdace09a274c2a1f4d8a7898b9986ea72278d076b",
        "e75ff5808734ca95",
        "d363abebba2382b3c42cdc822ee5be3e2f4bddbfbbb03629d3806d3d163e0be999f8b2b37e624978ef842bbedc83f53423df05de"
        "20cbe4ede3421f3b437f79b4400101680968fabc3a1aa404680b646a14a008b806ad7d3a1563e0f0d8f4f958",
    ))),
}  # fmt: skip

RECORDED_SIZES: Mapping[str, tuple[int, ...]] = {
    "mtcute 0.30.3": (40, 84, 340, 652, 396, 72, 200),
    "TDLib 1.8.69": (180, 84, 580, 652, 484, 72, 536),
    "ferogram 0.5.4": (40, 84, 340, 652, 396, 72, 200),
}
"""The recorded sizes, in bytes: six packets of an exchange for a temporary key, and the packet with the bind."""
