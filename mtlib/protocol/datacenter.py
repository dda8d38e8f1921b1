"""A data centre without sockets: bytes in, bytes out, one `Peer` per connection.

It makes permanent and temporary keys, keeps sessions, answers calls, and binds. This file follows the bytes of a
connection downwards: a frame, its packet, the message inside, the messages inside that. The answer to each message is
made in `methods`. The log gives the reason for every refusal, after the answer has left; the wire carries only what a
real data centre would say.

Source: core.telegram.org/mtproto/auth_key, /mtproto/description, /mtproto/security_guidelines,
/mtproto/service_messages_about_messages, /api/pfs. Which rules of a message are enforced is DEDUCED: the text is
stricter than working clients, so what they do is noted in the log and refused only with `Rules(as_telegram=True)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from mtlib.crypto.entropy import Entropy
from mtlib.crypto.kdf import msg_key_large_v2
from mtlib.crypto.keys import AuthKey
from mtlib.errors import CheckError, DecodeError, OverBudget, PeerError, TransportError
from mtlib.protocol.checks import MessageFacts, PacketFacts, Verdict, judge_message, judge_packet
from mtlib.protocol.exchange_server import AwaitReqPq, Granted, Server
from mtlib.protocol.messages import (
    ACK,
    ANSWER,
    BAD_MSG,
    CONTAINER,
    GZIP,
    NOTICE,
    Budget,
    Message,
    container,
    contents,
    next_msg_id,
)
from mtlib.protocol.methods import Call, answer, explain
from mtlib.protocol.packets import ANSWER_MESSAGE, PLAIN, TO_CLIENT, TO_SERVER, padding_size, plain_packet, seal
from mtlib.protocol.state import ConnectionState, DataCenterState, KnownKey
from mtlib.transport.framing import Frame
from mtlib.transport.stream import ServerStream
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import SCHEMA

UNKNOWN_KEY, TOO_MANY, WRONG_DC = -404, -429, -444
TOGETHER = 512
"""The most answers in one container; clients have limits, too."""
A_DATE = 10**8
"""In seconds, three years: an expires_in of that or more is a date by mistake, not a duration."""


@dataclass(frozen=True)
class Reply:
    """What a connection sends now: pieces for the socket, and whether to close it then. When the pieces are on their
    way, the owner calls `dc.trace.tell()`, which tells the log's listeners what happened."""

    chunks: tuple[bytes, ...]
    close: bool


class DataCenter(DataCenterState):
    """A data centre that takes connections."""

    def accept(self, secret: bytes | None = None, address: tuple[str, int] | None = None) -> Peer:
        """A new connection. `secret` is that of an MTProto proxy, for clients that use one; `address` is the address
        that the client dialled."""
        return Peer(self, secret, address)


