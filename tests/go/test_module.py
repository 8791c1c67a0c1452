"""A program builds from nothing but the module, with the sources it carries and with the installed library."""

import filecmp
import glob
import os
import re
import subprocess
import unittest

import go_module
from go_module import GO, MODULE, ROOT, STAGE

PROGRAM = """package main

import (
	"context"
	"fmt"
	"log"
	"os"

	annoproj "%s"
)

func main() {
	ctx := context.Background()
	store, err := annoproj.Create(ctx, os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	host, err := store.SessionOpen(ctx, 0)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := host.UserCreate(ctx, "ada@example.org", "Ada", annoproj.OrgRoleAdmin); err != nil {
		log.Fatal(err)
	}
	users, err := annoproj.Rows(host.UserList(ctx))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(annoproj.Version(), users[0].Email)
	if err := store.Close(); err != nil {
		log.Fatal(err)
	}
}
""" % MODULE


class Module(unittest.TestCase):
    def test_bundled_and_installed(self):
        folder = go_module.empty("module")
        go_module.copy_module(folder)
        user = go_module.program(folder, "user", PROGRAM)
        for name, variables in (("bundled", {}), ("installed", go_module.installed(STAGE))):
            with self.subTest(name):
                made = go_module.environment(folder, **variables)
                go_module.run([GO, "build", "-o", name], user, made)
                said = go_module.run(["./" + name, os.path.join(folder, name + ".annoproj")], user, made)
                self.assertRegex(said, r"^\d+\.\d+\.\d+ ada@example.org\n$")
                linked = subprocess.run(["ldd", os.path.join(user, name)], stdout=subprocess.PIPE, universal_newlines=True)
                self.assertEqual("libannoproj" in linked.stdout, name == "installed", linked.stdout)
        self.names_of_the_library(os.path.join(user, "bundled"))

    def names_of_the_library(self, binary):
        """No internal name of the library could meet one of other C code in the program."""
        with open(os.path.join(ROOT, "bindings/go/internal/clib/api_names.h"), encoding="utf-8") as file:
            internal = set(re.findall(r"^#define (\w+) ", file.read(), re.M))
        listed = subprocess.run(["nm", "--defined-only", binary], stdout=subprocess.PIPE, universal_newlines=True, check=True)
        names = {line.split()[-1] for line in listed.stdout.splitlines() if line.split()[-2] in "TDBRV"}
        self.assertTrue({"annoproj_store_open", "annoproj_internal_store_open"} <= names)
        self.assertEqual(names & internal, set())

    def test_no_internal_name_is_forgotten(self):
        """What the objects of the library define is the contract or has a prefix in the copy."""
        beside = os.path.dirname(os.environ["ANNOPROJ_LIBRARY"])
        listed = subprocess.run(
            ["nm", "-g", "--defined-only"] + glob.glob(os.path.join(beside, "lib", "*", "*.o")),
            stdout=subprocess.PIPE,
            universal_newlines=True,
            check=True,
        )
        defined = {line.split()[2] for line in listed.stdout.splitlines() if len(line.split()) == 3}
        with open(os.path.join(ROOT, "bindings/go/internal/clib/api_names.h"), encoding="utf-8") as file:
            internal = set(re.findall(r"^#define (\w+) ", file.read(), re.M))
        self.assertEqual({name for name in defined if not name.startswith("annoproj_")} - internal, set())
        self.assertGreater(len(defined), 500)

    def test_copies_are_the_sources(self):
        folder = os.path.join(ROOT, "bindings", "go", "internal", "clib")
        copies = {name for name in os.listdir(folder) if name.endswith((".c", ".h"))} - {"api_names.h"}
        seen = set()
        for base, folders, names in os.walk(os.path.join(ROOT, "lib")):
            folders[:] = [one for one in folders if one != "sql"]  # the extension is no part of the library
            for name in names:
                if name.endswith((".c", ".h")):
                    self.assertTrue(filecmp.cmp(os.path.join(base, name), os.path.join(folder, name), False), name)
                    seen.add(name)
        self.assertEqual(copies - seen, {"annoproj.h"})


if __name__ == "__main__":
    unittest.main()
