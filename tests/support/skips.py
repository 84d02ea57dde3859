# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""How a test says that it cannot run here: it prints one line, "SKIP: " and the reason, and ends
with exit code 77."""

import sys

CODE = 77
MARK = "SKIP: "


def skip(why):
    """Ends the test. Of a reason with several lines the first is given."""
    print(MARK + first_line(why))
    sys.exit(CODE)


def reason(output):
    """The reason in what a test printed; None if it gave none."""
    for line in output.splitlines():
        if line.startswith(MARK):
            return line[len(MARK):].strip() or None
    return None


def first_line(text):
    """The first line of a text that has something in it."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
