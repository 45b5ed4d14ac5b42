"""Holds real frames, and frames with one thing wrong, against docs/protocol.schema.json.

    schema_test.py TOOL DOCS

TOOL (frames_tool.cpp) prints real frames and judges others with the program's own decoder. Schema
and decoder must agree on every frame.
"""

import copy
import json
import pathlib
import re
import subprocess
import sys
import unittest

import jsonschema

TOOL, DOCS = sys.argv[1], pathlib.Path(sys.argv[2])
SCHEMA = json.loads((DOCS / "protocol.schema.json").read_text(encoding="utf-8"))


def tool(what, lines=()):
    done = subprocess.run([TOOL, what], input="".join(line + "\n" for line in lines),
                          capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()


def places(value, path=()):
    """The path of every value inside."""
    items = value.items() if isinstance(value, dict) else \
        enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield path + (key,)
        yield from places(inner, path + (key,))


def changed(frame, path, change):
    frame = copy.deepcopy(frame)
    at = frame
    for key in path[:-1]:
        at = at[key]
    change(at, path[-1])
    return frame


def drop(at, key):
    del at[key]


def put(value):
    def change(at, key):
        at[key] = copy.deepcopy(value)
    return change


# What is put in the place of anything. No id is put twice: a schema cannot say that ids ascend.
CHANGES = [drop] + [put(value) for value in (
    None, True, False, -1, 0, "", "x", "a b", "granted", "clone", "operator", "0" * 16, "f" * 16,
    "A" * 16, "localhost", "localhost:0", "localhost:01", "localhost:65535", "localhost:65536",
    "[::1]:1", "/", "GET", [], [1, 1], ["x"], {},
)]
# ... and, beside them, in the place of a number: both sides of every bound.
NUMBERS = [put(number) for bound in (1, 63, 200, 599, 50_000, 60_000_000, 2**32 - 1, 2**53 - 1)
           for number in (bound - 1, bound, bound + 1)]


def value_at(frame, path):
    for key in path:
        frame = frame[key]
    return frame


def mutants(frame):
    for path in places(frame):
        if path == ("type",):
            continue  # another type is another frame
        is_number = type(value_at(frame, path)) is int
        for change in CHANGES + (NUMBERS if is_number else []):
            yield changed(frame, path, change)
    yield {**frame, "a_newer_key": [1.5, {"x": None}]}


def beyond_a_schema(reason):
    return re.search("different configurations|do not ascend|no range of protocol|a token of this",
                     reason)


class Schema(unittest.TestCase):
    def setUp(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        self.validator = jsonschema.Draft202012Validator(SCHEMA)
        self.frames = tool("print")

    def poorest_and_richest(self):
        """Of each type the shortest and the longest frame: the others differ in words only."""
        by_type = {}
        for line in sorted(self.frames, key=len):
            frame = json.loads(line)
            by_type.setdefault(frame["type"], []).append(frame)
        return [frame for frames in by_type.values() for frame in (frames[0], frames[-1])]

    def test_frames_of_every_kind_are_valid(self):
        self.assertGreater(len(self.frames), 40)
        for line in self.frames:
            errors = [error.message for error in self.validator.iter_errors(json.loads(line))]
            self.assertEqual(errors, [], line)

    def test_what_cores_really_say_is_valid(self):
        lines = sorted(set(tool("run")))
        self.assertGreater(len(lines), 100)
        for line in lines:
            self.validator.validate(json.loads(line))

    def test_the_examples_of_the_page_are_valid(self):
        page = (DOCS / "protocol.md").read_text(encoding="utf-8")
        examples = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
        self.assertGreater(len(examples), 10)
        for example in examples:
            self.validator.validate(json.loads(example))

    def test_every_type_is_described(self):
        described = {rule["if"]["properties"]["type"]["const"] for rule in SCHEMA["allOf"]}
        self.assertEqual(described, {json.loads(line)["type"] for line in self.frames})

    def test_frames_of_other_types_are_valid(self):
        self.validator.validate({"type": "gossip", "about": []})
        for frame in ({}, [], {"type": 7}, {"type": ""}, {"type": "a b"}, {"type": "x" * 65}):
            self.assertFalse(self.validator.is_valid(frame), frame)

    def test_schema_and_decoder_agree_on_every_mutant(self):
        lines = sorted({json.dumps(mutant) for frame in self.poorest_and_richest()
                        for mutant in mutants(frame)})
        judgements = tool("judge", lines)
        self.assertEqual(len(judgements), len(lines))
        accepted = 0
        for line, judgement in zip(lines, judgements):
            if beyond_a_schema(judgement):
                continue
            accepted += judgement == "accepted"
            self.assertEqual(self.validator.is_valid(json.loads(line)), judgement == "accepted",
                             f"{judgement}\n{line}")
        self.assertGreater(accepted, 500)
        self.assertGreater(len(lines) - accepted, 3000)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
