"""A new handle, its methods, options, callbacks and row type reach Python with no file of the bindings edited."""

import os
import re
import unittest

import gadget_library


class NewNoun(unittest.TestCase):
    def test_gadgets(self):
        done = gadget_library.run_tests(os.path.join(gadget_library.HERE, "gadget"))
        self.assertEqual(done.returncode, 0, done.stdout)
        ran = re.search(r"Ran (\d+) tests", done.stdout)
        self.assertGreater(int(ran.group(1)), 20, done.stdout)


if __name__ == "__main__":
    unittest.main()
