"""mtlib: see, build and debug Telegram's `auth.bindTempAuthKey`, byte by byte.

    from mtlib import LocalDC, connect

    with LocalDC() as dc, connect(dc) as client:
        client.bind()                      # True: boolTrue over real TCP
        print(client.carried.frame)        # what went over the wire, field by field

Names are loaded when they are first used, so that the import itself stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mtlib.crypto.entropy import Patterned, System
    from mtlib.crypto.keys import AuthKey
    from mtlib.crypto.rsa import PrivateKey, PublicKey
    from mtlib.doctor.doctor import diagnose
    from mtlib.net.client import connect
    from mtlib.net.server import LocalDC
    from mtlib.protocol import SCHEMA
    from mtlib.protocol.binding import Binding, Carried
    from mtlib.protocol.checks import (
        CHECKS,
        PACKET_CHECKS,
        Facts,
        PacketFacts,
        Rules,
        judge,
        judge_packet,
        verify,
    )
    from mtlib.protocol.dissect import dissect
    from mtlib.protocol.faults import FAULTS, Fault
    from mtlib.protocol.limits import Limits
    from mtlib.protocol.packets import FORMULAS
    from mtlib.wire.dissection import Dissection, unseal
    from mtlib.wire.provenance import trace

__version__ = "1.0.0"

_HOMES = {
    "AuthKey": "crypto.keys",
    "Binding": "protocol.binding",
    "CHECKS": "protocol.checks",
    "Carried": "protocol.binding",
    "Dissection": "wire.dissection",
    "FAULTS": "protocol.faults",
    "FORMULAS": "protocol.packets",
    "Facts": "protocol.checks",
    "Fault": "protocol.faults",
    "Limits": "protocol.limits",
    "LocalDC": "net.server",
    "PACKET_CHECKS": "protocol.checks",
    "PacketFacts": "protocol.checks",
    "Patterned": "crypto.entropy",
    "PrivateKey": "crypto.rsa",
    "PublicKey": "crypto.rsa",
    "Rules": "protocol.checks",
    "SCHEMA": "protocol",
    "System": "crypto.entropy",
    "connect": "net.client",
    "diagnose": "doctor.doctor",
    "dissect": "protocol.dissect",
    "judge": "protocol.checks",
    "judge_packet": "protocol.checks",
    "trace": "wire.provenance",
    "unseal": "wire.dissection",
    "verify": "protocol.checks",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mtlib' has no attribute {name!r}")
    value = getattr(import_module(f"mtlib.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


__all__ = [
    "CHECKS",
    "FAULTS",
    "FORMULAS",
    "PACKET_CHECKS",
    "SCHEMA",
    "AuthKey",
    "Binding",
    "Carried",
    "Dissection",
    "Facts",
    "Fault",
    "Limits",
    "LocalDC",
    "PacketFacts",
    "Patterned",
    "PrivateKey",
    "PublicKey",
    "Rules",
    "System",
    "connect",
    "diagnose",
    "dissect",
    "judge",
    "judge_packet",
    "trace",
    "unseal",
    "verify",
]
