"""c_source - reads C as far as the lint needs it: functions, their size, parameters and nesting.

Not a compiler: it takes the preprocessor's lines out and counts brackets. What it cannot follow it
says, rather than pass it over.
"""

import re
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|\S")
_HIDDEN = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_WITH_CONDITION = {"if", "for", "while", "switch"}
_NO_MACRO = {"return", "sizeof", "goto", "else"}


class Unreadable(Exception):
    """The source is not what the reader takes for C; args: line, text."""


@dataclass
class Token:
    text: str
    line: int


@dataclass
class Function:
    name: str
    line: int
    lines: int
    parameters: int
    nesting: int
    deepest_line: int


def _blank(match):
    """Keeps the lines, so that numbers stay right; a string is still something."""
    text = match.group()
    return ("0" if text[0] in "\"'" else " ") + "\n" * text.count("\n")


def without_comments(text):
    """The same lines with comments and the contents of strings taken out."""
    return _HIDDEN.sub(_blank, text)


def tokens_of(text):
    text = _DIRECTIVE.sub(_blank, without_comments(text))
    tokens, line, at = [], 1, 0
    for match in _WORD.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        tokens.append(Token(match.group(), line))
    return tokens


class _Reader:
    def __init__(self, tokens):
        self.tokens = tokens
        self.at = 0
        self.deepest = (0, 0)

    def peek(self, ahead=0):
        place = self.at + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def line(self):
        return self.tokens[min(self.at, len(self.tokens) - 1)].line

    def skip_group(self):
        """Over a bracket and all up to the one that closes it."""
        first, open_ones = self.line(), []
        while self.at < len(self.tokens):
            text = self.peek()
            if text in _CLOSING:
                open_ones.append(_CLOSING[text])
            elif text in _CLOSING.values() and text != open_ones.pop():
                raise Unreadable(self.line(), f"'{text}' closes nothing")
            self.at += 1
            if not open_ones:
                return
        raise Unreadable(first, "a bracket is not closed")

    def enter(self, depth):
        self.deepest = max(self.deepest, (depth, -self.line()))

    def block(self, depth):
        self.at += 1
        while self.peek() != "}":
            if self.at >= len(self.tokens):
                raise Unreadable(self.line(), "a block is not closed")
            self.statement(depth)
        self.at += 1

    def statement(self, depth):
        text = self.peek()
        if text == "{":
            self.block(depth)
        elif text in _WITH_CONDITION:
            self.controlled(depth)
        elif text == "do":
            self.enter(depth + 1)
            self.at += 1
            self.statement(depth + 1)
            self.plain(depth)
        elif text in ("case", "default"):
            self.label()
        else:
            self.plain(depth)

    def controlled(self, depth):
        """if, for, while, switch, and macros that begin a loop."""
        is_if = self.peek() == "if"
        self.enter(depth + 1)
        self.at += 1
        self.skip_group()
        self.statement(depth + 1)
        if is_if and self.peek() == "else":
            self.at += 1
            self.statement(depth if self.peek() == "if" else depth + 1)

    def label(self):
        while self.peek() != ":":
            if self.peek() in ("", ";", "}"):
                raise Unreadable(self.line(), "a label without a colon")
            self.at += 1
        self.at += 1

    def plain(self, depth):
        """Up to the semicolon; name(...) { is a macro that begins a loop."""
        is_call = self.peek(1) == "(" and re.match(r"[A-Za-z_]", self.peek())
        if is_call and self.peek() not in _NO_MACRO:
            before = self.at
            self.at += 1
            self.skip_group()
            is_loop = self.peek() == "{"
            self.at = before
            if is_loop:
                self.controlled(depth)
                return
        while self.peek() != ";":
            if self.peek() in ("", "}"):
                raise Unreadable(self.line(), "a statement without a semicolon")
            if self.peek() in _CLOSING:
                self.skip_group()
            else:
                self.at += 1
        self.at += 1


def _parameters(tokens):
    """How many, of the tokens between the brackets; '...' is none."""
    count, depth, empty = 0, 0, True
    for token in tokens:
        depth += (token.text in _CLOSING) - (token.text in _CLOSING.values())
        if token.text == "," and depth == 0:
            count += 1
        elif token.text not in (".", "void") or depth > 0:
            empty = False
    texts = [token.text for token in tokens]
    if empty and "," not in texts:
        return 0
    return count + 1 - (texts[-3:] == [".", ".", "."])


def _head(tokens):
    """The name of the function that a declaration begins, and its parameters' tokens."""
    reader = _Reader(tokens)
    while reader.at < len(tokens):
        if reader.peek() == "(":
            start = reader.at
            name = tokens[start - 1].text
            reader.skip_group()
            if name != "__attribute__" and re.match(r"[A-Za-z_]", name):
                return name, tokens[start + 1 : reader.at - 1]
        else:
            reader.at += 1
    raise Unreadable(tokens[0].line, "a function without a name")


def _is_function(head):
    return bool(head) and head[-1].text == ")" and all(token.text != "=" for token in head)


def functions_of(text):
    """Every function that is defined in the source."""
    tokens = tokens_of(text)
    reader = _Reader(tokens)
    found, start = [], 0
    while reader.at < len(tokens):
        if reader.peek() == ";":
            reader.at += 1
            start = reader.at
        elif reader.peek() == "{" and _is_function(tokens[start : reader.at]):
            found.append(_function(reader, tokens[start : reader.at]))
            start = reader.at
        elif reader.peek() in _CLOSING:
            reader.skip_group()
        elif reader.peek() in _CLOSING.values():
            raise Unreadable(reader.line(), f"'{reader.peek()}' closes nothing")
        else:
            reader.at += 1
    return found


def _function(reader, head):
    name, parameters = _head(head)
    first = head[0].line
    reader.deepest = (0, 0)
    reader.block(0)
    last = reader.tokens[reader.at - 1].line
    nesting, line = reader.deepest
    return Function(name, first, last - first + 1, _parameters(parameters), nesting, -line)
