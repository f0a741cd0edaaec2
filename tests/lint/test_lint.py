#!/usr/bin/env python3
"""test_lint - each rule of the lint goes red on what it is there for, and stays green otherwise."""

import contextlib
import inspect
import io
import subprocess
import tempfile
import unittest
from pathlib import Path

import c_source
import lint
import rules
import symbols

FORMAT = (Path(__file__).parents[2] / ".clang-format").read_text(encoding="utf-8")


def source(name, body, sentence="is an example"):
    return f"/* {name} - {sentence}. */\n{body}"


def header(guard, name, body="", end=""):
    text = f"#ifndef {guard}\n#define {guard}\n{body}\n#endif\n{end}"
    return source(name, text)


def function(lines, name="long_one"):
    """A function of so many lines, its head and brackets among them."""
    return f"void {name}(void)\n{{\n" + "\t;\n" * (lines - 3) + "}\n"


class WithTree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write(".clang-format", FORMAT)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def found(self, rule):
        return [f"{path}:{line}: {text}" for path, line, text in rule(self.tree())]

    def tree(self):
        return lint.Tree(self.root, self.root / "build")

    def red(self, rule, start, *parts):
        """One finding, that begins so and says that."""
        found = self.found(rule)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(start), found)
        for part in parts:
            self.assertIn(part, found[0])

    def green(self, rule):
        self.assertEqual(self.found(rule), [])


class Arrows(WithTree):
    def include(self, path, target):
        self.write(path, source(Path(path).stem, f'\n#include "{target}"\n'))

    def test_every_pair_of_rooms(self):
        places = {"types": "schemas", "connectors": "connectors"}
        for room, allowed in rules.ROOMS.items():
            for other in rules.ROOMS:
                with self.subTest(room=room, other=other):
                    path = f"{places.get(room, 'hub/' + room)}/a.c"
                    self.include(path, f"{places.get(other, 'hub/' + other)}/b.h")
                    good = other in (room, "base", *allowed.split())
                    wrong = [] if good else [f"{path}:3"]
                    found = [text.split(": ")[0] for text in self.found(rules.arrows)]
                    self.assertEqual(found, wrong)
                    (self.root / path).unlink()

    def test_as_the_design_draws_them(self):
        good = (
            ("conf", "base"),
            ("kafka", "wire"),
            ("view", "seal"),
            ("flow", "handover"),
            ("web", "flow"),
            ("cli", "view"),
            ("flow", "http/client"),
            ("web", "http/server"),
        )
        bad = (
            ("base", "conf"),
            ("handover", "kafka"),
            ("handover", "flow"),
            ("seal", "handover"),
            ("view", "flow"),
            ("flow", "web"),
            ("web", "cli"),
            ("connector", "handover"),
            ("http/client", "http/server"),
            ("flow", "http/server"),
        )
        for room, other in good:
            self.assertIn(other, ["base", *rules.ROOMS[room].split()])
        for room, other in bad:
            self.assertNotIn(other, rules.ROOMS[room].split())

    def test_says_what_is_allowed(self):
        self.include("hub/handover/state/fold.c", "hub/kafka/consumer.h")
        self.red(
            rules.arrows, "hub/handover/state/fold.c:3: ", "handover may not include kafka", "types"
        )

    def test_connectors_see_only_their_side(self):
        self.include("connectors/uwv/stage.c", "hub/flow/intake.h")
        self.red(rules.arrows, "connectors/uwv/stage.c:3: ", "only base, types, connector")

    def test_main_may_include_everything(self):
        self.include("hub/main.c", "hub/cli/cli.h")
        self.include("tests/unit/test_x.c", "hub/cli/cli.h")
        self.green(rules.arrows)

    def test_unknown_room(self):
        self.include("hub/attic/a.c", "hub/kafka/consumer.h")
        self.red(rules.arrows, "hub/attic/a.c:3: ", "attic is not in the table")

    def test_nobody_in_hub_names_a_connector(self):
        self.include("hub/main.c", "connectors/list.h")
        self.green(rules.connectors)
        self.include("hub/flow/poll.c", "connectors/uwv/stage.h")
        self.red(rules.connectors, "hub/flow/poll.c:3: ", "names a connector")
        self.red(rules.arrows, "hub/flow/poll.c:3: ")

    def test_from_the_root(self):
        self.include("hub/base/a.c", "hub/base/a.h")
        self.green(rules.roots)
        self.include("hub/base/a.c", "a.h")
        self.red(rules.roots, "hub/base/a.c:3: ", "not written from the root")

    def test_own_header_in_angles(self):
        self.write("hub/base/a.c", source("a", "#include <hub/base/a.h>\n#include <stdio.h>\n"))
        self.red(rules.roots, "hub/base/a.c:2: ", "is ours")


