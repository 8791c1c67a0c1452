"""The exported table of operations against one written from the specification alone (rights.csv: behaviour §3 and §4), cell by
cell; and where the source documentation (rights_source.csv, its words) says something else, the cells in which behaviour.md
decides differently."""

import csv
import os
import unittest

import annoproj

HERE = os.path.dirname(os.path.abspath(__file__))
CELLS = ("admin", "team_manager", "annotator", "reviewer", "annotator_reviewer", "org_admin", "member", "gated")
# Where behaviour.md decides against the source documentation.
DIFFERING = {
    ("annotate", "reviewer"): "eligible users initiate, not all users",
    ("review", "annotator"): "eligible users initiate, not all users",
    ("collaborator_change", "team_manager"): "a team manager also changes and removes collaborators who are no admins",
    ("move", "org_admin"): "an org admin joins the project first",
    ("release_own", "annotator"): "one's own self-taken task may be given back",
    ("release_own", "reviewer"): "one's own self-taken task may be given back",
    ("release_own", "annotator_reviewer"): "one's own self-taken task may be given back",
    ("task_view", "admin"): "admins view any task",
    ("task_view", "team_manager"): "team managers view any task",
}


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def specified():
    return {row["operation"]: row for row in read("rights.csv")}


class RightsTable(unittest.TestCase):
    def test_every_cell(self):
        exported = {row["name"]: row for row in annoproj.operations().to_pylist()}
        wanted = specified()
        self.assertEqual(sorted(exported), sorted(wanted))
        differing = [(name, cell, exported[name][cell], wanted[name][cell]) for name in wanted for cell in CELLS
                     if exported[name][cell] != wanted[name][cell]]
        self.assertEqual(differing, [], "operation, cell, exported, specified")

    def test_numbers_and_names(self):
        """Bindings see the same operations as the table."""
        exported = {row["operation"]: row["name"] for row in annoproj.operations().to_pylist()}
        self.assertEqual(exported, {int(one): one.name.lower() for one in annoproj.Operation})

    def test_source_documentation(self):
        wanted, differing = specified(), set()
        for row in read("rights_source.csv"):
            if wanted[row["operation"]][row["role"]] != row["cell"]:
                differing.add((row["operation"], row["role"]))
        self.assertEqual(differing, set(DIFFERING))


if __name__ == "__main__":
    unittest.main()
