"""The tap: everything gets through, everything is heard, and nobody waits for whoever listens."""

from __future__ import annotations

import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faulty_client import FaultyClient
from mtlib import AuthKey, LocalDC, connect
from mtlib.__main__ import main
from mtlib.cli.looking import growing
from mtlib.clinic.capture import read_capture
from mtlib.clinic.listening import Heard
from mtlib.errors import LocalError
from mtlib.net import tap as module
from mtlib.net.tap import Tap, resolved
from wrong_client import kdf2, swapped

ROOT = Path(__file__).resolve().parents[1]


def log_line(key: AuthKey) -> str:
    return f"{key.id_bytes.hex()} {bytes(key).hex()}\n"


def wait_for(found: Callable[[], Any], seconds: float = 15) -> Any:
    end = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return answer


def verdicts(heard: list[Heard]) -> list[str]:
    return [each.diagnosis.name for each in heard if each.diagnosis]


def test_our_client_and_the_local_data_centre(tmp_path: Path) -> None:
    """The bind is listed, opened and explained, and the capture that was written says the same."""
    heard: list[Heard] = []
    file, log = tmp_path / "tap.pcap", tmp_path / "keys"
    with LocalDC() as dc:
        to = f"{dc.host}:{dc.port}"
        with Tap(to, tell=lambda _, each: heard.append(each), keys=growing(str(log)), write=str(file)) as tap:
            with connect(f"{tap.host}:{tap.port}", key=dc.public_key, dc_id=dc.dc_id) as client:
                assert client.perm_key is not None
                keys = [client.perm_key, client.temp_key]
                log.write_text("".join(map(log_line, keys)))
                assert client.bind()
                assert client.binding is not None
                inner = bytes(client.binding.inner)
            assert tap.stop()
            assert tap.failure is None
    assert verdicts(heard) == ["healthy"]
    (bind,) = [each for each in heard if each.speaker == "client" and "auth.bindTempAuthKey" in each.text]
    assert bind.dissection is not None
    opened = [row for row in bind.dissection.rows() if row.path.endswith("/temp_session_id")]
    assert bytes(bind.dissection.find(opened[0].path.rpartition("/")[0])) == inner
    assert file.stat().st_mode & 0o777 == 0o600
    (again,) = read_capture(file.read_bytes(), keys).connections
    assert [(each.speaker, each.text) for each in again.heard] == [
        (each.speaker, each.text) for each in heard if each.text != "the connection has ended"
    ]
    shown = re.sub(r"\s", "", "".join(map(str, heard)))
    assert not any(key.data[at : at + 8].hex() in shown for key in keys for at in range(0, 248, 4))


def test_a_wrong_client_hears_its_mistake_by_name(tmp_path: Path) -> None:
    heard: list[Heard] = []
    log = tmp_path / "keys"
    with LocalDC() as dc:
        to = f"{dc.host}:{dc.port}"
        with Tap(to, tell=lambda _, each: heard.append(each), keys=growing(str(log))) as tap:
            with FaultyClient(tap.host, tap.port, dc.public_key.to_pem()) as client:
                client.make_keys()
                log.write_text(log_line(AuthKey(client.perm)) + log_line(AuthKey(client.temp)))
                for mistake in ({"cipher": swapped}, {"schedule": kdf2}, {"seqno": 1}):
                    assert client.bind(client.client(**mistake)) == "ENCRYPTED_MESSAGE_INVALID"
                assert client.bind(client.client()) == "boolTrue"
            wait_for(lambda: any(each.text == "the connection has ended" for each in heard))
    assert verdicts(heard) == ["iv_halves_swapped", "schedule_v2", "seqno_not_zero", "healthy"]


def test_telegram_is_never_forwarded_to(monkeypatch: pytest.MonkeyPatch) -> None:
    for host in ("149.154.167.50", "149.154.167.40", "2509940531", "[2001:67c:4e8:f002::a]", "[::ffff:91.108.4.1]"):
        with pytest.raises(LocalError, match="Telegram's"):
            resolved(f"{host}:443")
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 443)) for host in ("127.0.0.1", "149.154.167.40")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    with pytest.raises(LocalError, match="Telegram's"):
        resolved("a-name.example:443")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer[:1])
    assert resolved("a-name.example:443") == ("127.0.0.1", 443)