class Sizes(WithTree):
    def test_file(self):
        self.write("hub/base/a.c", "\n" * rules.FILE_LINES)
        self.green(rules.file_size)
        self.write("hub/base/a.c", "\n" * (rules.FILE_LINES + 1))
        self.red(rules.file_size, "hub/base/a.c:601: ", "601 lines")

    def test_script(self):
        self.write("ops/a.py", "\n" * 700)
        self.red(rules.file_size, "ops/a.py:601: ")

    def test_function(self):
        self.write("hub/base/a.c", source("a", "\n" + function(60)))
        self.green(rules.functions)
        self.write("hub/base/a.c", source("a", "\n" + function(61)))
        self.red(rules.functions, "hub/base/a.c:3: ", "long_one has 61 lines")

    def test_parameters(self):
        self.write("hub/base/a.c", "int f(int a, int b, int c, int d, int e, ...)\n{\n}\n")
        self.green(rules.functions)
        self.write("hub/base/a.c", "int f(int a, int b,\n\tint c, int d, int e, int f)\n{\n}\n")
        self.red(rules.functions, "hub/base/a.c:1: ", "f has 6 parameters")

    def test_callbacks_of_libraries(self):
        six = "(int a, int b, int c, int d, int e, int f)\n{\n}\n"
        self.write("hub/http/server/server.c", f"int on_request{six}")
        self.green(rules.functions)
        self.write("hub/http/server/server.c", f"int other{six}")
        self.red(rules.functions, "hub/http/server/server.c:1: ")

    def test_nesting(self):
        three = "\tif (a)\n\t\tfor (;;)\n\t\t\twhile (b)\n"
        self.write("hub/base/a.c", f"void f(void)\n{{\n{three}\t\t\t\tg();\n}}\n")
        self.green(rules.functions)
        self.write("hub/base/a.c", f"void f(void)\n{{\n{three}\t\t\t\tif (c)\n\t\t\t\t\tg();\n}}\n")
        self.red(rules.functions, "hub/base/a.c:6: ", "f nests 4 deep")

    def test_what_it_cannot_read(self):
        self.write("hub/base/a.c", "void f(void)\n{\n\tif (a) {\n}\n")
        self.red(rules.functions, "hub/base/a.c:", "cannot read")


