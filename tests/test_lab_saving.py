"""What is left out of a lesson when it is saved, and what stays."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest
from ipykernel.ipkernel import IPythonKernel

from mtlib.lab.saving import WIDGET, _jupyter_server_extension_points, _load_jupyter_server_extension, lean

PYTHON = {"file_extension": ".py", "name": "python", "pygments_lexer": "ipython3"}


def saved(outputs: list[dict[str, Any]], **metadata: Any) -> dict[str, Any]:
    """A notebook of one cell, as it is saved."""
    cell = {"cell_type": "code", "source": "x", "outputs": outputs}
    content = {"nbformat": 4, "metadata": metadata, "cells": [{"cell_type": "markdown", "source": "words"}, cell]}
    lean({"type": "notebook", "content": content}, path="x.ipynb")
    return content


def test_the_number_of_a_widget_goes_where_a_table_says_the_same() -> None:
    both = {"text/html": "<table>", "text/plain": "bytes", WIDGET: {"model_id": "1"}}
    alone = {"text/plain": "IntSlider", WIDGET: {"model_id": "2"}}
    stream = {"output_type": "stream", "text": "said"}
    outputs = saved([{"data": both}, {"data": alone}, stream])["cells"][1]["outputs"]
    assert [sorted(output.get("data", {})) for output in outputs] == [
        ["text/html", "text/plain"], [WIDGET, "text/plain"], [],
    ]  # fmt: skip
    assert outputs[2] == {"output_type": "stream", "text": "said"}


def test_which_python_ran_it_is_nothing_that_its_reader_changed() -> None:
    about = saved([], kernelspec={"name": "python3"}, widgets={}, language_info={**PYTHON, "version": "3.11.7"})
    assert about["metadata"] == {"kernelspec": {"name": "python3"}, "language_info": PYTHON}


@pytest.mark.parametrize("model", [{"type": "file", "content": "x"}, {"type": "notebook", "content": None}, {}])
def test_other_files_are_left_alone(model: dict[str, Any]) -> None:
    before = deepcopy(model)
    lean(model, path="x")
    assert model == before


class Manager:
    """A contents manager of Jupyter's, of which `_load_jupyter_server_extension` needs two names."""

    def __init__(self) -> None:
        self.hooks: list[Any] = []
        self.register_pre_save_hook = self.hooks.append

    def get(self, path: str, content: bool = True) -> dict[str, Any]:
        about = {"language_info": {"name": "R" if path == "other.ipynb" else "python"}}
        return {"type": "notebook", "content": {"metadata": about} if content else None}


class LaterManager(Manager):
    async def get(self, path: str, content: bool = True) -> dict[str, Any]:  # type: ignore[override]
        return super().get(path, content)


def served(manager: Manager) -> Manager:
    _load_jupyter_server_extension(SimpleNamespace(contents_manager=manager))
    return manager


def language(model: dict[str, Any]) -> dict[str, Any]:
    return dict(model["content"]["metadata"]["language_info"])


def test_a_jupyter_server_takes_it_as_an_extension() -> None:
    assert served(Manager()).hooks == [lean]
    assert _jupyter_server_extension_points() == [{"module": "mtlib.lab.saving"}]


def test_what_the_kernel_would_add_is_there_when_a_lesson_is_opened() -> None:
    """So that JupyterLab has nothing to add, and does not call the lesson modified."""
    about = IPythonKernel.language_info
    assert language(served(Manager()).get("lesson.ipynb")) == about
    assert language(asyncio.run(served(LaterManager()).get("lesson.ipynb"))) == about  # type: ignore[arg-type]
    assert language(served(Manager()).get("other.ipynb")) == {"name": "R"}
    assert served(Manager()).get("lesson.ipynb", content=False)["content"] is None
