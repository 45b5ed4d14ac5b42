"""Checks what the compiler cannot: which folder may include what, and how files look.

    tree.py ROOT

prints `path:line: what is wrong`, one a line, and exits with 1 if anything is. The rules are the
functions marked @rule; tree_test.py shows each of them a tree that breaks it.
"""

import pathlib
import re
import sys

# A folder of src/ includes only from folders of a lower rank. The one table of layers.
RANKS = {
    "raft": 10,
    "membership": 11, "guard": 11,
    "os": 12,
    "sim": 20, "store": 20, "wire": 20,
    "net": 30,
    "client": 31,
    "node": 40, "keeper": 40,
    "lib": 50,
    "cli": 51,
}
STANDARD_LIBRARY_ONLY = {"raft", "membership", "guard", "sim"}
NO_SHARING = {"raft", "membership", "guard", "sim", "store", "wire"}
# What a value that is stepped from outside has no use for: I/O, clocks, threads, global chance.
NOT_IN_VALUES = {"atomic", "condition_variable", "ctime", "filesystem", "fstream", "future",
                 "iostream", "mutex", "random", "shared_mutex", "thread"}
VALUES = {"raft", "membership", "guard"}
# Libraries that stay in one folder, and in headers that no other folder sees.
KEPT_IN = {"boost/asio": "net", "boost/beast": "net", "boost/system": "net",
           "boost/json": "wire", "boost/describe": "wire", "boost/mp11": "wire",
           "boost/crc.hpp": "store", "boost/locale": "store",
           "spdlog": "node", "CLI/": "cli"}

FILE_LINES_MAX = 450
COLUMNS_MAX = 100
CORE_LINES_MAX = 1500

SOURCES = {".cpp", ".hpp", ".py", ".sh", ".cmake"}
TEXTS = SOURCES | {".txt", ".md", ".json", ".yml", ""}
PROGRAMS = ["src", "include", "examples", "tests", "bench", "scripts", "cmake"]
FOLDERS = [*PROGRAMS, "docs", "packaging", ".ci"]

RULES = []


def rule(function):
    RULES.append(function)
    return function


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.lines = {}
        paths = [p for p in self.root.iterdir() if p.is_file()]
        for folder in FOLDERS:
            paths += [p for p in (self.root / folder).rglob("*") if p.is_file()]
        for path in sorted(paths):
            if path.suffix in TEXTS and "__pycache__" not in path.parts and path.name != "LICENSE":
                try:
                    text = path.read_text(encoding="utf-8")
                except UnicodeDecodeError:
                    continue  # an input kept for a fuzz target
                self.lines[path.relative_to(self.root)] = text.split("\n")

    def under(self, *folders, suffixes=SOURCES):
        for path, lines in self.lines.items():
            if path.parts[0] in folders and (path.suffix in suffixes or path.parts[0] == "scripts"):
                yield path, lines

    def cpp(self, *folders):
        return self.under(*folders, suffixes={".cpp", ".hpp"})

    def includes(self, path):
        for number, line in enumerate(self.lines[path], 1):
            found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if found:
                yield number, found[1] == '"', found[2]


def folder_of(path):
    return path.parts[1] if len(path.parts) > 2 else None


def number_of_lines(lines):
    return len(lines) - (lines[-1] == "")


def code_lines(lines):
    """The lines with comments and strings blanked, so that words in them count for nothing."""
    for number, line in enumerate(lines, 1):
        yield number, re.sub(r'"(\\.|[^"\\])*"', '""', line).split("//")[0]


@rule
def includes_point_down(tree):
    for path, _ in tree.cpp("src"):
        mine = folder_of(path)
        if mine not in RANKS:
            yield path, 1, f"the folder {mine} is not in the table of layers"
            continue
        for number, quoted, target in tree.includes(path):
            if not quoted:
                continue
            theirs = target.split("/")[0]
            if "/" not in target or theirs not in RANKS:
                yield path, number, f'"{target}" is not relative to src/'
            elif pathlib.Path("src", target) not in tree.lines:
                yield path, number, f'"{target}" does not exist'
            elif theirs != mine and RANKS[theirs] >= RANKS[mine]:
                yield path, number, f"{mine} must not include from {theirs}"


@rule
def links_point_down(tree):
    for path, lines in tree.under("src", suffixes={".txt"}):
        mine = folder_of(path)
        if mine not in RANKS or path.name != "CMakeLists.txt":
            continue
        for number, line in enumerate(lines, 1):
            for theirs in re.findall(r"\bddg_([a-z]+)\b", line.split("#")[0]):
                if theirs in RANKS and theirs != mine and RANKS[theirs] >= RANKS[mine]:
                    yield path, number, f"{mine} must not link to {theirs}"


@rule
def layers_use_the_standard_library_only(tree):
    for path, _ in tree.cpp("src"):
        for number, quoted, target in tree.includes(path):
            if quoted:
                continue
            if folder_of(path) in STANDARD_LIBRARY_ONLY and not re.fullmatch("[a-z_]+", target):
                yield path, number, f"<{target}> is not of the standard library"
            if folder_of(path) in VALUES and target in NOT_IN_VALUES:
                yield path, number, f"a value has no use for <{target}>"


@rule
def values_read_no_clock(tree):
    for path, lines in tree.cpp("src"):
        if folder_of(path) in STANDARD_LIBRARY_ONLY - {"sim"}:
            for number, line in code_lines(lines):
                if re.search(r"::now\(|\b(system|steady|high_resolution)_clock\b|\brand\(", line):
                    yield path, number, "time and chance are inputs here"


