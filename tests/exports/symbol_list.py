# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The symbol list, read with the generator's own code (tools/gen/symbols.py)."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / 'tools' / 'gen'))

# pylint: disable-next=wrong-import-position
from symbols import (FAMILIES, LIBBPF, LIBRARIES, MARKS, RINGSIDE, ListError, archive, chain,
                     exported, exports, load, nodes, owner, parse, static_renames, version_script)

__all__ = ('FAMILIES', 'LIBBPF', 'LIBRARIES', 'MARKS', 'RINGSIDE', 'ROOT', 'ListError', 'archive',
           'chain', 'exported', 'exports', 'load', 'nodes', 'owner', 'parse', 'static_renames',
           'version_script')
