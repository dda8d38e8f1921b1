"""The exercise of lesson 00: a first look at the packet."""

from __future__ import annotations

from mtlib.lab.examining import Slip, Table

BEGINNING = (
    Table(
        "first_look", 0,
        "How many bytes of the packet can a wiretapper read (clear), and in how many places of it does "
        "perm_auth_key_id stand (places)?",
        {"clear": 24, "places": 3},
        (
            Slip("whole_packet_clear", "Everything after msg_key is ciphertext; what comes before it is not.", "clear",
                 (200, 204)),
            Slip("key_id_only", "That is auth_key_id. The msg_key behind it travels in the clear, too.", "clear", (8,)),
            Slip("request_thought_clear", "The request is inside the packet's ciphertext: a wiretapper sees noise.",
                 "clear", (56, 60, 68)),
            Slip("inner_copy_forgotten", "Two of them are outside the inner seal; one more is in the forty bytes.",
                 "places", (2,)),
            Slip("outer_key_counted", "The packet begins with the *temporary* key's id. That one is not counted.",
                 "places", (4,)),
        ),
        (
            "The packet has three fields. Which of them is sealed?",
            "auth_key_id and msg_key come before the ciphertext: add their sizes.",
            "perm_auth_key_id: in the request, in front of the seal, and behind it.",
        ),
    ),
)  # fmt: skip
