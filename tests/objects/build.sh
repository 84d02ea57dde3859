#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
# build.sh FOLDER HEADERS: compiles the objects of this folder into FOLDER/NAME.{el,eb}.o, one for
# each byte order. They keep BTF, but nothing else for debuggers.
set -eu
here=$(dirname "$0")
for source in "$here"/*.bpf.c; do
  name=$(basename "$source" .bpf.c)
  debug=-g
  [ "$name" != plain ] || debug=-g0
  for order in el eb; do
    clang -O2 $debug -Wall -target "bpf$order" -I "$2" -I "/usr/include/$(gcc -print-multiarch)" \
      -c "$source" -o "$1/$name.$order.o"
    llvm-strip -g "$1/$name.$order.o"
  done
done
