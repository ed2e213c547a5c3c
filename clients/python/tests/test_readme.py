"""What the page shows is Python, and names nothing that is not there."""

import os
import re
import unittest

import sluice

from . import fakes


class Examples(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(fakes.ROOT, "README.md"), encoding="utf-8") as page:
            self.page = page.read()

    def test_every_example_can_be_read_by_python(self):
        examples = re.findall(r"```python\n(.*?)```", self.page, re.DOTALL)
        self.assertEqual(6, len(examples))
        for number, example in enumerate(examples):
            compile(example, f"example {number}", "exec")

    def test_every_name_is_there(self):
        named = set(re.findall(r"\bsluice\.([a-z_]\w*)\(", self.page)) | {"SluiceCallback", "NotificationError"}
        self.assertLess(3, len(named))
        self.assertEqual(set(), named - set(sluice.__all__))
