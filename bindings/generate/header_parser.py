"""Reads the header's dialect into the model that every back end works from (the content of api.json).

The model is plain dictionaries and lists, so that what is written to api.json is what the back ends saw."""

import re

from header_tokens import HeaderError, comment_text, string_value, tokenize

# Annotations without argument, and with how many.
ANNOTATIONS = {
    "NULLABLE": 0,
    "OUT": 0,
    "OWNED": 1,
    "BORROWED": 1,
    "LEN": 1,
    "ENUM": 1,
    "FLAGS": 1,
    "ROWS": 1,
    "BLOCKING": 0,
    "SINCE": 2,
}
ROW_MACROS = ("ANNOPROJ_ROW", "ANNOPROJ_COLUMN", "ANNOPROJ_ROW_END")
INCLUDES = ("<stdbool.h>", "<stddef.h>", "<stdint.h>")
CONDITIONS = (
    "ifndef ANNOPROJ_H",
    "ifdef __cplusplus",
    "ifndef ANNOPROJ_API",
    "if defined(__GNUC__)",
    "ifndef ANNOPROJ_ROW",
)
SCALARS = ("bool", "int32_t", "int64_t", "uint8_t", "uint32_t", "uint64_t", "double", "size_t")
FORBIDDEN = {
    "long": "use int64_t",
    "short": "use int32_t",
    "int": "use int32_t",
    "unsigned": "use uint32_t or uint64_t",
    "signed": "use int32_t or int64_t",
    "float": "use double",
    "time_t": "use int64_t microseconds",
    "off_t": "use int64_t",
    "FILE": "use a path or a write callback",
    "va_list": "not in the dialect",
    "union": "not in the dialect",
    "static": "not in the dialect",
    "inline": "not in the dialect",
    "volatile": "not in the dialect",
    "restrict": "not in the dialect",
    "extern": "not in the dialect",
}
COLUMN_TYPES = (
    "int64",
    "double",
    "utf8",
    "timestamp_us",
    "bool",
    "dictionary",
    "binary",
    "int64_list",
    "double_list",
    "utf8_list",
)


