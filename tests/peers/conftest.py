"""Other people's clients, each installed once, all in one place that has no way out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from installing import CLIENTS, install
from loopback import Loopback
from scenes import Stage

RECIPES = ("requirements.txt", "package.json")
MEASURING_ONLY = {"bench"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "soak: takes minutes; only run by name, with `-m soak`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "soak" in str(config.getoption("markexpr")):
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """Every client that is written down. One that cannot be had fails the run; it is not left out."""
    names = {path.parent.name for path in CLIENTS.glob("*/*") if path.name in RECIPES} - MEASURING_ONLY
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(install, sorted(names)))


@pytest.fixture(scope="session")
def place() -> Iterator[Loopback]:
    with Loopback() as made:
        yield made


@pytest.fixture(scope="session")
def stage(place: Loopback, installed: None, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage.build(place, tmp_path_factory.mktemp("stage"))
