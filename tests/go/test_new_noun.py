"""A new handle, its methods, options, callbacks and row type reach Go with no file of the bindings edited."""

import os
import shutil
import sys
import unittest

import go_module
from go_module import GO, ROOT

sys.path.insert(0, os.path.join(ROOT, "tests", "conformance"))
import gadget_library  # noqa: E402

PC = "Name: annoproj\nDescription: with gadgets\nVersion: 0.1.0\nLibs: -L%s/lib -lannoproj\nCflags: -I%s/include\n"


class NewNoun(unittest.TestCase):
    def test_gadgets(self):
        folder = go_module.empty("gadget")
        library = gadget_library.build(folder)["ANNOPROJ_LIBRARY"]
        package = os.path.join(folder, "bindings", "go")
        for name in os.listdir(os.path.join(ROOT, "bindings", "go")):
            if not name.startswith("api_") and not name.endswith("_test.go") and name != "internal":
                shutil.copy(os.path.join(ROOT, "bindings", "go", name), package)
        shutil.copy(os.path.join(ROOT, "tests", "go", "gadget", "gadget_test.go"), package)
        stage = os.path.join(folder, "stage")
        os.makedirs(os.path.join(stage, "lib", "pkgconfig"))
        os.makedirs(os.path.join(stage, "include"))
        shutil.copy(library, os.path.join(stage, "lib", "libannoproj.so"))
        shutil.copy(os.path.join(folder, "include", "annoproj.h"), os.path.join(stage, "include"))
        with open(os.path.join(stage, "lib", "pkgconfig", "annoproj.pc"), "w", encoding="utf-8") as file:
            file.write(PC % (stage, stage))
        made = go_module.environment(folder, **go_module.installed(stage))
        go_module.run([GO, "vet", "."], package, made)
        said = go_module.run([GO, "test", "-race", "-count=1", "-v", "."], package, made)
        self.assertGreater(said.count("--- PASS"), 7, said)


if __name__ == "__main__":
    unittest.main()
