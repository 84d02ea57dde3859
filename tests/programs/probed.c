/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* probed: a program with something to trace: it calls a function and getppid(2) ten times. */
#include <unistd.h>

__attribute__((noinline)) int probed(int number) {
  __asm__ volatile("" : "+r"(number));
  return number;
}

int main(void) {
  for (int number = 0; number < 10; number++) {
    probed(number);
    getppid();
  }
  return 0;
}