class Forms(WithTree):
    def test_first_line(self):
        good = ("does this.", "does this, and also\n * that.", "does this: a, b.\n")
        bad = ("does this", "", " .")
        for text in good:
            with self.subTest(text=text):
                self.write("hub/base/a.c", f"/* a - {text} */\nint x;\n")
                self.green(rules.first_lines)
        for text in (*(f"/* a - {text} */\n" for text in bad), "", "/* b - does this. */\n"):
            with self.subTest(text=text):
                self.write("hub/base/a.c", text)
                self.red(rules.first_lines, "hub/base/a.c:1: ", "/* a - what it is for")

    def test_first_line_comes_first(self):
        for text in ("\n/* a - is. */\n", "// a - is.\n", "/* a - is.\n *\n * And so on. */\n"):
            with self.subTest(text=text):
                self.write("hub/base/a.c", text)
                self.red(rules.first_lines, "hub/base/a.c:1: ")

    def test_guard(self):
        good = header("HUB_BASE_A_H", "a", "int a_b(void);")
        self.write("hub/base/a.h", good)
        self.green(rules.header_guards)
        self.write("hub/base/a.h", header("A_H", "a"))
        self.red(rules.header_guards, "hub/base/a.h:2: ", "#ifndef HUB_BASE_A_H")
        self.write("hub/base/a.h", good.replace("#define HUB_BASE_A_H", "#define HUB_BASE_B_H"))
        self.red(rules.header_guards, "hub/base/a.h:2: ")
        self.write("hub/base/a.h", source("a", "#pragma once\n"))
        self.red(rules.header_guards, "hub/base/a.h:2: ")
        self.write("hub/base/a.h", header("HUB_BASE_A_H", "a", end="int outside;\n"))
        self.red(rules.header_guards, "hub/base/a.h:6: ", "behind the guard")

    def test_words(self):
        self.write("ops/a.sh", 'mktemp -d "x.XXXXXX"\nHACKATHON=1\ntodo=2\n')
        self.green(rules.words)
        for word in ("TODO", "FIXME", "XXX", "HACK"):
            with self.subTest(word=word):
                self.write("ops/a.sh", f"true\n# {word}: later\n")
                self.red(rules.words, "ops/a.sh:2: ", word)

    def test_machine_paths(self):
        self.write("ops/a.sh", '. "$root/ops/lib.sh"\ncd ./work\nls "$x/tmp/y" /etc /var/tmp/z\n')
        self.write("ops/b.md", "read/work/balance, 1/root, https://example.org/home/x\n")
        self.green(rules.machine_paths)
        for path in ("/home/jo/src", "/root", "/work/a", "/tmp/x.log", "/Users/jo"):
            with self.subTest(path=path):
                self.write("ops/a.sh", f'true\ncp "{path}" .\n')
                self.red(rules.machine_paths, "ops/a.sh:2: ", "path of a machine")

    def test_layout(self):
        self.write("hub/base/a.c", source("a", "int a_b(void);\n"))
        self.green(rules.layout)
        self.write("hub/base/a.c", source("a", "int a_b(void);\nint  a_c( void );\n"))
        self.red(rules.layout, "hub/base/a.c:3: ", "clang-format -i hub/base/a.c")

    def test_layout_with_a_broken_rule_book(self):
        self.write("hub/base/a.c", source("a", "int a_b(void);\n"))
        self.write(".clang-format", "NoSuchKey: 1\n")
        self.assertNotEqual(self.found(rules.layout), [])


class NamedTests(WithTree):
    def test_a_test_that_is_named_is_there(self):
        self.write("tests/unit/test_a.c", source("test_a", "static void it_is(void)\n{\n}\n"))
        self.write("tests/e2e/test_b.py", "def test_it_is():\n    pass\n")
        self.write("hub/README.md", "`test_a.c:it_is`\n`test_b.py:test_it_is` and `a.c: no`\n")
        self.green(rules.named_tests)
        self.write("hub/README.md", "\n`test_a.c:it_was`\n")
        self.red(rules.named_tests, "hub/README.md:2: ", "no test it_was in a test_a.c")
        self.write("hub/README.md", "`test_b.py:it_is`\n")
        self.red(rules.named_tests, "hub/README.md:1: ", "it_is")
        self.write("hub/README.md", "`it_is.c:it_is`\n")
        self.write("hub/it_is.c", source("it_is", "static void it_is(void)\n{\n}\n"))
        self.red(rules.named_tests, "hub/README.md:1: ", "in a it_is.c of tests")


class Pages(WithTree):
    def test_pages(self):
        self.write("connectors/connectors.c", "\t&left,\n\t&right,\n\tNULL,\n")
        for name in ("left", "right"):
            self.write(f"connectors/common/{name}.c", "")
            self.write(f"connectors/common/{name}.md", "| verified against | 2 cases |\n")
            for case in ("one", "other"):
                self.write(f"tests/data/{name}/{case}/expected.json", "{}")
        self.write("connectors/README.md", "[`left`](common/left.md) [`right`](common/right.md)")
        self.green(rules.pages)
        self.write("connectors/common/left.md", "\n| verified against | nobody; 12 cases |\n")
        self.red(rules.pages, "connectors/common/left.md:2: ", "left has 2 cases")
        self.write("connectors/common/left.md", "2 cases")
        self.red(rules.pages, "connectors/common/left.md:1: ", "nothing of what")
        (self.root / "connectors/common/left.md").unlink()
        self.red(rules.pages, "connectors/connectors.c:1: ", "left has no page")
        self.write("connectors/common/left.md", "| verified against | 2 cases |\n")
        self.write("connectors/README.md", "[`left`](common/left.md)")
        self.red(rules.pages, "connectors/connectors.c:2: ", "does not lead to", "right.md")


