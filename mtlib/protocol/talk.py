"""One opened message at the data centre: is it timely, in order, salted right; and then, what is the answer.

Source: core.telegram.org/mtproto/description, /mtproto/service_messages_about_messages. The order of the checks and
which seqno is insisted on are DEDUCED: the text is stricter than working clients.
"""

from __future__ import annotations

from collections.abc import Iterator

from mtlib.crypto.entropy import Entropy
from mtlib.errors import CheckError, DecodeError
from mtlib.protocol.call import Call
from mtlib.protocol.keyring import KnownKey, ServerSession
from mtlib.protocol.methods import SERVICE, answer
from mtlib.protocol.packets import ANSWER_MESSAGE, TO_CLIENT, padding_size, seal
from mtlib.protocol.service import BAD_MSG, Message, container, unpack
from mtlib.protocol.session import ANSWER, NOTICE, next_msg_id
from mtlib.protocol.state import Connection
from mtlib.wire import SCHEMA, Dissection


def talk(peer: Connection, key: KnownKey, message: Dissection, now: float, entropy: Entropy) -> list[Dissection]:
    """The packets that answer a message: none, or one (a container where there is more than one thing to say)."""
    session = key.session(message["session_id"], peer.dc.limits)
    bodies = list(_bodies(peer, key, session, message, now))
    if not bodies:
        return []
    messages = [_number(session, body, related, kind, now) for body, related, kind in bodies]
    if len(messages) > 1:
        messages = [_number(session, container(messages), False, NOTICE, now)]
    return [_seal(key, session, message["session_id"], messages[0], now, entropy)]


_Body = tuple[bytes, bool, int]
"""A body, whether it is content-related, and the kind of its msg_id."""


def _bodies(
    peer: Connection, key: KnownKey, session: ServerSession, message: Dissection, now: float
) -> Iterator[_Body]:
    outer = Message(message["msg_id"], message["seqno"], message["request"])
    code = _late(session, outer, now) or _salt(peer, key, message["salt"], outer, now)
    if code:
        yield _refused(peer, key, outer, code, now)
        return
    if session.window.judge(outer.msg_id, now) == "ignore:duplicate":
        yield from _repeated(peer, session, outer, now)
        return
    try:
        messages = unpack(outer, peer.dc.limits)
    except CheckError as error:
        peer.note("bad_container", now, str(error))
        yield _refused(peer, key, outer, 64, now)
        return
    except DecodeError as error:
        peer.note("bad_body", now, str(error))
        yield _error(outer, 400, "INPUT_FETCH_ERROR")
        return
    session.window.add(outer.msg_id)
    if not session.greeted:
        session.greeted = True
        yield _greeting(peer, key, message["session_id"], messages[0], now)
    for each in messages:
        yield from _one(peer, key, session, message["session_id"], each, each is not outer and messages != [each], now)


def _one(
    peer: Connection,
    key: KnownKey,
    session: ServerSession,
    session_id: int,
    message: Message,
    contained: bool,
    now: float,
) -> Iterator[_Body]:
    """One message, on its own or out of a container."""
    if contained:
        verdict = session.window.judge(message.msg_id, now)
        if verdict == "ignore:duplicate":
            yield from _repeated(peer, session, message, now)
            return
        code = {"ignore:parity": 18, "ignore:too_old": 16, "ignore:too_new": 17}.get(verdict, 0)
        if code:
            yield _refused(peer, key, message, code, now)
            return
        session.window.add(message.msg_id)
    code = _parity(message)
    if code:
        yield _refused(peer, key, message, code, now)
        return
    body = answer(Call(peer, key, session_id, session, message, now))
    if body is not None:
        session.remember(message.msg_id, body)
        yield body, body[:4] == _RPC_RESULT, ANSWER
        if body[:4] == _STATE_INFO:
            yield from _lost_answers(peer, session, message, now)


def _lost_answers(peer: Connection, session: ServerSession, message: Message, now: float) -> Iterator[_Body]:
    """A client that asks what became of its messages has missed their answers, so they are sent again. TDLib, told no
    more than that its message arrived, waits for the answer without end."""
    for msg_id in SCHEMA.dissect(message.body)["msg_ids"]:
        kept = session.answered(msg_id)
        if kept is not None and kept[:4] == _RPC_RESULT:
            peer.note("answer_again", now, f"message {msg_id} was answered: here is the answer again")
            yield kept, True, ANSWER


