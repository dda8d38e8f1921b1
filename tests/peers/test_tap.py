"""The tap between mtcute and the local data centre: the bind is listed, opened and explained."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from loopback import Loopback
from processes import ROOT
from scenes import Scene, Stage, ask, play

from mtlib.clinic.capture import read_capture
from mtlib.clinic.reading import read_keys

LOGGING_DC = """
import json, sys
from mtlib import LocalDC, PrivateKey

log = open(sys.argv[2], "w")

def write(event):
    if event.name == "exchange_done":
        for known in dc.dc.keys:
            key = known.auth_key
            print(key.id_bytes.hex(), bytes(key).hex(), file=log, flush=True)

with LocalDC(rsa=PrivateKey.from_pem(open(sys.argv[1]).read())) as dc:
    dc.trace.listen(write)
    print(json.dumps({"host": dc.host, "port": dc.port, "dc_id": dc.dc_id, "public_key_pem": dc.public_key.to_pem()}),
          flush=True)
    sys.stdin.read()
"""


class Spoken:
    """A program in the place without a way out, whose lines are kept as they are."""

    def __init__(self, place: Loopback, command: list[str]) -> None:
        import subprocess

        self.process = place.start(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.first = self.process.stdout.readline()
        self.text = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.text = self.process.stdout.read()

    def stop(self) -> str:
        self.process.terminate()
        self.process.wait(20)
        self._reader.join(5)
        return self.text


def test_mtcute_through_the_tap(stage: Stage, tmp_path: Path) -> None:
    log, file = tmp_path / "keys", tmp_path / "tap.pcap"
    dc = Spoken(stage.place, [sys.executable, "-c", LOGGING_DC, str(stage.key_file), str(log)])
    where = json.loads(dc.first)
    tap = Spoken(stage.place, [sys.executable, "-m", "mtlib", "tap", "--to", f"{where['host']}:{where['port']}",
                               "--keys", str(log), "--write", str(file)])
    try:

        def act(scene: Scene) -> None:
            tapped = type("Tapped", (), {"where": where | {"port": int(tap.first.split()[0].rpartition(":")[2])}})()
            assert ask(scene.client("mtcute", tapped))["answer"] == "nearestDc"

        play(stage, "mtcute", act)
    finally:
        said = tap.stop()
        dc.stop()
    assert tap.process.returncode == 0
    assert "client: auth.bindTempAuthKey" in said
    assert "temp_session_id" in said  # the forty bytes, field by field
    assert "answered by rpc_result: boolTrue; healthy" in said and "[healthy]" in said
    capture = read_capture(file.read_bytes(), read_keys(log.read_text()))
    verdicts = [each.diagnosis for connection in capture.connections for each in connection.heard if each.diagnosis]
    assert verdicts and all(each.healthy for each in verdicts)
