"""Lesson 16: the packet's mistakes are seen by whoever opens it."""

from __future__ import annotations

from mtlib.crypto.keys import AuthKey
from mtlib.errors import MtError
from mtlib.lab.exercises_recipe import PACKET, REQUEST
from mtlib.lab.scenes import scenes
from mtlib.protocol.packets import TO_SERVER, open_packet


def test_the_lessons_and_the_sizes() -> None:
    sizes = [{len(exercise.solution(*inputs)) for inputs in exercise.inputs("")} for exercise in (REQUEST, PACKET)]
    assert sizes == [{132}, {200}]


def test_right_packets_open_and_hold_the_request() -> None:
    for scene, inputs in zip(scenes(""), PACKET.inputs(""), strict=True):
        opened = open_packet(PACKET.solution(*inputs), AuthKey(scene["temp_auth_key"]), TO_SERVER)
        assert opened["request"] == REQUEST.solution(*(scene[name] for name in REQUEST.takes))


def test_wrong_ones_do_not_open_or_say_something_else() -> None:
    scene, inputs = scenes("")[1], PACKET.inputs("")[1]
    right = open_packet(PACKET.solution(*inputs), AuthKey(scene["temp_auth_key"]), TO_SERVER)
    for each in PACKET.mistakes:
        for packet in each.made(inputs):
            try:
                opened = open_packet(packet, AuthKey(scene["temp_auth_key"]), TO_SERVER)
            except MtError:
                continue
            assert opened != right
