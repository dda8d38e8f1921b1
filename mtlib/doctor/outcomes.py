"""What else a doctor can say: several mistakes that are one, altered bytes, right bytes and still refused, no mistake,
nothing to be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mtlib.doctor.hypothesis import (
    AFTER,
    CARRIED,
    CHECKED,
    DEBUG,
    ERRORS,
    FORTY_BYTES,
    SCHEDULE_V1,
    SEALED,
    Hypothesis,
    Stage,
    at,
)
from mtlib.doctor.mistakes_inside import Opened
from mtlib.doctor.patient import Patient
from mtlib.protocol.retry import YOUNG

# -- Several mistakes that are one --------------------------------------------------------------------------------

_SWAPPED = frozenset({"temp_key_id_for_the_permanent", "perm_key_id_for_the_temporary"})

COMPOSITES: tuple[Hypothesis[frozenset[str]], ...] = (*at(
    Stage.OPENS,
    (
        "perm_and_temp_swapped",
        "The two keys have changed places: the temporary one seals, and each is named where the other belongs.",
        "Seal with the permanent key, carry with the temporary one.",
        SEALED,
        _SWAPPED | {"sealed_with_the_temporary_key"},
    ),
    (
        "sealed_by_mtproto_2",
        "The binding is sealed by MTProto 2.0, msg_key and schedule.",
        "Seal this one message by MTProto 1.0: msg_key = SHA1 of the 72 bytes, [4:20]; four SHA-1 with x = 0.",
        SEALED,
        frozenset({"schedule_v2", "msg_key_v2"}),
    ),
), *at(
    Stage.EQUALITY,
    (
        "key_ids_swapped",
        "The two key ids have changed places.",
        "The inner object names the temporary key first, the permanent key second.",
        FORTY_BYTES,
        _SWAPPED,
    ),
))  # fmt: skip
"""The first whose parts are all there takes their place."""

# -- The seal -----------------------------------------------------------------------------------------------------


def _seal(name: str, stage: Stage, sentence: str, fix: str, lesson: str = SEALED) -> Hypothesis[None]:
    return Hypothesis(name, stage, sentence, fix, lesson, None)


WITH_TEMP = _seal(
    "sealed_with_the_temporary_key", Stage.OPENS, "The seal is made with the temporary key.",
    "Seal with the permanent key; the temporary key seals the packet around it.",
)
WITH_OTHER = _seal(
    "sealed_with_another_key", Stage.OPENS, "The seal is made with another key than the one that it is for.",
    "Seal with the permanent key of this data centre: every data centre has its own.",
)
NOT_OPENED = _seal(
    "not_opened", Stage.OPENS,
    "Not opened by this key: no known way to seal a binding turns these bytes into one.",
    "Run the ladder's inputs through your own code: the first value that differs is the bug. Check too that this is "
    "the key of this data centre.",
)
ONE_BIT = _seal(
    "one_bit_flipped", Stage.HASH, "One bit was flipped after sealing: with it flipped back, everything is right.",
    "Look for what touches the bytes between sealing and sending.", CHECKED,
)
PADDING = _seal(
    "padding_of_another_size", Stage.SHAPE, "The padding does not fill the 72 bytes to 80.",
    "Fill up to the next multiple of 16 and no further, as MTProto 1.0 does: 8 bytes.",
)
HASH_UNKNOWN = _seal(
    "msg_key_of_something_else", Stage.HASH, "The seal opens, and msg_key is the hash of something else.",
    "Take SHA1 of the 72 bytes that you seal, [4:20], at the moment when nothing changes in them any more.",
)
ALTERED = _seal(
    "changed_after_sealing", Stage.HASH, "The beginning opens and the rest is noise: bytes were changed after sealing.",
    "Look for what touches the bytes between sealing and sending.", CHECKED,
)

# -- Right bytes, and still refused -------------------------------------------------------------------------------


def _state(name: str, sentence: str, fix: str, lesson: str = ERRORS) -> Hypothesis[None]:
    return Hypothesis(name, Stage.STATE, sentence, fix, lesson, None)


UNKNOWN_KEY = _state(
    "permanent_key_unknown",
    "The bytes are right. This data centre does not know the permanent key: younger than 60 seconds, dropped (logged "
    "out, session file used twice), another DC, or test against production.",
    "Do not drop keys yet: ask help.getNearestDc over the permanent key itself; -404 means that it is gone.", AFTER,
)
YOUNG_KEY = _state(
    "permanent_key_too_young",
    "The bytes are right. The permanent key is younger than 60 seconds, and not every server of the data centre knows "
    "it yet.",
    "Wait and bind again, built anew for its new msg_id; do not drop keys.", AFTER,
)
NOT_KNOWN_HERE = _state(
    "no_such_permanent_key",
    "This data centre has no permanent key of that id: never made here, dropped, too young, or the id is wrong.",
    "Compare the id with SHA1(auth_key)[12:20] of the key that seals; then ask whether that key was made here.",
)
OVER_PERMANENT = _state(
    "sent_over_the_permanent_key", "The request came over a permanent key.",
    "Send it over the temporary key that it binds.", CARRIED,
)
BOUND_ELSEWHERE = _state(
    "bound_to_another_key", "This temporary key is bound to another permanent key already.",
    "Make a new temporary key for each permanent key.",
)
CDN = _state(
    "cdn", "This is a CDN data centre: it has no perfect forward secrecy.",
    "Do not bind there; talk to it under its permanent key.",
)
OLD_BINDING = _state(
    "older_than_the_present_binding", "A newer binding of this permanent key was accepted before.",
    "Build the binding for a new msg_id.", AFTER,
)
NOT_THESE = _state(
    "other_bytes_were_sent", "These bytes are right, and the data centre read others.",
    "Compare them with what leaves the socket.", CARRIED,
)
DATE_REFUSED = _state(
    "date_refused", "The bytes are right and the date is in range by what is known here; the data centre's clock or "
    "limit differ.", "Use the end that the key exchange promised, in the data centre's time.", AFTER,
)
BEFORE_BINDING = _state(
    "called_before_the_binding", "Another method was called before boolTrue came.",
    "Wait for boolTrue; only help.getConfig and help.getNearestDc may come earlier.",
)
NOT_INITED = _state(
    "connection_not_inited", "The data centre wants a header first; the binding was not judged.",
    "Wrap the call: invokeWithLayer(initConnection(auth.bindTempAuthKey)), and send it again.", AFTER,
)
NO_VERDICT = _state(
    "no_verdict_yet", "The message was refused or lost before anybody looked at the binding.",
    "Correct salt, clock or seqno and send it again; built anew wherever the msg_id is new.", AFTER,
)

TEMP_KEY_UNKNOWN = _state(
    "temporary_key_unknown",
    "Transport error -404: the data centre does not know the key that carries the packet, the temporary one: never "
    "made here, past its end, or forgotten.",
    "Make a new temporary key and bind that; the permanent key is as good as before.",
)
ANSWER_UNKNOWN = _state(
    "answer_not_known", "The answer is not boolTrue, and what it means is not known here.",
    "Only boolTrue says that the key is bound. Look the answer up at core.telegram.org/api/errors.",
)

ANSWERS: Mapping[str, Hypothesis[None]] = {
    "ENCRYPTED_MESSAGE_INVALID": UNKNOWN_KEY,
    "TEMP_AUTH_KEY_ALREADY_BOUND": BOUND_ELSEWHERE,
    "TEMP_AUTH_KEY_EMPTY": OVER_PERMANENT,
    "EXPIRES_AT_INVALID": DATE_REFUSED,
    "CDN_METHOD_INVALID": CDN,
    "INPUT_REQUEST_TOO_LONG": NOT_THESE,
    "INPUT_FETCH_ERROR": NOT_THESE,
    "AUTH_KEY_PERM_EMPTY": BEFORE_BINDING,
    "CONNECTION_NOT_INITED": NOT_INITED,
    "TIMEOUT": NO_VERDICT,
    "BAD_SERVER_SALT": NO_VERDICT,
    "BAD_MSG": NO_VERDICT,
}
"""What the answer means where the bytes are right, by a word in it."""
SAID_OF_BYTES = (UNKNOWN_KEY, NOT_THESE, DATE_REFUSED)
"""Those that mean this only where the bytes are right: a mistake in the bytes is answered in the same way."""

STATES: Mapping[str, Hypothesis[None]] = {
    "not_a_cdn": CDN,
    "over_temporary_key": OVER_PERMANENT,
    "not_bound_elsewhere": BOUND_ELSEWHERE,
    "msg_id_rises": OLD_BINDING,
    "perm_key_known": NOT_KNOWN_HERE,
}
"""What the data centre's own checks mean that are not about the bytes."""