@rule
def libraries_stay_in_their_folder(tree):
    leaks = {}
    for path, _ in tree.cpp("src"):
        for number, quoted, target in tree.includes(path):
            if quoted or not target.startswith(("boost/", "spdlog/", "CLI/")):
                continue
            home = next((f for prefix, f in KEPT_IN.items() if target.startswith(prefix)), None)
            if home is None:
                yield path, number, f"<{target}> has no folder in the table KEPT_IN"
            elif folder_of(path) != home:
                yield path, number, f"<{target}> belongs in src/{home}/ only"
            elif path.suffix == ".hpp":
                leaks[path] = target

    def leak_through(header, seen):
        if header in leaks:
            return leaks[header]
        if header in seen or header not in tree.lines:
            return None
        seen.add(header)
        for _, quoted, target in tree.includes(header):
            found = leak_through(pathlib.Path("src", target), seen) if quoted else None
            if found:
                return found
        return None

    for path, _ in tree.cpp("src"):
        for number, quoted, target in tree.includes(path):
            if quoted and target.split("/")[0] != folder_of(path):
                leaked = leak_through(pathlib.Path("src", target), set())
                if leaked:
                    yield path, number, f'"{target}" brings <{leaked}> along'


@rule
def files_are_short(tree):
    for path, lines in tree.under(*PROGRAMS):
        if number_of_lines(lines) > FILE_LINES_MAX:
            yield path, 1, f"{number_of_lines(lines)} lines, at most {FILE_LINES_MAX}"


@rule
def lines_are_short(tree):
    for path, lines in tree.under(*PROGRAMS):
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS_MAX:
                yield path, number, f"{len(line)} columns, at most {COLUMNS_MAX}"


@rule
def the_core_is_small(tree):
    """Counts what has to be understood: no comments, no includes, no lines of brackets alone."""
    core = [p for p, _ in tree.cpp("src") if folder_of(p) == "raft" and p.stem != "text"]
    total = sum(bool(re.search(r"\w", code)) and not code.startswith("#")
                for path in core for _, code in code_lines(tree.lines[path]))
    if total > CORE_LINES_MAX:
        yield pathlib.Path("src/raft"), 1, f"{total} lines of code, at most {CORE_LINES_MAX}"


@rule
def nothing_is_left_to_do(tree):
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
    for path, lines in tree.lines.items():
        for number, line in enumerate(lines, 1):
            if words.search(line):
                yield path, number, "do it, or file an issue"


@rule
def no_path_of_one_machine(tree):
    paths = re.compile(r"(?<![\w.])/(home/" + r"\w|root" + "/|work" + "/)")
    for path, lines in tree.lines.items():
        for number, line in enumerate(lines, 1):
            if paths.search(line):
                yield path, number, "a path of one machine"


@rule
def no_macros(tree):
    for path, lines in tree.cpp("src", "include"):
        for number, line in enumerate(lines, 1):
            describes = folder_of(path) == "wire" and "DESCRIBE" in line
            if re.match(r"\s*#\s*define\b", line) and not describes:
                yield path, number, "no macros"


@rule
def no_friends_and_no_shared_owners(tree):
    for path, lines in tree.cpp("src"):
        if folder_of(path) in NO_SHARING:
            for number, line in code_lines(lines):
                found = re.search(r"\b(friend|shared_ptr|weak_ptr)\b", line)
                if found:
                    yield path, number, f"no {found[1]} here"


@rule
def headers_are_included_once(tree):
    for path, lines in tree.cpp("src", "include", "tests", "bench"):
        if path.suffix == ".hpp" and lines[0] != "#pragma once":
            yield path, 1, "the first line of a header is #pragma once"


@rule
def types_say_what_they_are(tree):
    opening = re.compile(r"(class|struct|enum class|enum|union|concept)\s+(\[\[\w+\]\]\s+)?(\w+)"
                         r"[^;{]*(\{.*)?$")
    for path, lines in tree.cpp("src", "include"):
        if path.suffix != ".hpp":
            continue
        for index, line in enumerate(lines):
            found = opening.match(line)
            if not found or "///<" in line or (line.endswith("}") and "{" not in line):
                continue
            above = index - 1
            while above >= 0 and re.match(r"(template|requires)\b|\s{4,}", lines[above]):
                above -= 1
            if above < 0 or not lines[above].startswith("///"):
                yield path, index + 1, f"{found[3]} has no docstring"


@rule
def every_source_is_built(tree):
    for path, _ in tree.under("src", "tests", suffixes={".cpp"}):
        if path.parts[:2] == ("tests", "fuzz"):
            continue  # found by name
        for folder in path.parents:
            if folder / "CMakeLists.txt" in tree.lines:
                text = "\n".join(tree.lines[folder / "CMakeLists.txt"])
                name = re.escape(str(path.relative_to(folder)))
                if not re.search(rf"(?<![\w/]){name}(?!\w)", text):
                    yield path, 1, f"not in {folder / 'CMakeLists.txt'}"
                break


def findings(tree):
    for check in RULES:
        for path, number, text in check(tree):
            yield check.__name__, f"{path}:{number}: {text}"


def main(root):
    found = [f"{text} [{name}]" for name, text in findings(Tree(root))]
    print("\n".join(found) if found else f"{len(RULES)} rules hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
