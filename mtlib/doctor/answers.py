"""What the answer of the data centre means.

Only boolTrue is a success. Anything else is a refusal or is not known, and no binding that got it is called healthy.

Sources: core.telegram.org/method/auth.bindTempAuthKey, core.telegram.org/mtproto/mtproto-transports ("Transport
errors"), core.telegram.org/mtproto/service_messages_about_messages, core.telegram.org/api/errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from mtlib.doctor.given import SUCCESS
from mtlib.doctor.hypothesis import Hypothesis
from mtlib.doctor.outcomes import ANSWER_UNKNOWN, ANSWERS, NO_VERDICT, TEMP_KEY_UNKNOWN
from mtlib.errors import TransportError
from mtlib.protocol.messages import BAD_MSG

_FIXES: Mapping[int, str] = {
    -403: "Look for what stands between you and the data centre, and at the form of the request where it is HTTP.",
    -429: "Wait, and open fewer connections; then build the binding anew.",
    -444: "Connect to the data centre for which the keys were made: number, and test or production.",
}


def meaning(answer: str) -> Hypothesis[None] | None:
    """What an answer means for right bytes; None for a success, and where none was told."""
    if answer in ("", SUCCESS):
        return None
    said = answer.upper().replace("\N{MINUS SIGN}", "-")
    known = next((hypothesis for word, hypothesis in ANSWERS.items() if word in said), None)
    if known not in (None, NO_VERDICT):
        return known
    numbers = [int(found) for found in re.findall(r"(?<![\w.-])-?\d{1,9}(?![\w.])", said)]
    for number in numbers:
        if number == -404:
            return TEMP_KEY_UNKNOWN
        if number in _FIXES:
            what = f"Transport error {number}, {TransportError.MEANINGS[number]}: nobody looked at the binding."
            return replace(NO_VERDICT, sentence=what, fix=_FIXES[number])
    for number in numbers:
        if number in BAD_MSG:
            what = f"The message was ignored, {number}, {BAD_MSG[number].meaning}: nobody looked at the binding."
            return replace(NO_VERDICT, sentence=what)
    if "FLOOD_WAIT" in said:
        return replace(NO_VERDICT, sentence="Too many requests: the data centre wants a pause.",
                       fix="Wait as many seconds as the answer says; then build the binding anew.")
    return known or ANSWER_UNKNOWN


def beside_right_bytes(hypothesis: Hypothesis[None]) -> Hypothesis[None]:
    """The same meaning, told of bytes in which everything was compared and nothing is wrong."""
    begins = hypothesis.sentence.startswith(("The bytes are right", "These bytes are right"))
    return hypothesis if begins else replace(hypothesis, sentence=f"The bytes are right. {hypothesis.sentence}")
