"""The binding in the inspector: the same verdicts as `verify` and as the data centre itself."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mtlib.errors import LocalError, TransportError
from mtlib.lab.bind import inspect_bind
from mtlib.lab.inspector import Inspector
from mtlib.lab.samples import DAY, NOW, sample
from mtlib.protocol.checks import Rules, Verdict, verify
from mtlib.protocol.datacenter import DataCenter
from mtlib.protocol.messages import Message, unpack
from mtlib.protocol.packets import TO_CLIENT, open_packet
from mtlib.protocol.session import look
from mtlib.wire.dissection import Dissection
from tests.talking import Wire, centre

SAMPLE = sample()
BINDING = SAMPLE.binding
MESSAGE = "frame/packet/message"
REQUEST = f"{MESSAGE}/request"
PLAINTEXT = f"{REQUEST}/encrypted_message/plaintext"
FIXTURE = Path(__file__).parent / "node" / "fixture.py"


def verified(request: bytes) -> Verdict:
    return verify(
        request, perm_key=BINDING.perm_key, temp_key=BINDING.temp_key, session_id=BINDING.session_id,
        msg_id=BINDING.msg_id, now=BINDING.msg_id >> 32,
    )  # fmt: skip


def test_all_832_flips_of_encrypted_message_are_judged_as_verify_judges_them() -> None:
    inspector = inspect_bind(BINDING)
    request, counted = bytes(BINDING.request), Counter[str]()
    start = 25  # behind 24 bytes and one of length
    for bit in range(8 * 104):
        at = start + bit // 8
        changed = request[:at] + bytes([request[at] ^ 1 << bit % 8]) + request[at + 1 :]
        message = {"do": "write", "layer": "request", "at": at, "hex": changed[at : at + 1].hex(), "serial": bit + 1}
        inspector._handle(inspector, message, [])
        assert bytes(inspector.dissection) == changed
        expected = verified(changed)
        assert (inspector.verdict.failed, inspector.verdict.error) == (expected.failed, expected.error)
        counted[str(inspector.verdict.failed)] += 1
        inspector.undo()
    assert counted == {"perm_auth_key_id_in_front": 64, "length": 384, "msg_key": 384}


def test_behind_the_seal_of_the_packet_flips_are_judged_in_the_same_way() -> None:
    """Whoever holds the temporary key changes the message and closes the packet again around it."""
    inspector = inspect_bind(SAMPLE.carried)
    request = bytes(BINDING.request)
    for at in range(132):
        inspector.write(32 + at, bytes([request[at] ^ 1]), MESSAGE)
        changed = request[:at] + bytes([request[at] ^ 1]) + request[at + 1 :]
        expected = verified(changed)
        wanted = ("method", "AUTH_KEY_PERM_EMPTY") if at < 4 else (expected.failed, expected.error)
        assert (inspector.verdict.failed, inspector.verdict.error) == wanted
        inspector.undo()


# -- Against the data centre ---------------------------------------------------------------------------------------


def asked(frame: bytes) -> str:
    """What the data centre itself answers to a frame, in the words of the inspector."""
    dc: DataCenter = centre()
    dc.keys.add(BINDING.perm_key, 0, NOW)
    dc.keys.add(BINDING.temp_key, SAMPLE.carried.salt, NOW, promised=NOW + DAY)
    wire = Wire(dc, now=NOW + 1)
    try:
        wire.feed(frame)
    except TransportError as error:
        return f"transport error {error.code}"
    if wire.stream.broken is not None:
        return f"transport error {wire.stream.broken.code}"
    answers = [said for packet in wire.got for said in _answers(packet)]
    return answers[0] if answers else "the connection is closed" if wire.closed else "no answer"


def _answers(packet: bytes) -> Iterator[str]:
    outer = open_packet(packet, BINDING.temp_key, TO_CLIENT)
    for each in unpack(Message(outer["msg_id"], outer["seqno"], outer["answer"])):
        body = look(each.body)
        name = body.name if isinstance(body, Dissection) else ""
        if name == "rpc_result":
            result = look(body["result"])
            error = result.name == "rpc_error"
            yield f"{result['error_code']} {result['error_message'].decode()}" if error else result.name
        elif name == "bad_msg_notification":
            yield f"{name} {body['error_code']}"
        elif name == "bad_server_salt":
            yield name


CHANGES = [
    *(("frame", bit) for bit in range(0, 8 * 204, 41)),
    *((MESSAGE, bit) for bit in (0, 63, 192, 224, 225, *range(256, 8 * 176, 53))),
    *((PLAINTEXT, bit) for bit in range(0, 8 * 80, 29)),
]


@pytest.mark.parametrize(("layer", "bit"), CHANGES, ids=lambda value: str(value).rpartition("/")[2])
def test_the_verdict_is_the_answer_of_the_data_centre(layer: str, bit: int) -> None:
    inspector = inspect_bind(SAMPLE.carried)
    inspector.flip(bit, layer)
    assert inspector.state["verdict"]["answer"] == asked(bytes(inspector.dissection))


def test_untouched_it_is_bound() -> None:
    inspector = inspect_bind(SAMPLE.carried)
    assert inspector.verdict.ok
    assert inspector.state["verdict"]["answer"] == "boolTrue" == asked(bytes(inspector.dissection))


# -- As the author -------------------------------------------------------------------------------------------------


def test_as_the_author_every_choice_makes_a_binding_that_is_accepted() -> None:
    inspector = inspect_bind(SAMPLE.carried)
    for path, value in {
        f"{REQUEST}/nonce": 7, f"{PLAINTEXT}/envelope/random": bytes(16), f"{PLAINTEXT}/padding": b"12345678",
        f"{MESSAGE}/session_id": -1, f"{MESSAGE}/padding": bytes(12), f"{MESSAGE}/seqno": 5,
        f"{REQUEST}/expires_at": BINDING.expires_at + 1, f"{MESSAGE}/msg_id": BINDING.msg_id + 4,
    }.items():  # fmt: skip
        inspector.author(path, value)
        assert inspector.verdict.ok, path
        assert all(agrees in (True, None) for agrees in inspector.state["agrees"])
    changed = replace(
        BINDING, nonce=7, random=bytes(16), padding=b"12345678", session_id=-1, expires_at=BINDING.expires_at + 1,
        msg_id=BINDING.msg_id + 4,
    )  # fmt: skip
    assert bytes(inspector.dissection.find(REQUEST)) == bytes(changed.request)


def test_typing_over_a_copy_inside_the_seal_changes_where_it_comes_from() -> None:
    inspector = inspect_bind(SAMPLE.carried)
    inspector.mode = "author"
    inspector._handle(inspector, {"do": "write", "layer": PLAINTEXT, "at": 36, "hex": "ff", "serial": 1}, [])
    assert bytes(inspector.dissection.find(f"{REQUEST}/nonce"))[0] == 0xFF
    assert inspector.verdict.ok


def test_the_author_is_refused_what_follows_from_others() -> None:
    inspector = inspect_bind(SAMPLE.carried)
    for path in ("frame/length", "frame/packet/msg_key", f"{MESSAGE}/length", f"{PLAINTEXT}/envelope/length"):
        with pytest.raises(LocalError):
            inspector.author(path, 1)
    with pytest.raises(LocalError):
        inspector.author(f"{REQUEST}/expires_at", 2**40)
    assert inspector.view_model.undos == 0


# -- The layers and the frames -------------------------------------------------------------------------------------


@pytest.mark.parametrize("framing", ["abridged", "intermediate", "padded", "full"])
def test_in_every_frame_it_can_be_rebuilt_resealed_and_broken(framing: str) -> None:
    inspector = inspect_bind(sample(framing=framing).carried)
    size = len(inspector.dissection)
    assert inspector.verdict.ok
    inspector.author(f"{REQUEST}/nonce", 7)
    assert inspector.verdict.ok and len(inspector.dissection) == size
    inspector.flip(8 * 36, PLAINTEXT)
    assert inspector.verdict.failed == "nonce"
    inspector.reset()
    inspector.flip(8 * (size - 60))
    assert not inspector.verdict.ok


@pytest.mark.parametrize(("layer", "first"), [("frame", "frame"), ("packet", "packet"), ("request", "request")])
def test_it_can_begin_at_a_layer(layer: str, first: str) -> None:
    inspector = inspect_bind(SAMPLE.carried, layer=layer)
    assert inspector.dissection.name == first and inspector.verdict.ok
    sheet = inspector.structure["sheets"][-1]["path"]
    inspector.flip(8 * 36, sheet)
    assert inspector.verdict.failed == "nonce"
    inspector.author(f"{sheet.partition('request')[0]}request/nonce", 7)
    assert inspector.verdict.ok


@pytest.mark.parametrize("layer", ["frame", "envelope"])
def test_there_are_no_other_layers(layer: str) -> None:
    with pytest.raises(LocalError, match="no such layer"):
        inspect_bind(BINDING if layer == "frame" else SAMPLE.carried, layer=layer)


def test_the_clock_and_the_rules_are_arguments() -> None:
    late = inspect_bind(SAMPLE.carried, now=BINDING.expires_at)
    assert late.state["verdict"]["answer"] == "400 EXPIRES_AT_INVALID"
    hashed = inspect_bind(BINDING, rules=Rules(hash_first=True))
    hashed.flip(8 * 60)
    assert hashed.verdict.failed == "msg_key"


def test_lengths_change_and_seals_close_over_whole_blocks() -> None:
    inspector = inspect_bind(SAMPLE.carried)
    for _ in range(4):
        inspector.write(164, b"\0", MESSAGE, cut=0)
    assert len(inspector.dissection) == 204 + 16 and inspector.verdict.ok
    inspector.write(28, bytes([136]), MESSAGE)
    assert inspector.state["verdict"]["answer"] == "400 INPUT_REQUEST_TOO_LONG"
    inspector.reset()
    inspector.write(72, bytes(16), PLAINTEXT, cut=0)
    sealed = inspector.dissection.find(f"{REQUEST}/encrypted_message")
    assert len(inspector.dissection) == 204 + 16 and sealed is not None and len(bytes(sealed)) > 104
    request = inspect_bind(BINDING)
    request.write(132, b"\0", cut=0)
    assert request.verdict.failed == "nothing_left_over"


def test_every_check_reads_something_that_is_there() -> None:
    inspector = inspect_bind(SAMPLE.carried)
    blind = [check["name"] for check in inspector.structure["checks"] if not check["fields"] and not check["sheets"]]
    assert blind == ["not_a_cdn"]


def test_the_fixture_of_the_tests_in_node_is_what_python_says() -> None:
    spec = importlib.util.spec_from_file_location("fixture", FIXTURE)
    assert spec and spec.loader
    fixture = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fixture)
    assert fixture.FILE.read_text() == fixture.text(), "python tests/node/fixture.py writes it anew"


def test_a_key_is_in_nothing_that_the_browser_gets() -> None:
    inspector: Inspector = inspect_bind(SAMPLE.carried)
    said = repr((inspector.structure, inspector.state, inspector._repr_mimebundle_()))
    assert bytes(BINDING.perm_key).hex() not in said and bytes(BINDING.temp_key).hex() not in said
