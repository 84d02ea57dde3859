// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// One program, without maps; the tests compile it without BTF.
__attribute__((section("socket"), used)) int entry(void* ctx) {
  return 1;
}
char _license[] __attribute__((section("license"), used)) = "GPL";
