"""The exercises of lessons 19 and 20: what a refusal means, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mtlib.lab.examining import Inputs, Slip, Table, Task
from mtlib.ladder.rung import Recipe, mistake
from mtlib.protocol import retry as rule
from mtlib.protocol.checks import INVALID
from mtlib.protocol.retry import TRIES

# -- 19: twelve symptoms ------------------------------------------------------------------------------------------


class Symptom(NamedTuple):
    """What is seen, which cause it has, and what the checker says to any other."""

    seen: str
    cause: str
    otherwise: str


CAUSES = {
    "a": "The call was sent over the permanent key; it has to come over the key that it binds.",
    "b": "The seal was made the wrong way: x = 8, CBC, swapped halves of the iv, or a key without its leading zeros.",
    "c": "A CDN data centre: nothing is bound there.",
    "d": "The temporary key is unknown here: expired, or forgotten. Make a new one and bind it.",
    "e": "The data centre does not know the permanent key: younger than 60 seconds, dropped, another DC, test or "
         "production. Keep the keys for now.",
    "f": "The clock is off. Correct it by the notice, take a new msg_id, build the seal anew.",
    "g": "This temporary key belongs to another permanent key already.",
    "h": "expires_at is no date in the life of the key: past, a duration, or too far away.",
    "i": "The call was executed, and the answer is no. Only boolTrue is success.",
    "j": "The hash was taken over the wrong bytes, or cut wrongly: padding hashed, or SHA1[0:16].",
    "k": "Another method was called before the key was bound.",
    "l": "Nothing readable and new came in: framing, obfuscation, or a msg_id that came before.",
}

_OPENS = "Ask the triage in its order: does the seal open, is the hash right, which equality, which state?"
_OWN_NAME = "This error has its own name and does not come from the seal: read the name."

TWELVE: dict[int, Symptom] = {
    1: Symptom("ENCRYPTED_MESSAGE_INVALID; under the permanent key your own seal opens to noise, the length field too.",
               "b", f"{_OPENS} It does not open: key, direction, mode or iv."),
    2: Symptom("ENCRYPTED_MESSAGE_INVALID; your seal opens cleanly, every field is right, msg_key is not the hash.",
               "j", f"{_OPENS} It opens, and the hash is not right."),
    3: Symptom("ENCRYPTED_MESSAGE_INVALID; the seal opens, the hash is right, all six values are equal.",
               "e", "Right bytes and still refused: then it is what the data centre knows. Do not drop keys yet."),
    4: Symptom("EXPIRES_AT_INVALID.", "h", _OWN_NAME),
    5: Symptom("TEMP_AUTH_KEY_EMPTY.", "a",
               "The data centre misses a temporary key: look at the key id in front of the packet."),
    6: Symptom("TEMP_AUTH_KEY_ALREADY_BOUND.", "g",
               "Binding a key twice to the same permanent key is no error; to another one it is."),
    7: Symptom("CDN_METHOD_INVALID.", "c", _OWN_NAME),
    8: Symptom("AUTH_KEY_PERM_EMPTY.", "k",
               "The temporary key is known and stands for nobody: only three methods may be called over it."),
    9: Symptom("Four bytes instead of a packet: -404.", "d",
               "A transport error comes before any verdict on the binding: this key id is not known here."),
    10: Symptom("bad_msg_notification 16 or 17, and nothing else.", "f",
                "The message was put aside because of its msg_id; nobody has looked at the binding."),
    11: Symptom("rpc_result with 37 97 79 bc.", "i",
                "These four bytes are boolFalse: an answer, and not the one wanted."),
    12: Symptom("Silence.", "l", "Whoever answers has read something. Nothing was read, or nothing new."),
}

SYMPTOMS = Table(
    "symptoms", 19,
    "Twelve symptoms, twelve causes: for each number the letter of its cause. Both lists stand in "
    "material(\"symptoms\").",
    {number: symptom.cause for number, symptom in TWELVE.items()},
    (
        Slip("dropped_although_right",
             "A dropped temporary key is told by -404, not by this. Right bytes and still refused: the permanent key "
             "is unknown here.", 3, ("d",)),
        Slip("silence_taken_for_a_clock", "A wrong clock is answered, with bad_msg_notification 16 or 17.", 12, ("f",)),
        *(Slip(f"symptom_{number}", symptom.otherwise, number) for number, symptom in TWELVE.items()),
    ),
    (
        "First those whose name says it: 4, 5, 6, 7.",
        "1, 2 and 3 are one error on the wire; the triage tells them apart, in your own bytes.",
        "9, 10 and 12 come before anybody has looked at the binding.",
    ),
    material={
        "symptoms": {number: symptom.seen for number, symptom in TWELVE.items()},
        "causes": CAUSES,
    },
    choices=tuple(CAUSES),
)

# -- 20: when to try again ----------------------------------------------------------------------------------------

ACTIONS = {
    rule.RESEND: rule.ACTIONS[rule.RESEND],
    "renumber": "the same seal in a message with a new msg_id",
    **rule.ACTIONS,
}


def retry(
    error: str, attempt: int, created: int, first_bind: int, ever_bound: bool, server_now: int, local_now: int
) -> str:
    """What a client does after a refused binding, by the rule that the library's client follows."""
    return rule.retry(error, attempt, server_now - created, ever_bound).action


