"""Shows each rule of tree.py a tree that breaks it, and one that breaks none."""

import pathlib
import tempfile
import unittest

import tree

CLEAN = {
    "src/raft/CMakeLists.txt": "add_library(ddg_raft STATIC vote.cpp)\n",
    "src/raft/vote.hpp": "#pragma once\n\n#include <vector>\n\n/// One vote.\nstruct Vote {\n};\n",
    "src/raft/vote.cpp": '#include "raft/vote.hpp"\n',
    "src/net/CMakeLists.txt":
        "add_library(ddg_net STATIC link.cpp)\ntarget_link_libraries(ddg_net ddg_raft)\n",
    "src/net/link.hpp": '#pragma once\n\n#include "raft/vote.hpp"\n',
    "src/net/link_impl.hpp": "#pragma once\n\n#include <boost/asio.hpp>\n",
    "src/net/link.cpp": '#include "net/link.hpp"\n\n#include "net/link_impl.hpp"\n',
    "src/node/CMakeLists.txt": "add_library(ddg_node STATIC node.cpp)\n",
    "src/node/node.cpp": '#include "net/link.hpp"\n',
    "scripts/build": "#!/usr/bin/env bash\n",
}

# What breaks which rule: file, its text.
BREAKS = [
    ("includes_point_down", "src/raft/vote.cpp", '#include "net/link.hpp"\n'),
    ("includes_point_down", "src/raft/vote.cpp", '#include "vote.hpp"\n'),
    ("includes_point_down", "src/raft/vote.cpp", '#include "raft/absent.hpp"\n'),
    ("includes_point_down", "src/elsewhere/thing.hpp", "#pragma once\n"),
    ("links_point_down", "src/raft/CMakeLists.txt",
     "add_library(ddg_raft STATIC vote.cpp)\ntarget_link_libraries(ddg_raft PUBLIC ddg_node)\n"),
    ("layers_use_the_standard_library_only", "src/raft/vote.cpp", "#include <unistd.h>\n"),
    ("layers_use_the_standard_library_only", "src/raft/vote.cpp", "#include <sys/socket.h>\n"),
    ("layers_use_the_standard_library_only", "src/raft/vote.cpp", "#include <thread>\n"),
    ("values_read_no_clock", "src/raft/vote.cpp", "auto now = std::chrono::steady_clock::now();\n"),
    ("libraries_stay_in_their_folder", "src/node/node.cpp", "#include <boost/asio.hpp>\n"),
    ("libraries_stay_in_their_folder", "src/node/node.cpp", '#include "net/link_impl.hpp"\n'),
    ("libraries_stay_in_their_folder", "src/net/link.cpp", "#include <boost/spirit.hpp>\n"),
    ("files_are_short", "scripts/build", "true\n" * 451),
    ("files_are_short", "src/raft/vote.cpp", "\n" * 451),
    ("lines_are_short", "src/raft/vote.cpp", "// " + "a" * 98 + "\n"),
    ("nothing_is_left_to_do", "scripts/build", "# TO" + "DO: all of it\n"),
    ("no_path_of_one_machine", "scripts/build", "cd /ro" + "ot/duck\n"),
    ("no_macros", "src/raft/vote.cpp", "#define VOTE 1\n"),
    ("no_friends_and_no_shared_owners", "src/raft/vote.cpp", "std::shared_ptr<int> shared;\n"),
    ("no_friends_and_no_shared_owners", "src/raft/vote.cpp", "  friend class Test;\n"),
    ("headers_are_included_once", "src/raft/vote.hpp", "/// One vote.\nstruct Vote {\n};\n"),
    ("types_say_what_they_are", "src/raft/vote.hpp", "#pragma once\n\nstruct Vote {\n};\n"),
    ("types_say_what_they_are", "src/raft/vote.hpp",
     "#pragma once\n\nenum class Vote { yes, no };\n"),
    ("types_say_what_they_are", "src/raft/vote.hpp",
     "#pragma once\n\ntemplate <class T>\nclass Vote {\n};\n"),
    ("every_source_is_built", "src/raft/other.cpp", "\n"),
]

ALLOWED = [
    ("src/raft/vote.cpp", "// a friend with a shared_ptr asks the steady_clock\n"),
    ("src/raft/vote.cpp", 'const char* a = "a friend";\n'),
    ("src/raft/vote.cpp", "// " + "\N{EN DASH}" * 97 + "\n"),
    ("src/raft/vote.hpp", "#pragma once\n\nstruct Vote;\n"),
    ("src/raft/vote.hpp", "#pragma once\n\n/// One.\ntemplate <class T>\nstruct Vote {};\n"),
    ("src/wire/names.hpp", "#pragma once\n\n#define DDG_DESCRIBE(type) type\n"),
    ("docs/kept.md", "see https://example.org/work/home\n"),
]


def broken_rules(changes):
    with tempfile.TemporaryDirectory() as root:
        for name, text in {**CLEAN, **changes}.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return {name for name, _ in tree.findings(tree.Tree(root))}


class Rules(unittest.TestCase):
    def test_a_clean_tree_breaks_none(self):
        self.assertEqual(broken_rules({}), set())

    def test_each_break_is_found_by_its_rule_alone(self):
        for name, path, text in BREAKS:
            with self.subTest(rule=name, text=text[:60]):
                self.assertEqual(broken_rules({path: text}), {name})

    def test_what_only_looks_like_a_break_is_allowed(self):
        for path, text in ALLOWED:
            with self.subTest(text=text[:60]):
                self.assertEqual(broken_rules({path: text}), set())

    def test_the_core_is_limited_and_its_text_is_not_counted(self):
        lines = "int line;\n" * 400
        files = {f"src/raft/{name}.cpp": lines for name in "abcd"}
        lists = "add_library(ddg_raft STATIC vote.cpp a.cpp b.cpp c.cpp d.cpp text.cpp)\n"
        build = {"src/raft/CMakeLists.txt": lists, "src/raft/text.cpp": lines}
        self.assertEqual(broken_rules({**build, **files}), {"the_core_is_small"})
        comments = {"src/raft/d.cpp": "// none\n}\n" * 200}
        self.assertEqual(broken_rules({**build, **files, **comments}), set())

    def test_every_rule_is_shown_a_break(self):
        shown = {name for name, _, _ in BREAKS} | {"the_core_is_small"}
        self.assertEqual({check.__name__ for check in tree.RULES}, shown)


if __name__ == "__main__":
    unittest.main()
