"""PyPI `mtproto` opens binding messages: one JSON line in ({"perm_key", "encrypted_message"} in hex), one out.

MTProto v1 with its own key derivation; it does not look at msg_key, so that is done here, from the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import sys

from mtproto.enums import ConnectionRole
from mtproto.transport.packets import EncryptedMessagePacket, MessagePacket

for line in sys.stdin:
    given = json.loads(line)
    packet = MessagePacket.parse(bytes.fromhex(given["encrypted_message"]))
    assert isinstance(packet, EncryptedMessagePacket)
    opened = packet.decrypt(bytes.fromhex(given["perm_key"]), ConnectionRole.CLIENT, v1=True)
    head = opened.salt + opened.session_id.to_bytes(8, "little", signed=True)
    rest = opened.message_id.to_bytes(8, "little", signed=True) + opened.seq_no.to_bytes(4, "little")
    envelope = head + rest + len(opened.data).to_bytes(4, "little") + opened.data
    print(json.dumps({
        "perm_auth_key_id": packet.auth_key_id,
        "msg_key": packet.message_key.hex(),
        "hashed": hashlib.sha1(envelope).digest()[4:20].hex(),
        "msg_id": opened.message_id,
        "seqno": opened.seq_no,
        "inner": opened.data.hex(),
        "padding": len(opened.padding),
    }), flush=True)  # fmt: skip