def _late(session: ServerSession, message: Message, now: float) -> int:
    """The code for a msg_id that cannot be: 18 parity, 16 too low, 17 too high, 20 below what is remembered."""
    verdict = session.window.judge(message.msg_id, now)
    if verdict == "ignore:too_old" and message.msg_id <= session.window.floor:
        return 20
    return {"ignore:parity": 18, "ignore:too_old": 16, "ignore:too_new": 17}.get(verdict, 0)


def _parity(message: Message) -> int:
    """35 for an API method with an even seqno. Service messages come with either, whatever the documents say: mtcute
    counts its msgs_ack, too, and answers a 34 by starting a new session, without end."""
    name = SCHEMA.of(message.body).name if SCHEMA.knows(message.body) else ""
    return 35 if message.seqno % 2 == 0 and name not in SERVICE else 0


def _salt(peer: Connection, key: KnownKey, salt: int, message: Message, now: float) -> int:
    if not key.salts.valid(salt, now):
        return 48
    if key.temporary and key.bound_to is None and peer.dc.faults.take("wrong-salt"):
        peer.note("fault", now, "wrong-salt: this binding is answered bad_server_salt")
        return 48
    return 0


def _repeated(peer: Connection, session: ServerSession, message: Message, now: float) -> Iterator[_Body]:
    """A message that came before gets the answer it got before, if that is still here, and nothing otherwise."""
    peer.note("repeated", now, f"message {message.msg_id} came before: it is not executed again")
    kept = session.answered(message.msg_id)
    if kept is not None:
        yield kept, kept[:4] == _RPC_RESULT, ANSWER


def _refused(peer: Connection, key: KnownKey, message: Message, code: int, now: float) -> _Body:
    """bad_server_salt or bad_msg_notification: the message is not executed."""
    peer.note("bad_message", now, f"{code}: {BAD_MSG[code].meaning}", code=code)
    common = {"bad_msg_id": message.msg_id, "bad_msg_seqno": message.seqno, "error_code": code}
    if code == 48:
        body = SCHEMA["bad_server_salt"].build(**common, new_server_salt=key.salts.current(now))
    else:
        body = SCHEMA["bad_msg_notification"].build(**common)
    return bytes(body), False, ANSWER


def _error(message: Message, code: int, name: str) -> _Body:
    error = SCHEMA["rpc_error"].build(error_code=code, error_message=name)
    return bytes(SCHEMA["rpc_result"].build(req_msg_id=message.msg_id, result=error)), True, ANSWER


def _greeting(peer: Connection, key: KnownKey, session_id: int, first: Message, now: float) -> _Body:
    """new_session_created: what was sent in an older session of this name must be sent again."""
    peer.note("session_created", now, f"session {session_id} under key {key.auth_key.id}", session_id=session_id)
    return (
        bytes(
            SCHEMA["new_session_created"].build(
                first_msg_id=first.msg_id, unique_id=session_id ^ first.msg_id, server_salt=key.salts.current(now)
            )
        ),
        True,
        NOTICE,
    )


def _number(session: ServerSession, body: bytes, related: bool, kind: int, now: float) -> Message:
    session.last_msg_id = next_msg_id(now, session.last_msg_id, kind)
    return Message(session.last_msg_id, session.seqno.next(related), body)


def _seal(
    key: KnownKey, session: ServerSession, session_id: int, message: Message, now: float, entropy: Entropy
) -> Dissection:
    padding = entropy.draw("padding", padding_size(len(message.body)))
    return seal(
        ANSWER_MESSAGE.build(
            salt=key.salts.current(now), session_id=session_id, msg_id=message.msg_id, seqno=message.seqno,
            length=len(message.body), answer=message.body, padding=padding,
        ),
        key.auth_key,
        TO_CLIENT,
    )


_RPC_RESULT, _STATE_INFO = (SCHEMA[name].id.to_bytes(4, "little") for name in ("rpc_result", "msgs_state_info"))