# -- No mistake, or nothing to be seen ----------------------------------------------------------------------------

HEALTHY = _state(
    "healthy", "The bytes are right: a data centre that knows this permanent key accepts them.",
    "If it refuses them, it does not know the key: younger than 60 seconds, dropped (logged out, session file used "
    "twice), another DC, or test against production. Do not drop keys yet.", AFTER,
)
SO_FAR = _state(
    "nothing_wrong_so_far", "Nothing is wrong in what can be compared; some comparisons lack a value.",
    "Give the values that are missing.", DEBUG,
)
NO_KEY = _state(
    "no_key", "Nothing is wrong outside the seal; without the permanent key it stays closed.",
    "Give a throw-away permanent key, or run the ladder's inputs through your own code: the first value that differs "
    "is the bug.", DEBUG,
)
NOTHING = _state(
    "nothing_given", "There are no bytes to look at.",
    "Give encrypted_message, the request, the packet or a captured stream.", DEBUG,
)
UNEXPLAINED = _state(
    "unexplained", "A check fails that no known mistake explains.",
    "Look at the row that fails: it says what was got and what was expected.", CHECKED,
)

OTHERS = (
    WITH_TEMP, WITH_OTHER, NOT_OPENED, ONE_BIT, PADDING, HASH_UNKNOWN, ALTERED, YOUNG_KEY,
    *dict.fromkeys([*STATES.values(), *ANSWERS.values()]), TEMP_KEY_UNKNOWN, ANSWER_UNKNOWN,
    HEALTHY, SO_FAR, NO_KEY, NOTHING, UNEXPLAINED,
)  # fmt: skip
"""Everything above that is in no table of changes."""

