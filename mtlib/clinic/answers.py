"""What an answer of the data centre says about a binding.

Only boolTrue is success. Any other answer is a refusal or unknown, and a binding that got it is never called healthy.

Source: core.telegram.org/method/auth.bindTempAuthKey; core.telegram.org/mtproto/mtproto-transports ("Transport
errors"); core.telegram.org/mtproto/service_messages_about_messages; core.telegram.org/api/errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from mtlib.clinic.mistakes import MISTAKES, Mistake
from mtlib.clinic.patient import SUCCESS
from mtlib.clinic.pieces import spoken
from mtlib.errors import TransportError
from mtlib.protocol.messages import BAD_MSG

_SERVICE = ("MSGS_ACK", "NEW_SESSION_CREATED", "PONG")
_SILENCE = ("NO ANSWER", "NO RESPONSE", "NO REPLY", "SILENCE")
_ENDED = ("CLOSED", "RESET BY PEER", "CONNECTION_RESET", "ECONNRESET", "BROKEN PIPE", "EOF")
"""Words for what does not answer a call: messages about messages, silence, the end of the connection."""
WORDS: Mapping[str, str] = {
    "ENCRYPTED_MESSAGE_INVALID": "permanent_key_unknown",
    "TEMP_AUTH_KEY_ALREADY_BOUND": "bound_to_another_key",
    "TEMP_AUTH_KEY_EMPTY": "sent_over_the_permanent_key",
    "EXPIRES_AT_INVALID": "date_refused",
    "CDN_METHOD_INVALID": "cdn",
    "INPUT_REQUEST_TOO_LONG": "other_bytes_were_sent",
    "INPUT_FETCH_": "other_bytes_were_sent",
    "INPUT_METHOD_INVALID": "other_bytes_were_sent",
    "INPUT_CONSTRUCTOR_INVALID": "other_bytes_were_sent",
    "AUTH_KEY_PERM_EMPTY": "called_before_the_binding",
    **dict.fromkeys(
        ("CONNECTION_NOT_INITED", "CONNECTION_LAYER_", "CONNECTION_API_", "CONNECTION_DEVICE_", "CONNECTION_SYSTEM_",
         "CONNECTION_LANG_", "CONNECTION_APP_"),
        "connection_not_inited",
    ),
    "AUTH_KEY_UNREGISTERED": "not_logged_in",
    "AUTH_KEY_DUPLICATED": "not_logged_in",
    "SESSION_REVOKED": "not_logged_in",
    "SESSION_EXPIRED": "not_logged_in",
    "SESSION_PASSWORD_NEEDED": "not_logged_in",
    "USER_DEACTIVATED": "not_logged_in",
    "AUTH_KEY_INVALID": "temporary_key_unknown",
    "BOOL_FALSE": "answer_not_known",
    "_MIGRATE_": "another_data_centre",
    **dict.fromkeys((*_SERVICE, *_SILENCE, *_ENDED), "no_verdict_yet"),
    **dict.fromkeys(
        ("TIMEOUT", "TIMED OUT", "TIMEDOUT", "DEADLINE EXCEEDED", "BAD_SERVER_SALT", "BAD_MSG", "FLOOD",
         "RPC_CALL_FAIL", "RPC_MCGET_FAIL", "RPC_SEND_FAIL", "MSG_WAIT_FAILED", "MSG_WAIT_TIMEOUT", "INTERDC_",
         "WORKER_BUSY", "INTERNAL", "-503", "-500"),
        "no_verdict_yet",
    ),
}  # fmt: skip
"""For a word in an answer, the row of the table that the answer means if the bytes are right."""
OF_BYTES = frozenset(("permanent_key_unknown", "other_bytes_were_sent", "date_refused"))
"""The rows that hold only if the bytes are right: a mistake in the bytes gets the same answer."""
_NOTHING = ("Nothing came back: the packet was lost, or nobody could read it.",
            "Look at frame and packet first: what a data centre cannot open it does not answer.")  # fmt: skip
_NOT_YET = ("That is no answer to the binding: it is still to come.",
            "Look for the rpc_result whose req_msg_id is this message's msg_id.")  # fmt: skip
_CLOSED = ("The connection was closed without an answer: nobody judged the binding.",
           "Look at frame and packet first: a data centre closes where it cannot read them.")  # fmt: skip
_TOLD: Mapping[str, tuple[str, str]] = {
    "AUTH_KEY_DUPLICATED": ("One key was used in two places at the same time, and the data centre has ended it.",
                            "Make new keys and log in again; use a key in one place only."),
    "TEMP_AUTH_KEY_EMPTY": ("For the data centre the key that carried the request is a permanent one, or none.",
                            "Make the temporary key with p_q_inner_data_temp_dc, and send the request over it."),
    "BOOL_FALSE": ("The answer is boolFalse, not boolTrue, and why is not known here.",
                   "Only boolTrue says that the key is bound: build the binding anew, and try once more."),
    "AUTH_KEY_INVALID": ("The data centre does not take the key that carries the packet.",
                         "Make a new temporary key and bind that; the permanent key is as good as before."),
    **dict.fromkeys(_SERVICE, _NOT_YET), **dict.fromkeys(_SILENCE, _NOTHING), **dict.fromkeys(_ENDED, _CLOSED),
}  # fmt: skip
"""Sentence and fix for the answers whose row in the table of mistakes is too general."""
_FIXES: Mapping[int, str] = {
    -403: "Look for what stands between you and the data centre, and at the form of the request where it is HTTP.",
    -429: "Wait, and open fewer connections; then build the binding anew.",
    -444: "Connect to the data centre for which the keys were made: number, and test or production.",
}


def of_another_message() -> Mistake:
    """The row for an answer to another message than this one."""
    return replace(MISTAKES["no_verdict_yet"],
                   sentence="The answer is that to another message: the msg_id that it names is not that of this one.",
                   fix=_NOT_YET[1])  # fmt: skip


def meaning(answer: str) -> Mistake | None:
    """The row that an answer means for right bytes; None for success, and if no answer was given."""
    if answer in ("", SUCCESS):
        return None
    told, unjudged = spoken(answer), MISTAKES["no_verdict_yet"]
    said = f"{told[1]} {answer}" if told else answer
    said = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", said).upper().replace("\N{MINUS SIGN}", "-")  # a class name as words
    word, name = next((each for each in WORDS.items() if each[0] in said), ("", ""))
    if word in _TOLD:
        return replace(MISTAKES[name], sentence=_TOLD[word][0], fix=_TOLD[word][1])
    if name not in ("", "no_verdict_yet"):
        return MISTAKES[name]
    numbers = [int(found) for found in re.findall(r"(?<![\w.-])-?\d{1,9}(?![\w.])", said)]
    for number in numbers:
        if number == -404:
            return MISTAKES["temporary_key_unknown"]
        if number in _FIXES:
            what = f"Transport error {number}, {TransportError.MEANINGS[number]}: nobody looked at the binding."
            return replace(unjudged, sentence=what, fix=_FIXES[number])
    for number, notice in BAD_MSG.items():
        spelled = notice.meaning.partition(":")[0].upper() in said
        if spelled or (number in numbers and re.search(rf"(?:BAD_|BAD M|CODE|ERROR).*\b{number}\b|^{number}$", said)):
            what = f"The message was ignored, {number}, {notice.meaning}: nobody looked at the binding."
            return replace(unjudged, sentence=what)
    if "FLOOD" in said:
        return replace(unjudged, sentence="Too many requests: the data centre wants a pause.",
                       fix="Wait as many seconds as the answer says; then build the binding anew.")
    return unjudged if name else MISTAKES["answer_not_known"]


def beside_right_bytes(row: Mistake) -> Mistake:
    """The row for bytes in which everything was compared and nothing is wrong: its sentence says so first."""
    begins = row.sentence.startswith(("The bytes are right", "These bytes are right"))
    return row if begins else replace(row, sentence=f"The bytes are right. {row.sentence}")
