# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The symbol list, read with the generator's own code (tools/gen/symbols.py)."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / 'tools' / 'gen'))

from symbols import *  # pylint: disable=wrong-import-position,wildcard-import
