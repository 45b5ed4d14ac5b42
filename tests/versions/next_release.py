"""Weaves a coming release into copies of a few sources.

usage: next_release.py SOURCE_DIR OUTPUT_DIR

Writes the files of CHANGES. A passage must stand in its file exactly as often as is said, so that a
change of the sources that moves it away breaks the build and not the test.
"""

import pathlib
import sys

CHANGES = {
    # Every frame, of the keeper too, has fields that nobody knows.
    "wire/frame.cpp": [
        (2, "out += '}';\n  return out;", "out += '}';\n  return next::with_news(out);"),
    ],
    # Gossip is sent and heard.
    "node/session.cpp": [
        (1, "  if (const auto* unknown = std::get_if<wire::Unknown>(&*frame)) {",
         "  if (auto it = next::gossip_after(*theirs_, *frame)) link_.send(std::move(*it));\n"
         "  if (next::is_gossip(*theirs_, *frame)) return;\n"
         "  if (const auto* unknown = std::get_if<wire::Unknown>(&*frame)) {"),
    ],
    # The record has fields that nobody knows, and a format of its own.
    "store/format.cpp": [
        (1, "append(std::to_string(record_format))",
         "append(std::to_string(next::record_format()))"),
        (1, "append(written_by).append(version)", "append(written_by).append(next::version)"),
        (1, "return sealed(head.text(), cold.text());",
         "return sealed(head.text(), cold.text().append(next::fields_of_record));"),
        (1, "format != std::to_string(record_format)",
         "format != \"2\" && format != std::to_string(next::record_format())"),
    ],
}


def woven(path, changes):
    text = path.read_text()
    for times, passage, instead in changes:
        if text.count(passage) != times:
            sys.exit(f"{path}: stands there {text.count(passage)} times, not {times}: {passage}")
        text = text.replace(passage, instead)
    return f'#include "next_release.hpp"\n#line 1 "{path}"\n{text}'


def main():
    source_dir, output_dir = map(pathlib.Path, sys.argv[1:])
    for name, changes in CHANGES.items():
        output = output_dir / name
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(woven(source_dir / name, changes))


main()
