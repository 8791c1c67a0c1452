"""Turns the header's text into tokens. Whatever C has and the dialect has not is an error with its place."""

import re


class HeaderError(Exception):
    """A construct that the dialect does not have, or a rule of the dialect that is broken."""

    def __init__(self, path, line, message):
        super().__init__("%s:%d: %s" % (path, line, message))
        self.line = line


class Token:
    """One word, number, string, mark, comment or preprocessor line."""

    __slots__ = ("kind", "text", "line", "end_line", "own_line")

    def __init__(self, kind, text, line, end_line, own_line):
        self.kind = kind  # word, number, string, mark, comment, directive, end
        self.text = text
        self.line = line
        self.end_line = end_line
        self.own_line = own_line  # nothing but blanks stands before it on its line

    def __repr__(self):
        return "%s %r at line %d" % (self.kind, self.text, self.line)


_PATTERN = re.compile(
    r"(?P<blank>[ \t\r]+)"
    r"|(?P<newline>\n)"
    r"|(?P<comment>/\*.*?\*/)"
    r"|(?P<directive>\#(?:\\\n|[^\n])*)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>-?(?:0x[0-9A-Fa-f]+|[0-9]+)(?![0-9A-Za-z_.]))"
    r'|(?P<string>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<mark>\.\.\.|[{}()\[\];,*=+])",
    re.S,
)


def tokenize(text, path):
    """The tokens of a header, an `end` token last."""
    tokens = []
    position = 0
    line = 1
    own_line = True
    while position < len(text):
        match = _PATTERN.match(text, position)
        if match is None:
            if text.startswith("//", position):
                raise HeaderError(path, line, "comments are written /* like this */")
            raise HeaderError(path, line, "unexpected character %r" % text[position])
        kind, value = match.lastgroup, match.group()
        end_line = line + value.count("\n")
        if kind == "newline":
            own_line = True
        elif kind != "blank":
            if kind == "directive" and not own_line:
                raise HeaderError(path, line, "a preprocessor line must stand on a line of its own")
            if kind == "directive":
                # A comment may follow a directive on its line; it may not begin there and end elsewhere.
                comment = value.find("/*")
                if comment >= 0:
                    if "*/" not in value[comment:]:
                        raise HeaderError(path, line, "a comment after a preprocessor line must end on that line")
            tokens.append(Token(kind, value, line, end_line, own_line))
            own_line = False
        line = end_line
        position = match.end()
    tokens.append(Token("end", "", line, line, True))
    return tokens


def comment_text(text):
    """What a comment says, without its marks; lines are joined, blank lines part paragraphs."""
    lines = [
        re.sub(r"^\s*\* ?", "", part) if index else part.strip() for index, part in enumerate(text[2:-2].split("\n"))
    ]
    paragraphs, current = [], []
    for part in lines:
        if part.strip():
            current.append(part.rstrip())
        elif current:
            paragraphs.append(current)
            current = []
    if current:
        paragraphs.append(current)
    return "\n\n".join("\n".join(paragraph).strip() for paragraph in paragraphs)


_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


def string_value(text, path, line):
    """The value of a string literal; only the escapes that documentation needs."""

    def replace(match):
        if match.group(1) not in _ESCAPES:
            raise HeaderError(path, line, "escape \\%s is not in the dialect" % match.group(1))
        return _ESCAPES[match.group(1)]

    return re.sub(r"\\(.)", replace, text[1:-1])