@pytest.mark.parametrize("to", ["", "here", ":443", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:70000", "127.0.0.1:9x"])
def test_what_is_no_place(to: str) -> None:
    with pytest.raises(LocalError, match="not an endpoint"):
        Tap(to, tell=lambda *_: None)


def test_a_port_or_a_file_that_is_not_to_be_had(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for more in ({"port": taken.getsockname()[1]}, {"port": 70000}, {"write": str(tmp_path / "none" / "file")}):
            with pytest.raises(LocalError, match=r"cannot (listen|begin)"):
                Tap("127.0.0.1:1", tell=lambda *_: None, **more).start()


class Echo:
    """Answers every byte with itself, for as long as the other end speaks."""

    def __enter__(self) -> Echo:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.to = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                end, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(end,), daemon=True).start()

    def _answer(self, end: socket.socket) -> None:
        with end:
            while data := end.recv(65536):
                end.sendall(data)


def echoed(tap: Tap, data: bytes) -> float:
    """Send, read the same bytes, half-close, and read until the end. How long it took."""
    started = time.monotonic()
    with socket.create_connection((tap.host, tap.port), timeout=20) as end:
        sender = threading.Thread(target=end.sendall, args=(data,))
        sender.start()
        back = bytearray()
        while len(back) < len(data) and (piece := end.recv(65536)):
            back += piece
        sender.join()
        end.shutdown(socket.SHUT_WR)
        assert end.recv(1) == b""
    assert back == data
    return time.monotonic() - started


def test_whoever_listens_slowly_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telling stands still from the first word on; what goes on meanwhile gets through, and what was not heard is
    said."""
    go_on, heard = threading.Event(), list[Heard]()
    monkeypatch.setattr(module, "HELD", 1 << 17)

    def tell(_: int, each: Heard) -> None:
        go_on.wait(20)
        heard.append(each)

    with Echo() as echo, Tap(echo.to, tell=tell) as tap:
        data = b"\xee\xee\xee\xee" + b"\x28\0\0\0" * 1_000_000
        assert echoed(tap, data) < 10
        assert tap._held <= 1 << 18
        go_on.set()
        wait_for(lambda: any(each.text == "the connection has ended" for each in heard))
        missing = [int(each.text.split()[0]) for each in heard if " are missing; " in each.text]
        assert sum(missing) > 7_000_000  # both directions carried four million


def test_missing_bytes_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, heard = threading.Event(), list[Heard]()
    monkeypatch.setattr(module, "HELD", 1 << 16)

    def tell(_: int, each: Heard) -> None:
        go_on.wait(20)
        heard.append(each)

    with (
        Echo() as echo,
        Tap(echo.to, tell=tell) as tap,
        socket.create_connection((tap.host, tap.port), timeout=20) as end,
    ):
        for n in range(40):
            end.sendall(b"\xee\xee\xee\xee" if not n else bytes(4096))
            got = 0
            while got < (4096 if n else 4):
                got += len(end.recv(8192))
        go_on.set()
        wait_for(lambda: not tap._queue)
        end.sendall(b"\0" * 8)
        wait_for(lambda: [each for each in heard if re.search(r"^\d+ bytes of the client are missing", each.text)])


def test_a_connection_of_unknown_keys_is_waited_for_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its keys may be written down a moment later; if they are not, every packet would cost that moment."""
    waits, sleep = list[float](), time.sleep
    monkeypatch.setattr(module, "LATE", 0.0123)
    monkeypatch.setattr(time, "sleep", lambda seconds: waits.append(seconds) or sleep(seconds))
    with Echo() as echo, Tap(echo.to, tell=lambda *_: None) as tap:
        echoed(tap, b"\xee" * 4 + 20 * (b"\x28\0\0\0" + bytes(range(1, 41))))
        assert tap.stop()
    assert waits.count(0.0123) == 3


def test_the_tap_goes_on_when_telling_fails() -> None:
    def tell(_: int, each: Heard) -> None:
        raise BrokenPipeError

    with Echo() as echo, Tap(echo.to, tell=tell) as tap:
        echoed(tap, b"\xee\xee\xee\xee" + bytes(1000))
        wait_for(lambda: tap.failure)
        echoed(tap, bytes(1000))
        assert isinstance(tap.failure, BrokenPipeError)


def test_a_data_centre_that_is_not_there_and_one_that_hangs_up() -> None:
    heard: list[Heard] = []
    with socket.create_server(("127.0.0.1", 0)) as closed:
        to = f"127.0.0.1:{closed.getsockname()[1]}"
    with Tap(to, tell=lambda _, each: heard.append(each)) as tap, socket.create_connection((tap.host, tap.port)) as end:
        assert end.recv(1) == b""
        wait_for(lambda: any("is not to be reached" in each.text for each in heard))


def test_many_connections_and_more_than_are_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECTIONS", 3)
    with Echo() as echo, Tap(echo.to, tell=lambda *_: None) as tap:
        ends = [socket.create_connection((tap.host, tap.port), timeout=10) for _ in range(3)]
        for end in ends:
            end.sendall(b"?")
            assert end.recv(1) == b"?"
        with socket.create_connection((tap.host, tap.port), timeout=10) as fourth:
            assert fourth.recv(1) == b""
        for end in ends:
            end.close()
        wait_for(lambda: not tap._open)
        echoed(tap, bytes(100))
        with socket.create_connection((tap.host, tap.port), timeout=10) as left:
            left.sendall(b"?")
            assert left.recv(1) == b"?"
            assert tap.stop()
            assert left.recv(1) == b""
    wait_for(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("Tap")])


def test_a_crowd_at_the_door_does_not_wait_for_its_turn_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel whose queue is full answers nobody: each connection then waits for a second or more."""
    opened = threading.Event()
    monkeypatch.setattr(module, "same_user", lambda *_: opened.wait(20) and False)
    with Tap("127.0.0.1:9", tell=lambda *_: None) as tap:
        try:
            for _ in range(200):
                socket.create_connection((tap.host, tap.port), timeout=0.9).close()
        finally:
            opened.set()


def test_whoever_waits_for_a_mute_address_takes_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads and two descriptors each, for as many as came while an address took no connection."""
    mute = threading.Event()

    def dial(*_: object, **__: object) -> socket.socket:
        mute.wait(30)
        raise TimeoutError

    monkeypatch.setattr(module, "CONNECTIONS", 3)
    monkeypatch.setattr("socket.create_connection", dial)
    with Tap("127.0.0.1:1", tell=lambda *_: None) as tap:
        for expected in (3, 3):
            clients = [socket.socket() for _ in range(9)]
            for client in clients:
                client.settimeout(15)
                client.connect((tap.host, tap.port))
            turned_away = [client for client in clients[expected:] if client.recv(1) == b""]
            assert len(turned_away) == 6
            mute.set()  # and then there is room again
            assert [client.recv(1) for client in clients[:expected]] == [b""] * 3
            mute.clear()
            for client in clients:
                client.close()


def test_a_full_disk_ends_the_capture_and_nothing_else() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full on this system")
    heard: list[Heard] = []
    with Echo() as echo, Tap(echo.to, tell=lambda _, each: heard.append(each), write="/dev/full") as tap:
        echoed(tap, b"\xee\xee\xee\xee" + bytes(100))
        wait_for(lambda: any(each.text == "the connection has ended" for each in heard))
    assert heard[0].text.startswith("the capture ends here: No space left")


def test_the_keys_grow(tmp_path: Path) -> None:
    log, first, second = tmp_path / "keys", AuthKey(bytes(range(256))), AuthKey(bytes(256))
    keys = growing(str(log))
    assert keys() == growing(None)() == []
    log.write_text("# id key\n" + log_line(first))
    assert keys() == [first]
    log.write_text("# id key\n" + log_line(first) + log_line(second)[:100])
    assert keys() == [first]
    log.write_text("# id key\n" + log_line(first) + log_line(second))
    assert keys() == [first, second]


def test_the_command(tmp_path: Path) -> None:
    """As somebody would use it: the tap in front of the data centre, Ctrl-C at the end, and the capture is whole."""
    file, log = tmp_path / "tap.pcap", tmp_path / "keys"
    with LocalDC() as dc:
        command = [sys.executable, "-m", "mtlib", "tap", "--to", f"{dc.host}:{dc.port}", "--keys", str(log),
                   "--write", str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as tap:
            assert tap.stdout is not None
            where = re.match(r"127\.0\.0\.1:(\d+) leads to .*Ctrl-C ends it\.", tap.stdout.readline())
            assert where is not None
            with FaultyClient("127.0.0.1", int(where[1]), dc.public_key.to_pem()) as client:
                client.make_keys()
                log.write_text(log_line(AuthKey(client.perm)) + log_line(AuthKey(client.temp)))
                client.bind(client.client(cipher=swapped))
                tap.send_signal(signal.SIGINT)
                said, errors = tap.communicate(timeout=20)
    assert (tap.returncode, errors) == (0, "")
    assert "1: " in said and "auth.bindTempAuthKey" in said
    assert "[iv_halves_swapped]" in said and "Lesson: " in said
    assert client.perm.hex()[:32] not in said.replace(" ", "")
    (connection,) = read_capture(file.read_bytes(), [AuthKey(client.perm), AuthKey(client.temp)]).connections
    assert [each.diagnosis.name for each in connection.heard if each.diagnosis] == ["iv_halves_swapped"]


def test_the_keys_of_a_tap_are_not_read_from_stdin(capsys: pytest.CaptureFixture[str]) -> None:
    """They may grow: with `-` it had none, and said nothing."""
    assert main(["tap", "--to", "127.0.0.1:1", "--keys", "-"]) == 2
    assert "come from a file" in capsys.readouterr().err


def test_what_is_written_is_right_to_the_checksum(tmp_path: Path) -> None:
    file = tmp_path / "tap.pcap"
    begun, heard = time.time(), list[Heard]()
    with Echo() as echo, Tap(echo.to, tell=lambda _, one: heard.append(one), write=str(file)) as tap:
        echoed(tap, b"\xee\xee\xee\xee" + bytes(range(256)) * 300)
        wait_for(lambda: any(each.text == "the connection has ended" for each in heard))
        assert tap.stop()
        assert tap._file is not None and tap._file.closed
    ended = time.time()
    data, at, flags, sent = file.read_bytes(), 24, list[int](), Counter[int]()
    while at < len(data):
        seconds, micro, size = struct.unpack_from("<III", data, at)
        assert begun - 1e-5 <= seconds + micro / 1e6 <= ended and micro < 10**6
        packet = data[at + 16 : at + 16 + size]
        flags.append(packet[33])
        ours, theirs, *numbers = struct.unpack_from(">HHII", packet, 20)
        assert numbers == [sent[ours], sent[theirs]]
        sent[ours] += size - 40 or 1  # SYN and FIN count as a byte
        pseudo = packet[12:20] + struct.pack(">HH", 6, len(packet) - 20)
        for covered in (packet[:20], pseudo + packet[20:]):
            words = struct.unpack(f">{(len(covered) + 1) // 2}H", covered + bytes(len(covered) % 2))
            assert sum(words) % 0xFFFF == 0
        at += 16 + size
    assert flags[:2] == [2, 18] and flags[-2:] == [17, 17]


def test_stop_waits_for_whoever_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    accept, ended = Tap._accept, threading.Event()

    def slow(tap: Tap) -> None:
        accept(tap)
        time.sleep(0.3)
        ended.set()

    monkeypatch.setattr(Tap, "_accept", slow)
    with Echo() as echo, Tap(echo.to, tell=lambda *_: None) as tap:
        assert tap.stop()
        assert ended.is_set()


def test_a_capture_that_cannot_even_be_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing passes, a full disk shows at the end; a pipe that nobody reads would be waited for."""
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full on this system")
    raised: list[object] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    with Echo() as echo:
        with Tap(echo.to, tell=lambda *_: None, write="/dev/full"):
            pass
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(LocalError, match="the tap cannot begin"):
            Tap(echo.to, tell=lambda *_: None, write=str(tmp_path / "pipe")).start()
    assert raised == []


@pytest.mark.parametrize(("mistake", "word"), [("clock", "bad_msg_notification"), ("salt", "bad_server_salt")])
def test_a_bind_that_is_not_even_opened_is_answered_all_the_same(mistake: str, word: str, tmp_path: Path) -> None:
    """Such an answer names the bind by another field than an rpc_result does."""
    heard: list[Heard] = []
    log = tmp_path / "keys"
    with LocalDC() as dc, Tap(f"{dc.host}:{dc.port}", tell=lambda _, each: heard.append(each),
                              keys=growing(str(log))) as tap:  # fmt: skip
        with FaultyClient(tap.host, tap.port, dc.public_key.to_pem()) as client:
            client.make_keys()
            log.write_text(log_line(AuthKey(client.perm)) + log_line(AuthKey(client.temp)))
            client.salt ^= mistake == "salt"
            client.last_msg_id = (int(time.time()) + 1000 * (mistake == "clock")) << 32
            wrong = client.client()
            client.send(wrong.packet(client.temp, wrong.message(None)))
            client.receive()
        wait_for(lambda: any(each.text == "the connection has ended" for each in heard))
    assert [word in each.text for each in heard if each.diagnosis] == [True], list(map(str, heard))


def test_the_packets_of_a_capture_have_the_plain_heads_of_ip_and_tcp() -> None:
    """Source: RFC 791, section 3.1; RFC 9293, section 3.1. The 17th connection here, to a server's usual port."""
    first = next(module.Records(17).of(module.Passed(17, 1_800_000_000.5, "client", b"data")))
    seconds, micro, kept, size = struct.unpack_from("<IIII", first)
    assert (seconds, micro, kept, size) == (1_800_000_000, 500_000, 40, 40)
    assert first[16:26].hex() == "45" "00" "0028" "0000" "4000" "40" "06"
    assert struct.unpack_from(">HHIIBB", first, 36) == (10_017, 443, 0, 0, 0x50, 2)
    more = [module.Passed(17, 1_800_000_001, each, b"", 1 << 32) for each in ("client", "server")]
    records = module.Records(17)
    *_, last = [record for each in (*more, module.Passed(17, 1_800_000_002, "client", b"data"))
                for record in records.of(each)]  # fmt: skip
    assert struct.unpack_from(">II", last, 40) == (1, 1)  # the numbers begin again behind 2^32
