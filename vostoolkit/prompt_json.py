"""A person's prompts as plain values, to be written as JSON."""

import dataclasses
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from vostoolkit import prompts as prompt_types
from vostoolkit.answers import Answers, Group
from vostoolkit.prompts import Drawing, Local, Prompt
from vostoolkit.trace import decode_labels, encode_labels


def answers_to_json(answers: Answers) -> dict[str, Any]:
    """Prompts by frame or round as plain lists; drawings as PNG in hexadecimal."""
    return {
        str(frame): [group_to_json(group) for group in groups]
        for frame, groups in answers.groups.items()
    }


def answers_from_json(data: dict[str, Any]) -> Answers:
    """The prompts again."""
    groups = {
        int(frame): tuple(group_from_json(group) for group in groups)
        for frame, groups in data.items()
    }
    return Answers(MappingProxyType(groups))


def group_to_json(group: Group) -> list[dict[str, Any]]:
    """Prompts as plain values; drawings as PNG in hexadecimal."""
    return [_prompt_to_json(prompt) for prompt in group]


def group_from_json(data: Iterable[dict[str, Any]]) -> Group:
    """The prompts again."""
    return tuple(_prompt_from_json(prompt) for prompt in data)


def _prompt_to_json(prompt: Prompt) -> dict[str, Any]:
    values = {f.name: getattr(prompt, f.name) for f in dataclasses.fields(prompt)}
    if isinstance(prompt, Drawing):
        values["mask"] = encode_labels(prompt.mask.astype(np.uint8)).hex()
    if isinstance(prompt, Local):
        values["mark"] = _prompt_to_json(prompt.mark)
    values = {name: _plain(value) for name, value in values.items()}
    return {"type": type(prompt).__name__, **values}


def _plain(value: Any) -> Any:
    """The value with numpy's numbers as Python's own."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in cast(Iterable[Any], value)]
    return value


def _prompt_from_json(data: dict[str, Any]) -> Prompt:
    values = {key: value for key, value in data.items() if key != "type"}
    if "mask" in values:
        values["mask"] = decode_labels(bytes.fromhex(values["mask"])).astype(np.bool_)
    for name in {"points", "region"} & values.keys():
        values[name] = tuple((x, y) for x, y in values[name])
    if "mark" in values:
        values["mark"] = _prompt_from_json(values["mark"])
    return getattr(prompt_types, data["type"])(**values)
