#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
# build.sh: compiles the objects of this folder into built/NAME.{el,eb}.o, one for each byte order.
# They keep BTF, but nothing else for debuggers, and no folder of the machine.
set -eu
cd "$(dirname "$0")"
for source in *.bpf.c; do
  name=${source%.bpf.c}
  debug=-g
  [ "$name" != plain ] || debug=-g0
  for order in el eb; do
    clang -O2 $debug -Wall -target "bpf$order" -D__TARGET_ARCH_x86 \
      -fdebug-compilation-dir=. -I ../../include \
      -I "/usr/include/$(gcc -print-multiarch)" -c "$source" -o "built/$name.$order.o"
    llvm-strip -g "built/$name.$order.o"
  done
done
