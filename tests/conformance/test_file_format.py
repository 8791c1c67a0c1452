"""docs/file-format.md against what a new store is made of: tables, columns, keys, indexes, and the kinds of events."""
import os
import re
import sqlite3
import tempfile
import unittest

import annoproj

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCUMENT = os.path.join(ROOT, "docs", "file-format.md")


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def documented():
    """{table: (keys and indexes of its first line, [(column, type)])}"""
    tables, columns = {}, None
    for line in read("docs", "file-format.md").split("\n## Task vectors")[0].splitlines():
        head = re.match(r"\*\*(\w+)\*\*\. (.*)", line)
        cell = re.match(r"\| (\w+) \| ([^|]+?) \|", line)
        if head:
            columns = []
            keys = re.search(r"Key \(([^)]*)\)\.", head[2])
            indexes = re.search(r"Indexes: (.*)\.$", head[2])
            tables[head[1]] = (keys[1] if keys else None, sorted(indexes[1].split("; ")) if indexes else [], columns)
        elif cell and columns is not None and cell[1] != "column":
            columns.append((cell[1], cell[2]))
    return tables


def index_text(name, sql):
    """The document's way of writing CREATE [UNIQUE] INDEX name ON table(columns) [WHERE condition]."""
    unique, columns, where = re.fullmatch(
        r"CREATE (UNIQUE )?INDEX \w+ ON \w+\s*\((.*?)\)(?: WHERE (.*))?", sql, re.DOTALL).groups()
    columns = ", ".join(column.strip() for column in columns.split(","))
    return f"{name}{' unique' if unique else ''} ({columns}){' where ' + where if where else ''}"


def made(database):
    """The same of the schema."""
    tables = {}
    for (table,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
        info = database.execute("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?)", [table]).fetchall()
        keys = [row[0] for row in sorted((row for row in info if row[3]), key=lambda row: row[3])]
        unique = {columns[0][0] for columns in (
            database.execute("SELECT name FROM pragma_index_info(?)", [name]).fetchall()
            for (name,) in database.execute("SELECT name FROM pragma_index_list(?) WHERE origin = 'u'", [table]))
            if len(columns) == 1}
        columns = [(name, kind.lower() + (", key" if keys == [name] else "") + (", unique" if name in unique else "") +
                    ("" if not_null or key else ", may be null")) for name, kind, not_null, key in info]
        indexes = sorted(index_text(*row) for row in database.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?", [table]))
        tables[table] = (", ".join(keys) if len(keys) > 1 else None, indexes, columns)
    return tables


class FileFormat(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.annoproj")
            annoproj.create(path).close()
            database = sqlite3.connect(path)
            cls.made = made(database)
            cls.version = database.execute("PRAGMA user_version").fetchone()[0]
            cls.application = database.execute("PRAGMA application_id").fetchone()[0]
            database.close()
        cls.documented = documented()

    def test_tables(self):
        self.assertEqual(sorted(self.documented), sorted(self.made))

    def test_columns(self):
        for table, (_, _, columns) in self.made.items():
            self.assertEqual(self.documented.get(table, (None, None, None))[2], columns, table)

    def test_keys_and_indexes(self):
        for table, (keys, indexes, _) in self.made.items():
            self.assertEqual(self.documented.get(table, (None, None))[:2], (keys, indexes), table)

    def test_identity(self):
        text = read("docs", "file-format.md")
        self.assertIn(f"0x{self.application:08X}", text)
        self.assertIn(f"the version of this format: **{self.version}**", text)

    def test_kinds(self):
        kinds = {int(number): name.lower() for name, number in
                 re.findall(r"^    EVENT_(\w+) = (\d+)", read("lib", "event", "event.h"), re.MULTILINE)}
        rows = {int(number): name for number, name in
                re.findall(r"^\| (\d+) \| (\w+) \|(?: [●○]? \|| [^|]* \|){9}$", read("docs", "file-format.md"), re.MULTILINE)}
        self.assertEqual(rows, kinds)


if __name__ == "__main__":
    unittest.main()