class Parser:
    """A recursive descent over the tokens of one header."""

    def __init__(self, text, path):
        self.path = path
        self.tokens = tokenize(text, path)
        self.index = 0
        self.comment = None  # the last comment that may document what follows
        self.section = ""
        self.conditions = []
        self.model = {
            "schema": 1,
            "doc": "",
            "constants": [],
            "sections": [],
            "enums": [],
            "foreign": [],
            "handles": [],
            "structs": [],
            "callbacks": [],
            "functions": [],
            "rows": [],
        }
        self.names = {}  # every declared name -> what it is
        self.enum_values = {}  # constant -> enum
        self.open_enum = None  # an enum that waits for its typedef

    # ---- tokens ------------------------------------------------------------------------------------

    def fail(self, message, token=None):
        raise HeaderError(self.path, (token or self.peek()).line, message)

    def peek(self):
        """The next token that is no comment; comments on the way are remembered."""
        while self.tokens[self.index].kind == "comment":
            self.comment = self.tokens[self.index]
            self.index += 1
        return self.tokens[self.index]

    def take(self):
        token = self.peek()
        self.index += 1
        return token

    def expect(self, text):
        token = self.take()
        if token.text != text:
            self.fail("expected %r, found %r" % (text, token.text), token)
        return token

    def word(self, what):
        token = self.take()
        if token.kind != "word":
            self.fail("expected %s, found %r" % (what, token.text), token)
        return token

    def accept(self, text):
        if self.peek().text == text:
            return self.take()
        return None

    def trailing(self, line):
        """The comment that follows on the same line, which documents what stands before it."""
        token = self.tokens[self.index]
        if token.kind == "comment" and token.line == line:
            self.index += 1
            return comment_text(token.text)
        return ""

    def documentation(self, token):
        """The comment that ends on the line before `token`; section banners are none."""
        if self.comment is None or self.comment.end_line != token.line - 1 or not self.comment.own_line:
            return ""
        if "==== Section" in self.comment.text:
            return ""
        return comment_text(self.comment.text)

    def declare(self, name, what, token):
        if not name.startswith("annoproj_") and what not in ("constant", "value"):
            self.fail("%s %r must begin with annoproj_" % (what, name), token)
        if what in ("constant", "value") and not name.startswith("ANNOPROJ_"):
            self.fail("%s %r must begin with ANNOPROJ_" % (what, name), token)
        if name in self.names:
            self.fail("%r is declared twice" % name, token)
        self.names[name] = what

    # ---- the file ----------------------------------------------------------------------------------

    def parse(self):
        if self.tokens[0].kind == "comment":
            self.model["doc"] = comment_text(self.tokens[0].text)
        while True:
            self.sections_before()
            token = self.peek()
            if self.open_enum and token.text != "typedef":
                self.fail("expected `typedef int32_t %s;` after the enum" % self.open_enum)
            if token.kind == "end":
                break
            if token.kind == "directive":
                self.directive(self.take())
            elif token.text == "enum":
                self.enum()
            elif token.text == "typedef":
                self.typedef()
            elif token.text == "struct":
                self.foreign()
            elif token.text == "ANNOPROJ_API":
                self.function()
            elif token.text == "ANNOPROJ_ROW":
                self.row()
            else:
                self.fail(
                    "unknown construct at %r: the dialect has enums, typedefs, ANNOPROJ_API functions, row types "
                    "and annotations" % token.text
                )
        if self.conditions:
            self.fail("#endif is missing")
        return self.model

    def sections_before(self):
        """Section banners among the comments that come next."""
        while self.tokens[self.index].kind == "comment":
            token = self.tokens[self.index]
            match = re.match(r"/\* ==== Section - (.*?) =*\s*(?:\*/|\n)", token.text)
            if match:
                self.section = match.group(1)
                rest = re.sub(r"^.*?\n", "/*\n", token.text, count=1) if "\n" in token.text else "/**/"
                self.model["sections"].append({"title": self.section, "doc": comment_text(rest)})
            self.comment = token
            self.index += 1

    def directive(self, token):
        text = re.sub(r"/\*.*?\*/", "", token.text.replace("\\\n", " "))[1:].strip()
        if text.startswith("include"):
            if text[7:].strip() not in INCLUDES:
                self.fail("the header includes only %s" % ", ".join(INCLUDES), token)
        elif text.startswith("if"):
            if text not in CONDITIONS:
                self.fail("condition #%s is not in the dialect" % text, token)
            self.conditions.append(text)
            if text in ("ifdef __cplusplus", "ifndef ANNOPROJ_API"):
                self.skip_condition(token)
        elif text == "endif":
            if not self.conditions:
                self.fail("#endif without #if", token)
            self.conditions.pop()
        elif text.startswith("define "):
            self.define(text[7:].strip(), token)
        else:
            self.fail("#%s is not in the dialect" % text, token)

    def skip_condition(self, opening):
        """What is inside is for compilers: C++ linkage and the visibility of symbols."""
        depth = 1
        while depth:
            token = self.tokens[self.index]
            if token.kind == "end":
                self.fail("#endif is missing", opening)
            if token.kind == "directive":
                text = token.text[1:].strip()
                depth += 1 if text.startswith("if") else -1 if text.startswith("endif") else 0
            self.index += 1
        self.conditions.pop()

    def define(self, text, token):
        match = re.match(r"([A-Za-z_][A-Za-z0-9_]*)(\([^)]*\))?\s*(.*)$", text, re.S)
        name, arguments, value = match.groups()
        if name == "ANNOPROJ_H" and not arguments and not value:
            return
        if name in ROW_MACROS or name[9:] in ANNOTATIONS and name.startswith("ANNOPROJ_"):
            if value:
                self.fail("annotation %s must expand to nothing" % name, token)
            return
        if arguments:
            self.fail(
                "function-like macro %s: only annotations that expand to nothing may take arguments" % name, token
            )
        if re.fullmatch(r"[A-Z0-9_]+_INIT", name):
            self.initializer(name, value, token)
            return
        if re.fullmatch(r"-?[0-9]+", value):
            constant = int(value)
        elif re.fullmatch(r'"(?:[^"\\]|\\.)*"', value):
            constant = string_value(value, self.path, token.line)
        elif not value:
            self.fail("%s is no annotation that this generator knows" % name, token)
        else:
            self.fail("macro %s is neither a number, a text, an annotation nor an _INIT" % name, token)
        self.declare(name, "constant", token)
        self.model["constants"].append({"name": name, "value": constant, "section": self.section})

    def initializer(self, name, value, token):
        match = re.fullmatch(r"\{(.*)\}", value.strip(), re.S)
        struct = name[:-5].lower()
        for candidate in self.model["structs"]:
            if candidate["name"] == struct:
                if match is None:
                    self.fail("%s must be { ... }" % name, token)
                candidate["init_macro"] = name
                candidate["init_values"] = [part.strip() for part in match.group(1).split(",")]
                return
        self.fail("%s: there is no struct %s before it" % (name, struct), token)

    # ---- declarations ------------------------------------------------------------------------------

    def enum(self):
        start = self.take()
        doc = self.documentation(start)
        name = self.word("the enum's name")
        if not name.text.endswith("_values"):
            self.fail("enum %r: its name must end in _values, the type is a typedef of int32_t" % name.text, name)
        type_name = name.text[:-7]
        self.declare(name.text, "enum tag", name)
        self.expect("{")
        values = []
        while True:
            token = self.word("an enumerator")
            before = self.documentation(token)
            if not self.accept("="):
                self.fail("enumerator %s: every value is written out" % token.text, token)
            number = self.take()
            if number.kind != "number":
                self.fail("enumerator %s: its value must be a number" % token.text, number)
            value = int(number.text, 0)
            if not -(2**31) <= value < 2**31:
                self.fail("enumerator %s does not fit 32 bits" % token.text, number)
            if any(value == other["value"] for other in values):
                self.fail("enumerator %s: value %d is used already" % (token.text, value), number)
            self.declare(token.text, "value", token)
            self.enum_values[token.text] = type_name
            comma = self.tokens[self.index].text == ","  # peek() would pass over the comment
            self.index += 1 if comma else 0
            doc_after = self.trailing(number.line)
            values.append({"name": token.text, "value": value, "doc": doc_after or before})
            if self.peek().text == "}":
                break
            if not comma:
                self.fail("expected ',' or '}' after an enumerator")
        self.take()
        self.expect(";")
        self.model["enums"].append({"name": type_name, "doc": doc, "section": self.section, "values": values})
        self.open_enum = type_name

    def typedef(self):
        start = self.take()
        doc = self.documentation(start)
        if self.peek().text == "struct":
            self.struct(start, doc)
            return
        if self.peek().text in ("enum", "union"):
            self.fail("typedef %s is not in the dialect" % self.peek().text)
        base = self.c_type()
        if self.peek().text == "(":
            self.callback(base, start, doc)
            return
        name = self.word("the type's name")
        self.expect(";")
        if base["c"] != "int32_t" or name.text != self.open_enum:
            self.fail(
                "typedef %s: only `typedef int32_t` of the enum before it, structs and callbacks are in the dialect"
                % name.text,
                name,
            )
        self.declare(name.text, "enum", name)
        self.open_enum = None

    def struct(self, start, doc):
        self.take()
        tag = self.word("the struct's name")
        if self.open_enum:
            self.fail("expected `typedef int32_t %s;` after the enum" % self.open_enum, start)
        if self.peek().text != "{":
            name = self.word("the type's name")
            self.expect(";")
            if name.text != tag.text:
                self.fail("typedef struct %s %s: tag and type must be equal" % (tag.text, name.text), name)
            self.declare(name.text, "handle", name)
            self.model["handles"].append({"name": name.text, "doc": doc, "section": self.section})
            return
        self.take()
        self.declare(tag.text, "struct", tag)
        fields = []
        while self.peek().text != "}":
            fields.append(self.field(fields))
        self.take()
        name = self.word("the type's name")
        self.expect(";")
        if name.text != tag.text:
            self.fail("struct %s ends as %s: tag and type must be equal" % (tag.text, name.text), name)
        if not fields:
            self.fail("struct %s has no fields" % name.text, name)
        self.model["structs"].append(
            {"name": name.text, "doc": doc, "section": self.section, "fields": fields, "line": start.line}
        )

    def foreign(self):
        """`struct Name;` is a struct that somebody else defines: only pointers to it are handed on."""
        start = self.take()
        name = self.word("the struct's name")
        if name.text.startswith("annoproj_"):
            self.fail("unknown construct: struct %s is no struct of somebody else's, use `typedef struct`" % name.text, name)
        if self.peek().text != ";":
            self.fail("unknown construct: struct %s may have no fields here, use `typedef struct`" % name.text)
        self.take()
        if name.text in self.names:
            self.fail("%r is declared twice" % name.text, name)
        self.names[name.text] = "foreign"
        self.model["foreign"].append({"name": name.text, "doc": self.documentation(start), "section": self.section})

    def field(self, fields):
        start = self.peek()
        before = self.documentation(start)
        field_type = self.c_type()
        name = self.word("the field's name")
        if self.peek().text == "[":
            self.fail("field %s: arrays are pointers with ANNOPROJ_LEN" % name.text)
        notes = self.annotations(("NULLABLE", "LEN", "ENUM", "FLAGS"))
        if any(other["name"] == name.text for other in fields):
            self.fail("field %s is declared twice" % name.text, name)
        end = self.take()
        if end.text != ";":
            self.fail(
                "field %s: expected ';', found %r (no bit-fields, one field per declaration)" % (name.text, end.text),
                end,
            )
        return dict({"name": name.text, "type": field_type, "doc": self.trailing(end.line) or before}, **notes)

    def callback(self, result, start, doc):
        self.take()
        self.expect("*")
        name = self.word("the callback's name")
        if not name.text.endswith("_fn"):
            self.fail("callback %s: its name must end in _fn" % name.text, name)
        self.expect(")")
        parameters = self.parameters(name)
        self.expect(";")
        if not parameters or parameters[-1]["name"] != "user_data" or parameters[-1]["type"]["c"] != "void *":
            self.fail("callback %s: its last parameter must be void *user_data" % name.text, name)
        self.declare(name.text, "callback", name)
        self.model["callbacks"].append(
            {"name": name.text, "doc": doc, "section": self.section, "result": result, "parameters": parameters}
        )

    def function(self):
        start = self.take()
        doc = self.documentation(start)
        result = self.c_type()
        name = self.word("the function's name")
        if not doc:
            self.fail("function %s has no comment before it" % name.text, start)
        parameters = self.parameters(name, foreign=True)
        notes = self.annotations(("BORROWED", "BLOCKING", "SINCE", "OWNED"))
        end = self.take()
        if end.text != ";":
            self.fail("function %s: expected ';', found %r" % (name.text, end.text), end)
        if "since" not in notes:
            self.fail("function %s does not say ANNOPROJ_SINCE" % name.text, name)
        self.declare(name.text, "function", name)
        notes.setdefault("blocking", False)
        self.model["functions"].append(
            dict(
                {
                    "name": name.text,
                    "doc": doc,
                    "section": self.section,
                    "result": result,
                    "parameters": parameters,
                    "line": start.line,
                },
                **notes,
            )
        )

    def parameters(self, owner, foreign=False):
        self.expect("(")
        parameters = []
        if self.peek().text == "void" and self.tokens[self.index + 1].text == ")":
            self.take()
            self.take()
            return parameters
        while True:
            if self.peek().text == "...":
                self.fail("%s: variable arguments are not in the dialect" % owner.text)
            parameter_type = self.c_type(foreign)
            token = self.take()
            if token.kind != "word" or token.text.startswith("ANNOPROJ_"):
                self.fail("%s: a parameter has no name" % owner.text, token)
            if self.peek().text == "[":
                self.fail("%s: parameter %s: arrays are pointers with ANNOPROJ_LEN" % (owner.text, token.text))
            if any(other["name"] == token.text for other in parameters):
                self.fail("%s: parameter %s is declared twice" % (owner.text, token.text), token)
            notes = self.annotations(("NULLABLE", "OUT", "OWNED", "BORROWED", "LEN", "ENUM", "FLAGS", "ROWS"))
            parameters.append(dict({"name": token.text, "type": parameter_type}, **notes))
            token = self.take()
            if token.text == ")":
                return parameters
            if token.text != ",":
                self.fail("%s: expected ',' or ')', found %r" % (owner.text, token.text), token)

    def c_type(self, foreign=False):
        """const? name (const? *)*, with only the types the dialect allows; somebody else's struct where it may stand."""
        token = self.peek()
        const = bool(self.accept("const"))
        name = self.word("a type")
        if name.text == "enum":
            self.fail("an enum by value is not in the dialect: use its int32_t typedef and ANNOPROJ_ENUM", name)
        if name.text == "struct":
            if not foreign or self.names.get(self.peek().text) != "foreign":
                self.fail("use the struct's typedef", name)
            name = self.word("the struct's name")
        if name.text in FORBIDDEN:
            self.fail("type %s is not in the dialect: %s" % (name.text, FORBIDDEN[name.text]), name)
        kind = self.names.get(name.text)
        if name.text in SCALARS:
            kind = "scalar"
        elif name.text in ("void", "char"):
            kind = name.text
        elif kind == "foreign":
            if self.tokens[self.index - 2].text != "struct":
                self.fail("say `struct %s`" % name.text, name)
        elif kind not in ("enum", "handle", "struct", "callback"):
            self.fail("type %r is not known here" % name.text, name)
        pointers = 0
        while self.accept("*"):
            pointers += 1
            if self.peek().text == "const":
                self.fail("const after * is not in the dialect")
        if pointers > 2:
            self.fail("more than two pointers are not in the dialect", token)
        if kind in ("handle", "struct", "foreign") and not pointers:
            self.fail("%s by value is not in the dialect" % name.text, name)
        if kind == "foreign" and (pointers > 1 or const):
            self.fail("struct %s is only filled in: one pointer, not const" % name.text, name)
        if kind == "char" and not pointers:
            self.fail("char by value is not in the dialect: use int32_t", name)
        if kind == "callback" and pointers:
            self.fail("a pointer to a callback is not in the dialect", name)
        if const and not pointers:
            self.fail("const by value says nothing", token)
        return {
            "c": ("const " if const else "")
            + ("struct " if kind == "foreign" else "")
            + name.text
            + (" " + "*" * pointers if pointers else ""),
            "base": name.text,
            "kind": kind,
            "pointers": pointers,
            "const": const,
        }

    def annotations(self, allowed):
        notes = {}
        while True:
            token = self.peek()
            if token.kind != "word":
                return notes
            name = token.text[9:] if token.text.startswith("ANNOPROJ_") else None
            if name not in ANNOTATIONS:
                self.fail("%r is no annotation of the dialect" % token.text, token)
            if name not in allowed:
                self.fail("%s may not stand here" % token.text, token)
            self.take()
            key = name.lower()
            if key in notes:
                self.fail("%s is said twice" % token.text, token)
            arguments = self.arguments(token) if ANNOTATIONS[name] else None
            if name == "SINCE":
                if len(arguments) != 2 or not all(part.isdigit() for part in arguments):
                    self.fail("ANNOPROJ_SINCE takes two numbers", token)
                notes[key] = "%s.%s" % tuple(arguments)
            elif name == "LEN":
                match = re.fullmatch(r"([a-z_][a-z0-9_]*)(\+1)?", "".join(arguments)) if len(arguments) == 1 else None
                if match is None:
                    self.fail("ANNOPROJ_LEN takes a name, or a name + 1", token)
                notes[key] = {"of": match.group(1), "plus": 1 if match.group(2) else 0}
            elif arguments is None:
                notes[key] = True
            else:
                if len(arguments) != 1:
                    self.fail("%s takes one name" % token.text, token)
                notes[key] = arguments[0]

    def arguments(self, owner):
        self.expect("(")
        parts, current = [], ""
        while True:
            token = self.take()
            if token.kind not in ("word", "number", "mark") or token.text in "(;{}":
                self.fail("%s: unexpected %r" % (owner.text, token.text), token)
            if token.text in (",", ")"):
                parts.append(current)
                current = ""
                if token.text == ")":
                    return parts
            else:
                current += token.text

    # ---- row types ---------------------------------------------------------------------------------

    def text(self, what):
        token = self.take()
        if token.kind != "string":
            self.fail("expected %s as a text in quotes, found %r" % (what, token.text), token)
        return string_value(token.text, self.path, token.line)

    def row(self):
        start = self.take()
        self.expect("(")
        name = self.word("the row type's name")
        self.expect(",")
        doc = self.text("what a row is")
        self.expect(")")
        if not name.text.endswith("_row"):
            self.fail("row type %s: its name must end in _row" % name.text, name)
        if any(row["name"] == name.text for row in self.model["rows"]):
            self.fail("row type %s is declared twice" % name.text, name)
        columns = []
        while self.peek().text == "ANNOPROJ_COLUMN":
            columns.append(self.column(columns))
        if self.peek().text != "ANNOPROJ_ROW_END":
            self.fail(
                "row type %s: expected ANNOPROJ_COLUMN or ANNOPROJ_ROW_END, found %r" % (name.text, self.peek().text)
            )
        self.take()
        self.expect("(")
        end = self.word("the row type's name")
        self.expect(")")
        if end.text != name.text:
            self.fail("row type %s ends as %s" % (name.text, end.text), end)
        if not columns:
            self.fail("row type %s has no columns" % name.text, start)
        self.model["rows"].append({"name": name.text, "doc": doc, "section": self.section, "columns": columns})

    def column(self, columns):
        self.take()
        self.expect("(")
        name = self.word("the column's name")
        if any(other["name"] == name.text for other in columns):
            self.fail("column %s is declared twice" % name.text, name)
        self.expect(",")
        kind = self.word("the column's type")
        if kind.text not in COLUMN_TYPES:
            self.fail("column %s: type %s is none of %s" % (name.text, kind.text, ", ".join(COLUMN_TYPES)), kind)
        self.expect(",")
        nullability = self.word("required or nullable")
        if nullability.text not in ("required", "nullable"):
            self.fail("column %s: expected required or nullable" % name.text, nullability)
        texts = []
        for what in ("the unit", "the title", "the description"):
            self.expect(",")
            texts.append(self.text(what))
        self.expect(")")
        if not texts[1] or not texts[2]:
            self.fail("column %s needs a title and a description" % name.text, name)
        return {
            "name": name.text,
            "type": kind.text,
            "nullable": nullability.text == "nullable",
            "unit": texts[0],
            "title": texts[1],
            "doc": texts[2],
        }


def parse_header(text, path):
    """The model of a header; `path` is only for messages."""
    return Parser(text, path).parse()
