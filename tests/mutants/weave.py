#!/usr/bin/env python3
"""Weaves the mutants into a copy of the sources, so that one build holds them all.

usage: weave.py MUTANTS SOURCE_DIR OUTPUT_DIR FILE...

MUTANTS lists them (its head says how). Each FILE, relative to SOURCE_DIR, is copied to OUTPUT_DIR;
where a mutant stands, the copy asks at run time which one the environment variable DUCK_MUTANT
names. Every passage must be found exactly once, so that a change of the sources that outdates a
mutant breaks the build instead of disarming it.
"""

import re
import sys
from pathlib import Path

HEADER = """#pragma once

#include <array>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <type_traits>

inline constexpr std::array<std::string_view, {count}> mutant_names{{{names}}};

inline std::size_t chosen_mutant() {{
  const char* const wanted = std::getenv("DUCK_MUTANT");
  for (std::size_t i = 0; wanted != nullptr && i < mutant_names.size(); ++i) {{
    if (mutant_names[i] == wanted) return i;
  }}
  if (wanted != nullptr && *wanted != '\\0') std::abort();
  return mutant_names.size();
}}

inline const std::size_t the_mutant = chosen_mutant();

constexpr bool is_mutant(std::size_t index) {{
  return !std::is_constant_evaluated() && the_mutant == index;
}}
"""


class Mutant:
    def __init__(self, name, line):
        self.name = name
        self.line = line
        self.fields = {}

    def get(self, key):
        return self.fields.get(key, "").strip("\n")


def read_mutants(path):
    mutants = []
    key = None
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        head = re.fullmatch(r"\[(\w+)\] .+", line)
        field = re.match(r"(file|after|good|bad|killer):\s?(.*)", line)
        if head:
            mutants.append(Mutant(head[1], number))
            key = None
        elif field and mutants:
            key = field[1]
            mutants[-1].fields[key] = field[2]
        elif line.startswith(" ") and key:
            mutants[-1].fields[key] += "\n" + line
        else:
            sys.exit(f"{path}:{number}: neither [NAME] TEXT nor a field: {line}")
    return mutants


def find(mutant, source, where):
    """The one passage of `source` that is the mutant's `good`, whatever its white space."""
    start = 0
    if mutant.get("after"):
        start = source.find(mutant.get("after"))
        if start < 0:
            sys.exit(f"{where}: mutant {mutant.name}: not found: {mutant.get('after')}")
        start += len(mutant.get("after"))
    tokens = re.findall(r"\w+|[^\w\s]", mutant.get("good"))
    words = [rf"\b{token}\b" if token[0].isalnum() else re.escape(token) for token in tokens]
    pattern = r"\s*".join(words)
    found = list(re.finditer(pattern, source[start:]))
    if not found or (len(found) > 1 and not mutant.get("after")):
        sys.exit(f"{where}: mutant {mutant.name}: found {len(found)} times: {mutant.get('good')}")
    return start + found[0].start(), start + found[0].end()


def woven(text, begin, spans, names):
    """`text`, which begins at offset `begin` of its file, with the mutants of `spans` woven in."""
    out = []
    at = begin
    spans = sorted(spans, key=lambda span: (span[0], -span[1]))
    while spans:
        first, last, _ = spans[0]
        same = [s for s in spans if (s[0], s[1]) == (first, last)]
        inner = [s for s in spans if first <= s[0] and s[1] <= last and s not in same]
        spans = [s for s in spans if s[0] >= last]
        good = text[first - begin:last - begin]
        if inner:
            good = woven(good, first, inner, names)
        original = text[first - begin:last - begin]
        is_statement = original.endswith(";") or re.match(r"(if|for|while)\b", original)
        for _, _, mutant in same:
            choice = f"is_mutant({names.index(mutant.name)})"
            bad = mutant.get("bad")
            if is_statement:
                good = f"if ({choice}) {{ {bad} }} else {{ {good} }}"
            else:
                good = f"({choice} ? ({bad}) : ({good}))"
        out.append(text[at - begin:first - begin] + good)
        at = last
    return "".join(out) + text[at - begin:]


def main():
    listing, source_dir, output_dir, *files = sys.argv[1:]
    mutants = read_mutants(listing)
    names = [mutant.name for mutant in mutants]
    unknown = {mutant.get("file") for mutant in mutants} - set(files)
    if unknown:
        sys.exit(f"{listing}: no such file among the sources: {', '.join(sorted(unknown))}")
    quoted = ", ".join(f'"{name}"' for name in names)
    outputs = {"mutant.hpp": HEADER.format(count=len(names), names=quoted)}
    for file in files:
        path = Path(source_dir, file)
        source = path.read_text()
        spans = [(*find(m, source, path), m) for m in mutants if m.get("file") == file]
        include = '#include "mutant.hpp"\n'
        outputs[file] = include + f'#line 1 "{path}"\n' + woven(source, 0, spans, names)
    for file, text in outputs.items():
        output = Path(output_dir, file)
        output.parent.mkdir(parents=True, exist_ok=True)
        if not output.exists() or output.read_text() != text:
            output.write_text(text)


main()
