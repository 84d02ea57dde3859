// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// usdt.bpf.c with the older layout of specs.
#define BPF_USDT_LAYOUT_16
#include "usdt.bpf.c"
