"""mtlib: see, build and debug Telegram's `auth.bindTempAuthKey`, byte by byte.

    from mtlib import LocalDC, connect

    with LocalDC() as dc, connect(dc) as client:
        client.bind()                      # True: boolTrue over real TCP
        print(client.carried.frame)        # what went over the wire, field by field

Names are loaded when they are first used, so that the import itself stays light.

To read the library, begin with twelve files, less than 2,500 lines for one evening, in this order: `errors`;
`wire.notes` (where a value comes from), `wire.layout` (bytes declared once); `crypto.aes`, `crypto.kdf`, `crypto.keys`;
`protocol.packets`, `protocol.binding` (the method itself), `protocol.limits` (what a peer may cost),
`protocol.checks` (what a data centre compares), `protocol.retry`; `clinic.recipe` (the binding again, as steps that
can be taken wrongly). CONTRIBUTING.md says where to add a check, a mistake, a framing or a picture, and how to test
it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtlib.lazy import lazily

if TYPE_CHECKING:
    from mtlib.clinic.doctor import diagnose
    from mtlib.clinic.mistakes import MISTAKES
    from mtlib.clinic.reading import read_patient
    from mtlib.clinic.sheet import sheet
    from mtlib.crypto.entropy import Noise, Patterned, System
    from mtlib.crypto.keys import AuthKey
    from mtlib.crypto.rsa import PrivateKey, PublicKey
    from mtlib.net.client import connect
    from mtlib.net.judge import judge_program
    from mtlib.net.server import LocalDC
    from mtlib.protocol.binding import Binding, BindPacket, Carried
    from mtlib.protocol.checks import CHECKS, PACKET_CHECKS, Facts, PacketFacts, Rules, judge, judge_packet, verify
    from mtlib.protocol.dissect import FORMULAS, dissect
    from mtlib.protocol.faults import FAULTS, Fault
    from mtlib.protocol.limits import Limits
    from mtlib.protocol.packets import (
        MAX_PADDING,
        MIN_PADDING,
        TO_CLIENT,
        TO_SERVER,
        decrypt_v1,
        encrypt_v1,
        open_packet,
        seal,
    )
    from mtlib.protocol.session import BadMessage
    from mtlib.transport.stream import ClientStream, ServerStream
    from mtlib.wire.dissection import Dissection, unseal
    from mtlib.wire.provenance import trace
    from mtlib.wire.schema import REQUEST, SCHEMA

__version__ = "2.0.0"

__all__ = [
    "CHECKS", "FAULTS", "FORMULAS", "MAX_PADDING", "MIN_PADDING", "MISTAKES", "PACKET_CHECKS", "REQUEST", "SCHEMA",
    "TO_CLIENT", "TO_SERVER", "AuthKey", "BadMessage", "BindPacket", "Binding", "Carried", "ClientStream", "Dissection",
    "Facts", "Fault", "Limits", "LocalDC", "Noise", "PacketFacts", "Patterned", "PrivateKey", "PublicKey", "Rules",
    "ServerStream", "System", "connect", "decrypt_v1", "diagnose", "dissect", "encrypt_v1", "judge", "judge_packet",
    "judge_program", "open_packet", "read_patient", "seal", "sheet", "trace", "unseal", "verify",
]  # fmt: skip

__getattr__, __dir__ = lazily(__name__, {
    "clinic.doctor": "diagnose",
    "clinic.mistakes": "MISTAKES",
    "clinic.reading": "read_patient",
    "clinic.sheet": "sheet",
    "crypto.entropy": "Noise Patterned System",
    "crypto.keys": "AuthKey",
    "crypto.rsa": "PrivateKey PublicKey",
    "net.client": "connect",
    "net.judge": "judge_program",
    "net.server": "LocalDC",
    "protocol.binding": "BindPacket Binding Carried",
    "protocol.checks": "CHECKS PACKET_CHECKS Facts PacketFacts Rules judge judge_packet verify",
    "protocol.dissect": "FORMULAS dissect",
    "protocol.faults": "FAULTS Fault",
    "protocol.limits": "Limits",
    "protocol.packets": "MAX_PADDING MIN_PADDING TO_CLIENT TO_SERVER decrypt_v1 encrypt_v1 open_packet seal",
    "protocol.session": "BadMessage",
    "transport.stream": "ClientStream ServerStream",
    "wire.dissection": "Dissection unseal",
    "wire.provenance": "trace",
    "wire.schema": "REQUEST SCHEMA",
})  # fmt: skip