class Links(WithTree):
    def test_links(self):
        self.write(
            "b/two.md", "[x](one.md#part) [y](../a) [z](https://example.nl/nowhere.md) [](#part)"
        )
        self.write("b/one.md", "")
        self.write("a/three.c", "")
        self.green(rules.links)
        self.write("b/two.md", "\n[x](../one.md)")
        self.red(rules.links, "b/two.md:2: ", "../one.md")


class Exports(WithTree):
    def archive(self, name, text, path="hub/base", thin=False):
        """Compiles one source into the library of its folder, as the build does."""
        self.write(f"{path}/{name}.c", text)
        below = self.root / "build" / path / "libx.a.p"
        below.mkdir(parents=True, exist_ok=True)
        made, library = str(below / f"{name}.c.o"), str(below.parent / "libx.a")
        compiler = ["cc", "-fPIC", "-c", f"{path}/{name}.c", "-o", made]
        archiver = ["ar", "csrT" if thin else "csr", library, made]
        for command in (compiler, archiver):
            subprocess.run(command, cwd=self.root, check=True)

    def test_green(self):
        text = """
            static int counter;
            static int hidden(void) { return counter++; }
            extern const char *const a_names[];
            const char *const a_names[] = {"x", "y"};
            extern const int a_limit;
            const int a_limit = 3;
            int a_next(void) { return hidden(); }
            int a(void) { return 1; }
            int base_all(void) { return 1; }
        """
        self.archive("a", text)
        self.green(symbols.exports)

    def test_name(self):
        self.archive("a", "\nint a_one(void) { return 1; }\nint b_two(void) { return 2; }\n")
        self.red(symbols.exports, "hub/base/a.c:3: ", "exports b_two", "a_ or base_")

    def test_name_that_only_begins_alike(self):
        self.archive("a", "int ab(void) { return 1; }\n", thin=True)
        self.red(symbols.exports, "hub/base/a.c:1: ", "exports ab")

    def test_name_of_the_header(self):
        self.write("hub/base/queue.h", "int queue_next(void);\n/* queue_last */\n")
        self.write("hub/wire/queue.h", "int queue_last(void);\n")
        text = "int queue_next(void) { return 1; }\n"
        self.archive("a", text)
        self.green(symbols.exports)
        self.archive("a", text + "int queue_last(void) { return 1; }\n")
        self.red(symbols.exports, "hub/base/a.c:2: ", "exports queue_last")

    def test_second_names(self):
        self.archive("bytes", "int buffer_add(void) { return 1; }\n")
        self.green(symbols.exports)
        self.archive("heap", "int buffer_heap(void) { return 1; }\n")
        self.red(symbols.exports, "hub/base/heap.c:1: ", "exports buffer_heap")

    def test_variables(self):
        for text in ("int a_count;\n", "int a_count = 5;\n", 'const char *a_count = "x";\n'):
            with self.subTest(text=text):
                self.archive("a", "\n" + text)
                self.red(symbols.exports, "hub/base/a.c:2: ", "the variable a_count")

    def test_generated_sources_are_not_ours(self):
        self.archive("a", "int other(void) { return 1; }\n")
        (self.root / "hub/base/a.c").unlink()
        self.green(symbols.exports)

    def test_source_in_a_folder_below(self):
        self.write("hub/flow/store/a.c", "int wrong(void) { return 1; }\n")
        tree = self.tree()
        self.assertEqual(symbols.source_of(tree, "hub/flow", "store_a.c.o"), "hub/flow/store/a.c")
        self.assertIsNone(symbols.source_of(tree, "hub/flow", "meson-generated_.._a.c.o"))


