#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Nothing is lost on a busy machine that the stock library keeps: a real-time process takes the
reader's CPU for some milliseconds of every 50, in four cells of the table that `./dev bench busy`
prints. Where the stock library loses nothing in five rounds, ours must lose nothing.

  busy.py BUSY_BENCH STOCK_LIBBPF OUR_LIBRARY
"""
import re
import subprocess
import sys

# Ring, milliseconds taken, pages.
CELLS = ('perf,2,64', 'perf,5,256', 'perf,20,256', 'bpf,2,256')
ROUNDS = 5
# Other programs take CPUs, too: a cell counts when ours is worse again and again.
TRIES = 3


def lost(bench, cell, libraries):
    """What the stock library and ours have lost, round by round."""
    done = subprocess.run([bench, '--rounds', str(ROUNDS), '--only', cell, *libraries], text=True,
                          stdout=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1):
        print(done.stdout, end='')
        sys.exit(done.returncode)
    return [[int(number) for number in re.search(rf'^  {name} +((\d+ +)+)', done.stdout, re.M)[1]
             .split()] for name in ('stock', 'ours')]


def main(bench, *libraries):
    worse = []
    for cell in CELLS:
        for _ in range(TRIES):
            stock, ours = lost(bench, cell, libraries)
            print(f'{cell}: lost on the stock library {stock}, on ours {ours}')
            if any(stock) or not any(ours):
                break
        else:
            worse.append(cell)
    print('\n'.join(f'{cell}: ours loses where the stock library keeps all' for cell in worse))
    return 1 if worse else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
