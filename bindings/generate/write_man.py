"""The manual pages: one in section 3 for each name of the header, annoproj(3) with all of them, annoproj(7) with the rules."""

import os
import re

import roff
from write_abi import MARK

DATE = "2026-11-25"  # of the release that the pages belong to
FOLDER = "docs/man/"
ALWAYS = ("INVALID", "NO_MEMORY", "FORKED")
WITH_CALL = ("BUSY", "TIMEOUT", "CANCELLED", "STATE", "IO", "FULL", "CORRUPT", "TOO_NEW", "INTERNAL")


def pages(model):
    """Path in the tree -> page."""
    return Manual(model).pages()


def left_over(root, files):
    """Pages of names that the header no longer has."""
    walk = os.walk(os.path.join(root, FOLDER))
    found = [os.path.relpath(os.path.join(base, name), root) for base, _, names in walk for name in names]
    return sorted(set(found) - set(files))


class Manual:
    """All pages of one model."""

    def __init__(self, model):
        self.model = model
        self.version = next(item["value"] for item in model["constants"] if item["name"] == "ANNOPROJ_VERSION")
        self.structs = {item["name"]: item for item in model["structs"]}
        self.rows = {"annoproj_" + item["name"]: item for item in model["rows"]}
        self.functions = {item["name"]: item for item in model["functions"]}
        self.enums = {item["name"]: item for item in model["enums"]}
        self.statuses = {
            value["name"][len("ANNOPROJ_") :]: value["doc"] for value in self.enums["annoproj_status"]["values"]
        }
        self.init_of = {name + "_init": name for name in self.structs if name + "_init" in self.functions}
        self.names = (
            set(self.functions) | set(self.structs) | set(self.enums) | set(self.rows)
            | {item["name"] for item in model["handles"] + model["callbacks"]}
        )  # fmt: skip

    def pages(self):
        made = {"annoproj": (3, self.index()), "annoproj.7": (7, self.rules())}
        for name in self.functions:
            alias = self.init_of.get(name)
            made[name] = (3, [".so man3/%s.3" % alias] if alias else self.function(name))
        for name in self.structs:
            made[name] = (3, self.struct(name))
        for name in self.rows:
            made[name] = (3, self.row_type(name))
        for name in self.enums:
            made[name] = (3, self.enum(name))
        for item in self.model["handles"]:
            made[item["name"]] = (3, self.handle(item))
        for item in self.model["callbacks"]:
            made[item["name"]] = (3, self.callback(item))
        return {
            "%sman%d/%s.%d" % (FOLDER, section, name.split(".")[0], section): "\n".join(lines) + "\n"
            for name, (section, lines) in made.items()
        }

    # ---- parts of pages ----------------------------------------------------------------------------

    def head(self, name, summary, section=3, title=None):
        self.prose = roff.Prose(self.names, self.statuses, (name, name + "_init"))
        return [
            '.\\" %s' % MARK,
            '.TH %s %d %s "libannoproj %s" "libannoproj manual"' % (name.upper(), section, DATE, self.version),
            ".nh",
            ".ad l",
            ".SH NAME",
        ] + roff.fill(("%s \\- %s" % (title or name, roff.escape(summary))).split())

    def synopsis(self, lines):
        return [".SH SYNOPSIS", ".nf", ".B #include <annoproj.h>", ""] + lines + [".fi"]

    def description(self, doc):
        """The comment but for its sentence about rights, which has a section of its own."""
        text = doc.split("Rights:")[0].rstrip()
        return [".SH DESCRIPTION"] + self.prose.paragraphs(text)[1:] if text else []

    def items(self, pairs):
        """Tagged paragraphs: (tag in roff, text of the header)."""
        out = []
        for tag, text in pairs:
            out += [".TP", tag] + (roff.fill(self.prose.words(text)) if text else ["\\&"])
        return out

    def see_also(self, names, others=("annoproj(3)", "annoproj(7)")):
        links = [roff.reference(name) for name in sorted(set(names))]
        links += [roff.reference(name.split("(")[0], int(name[-2])) for name in others]
        return [".SH SEE ALSO"] + roff.fill([link + "," for link in links[:-1]] + links[-1:])

    def fields(self, struct):
        pairs = []
        for field in struct["fields"]:
            text = sentence(field["doc"]) if field["doc"] else ""
            if field["name"] == "size":
                text = "Size of the struct, as %s sets it." % struct["init_macro"]
            notes = [self.note(field)] if self.note(field) else []
            pairs.append((declared(field), " ".join([text] + notes).strip()))
        return self.items(pairs)

    def note(self, item):
        """What the annotations of a field or parameter say."""
        notes = []
        if "len" in item:
            plus = " + %d" % item["len"]["plus"] if item["len"]["plus"] else ""
            notes.append("`%s`%s elements." % (item["len"]["of"], plus))
        if "enum" in item or "flags" in item:
            notes.append(
                ("A value of %s." if "enum" in item else "An OR of values of %s.") % (item.get("enum") or item["flags"])
            )
        if item.get("nullable") and item.get("role") not in ("call", "struct", "self"):
            notes.append("May be NULL.")
        return " ".join(notes)

    def columns(self, row):
        pairs = []
        for column in row["columns"]:
            kind = column["type"] + (" in " + column["unit"] if column["unit"] else "")
            kind += ", may be null" if column["nullable"] else ""
            pairs.append(("%s (%s)" % (roff.bold(column["name"]), roff.escape(kind)), sentence(column["doc"])))
        return self.items(pairs)

    # ---- one page for each kind of name ------------------------------------------------------------

    def function(self, name):
        function = self.functions[name]
        parameters = function["parameters"]
        out = self.head(name, roff.summary(function["doc"]))
        out += self.synopsis(prototype(function["result"], name, parameters))
        out += self.description(function["doc"])
        if parameters:
            out += [".SH ARGUMENTS"] + self.items(
                [(roff.italic(item["name"]), self.argument(item)) for item in parameters]
            )
        for item in parameters:
            struct = self.structs.get(item["type"]["base"])
            if struct and item["role"] != "call" and item["type"]["base"] + "_init" != name:
                out += [".SH FIELDS OF %s" % roff.escape(item["name"].upper())] + self.fields(struct)
            if "rows" in item:
                out += [".SH COLUMNS"] + self.columns(self.rows["annoproj_" + item["rows"]])
        out += self.returns(function)
        if function["rights"]:
            out += [".SH RIGHTS"] + roff.fill(
                self.prose.words(function["rights"] + ". Who holds which: annoproj_operations.")
            )
        out += [".SH THREADS"] + roff.fill(
            self.prose.words(
                "Any thread, also at once on the same handle. "
                + (
                    "May wait and touch the disk."
                    if function["blocking"]
                    else "Does not wait and does not touch the disk."
                )
            )
        )
        out += [".SH HISTORY", "Since version %s." % roff.escape(function["since"])]
        return out + self.see_also(self.related(function))

    def argument(self, item):
        role, base = item["role"], item["type"]["base"]
        if role == "self":
            return "A handle: see %s.%s" % (base, " NULL is allowed." if item.get("nullable") else "")
        if role == "call":
            return "Time limit, cancel, request key, progress: see annoproj_call. NULL = defaults."
        if role == "error":
            return "May be NULL. On failure it gets an error, to be freed with annoproj_error_free; else NULL."
        if role == "struct":
            return ("See below, and %s for its initialisation." % base) + (
                " NULL = defaults." if item.get("nullable") else ""
            )
        if role == "length":
            return "Number of elements or bytes."
        parts = []
        if role == "out":
            parts.append("Result.")
            if "rows" in item:
                parts.append("A table with the columns of %s, see below." % ("annoproj_" + item["rows"]))
            if "owned" in item:
                parts.append("Freed with %s." % item["owned"])
            if "borrowed" in item:
                parts.append("Valid as long as `%s` is." % item["borrowed"])
        elif role == "handle":
            parts.append("A handle: see %s." % base)
        elif role == "callback":
            parts.append("See %s." % base)
        elif role == "user_data":
            parts.append("Handed to the callbacks.")
        elif role == "text":
            parts.append("Text in UTF-8, ended by NUL.")
        elif role == "value" and not ("enum" in item or "flags" in item):
            parts.append("By value.")
        return " ".join(parts + [self.note(item)]).strip()

    def returns(self, function):
        result = function["result"]["base"]
        if result == "void" and not function["result"]["pointers"]:
            return []
        out = [".SH RETURN VALUE"]
        if result != "annoproj_status":
            text = "See the description."
            if "borrowed" in function:
                text += " What is returned is valid as long as `%s` is." % function["borrowed"]
            return out + roff.fill(self.prose.words(text))
        named = ["OK"] + [name for name in self.statuses if name in function["statuses"] and name != "OK"]
        out += self.items([(roff.bold("ANNOPROJ_" + name), sentence(self.statuses[name])) for name in named])
        general = [name for name in ALWAYS + (WITH_CALL if function["blocking"] else ()) if name not in named]
        also = (
            "Also %s, and, when it changes the store, READONLY and COMMIT_UNKNOWN"
            if function["blocking"]
            else "Also %s"
        )
        out += [".PP"] + roff.fill(
            self.prose.words(also % ", ".join(general) + ": see")
            + [roff.reference("annoproj", 7) + "."]
            + self.prose.words("On failure every result is NULL or 0 and nothing was changed.")
        )
        return out

    def related(self, function):
        names = {"annoproj_status"} if function["result"]["base"] == "annoproj_status" else set()
        for item in function["parameters"]:
            names |= {item["type"]["base"], item.get("enum"), item.get("flags"), item.get("owned")}
            if "rows" in item:
                names.add("annoproj_" + item["rows"])
        return (names & self.names) - {function["name"]}

    def struct(self, name):
        struct = self.structs[name]
        users = [
            f["name"]
            for f in self.model["functions"]
            if f["name"] not in self.init_of and any(p["type"]["base"] == name for p in f["parameters"])
        ]
        init = self.functions.get(name + "_init")
        title = roff.summary(struct["doc"]) if struct["doc"] else "options of " + ", ".join(users)
        lines = ["\\fBtypedef struct %s {\\fR" % name]
        lines += ["    " + declared(field) + ";" for field in struct["fields"]] + ["\\fB} %s;\\fR" % name, ""]
        if struct.get("init_macro"):
            lines += ["\\fB%s value = %s;\\fR" % (name, struct["init_macro"])]
        if init:
            lines += prototype(init["result"], init["name"], init["parameters"])
        out = self.head(name, title, title="%s, %s" % (name, init["name"]) if init else None)
        out += self.synopsis(lines)
        text = struct["doc"]
        if init:
            text += (
                "\n\nThe macro %s, the function %s and a zeroed struct with its `size` set all mean the defaults. Fields that a newer header added must be zero for an older library."
                % (struct["init_macro"], init["name"])
            )
        out += self.description(text.strip())
        out += [".SH FIELDS"] + self.fields(struct)
        return out + self.see_also(users if name != "annoproj_call" else [])

    def row_type(self, name):
        row = self.rows[name]
        makers = [
            f["name"] for f in self.model["functions"] if any(p.get("rows") == row["name"] for p in f["parameters"])
        ]
        out = self.head(name, "columns of a table, " + roff.summary(row["doc"]))
        out += [".SH DESCRIPTION"] + roff.fill(
            self.prose.words(
                "%s Row type `%s` of annoproj_table. The columns in their order, by key; new ones are appended, names and types never change."
                % (sentence(row["doc"]), row["name"])
            )
        )
        out += [".SH COLUMNS"] + self.columns(row)
        return out + self.see_also(makers + ["annoproj_table"])

    def enum(self, name):
        enum = self.enums[name]
        kind = "flags" if enum["flags"] else "values"
        out = self.head(
            name,
            (
                roff.summary(enum["doc"])
                if enum["doc"]
                else "%s of %s" % (kind, name[len("annoproj_") :].replace("_", " "))
            ),
        )
        out += self.synopsis(['.BI "typedef int32_t " %s ;' % name])
        out += self.description(enum["doc"])
        out += [".SH VALUES"] + self.items(
            [
                ("%s = %s" % (roff.bold(value["name"]), roff.escape(str(value["value"]))), sentence(value["doc"]))
                for value in enum["values"]
            ]
        )
        return out + self.see_also([])

    def handle(self, item):
        name = item["name"]
        noun = name[len("annoproj_") :]
        makers = [
            f["name"]
            for f in self.model["functions"]
            if any(p["type"]["base"] == name and p["role"] == "out" for p in f["parameters"])
        ]
        methods = [
            f
            for f in self.model["functions"]
            if f["parameters"] and f["parameters"][0]["role"] == "self" and f["parameters"][0]["type"]["base"] == name
        ]
        out = self.head(name, "handle of %s %s" % ("an" if noun[0] in "aeiou" else "a", noun))
        out += self.synopsis(['.BI "typedef struct %s " %s ;' % (name, name)])
        section = next((s["doc"] for s in self.model["sections"] if s["title"] == item["section"]), "")
        out += self.description(
            (section + "\n\n" if section else "")
            + "Every handle may be used from any thread, also at once, and handles may be closed in any order."
        )
        if makers and noun not in ("error", "table"):
            out += [".SH MADE BY"] + self.items(
                [(roff.reference(n), sentence(first(self.functions[n]["doc"]))) for n in makers]
            )
        if methods:
            out += [".SH FUNCTIONS"] + self.items(
                [(roff.reference(f["name"]), sentence(first(f["doc"]))) for f in methods]
            )
        return out + self.see_also([])

    def callback(self, item):
        out = self.head(item["name"], roff.summary(item["doc"]))
        result = dict(item["result"])
        out += self.synopsis(prototype(result, "(*%s)" % item["name"], item["parameters"], "typedef "))
        out += self.description(
            item["doc"]
            + "\n\nCalled only inside a call, on the calling thread. It may not call the store: that is STATE."
        )
        users = [
            f["name"]
            for f in self.model["functions"]
            if any(p["type"]["base"] == item["name"] for p in f["parameters"])
        ]
        users += [
            s["name"] for s in self.model["structs"] if any(f["type"]["base"] == item["name"] for f in s["fields"])
        ]
        return out + self.see_also(users)

    # ---- the two overviews -------------------------------------------------------------------------

    def index(self):
        out = self.head("annoproj", "annotation projects in one embedded library over one file")
        out += self.synopsis([".B cc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs annoproj)"])
        out += [".SH DESCRIPTION"] + roff.fill(
            self.prose.words(
                "All of the interface, by section of the header. Every name has a page; the rules that hold for every function are in"
            )
        )
        out += [roff.reference("annoproj", 7) + "."]
        for section in self.model["sections"]:
            kinds = [
                item
                for key in ("handles", "enums", "structs", "callbacks")
                for item in self.model[key]
                if item.get("section") == section["title"]
            ]
            functions = [
                f for f in self.model["functions"] if f["section"] == section["title"] and f["name"] not in self.init_of
            ]
            if not functions and not kinds:
                continue
            out += [".SS %s" % roff.escape(section["title"])]
            out += self.items([(roff.reference(f["name"]), sentence(first(f["doc"]))) for f in functions])
            if kinds:
                out += [".PP"] + roff.fill(
                    ["Types:"]
                    + [roff.reference(item["name"]) + ("," if item is not kinds[-1] else ".") for item in kinds]
                )
        return out + self.see_also([], ("annoproj(7)", "pkg-config(1)"))

    def rules(self):
        out = self.head("annoproj", "rules that hold for every function of libannoproj", 7)
        out += [".SH DESCRIPTION"] + self.prose.paragraphs(self.model["doc"])[1:]
        out += [".SH STATUSES"] + self.items(
            [(roff.bold("ANNOPROJ_" + name), sentence(doc)) for name, doc in self.statuses.items()]
        )
        for section in self.model["sections"]:
            if section["doc"] and section["title"] != "Annotations for binding generators":
                out += [".SH %s" % roff.escape(section["title"].upper())] + self.prose.paragraphs(section["doc"])[1:]
        return out + self.see_also([], ("annoproj(3)",))


def first(doc):
    text = " ".join(doc.split("Rights:")[0].split())
    end = text.find(". ")
    return text if end < 0 else text[: end + 1]


def sentence(text):
    """With a capital, unless it begins with a name, and a full stop."""
    text = " ".join(text.split())
    if re.match(r"[a-z]+(?![a-z_0-9])", text):
        text = text[0].upper() + text[1:]
    return text + ("" if not text or text.endswith((".", ".)")) else ".")


def declared(item):
    """`type name` in roff, the type bold and the name italic."""
    kind = item["type"]["c"]
    return roff.bold(kind + ("" if kind.endswith("*") else " ")) + roff.italic(item["name"])


def prototype(result, name, parameters, before=""):
    """A declaration, one parameter to the line when there are several."""
    kind = before + result["c"] + ("" if result["c"].endswith("*") else " ")
    opening = roff.bold(kind + name + "(")
    if not parameters:
        return [opening + roff.bold("void);")]
    if len(parameters) == 1:
        return [opening + declared(parameters[0]) + roff.bold(");")]
    last = len(parameters) - 1
    return [opening] + [
        "    " + declared(item) + roff.bold(");" if i == last else ",") for i, item in enumerate(parameters)
    ]