# -- Unusual, and accepted ----------------------------------------------------------------------------------------


def _real(opened: Opened, patient: Patient) -> bool:
    """Salt or session_id stand where an ordinary message has them."""
    found = opened.value("random") or b""
    outside = [(found[:8], patient.salt), (found[8:], patient.session_id)]
    return any(number is not None and number.to_bytes(8, "little", signed=True) == part for part, number in outside)


HARMLESS: tuple[Hypothesis[Callable[[Opened, Patient], bool]], ...] = at(
    Stage.HARMLESS,
    (
        "salt_and_session_inside",
        "The first 16 bytes are the real salt and session_id. Harmless: nobody reads them.",
        "Draw 16 random bytes, as the documents ask.",
        SEALED,
        _real,
    ),
    (
        "random_is_zero",
        "The first 16 bytes are zero. Harmless: nobody reads them.",
        "Draw 16 random bytes, as the documents ask.",
        SEALED,
        lambda opened, patient: opened.value("random") == bytes(16),
    ),
    (
        "key_given_short",
        "The key was handed over with a length that is not 256. Harmless here: it was sealed with the right one.",
        "Keep a key as 256 bytes.",
        SCHEDULE_V1,
        lambda opened, patient: patient.perm_key is not None and len(patient.perm_key.given) != 256,
    ),
)


def is_young(patient: Patient) -> bool:
    """Whether the permanent key is not older than 60 seconds. Source: core.telegram.org/api/pfs."""
    clock = patient.clock
    return patient.perm_key_created is not None and clock is not None and clock - patient.perm_key_created <= YOUNG
