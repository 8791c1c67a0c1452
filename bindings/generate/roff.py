"""Text as man pages want it: escaped, filled to short lines, names of the interface set bold."""

import re

WIDTH = 78
_SPECIAL = {"\\": "\\e", "^": "\\(ha", "~": "\\(ti", "`": "\\(ga", "'": "\\(aq", '"': "\\(dq", "-": "\\-"}


def escape(text):
    """Text that comes out letter for letter."""
    return "".join(_SPECIAL.get(letter, letter if letter < "\x7f" else "\\[u%04X]" % ord(letter)) for letter in text)


def bold(text):
    return "\\fB%s\\fR" % escape(text)


def italic(text):
    return "\\fI%s\\fR" % escape(text)


def reference(name, section=3):
    return "%s(%d)" % (bold(name), section)


def fill(words):
    """Lines of at most WIDTH bytes; none begins with a control character."""
    lines, current = [], ""
    for word in words:
        if current and len(current) + 1 + len(word) > WIDTH:
            lines.append(current)
            current = word
        else:
            current = current + " " + word if current else word
    if current:
        lines.append(current)
    return ["\\&" + line if line.startswith((".", "'")) else line for line in lines]


class Prose:
    """Turns what the header's comments say into roff."""

    def __init__(self, names, statuses, own=()):
        self.names = names  # what has a page
        self.statuses = statuses  # names of statuses, without prefix
        self.own = own  # names that the page itself is of, which are no references

    def words(self, text):
        """The words of a paragraph. `code` is italic, statuses bold, names of the interface references."""
        return [self.word(word) for word in text.split()]

    def word(self, word):
        match = re.fullmatch(r"([(\"]*)`([^`]+)`(.*)", word)
        if match:
            return escape(match.group(1)) + italic(match.group(2)) + self.word(match.group(3))
        match = re.fullmatch(r"([^A-Za-z]*)([A-Za-z_][A-Za-z0-9_]*)(.*)", word)
        if not match:
            return escape(word)
        before, name, after = match.groups()
        if name in self.own:
            name = bold(name)
        elif name in self.names:
            name = reference(name)
        elif re.sub(r"^ANNOPROJ_", "", name) in self.statuses or name.startswith("ANNOPROJ_"):
            name = bold(name)
        else:
            name = escape(name)
        return escape(before) + name + escape(after)

    def paragraphs(self, text):
        """Paragraphs, lists ("- " or " - " before each entry) and indented blocks, which stay as they are."""
        out = []
        for kind, lines in _blocks(text):
            if kind == "code":
                out += [".PP", ".nf"] + [_code_line(line) for line in lines] + [".fi"]
            elif kind == "entry":
                out += [".IP \\(bu 3"] + fill(self.words(" ".join(lines)))
            else:
                out += [".PP"] + fill(self.words(" ".join(lines)))
        return out


def _code_line(line):
    text = escape(line)
    return "\\&" + text if text.startswith((".", "'")) else text


def _blocks(text):
    """(kind, lines): "text", "entry" of a list, or "code"."""
    blocks, kind = [], None
    for line in text.split("\n"):
        entry = re.match(r" ?- (.*)", line)
        if not line.strip():
            kind = None
        elif entry:
            kind = "entry"
            blocks.append((kind, [entry.group(1)]))
        elif kind == "entry" and line.startswith("  "):
            blocks[-1][1].append(line.strip())
        elif line.startswith("  "):
            if kind != "code":
                kind = "code"
                blocks.append((kind, []))
            blocks[-1][1].append(line)
        else:
            if kind != "text":
                kind = "text"
                blocks.append((kind, []))
            blocks[-1][1].append(line)
    return blocks


def summary(text):
    """The first sentence, as the line of NAME has it."""
    first = re.split(r"(?<=[^.])\.(?:\s|$)|;\s|:\s", re.sub(r"\s+", " ", text), maxsplit=1)[0].strip().rstrip(".:")
    first = first.replace("`", "")
    if len(first) > 1 and first[0].isupper() and not first[1].isupper():
        first = first[0].lower() + first[1:]
    return first
