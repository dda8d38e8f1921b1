"""TDLib, old or new, against a data centre of our own: `python client.py SETTINGS`, then one line a query.

`library` is a private copy with the data centre's key, `proxy_port` a SOCKS5 proxy on loopback that leads to it. With
a `secret` the data centre itself is the MTProto proxy.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import tempfile
import time

SETTINGS = json.loads(sys.argv[1])
PATIENCE = SETTINGS.get("patience", 60)
QUERIES = {
    "help.getConfig": {"@type": "testNetwork"},
    "help.getNearestDc": {"@type": "getCountryCode"},
    "help.getAppConfig": {"@type": "getApplicationConfig"},
}
"""What TDLib has to be asked so that it calls that method."""


class TDLib:
    """The JSON interface: requests out, and everything that comes back until the answer to one of them."""

    def __init__(self, library: str) -> None:
        self.lib = ctypes.CDLL(library)
        self.lib.td_receive.restype = self.lib.td_execute.restype = ctypes.c_char_p
        self.lib.td_receive.argtypes = [ctypes.c_double]
        self.lib.td_send.argtypes = [ctypes.c_int, ctypes.c_char_p]
        self.execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": SETTINGS.get("verbosity", 1)})
        self.client = self.lib.td_create_client_id()
        self.sent = 0

    def execute(self, request: dict[str, object]) -> None:
        self.lib.td_execute(json.dumps(request).encode())

    def send(self, request: dict[str, object]) -> int:
        self.sent += 1
        self.lib.td_send(self.client, json.dumps({**request, "@extra": self.sent}).encode())
        return self.sent

    def ask(self, request: dict[str, object]) -> dict[str, object]:
        """The answer. What was sent before, and refused, is told on the way."""
        number, end = self.send(request), time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = json.loads(self.lib.td_receive(1.0) or b"{}")
            if answer.get("@extra") == number:
                return answer
            if answer.get("@type") == "error":
                print(answer["message"], file=sys.stderr, flush=True)
        return {"@type": "error", "message": f"no answer to {request['@type']} in {PATIENCE} s"}


def main() -> None:
    td = TDLib(SETTINGS["library"])
    use_pfs = {"@type": "setOption", "name": "use_pfs", "value": {"@type": "optionValueBoolean", "value": True}}
    folder = tempfile.mkdtemp()
    # Said before the parameters it holds for the first connection; said after them it is kept.
    td.send(use_pfs)
    td.send({
        "@type": "setTdlibParameters", "use_test_dc": SETTINGS["dc_id"] > 10000, "database_directory": folder,
        "files_directory": folder, "api_id": 12345, "api_hash": "0" * 32, "system_language_code": "en",
        "device_model": "peer", "application_version": "1",
    })  # fmt: skip
    td.send(use_pfs)
    if "secret" in SETTINGS:
        kind = {"@type": "proxyTypeMtproto", "secret": SETTINGS["secret"]}
        proxy = {"server": SETTINGS["host"], "port": SETTINGS["port"], "type": kind}
    else:
        proxy = {"server": "127.0.0.1", "port": SETTINGS["proxy_port"], "type": {"@type": "proxyTypeSocks5"}}
    # Older ones take these fields one by one, newer ones as an object; each passes over what it does not know.
    td.send({"@type": "addProxy", "proxy": {"@type": "proxy", **proxy}, **proxy, "enable": True})
    for method in sys.stdin:
        answer = td.ask(QUERIES[method.strip()])
        told = {"error": answer["message"]} if answer["@type"] == "error" else {"answer": answer["@type"]}
        print(json.dumps(told), flush=True)
    os._exit(0)


main()
