"""Whether a JSON value is of an SDK's type, strictly: no unknown field, no conversion.

The SDKs describe requests with TypedDict (OpenAI, Anthropic) or pydantic models (Google, Ollama).
Neither is strict when used as is, so the types are read and walked here.
"""

from __future__ import annotations

import base64
import binascii
import collections.abc
import enum
import types
import typing
from functools import cache
from typing import Any

import pydantic
import typing_extensions

#: What may stand around a type without changing it.
WRAPPERS = (typing.Required, typing.NotRequired, typing.Annotated)
#: Types that a JSON value has directly.
PLAIN = {str: str, bool: bool, type(None): type(None)}


@cache
def hints(kind: type) -> dict[str, Any]:
    """The types of a TypedDict's fields."""
    return typing_extensions.get_type_hints(kind, include_extras=True)


@cache
def required_keys(kind: type) -> frozenset[str]:
    """The fields that a TypedDict must have; Python itself misses those written as text."""
    marks = {key: typing.get_origin(hint) for key, hint in hints(kind).items()}
    said = {key for key, mark in marks.items() if mark is typing.Required}
    return frozenset(
        said | {key for key in kind.__required_keys__ if marks[key] is not typing.NotRequired}
    )


def faults(value: Any, kind: Any, path: str = "") -> list[str]:
    """Why the value is not of the type; empty when it is."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    found: list[str] = []
    if origin in WRAPPERS:
        found = faults(value, arguments[0], path)
    elif origin in (typing.Union, types.UnionType):
        found = union_faults(value, arguments, path)
    elif origin is typing.Literal:
        found = [] if value in arguments else [f"{path}: {value!r} is none of {arguments}"]
    elif origin in (dict, collections.abc.Mapping):
        found = mapping_faults(value, arguments[1], path)
    elif origin is not None and issubclass(origin, collections.abc.Iterable):
        found = list_faults(value, arguments[0], path)
    elif typing_extensions.is_typeddict(kind):
        found = fields_faults(value, hints(kind), required_keys(kind), path)
    elif kind not in (Any, object):
        found = class_faults(value, kind, path)
    return found


def union_faults(value: Any, kinds: tuple[Any, ...], path: str) -> list[str]:
    """The faults of the alternative that fits best."""
    found = [faults(value, kind, path) for kind in kinds]
    return min(found, key=lambda list: (len(list), -max(map(len, list), default=0)))


def mapping_faults(value: Any, kind: Any, path: str) -> list[str]:
    """The faults of a mapping with keys of any name."""
    if not isinstance(value, dict):
        return [f"{path}: is no object"]
    return [fault for key in value for fault in faults(value[key], kind, f"{path}.{key}")]


def list_faults(value: Any, kind: Any, path: str) -> list[str]:
    """The faults of a list's elements."""
    if not isinstance(value, list):
        return [f"{path}: is no list"]
    return [fault for i, item in enumerate(value) for fault in faults(item, kind, f"{path}[{i}]")]


def fields_faults(
    value: Any, fields: dict[str, Any], required: frozenset[str], path: str
) -> list[str]:
    """The faults of an object with known fields."""
    if not isinstance(value, dict):
        return [f"{path}: is no object"]
    found = [f"{path}.{key}: there is no such field" for key in value if key not in fields]
    found += [f"{path}.{key}: is missing" for key in required if key not in value]
    for key in value.keys() & fields.keys():
        found += faults(value[key], fields[key], f"{path}.{key}")
    return found


def class_faults(value: Any, kind: Any, path: str) -> list[str]:
    """The faults of a value whose type is a class."""
    if kind in PLAIN:
        good = isinstance(value, PLAIN[kind])
    elif kind is int:
        good = isinstance(value, int) and not isinstance(value, bool)
    elif kind is float:
        good = isinstance(value, int | float) and not isinstance(value, bool)
    elif kind is bytes:
        good = isinstance(value, str) and is_base64(value)
    elif isinstance(kind, type) and issubclass(kind, enum.Enum):
        good = value in [member.value for member in kind]
    elif isinstance(kind, type) and issubclass(kind, pydantic.BaseModel):
        fields = {field.alias or name: field for name, field in kind.model_fields.items()}
        required = frozenset(name for name, field in fields.items() if field.is_required())
        known = {name: field.annotation for name, field in fields.items()}
        return fields_faults(value, known, required, path)
    elif isinstance(kind, type) and issubclass(kind, str):
        good = isinstance(value, str)
    else:
        good = False
    return [] if good else [f"{path}: is no {getattr(kind, '__name__', kind)}"]


def is_base64(text: str) -> bool:
    """Whether it is base 64, in either alphabet."""
    try:
        base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        return False
    return True