def _lawful(*arguments: object) -> bool:
    """After bad_server_salt a new message with a new seal is as good as the old one again."""
    return arguments[0] == "bad_server_salt" and arguments[-1] == "rebuild" and int(str(arguments[1])) < TRIES


def _refusals(seed: str) -> Inputs:
    """Errors, numbers of attempts, and ages; the local clock is right, ten minutes slow, and ten minutes fast."""
    created = 1_790_000_000
    cases = []
    for error in (INVALID, "bad_server_salt", "bad_msg 16", "-404"):
        for attempt in (1, 2, 3, 4, 50):
            for age, bound_after in ((5, 1), (59, 40), (61, 5), (4000, 3990)):
                for ever_bound in (True, False):
                    for skew in (0, -600, 600):
                        now = created + age
                        cases.append((error, attempt, created, created + bound_after, ever_bound, now, now + skew))
    return tuple(cases)


class Refusal(NamedTuple):
    """What `retry` is told."""

    error: str
    attempt: int
    created: int
    first_bind: int
    ever_bound: bool
    server_now: int
    local_now: int


def _told(recipe: Callable[[Refusal], str]) -> Recipe:
    """A recipe that takes one Refusal, as one that takes its values."""
    return lambda *values: recipe(Refusal(*values))


def _instead(action: str, other: str, *, unless: str = "") -> Recipe:
    """The right policy, with one action taken for another."""
    return _told(lambda r: other if retry(*r) == action and r.error != unless else retry(*r))


RETRY = Task(
    "retry", 20, ("error", "attempt", "created", "first_bind", "ever_bound", "server_now", "local_now"), "str",
    "What to do after a refused binding: one of " + ", ".join(ACTIONS) + ". `error` is \"ENCRYPTED_MESSAGE_INVALID\", "
    "\"bad_server_salt\", \"bad_msg 16\" or \"-404\"; `attempt` counts the refusals, 1 is the first, and the fourth "
    "ends it. `created` is when the permanent key was made, `first_bind` when it was first used for "
    "a binding, both by the data centre's clock; `ever_bound` says whether this build ever got boolTrue; `server_now` "
    "and `local_now` are two clocks.",
    retry, _refusals,
    (
        mistake("drops_keys_at_once",
                "On the main DC this logs the user out. Look at the age, and at whether this build ever bound.",
                _told(lambda r: "drop_both_keys" if r.error == INVALID and r.attempt < TRIES else retry(*r)),
                _told(lambda r: "drop_both_keys" if r.error == INVALID else retry(*r)),
                lambda *values: "drop_both_keys"),
        mistake("never_asks_whether_it_ever_bound",
                "A build that has never bound has a bug more often than a dead key: stop, and keep the keys.",
                _told(lambda r: retry(*r._replace(ever_bound=True)))),
        mistake("retries_for_ever", f"This never ends. At refusal {TRIES} stop, and keep the keys.",
                _told(lambda r: retry(*r._replace(attempt=1))),
                _told(lambda r: "rebuild" if r.error == INVALID else retry(*r)),
                lambda *values: "rebuild"),
        mistake("same_bytes_under_a_new_msg_id",
                "The seal names the msg_id of its message: under a new one the same bytes are refused again. Rebuild.",
                _instead("rebuild", "renumber"), _told(lambda r: {"rebuild": "renumber", "resend": "renumber"}.get(
                    retry(*r), retry(*r)))),
        mistake("local_clock",
                "The age is counted by the data centre's clock; the local one may be off by minutes.",
                _told(lambda r: retry(*r._replace(server_now=r.local_now)))),
        mistake("age_from_the_first_bind",
                "The 60 seconds begin when the permanent key is made, not when it is first used.",
                _told(lambda r: retry(*r._replace(created=r.first_bind)))),
        mistake("bad_msg_resent",
                "A bad_msg_notification asks for a new msg_id, and a new msg_id for a new seal: rebuild.",
                _instead("rebuild", "resend", unless=INVALID)),
        mistake("perm_key_dropped_on_404",
                "-404 is about the key in front of the packet, the temporary one. The permanent key is still good.",
                _instead("new_temp_key", "drop_both_keys")),
    ),
    (
        "Begin with what is bounded: at the fourth refusal it is over, whatever the error.",
        "Three of the four errors say by their name what to do. A new msg_id always needs a new seal.",
        "For ENCRYPTED_MESSAGE_INVALID: server_now - created of at most 60 means rebuild. Above, ask whether this "
        "build ever bound.",
    ),
    accepts=_lawful,
)

FAILING = (SYMPTOMS, RETRY)