class Reader(unittest.TestCase):
    """c_source on the C that it meets."""

    def one(self, text):
        found = c_source.functions_of(text)
        self.assertEqual(len(found), 1, found)
        return found[0]

    def nesting(self, body):
        return self.one(f"int f(void)\n{{\n{body}\n}}\n").nesting

    def test_head(self):
        heads = (
            ("void f(void)", "f", 0),
            ("int f()", "f", 0),
            ("static inline struct a *f(struct a *a)", "f", 1),
            ("__attribute__((cold)) int f(int a, int b)", "f", 2),
            ("void f(int (*g)(int, int), int b[2])", "f", 2),
            ("void f(const char *a, ...)", "f", 1),
            ("void f(void *a)", "f", 1),
        )
        for head, name, parameters in heads:
            with self.subTest(head=head):
                found = self.one(f"{head}\n{{\n\treturn;\n}}\n")
                self.assertEqual((found.name, found.parameters), (name, parameters))

    def test_what_is_no_function(self):
        text = """
            #define F(a) { if (a) {
            struct a { int b; };
            enum { A, B };
            static const struct { int a; } rows[] = { {1}, {2} };
            static int (*const table[])(void) = {f, g};
            static const struct a *const b = &(struct a){1};
            int prototype(int a, int b);
            typedef int fn(int a);
            const char *s = "{", c = '{'; /* { */ // {
        """
        self.assertEqual(c_source.functions_of(text), [])

    def test_lines(self):
        found = self.one("\n\nstatic int\nf(int a)\n{\n\n}\n\nint x;\n")
        self.assertEqual((found.line, found.lines), (3, 5))

    def test_nesting(self):
        cases = (
            ("return 1;", 0),
            ("{ { g(); } }", 0),
            ("if (a) g();", 1),
            ("if (a) { g(); } else if (b) { h(); } else if (c) i(); else j();", 1),
            ("if (a) g(); else { if (b) h(); }", 2),
            ("if (a) g(); else for (;;) h();", 2),
            ("for (;;) if (a) do g(); while (b);", 3),
            ("do { if (a) g(); } while (b); if (c) h();", 2),
            ("switch (a) { case A: case 'x': if (b) break; default: g(); }", 2),
            ("json_foreach(o, k, v) { if (k) g(); }", 2),
            ("x = (struct a){1, {2}}; return (struct a){1};", 0),
            ("int a[] = {1, 2}; f((struct a){0}); if (a) g(a[0]);", 1),
            ("while (a) ; if (b) { if (c) ; }", 2),
            ("out: free(a); goto out;", 0),
        )
        for body, nesting in cases:
            with self.subTest(body=body):
                self.assertEqual(self.nesting(body), nesting)

    def test_line_of_the_deepest(self):
        two = "\tif (a)\n\t\tif (b)\n\t\t\tg();\n"
        found = self.one(f"int f(void)\n{{\n{two}{two}}}\n")
        self.assertEqual((found.nesting, found.deepest_line), (2, 4))


class Main(WithTree):
    def run_main(self, *arguments):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            return lint.main(list(arguments)), out.getvalue()

    def test_all_rules_run(self):
        (self.root / "build/hub").mkdir(parents=True)
        (self.root / "build/hub/libx.a").write_bytes(b"!<arch>\n")
        self.write("hub/base/a.c", source("a", "int a_b(void);\n"))
        self.assertEqual(self.run_main(str(self.root), str(self.root / "build")), (0, ""))
        self.write("hub/base/a.c", "int a_b(void);\n")
        status, out = self.run_main(str(self.root), str(self.root / "build"))
        self.assertEqual(status, 1)
        self.assertRegex(out, r"^hub/base/a\.c:1: does not begin with [^\n]*\n$")

    def test_no_rule_is_left_out(self):
        for module in (rules, symbols):
            for name, thing in vars(module).items():
                if inspect.isgeneratorfunction(thing) and str(inspect.signature(thing)) == "(tree)":
                    self.assertIn(thing, lint.RULES, name)
        self.assertEqual(len(set(lint.RULES)), 14)

    def test_no_build_is_not_green(self):
        with self.assertRaises(SystemExit):
            self.run_main(str(self.root), str(self.root / "nothing"))

    def test_builds_and_hidden_folders_are_not_the_tree(self):
        for path in ("build-x/a.c", "var/a.c", ".venv/a.c", "hub/base/a.c", ".ci/run"):
            self.write(path, "int a;\n")
        sources = [path for path in self.tree().files if path.endswith(".c")]
        self.assertEqual(sources, ["hub/base/a.c"])

    def test_with_git_what_it_ignores_is_not_the_tree(self):
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)
        self.write(".gitignore", "/out/\n")
        self.write("out/a.c", "int a;\n")
        self.write("hub/b.c", "int b;\n")
        self.assertEqual(self.tree().files, [".clang-format", ".gitignore", "hub/b.c"])


if __name__ == "__main__":
    unittest.main()