class Peer(ConnectionState):
    """One connection: a byte stream, at most one key exchange in progress, and whatever keys it uses."""

    def __init__(
        self, dc: DataCenterState, secret: bytes | None = None, address: tuple[str, int] | None = None
    ) -> None:
        super().__init__(dc, address)
        self.stream = ServerStream(limit=dc.limits.frame, secret=secret, entropy=self.entropy.at("frames"))
        self.authenticated = self.bound = False
        self._exchange: Any = None
        self._introduced = False
        self._plain_msg_id = 0
        self._packets = 0
        self._asked_dc: int | None = None

    def receive(self, data: bytes, now: float) -> Reply:
        """Take what the other side sent, in pieces of any size. Bad input ends the connection and never raises."""
        self.dc.trace.tell()
        now = self.dc.clock(now)
        chunks: list[bytes] = []
        close = True
        try:
            frames = self.stream.receive(data)
            if self.stream.framing is not None and not self._introduced:
                self._introduce(now)
            for frame in frames:
                chunks += self._frame(frame, now)
            if self.stream.broken is not None:
                raise self.stream.broken
            close = False
        except TransportError as error:
            chunks.append(self.stream.send_error(error.code))
        except _HangUp as cut:
            chunks += cut.args
        except PeerError as error:
            self.note("bad_bytes", now, f"the connection is closed: {error}")
        if close:
            self.close()
        return Reply(tuple(self._pieces(chunks)), close)

    def close(self) -> None:
        """Note that the connection has ended: it no longer counts among those with a key exchange in progress."""
        self.dc.exchanging.discard(self)

    def _introduce(self, now: float) -> None:
        """Note the first event of a connection: its framing, and whether it is obfuscated."""
        self._introduced = True
        framing, obfuscated = self.stream.framing, self.stream.obfuscated
        self.note("connected", now, f"speaks the {framing} framing{', obfuscated' if obfuscated else ''}",
                  framing=framing, obfuscated=obfuscated)

    def _pieces(self, chunks: list[bytes]) -> list[bytes]:
        size = self.dc.faults.setting("split-frames")
        whole = b"".join(chunks)
        return [whole[at : at + size] for at in range(0, len(whole), size)] if size else chunks

    def _frame(self, frame: Frame, now: float) -> list[bytes]:
        """One packet: of a key exchange, or under a key. Raises TransportError for what a real data centre answers
        with four bytes."""
        packet = frame.payload
        if len(packet) < 8:
            raise DecodeError("no packet is that short", got=f"{len(packet)} bytes", where="packet")
        if packet[:8] == bytes(8):
            return self._plain(packet, now)
        return self._encrypted(packet, frame.quick_ack, now)

    # -- before a key exists

    def _plain(self, packet: bytes, now: float) -> list[bytes]:
        """A step of the key exchange. Anything wrong ends the attempt: -404, or -444 for another data centre."""
        try:
            body = PLAIN.dissect(packet)["message"]
            if body[:4] == ACK:  # some clients acknowledge what needs none; it does no harm
                self.note("plain_ack", now, "a msgs_ack outside of any session: it is ignored")
                return []
            self._take_place()
            self._packets += 1
            step = (self._exchange or self._begin()).receive(
                body, self.entropy.at(f"exchange-{self._packets}"), int(now)
            )
        except TransportError as error:
            wrong_dc = f"asked for dc {self._asked_dc}, this data centre is {self.dc.dc_id}"
            why = wrong_dc if error.code == WRONG_DC else "too many key exchanges at once"
            self.note("exchange_refused", now, f"{error}; {why}", code=error.code)
            raise
        except (DecodeError, CheckError) as error:
            self.note("exchange_refused", now, str(error), code=UNKNOWN_KEY)
            raise TransportError(UNKNOWN_KEY) from None
        before, self._exchange = self._exchange, step.state
        if isinstance(step.state, Granted):
            self.close()
            if step.state is not before:
                self._grant(step.state, now)
        return [] if step.send is None else [self.stream.send(self._plain_answer(step.send, now))]

    def _take_place(self) -> None:
        """Count this connection among those with a key exchange in progress, if there is room. It is removed when
        it has its key, or when the connection ends."""
        if self not in self.dc.exchanging and len(self.dc.exchanging) >= self.dc.limits.exchanges:
            raise TransportError(TOO_MANY)
        self.dc.exchanging.add(self)

    def _begin(self) -> AwaitReqPq:
        return AwaitReqPq(Server(
            (self.dc.rsa,), self._accepts_dc,
            lambda auth_key_id: self.dc.clashes(auth_key_id) or self.dc.faults.due("dh-retry"),
        ))  # fmt: skip

    def _accepts_dc(self, dc: int | None, temporary: bool) -> bool:
        self._asked_dc = dc
        return self.dc.accepts_dc(dc, temporary)

    def _plain_answer(self, body: Dissection, now: float) -> bytes:
        if body.name == "dh_gen_retry":
            self.dc.faults.strike("dh-retry")
            self.note("exchange_retry", now, "dh_gen_retry: the client has to draw another b")
        said = "the connection ends in the middle of the key exchange"
        if body.name == "server_DH_params_ok" and self.struck("cut-exchange", now, said):
            raise _HangUp
        self._plain_msg_id = next_msg_id(now, self._plain_msg_id, ANSWER)
        noise = -(-self.dc.faults.setting("pad-plain-answers") // 4) * 4  # abridged framing counts words
        padded = bytes(body) + (self.entropy.draw("noise", noise, attempt=self._packets) if noise else b"")
        return bytes(plain_packet(self._plain_msg_id, padded))

    def _grant(self, granted: Granted, now: float) -> None:
        """Keep the new key, and be ready for another exchange on this connection."""
        lives = granted.expires_in
        promised = None if lives is None else int(now) + lives
        longest = self.dc.faults.setting("short-expiry")
        expires_at = self.dc.keys.add(granted.auth_key, granted.server_salt, now, promised, longest).expires_at
        kind = "permanent" if expires_at is None else f"temporary, until {expires_at}"
        short = bytes(granted.auth_key)[0] == 0
        beware = "; it starts with a zero byte: whoever drops that has another key" if short else ""
        if lives is not None and lives >= A_DATE:
            beware += f"; expires_in looks like a date and is a number of seconds from now: got {lives}"
        self.note("exchange_done", now, f"key {granted.auth_key.id} ({kind}){beware}", auth_key_id=granted.auth_key.id,
                  temporary=expires_at is not None, expires_at=expires_at, leading_zero=short)
        self._authenticate()

    def _authenticate(self) -> None:
        """A client that holds a key may be silent for longer."""
        self.authenticated = True
        self.patience = max(self.patience, self.dc.limits.idle_seconds)

    # -- under a key

    def _encrypted(self, packet: bytes, quick_ack: bool, now: float) -> list[bytes]:
        """A packet under a key: open it, judge it, and answer its message, after a quick ack if the client asked for
        one. An unknown key and a packet that does not open are answered with -404."""
        key = self._key(packet, now)
        facts = PacketFacts(
            packet, key.auth_key, now, salts=key.salts.accepted(now), rules=self.dc.rules,
            seen=lambda session_id: key.session(session_id, self.dc.limits).window,
        )  # fmt: skip
        verdict = judge_packet(facts)
        failed = verdict[verdict.failed].check if verdict.failed else None
        message = facts.message
        if message is None or (failed and failed.code == UNKNOWN_KEY):
            self._closed(facts, verdict, now)
            raise TransportError(UNKNOWN_KEY)
        if not self.authenticated:
            self._authenticate()
        self._packets += 1
        session_id, outer = message["session_id"], Message(message["msg_id"], message["seqno"], message["request"])
        opened = OpenedPacket(self, key, session_id, key.session(session_id, self.dc.limits), outer, now,
                              Budget(self.dc.limits), {})
        answers = opened.answers(verdict, self.entropy.at(f"packet-{self._packets}"))
        self.bound = self.bound or key.bound_to is not None
        token = [self._quick_ack(key.auth_key, message)] if quick_ack else []
        chunks = token + [self.stream.send(bytes(each)) for each in answers]
        if key.just_bound and self.struck("cut-frame", now, "the connection ends in the middle of a frame"):
            raise _HangUp(chunks[-1][: len(chunks[-1]) // 2])
        return chunks

    def _key(self, packet: bytes, now: float) -> KnownKey:
        """The key that a packet names, after any faults that are due once a binding is done."""
        auth_key_id = int.from_bytes(packet[:8], "little", signed=True)
        key = self.dc.keys.get(auth_key_id, now)
        if key is not None and key.just_bound:
            self._after_binding(key, now)
            key = self.dc.keys.get(auth_key_id, now)
        if key is None:
            text = f"no key {auth_key_id}: never made, ended, or forgotten"
            self.note("unknown_key", now, lambda: "; ".join(filter(None, (text, self.dc.keys.resembling(packet[:8])))),
                      code=UNKNOWN_KEY)
            raise TransportError(UNKNOWN_KEY)
        return key

    def _after_binding(self, key: KnownKey, now: float) -> None:
        """Faults that strike at the packet after a binding, at the keys and sessions of that client alone."""
        key.just_bound = False
        keys, perm_id, session_id = self.dc.keys, key.bound_to, key.bound_in[0]
        if perm_id is None:  # a fault of another key with the same permanent key has unbound it
            return
        if self.struck("forget-temp-keys", now, f"the temporary keys of {perm_id} are forgotten"):
            for bound in keys.bound_to(perm_id):
                keys.drop(bound.auth_key.id)
        if self.struck("lose-bindings", now, f"the temporary keys of {perm_id} are unbound"):
            keys.lose_bindings(perm_id)
        if self.struck("lost-session", now, f"session {session_id} is forgotten"):
            key.forget_session(session_id)

    def _closed(self, facts: PacketFacts, verdict: Verdict, now: float) -> None:
        """Note why a packet is refused, and which mistake that is; both sentences are made after the answer."""
        consult = self.dc.consult
        self.note("bad_packet", now, lambda: explain(verdict), code=UNKNOWN_KEY, failed=verdict.failed)
        if consult is not None and facts.whole:
            self.note("diagnosis", now, lambda: consult(facts))

    def _quick_ack(self, key: AuthKey, message: Dissection) -> bytes:
        """The token a client asked for: the first bytes of the hash that gave msg_key, bit 31 set."""
        large = msg_key_large_v2(key, bytes(message), TO_SERVER)
        return self.stream.send_quick_ack((int.from_bytes(large[:4], "little") | 1 << 31).to_bytes(4, "little"))


class _HangUp(Exception):
    """The connection ends here, after at most these last bytes, the `args`."""


class Outgoing(NamedTuple):
    """A body to send, whether it is content-related, and the kind of its msg_id."""

    body: bytes
    content_related: bool
    kind: int = ANSWER


_RPC_RESULT = SCHEMA["rpc_result"].id_bytes


class OpenedPacket(Call):
    """A packet that opened: its outer message as a call, which may be a container of others."""

    def answers(self, verdict: Verdict, entropy: Entropy) -> list[Dissection]:
        """The packets that answer the message: none, or one (with a container for several answers), or several if there
        are more than TOGETHER answers."""
        said = [self._numbered(each) for each in self._answered(verdict)]
        batches = [said[at : at + TOGETHER] for at in range(0, len(said), TOGETHER)]
        whole = [
            batch[0] if len(batch) == 1 else self._numbered(Outgoing(container(batch), False, NOTICE))
            for batch in batches
        ]
        return [self._sealed(each, entropy, n) for n, each in enumerate(whole)]

    def _answered(self, verdict: Verdict) -> Iterator[Outgoing]:
        """All answers to the message, in order."""
        code, said = self._code(verdict), "this message is answered bad_server_salt"
        if code is None and not self.key.ready and self.peer.struck("wrong-salt", self.now, said):
            code = 48
        if code is not None:
            yield from self._not_executed(self.message, code, verdict)
            return
        yield from self._read()
        yield from self._reminders()

    def _code(self, verdict: Verdict) -> int | None:
        """Why a message is not executed: the code of the notice, or 0 if it came before. None if it may be executed.
        What only Telegram would refuse is noted."""
        for row in verdict.checks:
            if row.holds is False and row.check.refuses != "always" and row.name != verdict.failed:
                self.peer.remark(self.session, row.name, self.now, f"{row.name}: got {row.got}, expected "
                                 f"{row.expected}: Telegram answers {row.check.code} here; {row.check.why}")
        return None if verdict.failed is None else verdict[verdict.failed].check.code

    def _read(self) -> Iterator[Outgoing]:
        """Execute the message: greet a new session, then answer the messages inside, one by one."""
        outer = self.message
        try:
            messages = contents(outer, self.budget)
        except (CheckError, DecodeError) as error:
            self.note("bad_container", str(error))
            yield self._unread(outer.body[:4] == CONTAINER)
            return
        if outer.body[:4] == GZIP and len(messages) == 1 and messages[0].msg_id == outer.msg_id:
            code = self._code(verdict := self._judged(messages[0]))
            if code:
                yield self._refused(outer, code, verdict)
                return
        self._remember(outer)
        if not self.session.greeted:
            self.session.greeted = True
            yield self._greeting(min(messages, default=outer))
        for done, each in enumerate(messages):
            if self.dc.keys.get(self.key.auth_key.id, self.now) is None:  # one of them has destroyed it
                text = f"key {self.key.auth_key.id} has ended: {len(messages) - done} messages after that are dropped"
                self.note("unknown_key", text)
                return
            contained = each.msg_id != outer.msg_id
            try:
                yield from self._contained(each) if contained else self._executed(each)
            except OverBudget as error:
                self.note("over_budget", f"{len(messages) - done} messages are dropped: {error}")
                yield self._unread(contained)
                return

    def _remember(self, message: Message) -> None:
        seqno = None if message.body[:4] == CONTAINER else message.seqno
        self.session.window.add(message.msg_id, seqno)

    def _unread(self, contained: bool) -> Outgoing:
        """The answer to a message that cannot be read: about the container if it is one, about the call otherwise."""
        if contained:
            return self._refused(self.message, 64)
        error = SCHEMA["rpc_error"].build(error_code=400, error_message="INPUT_FETCH_ERROR")
        result = SCHEMA["rpc_result"].build(req_msg_id=self.message.msg_id, result=bytes(error))
        return Outgoing(bytes(result), True)

    def _contained(self, message: Message) -> Iterator[Outgoing]:
        """Execute one message out of a container, if its own numbers are right, too."""
        code = self._code(verdict := self._judged(message))
        if code is not None:
            yield from self._not_executed(message, code, verdict)
            return
        self._remember(message)
        yield from self._executed(message)

    def _judged(self, message: Message) -> Verdict:
        return judge_message(MessageFacts(*message, self.now, self.session.window, self.dc.rules))

    def _executed(self, message: Message) -> Iterator[Outgoing]:
        """Execute one message, and remember the answer."""
        known, was_bound = len(self.again), self.key.just_bound
        body = answer(self._replace(message=message))
        if body is not None:
            if len(body) <= self.dc.limits.answer:
                self.session.answers[message.msg_id] = body
            if self.key.just_bound and not was_bound:
                body = self._after_binding(message, body)
            yield Outgoing(body, body[:4] == _RPC_RESULT)
        for kept in tuple(self.again.values())[known:]:
            yield Outgoing(kept, True)

    def _after_binding(self, message: Message, body: bytes) -> bytes:
        """The faults that change the answer to a binding."""
        dc = self.dc
        if dc.faults.strike("sleep"):
            dc.slept += dc.faults.setting("sleep")
            self.note("clock_jumped", f"sleep: the clock jumps {dc.slept} s")
        if self.peer.struck("answer-under-another-id", self.now, "the answer names another request"):
            return bytes(SCHEMA["rpc_result"].build(req_msg_id=message.msg_id - 4, result=body[12:]))
        return body

    def _not_executed(self, message: Message, code: int, verdict: Verdict) -> Iterator[Outgoing]:
        """The notice for a message that is refused. One that came before (0) gets its earlier answer, if that is kept
        and was not yet given to this packet: a container may repeat one message a thousand times."""
        if code:
            yield self._refused(message, code, verdict)
            return
        self.note("repeated", f"message {message.msg_id} came before: it is not executed again")
        kept = self.session.answers.get(message.msg_id)
        if kept is not None and message.msg_id not in self.again:
            self.again[message.msg_id] = kept
            yield Outgoing(kept, kept[:4] == _RPC_RESULT)

    def _reminders(self) -> Iterator[Outgoing]:
        """The answers that nobody acknowledged. Telegram sends them again; here that is only noted by default."""
        late = self.session.overdue(self.now)
        if late:
            self.peer.remark(self.session, "unacknowledged", self.now, f"{len(late)} answers were not acknowledged in "
                             "a minute: Telegram sends them again (DEDUCED)")
        for body in late if self.dc.rules.as_telegram else ():
            yield Outgoing(body, True)

    def _refused(self, message: Message, code: int, verdict: Verdict | None = None) -> Outgoing:
        """The bad_server_salt or bad_msg_notification for a message that is not executed."""
        row = verdict[verdict.failed] if verdict and verdict.failed and code in (16, 17) else None
        dates = f" (got one {row.got}, expected {row.expected})" if row else ""
        self.note("bad_message", f"{code}: {BAD_MSG[code].meaning}{dates}", code=code)
        about = {"bad_msg_id": message.msg_id, "bad_msg_seqno": message.seqno, "error_code": code}
        if code == 48:
            salt = self.key.salts.current(self.now)
            return Outgoing(bytes(SCHEMA["bad_server_salt"].build(**about, new_server_salt=salt)), False)
        return Outgoing(bytes(SCHEMA["bad_msg_notification"].build(**about)), False)

    def _greeting(self, first: Message) -> Outgoing:
        """new_session_created: messages before `first` that were sent to an older session must be sent again."""
        text = f"session {self.session_id} under key {self.key.auth_key.id}"
        self.note("session_created", text, session_id=self.session_id)
        greeting = SCHEMA["new_session_created"].build(
            first_msg_id=first.msg_id,
            unique_id=self.session_id ^ first.msg_id,
            server_salt=self.key.salts.current(self.now),
        )
        return Outgoing(bytes(greeting), True, NOTICE)

    def _numbered(self, said: Outgoing) -> Message:
        session = self.session
        session.last_msg_id = next_msg_id(self.now, session.last_msg_id, said.kind)
        if said.content_related:
            session.unacknowledged[session.last_msg_id] = self.now, said.body
        return Message(session.last_msg_id, session.seqno.next(said.content_related), said.body)

    def _sealed(self, message: Message, entropy: Entropy, attempt: int) -> Dissection:
        return seal(
            ANSWER_MESSAGE.build(
                salt=self.key.salts.current(self.now),
                session_id=self.session_id,
                msg_id=message.msg_id,
                seqno=message.seqno,
                length=len(message.body),
                answer=message.body,
                padding=entropy.draw("padding", padding_size(len(message.body)), attempt=attempt),
            ),
            self.key.auth_key,
            TO_CLIENT,
        )
