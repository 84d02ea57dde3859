/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* host: a program that loads plugins, each with a libbpf of its own, and runs them by turns. A
 * plugin is a client whose main function is called plugin_main. */
#include <dlfcn.h>
#include <stdio.h>

enum { kTurns = 2, kPluginsMax = 4 };

typedef int (*plugin_main)(void);

int main(int argc, char** argv) {
  plugin_main plugins[kPluginsMax];
  int failed = 0;

  for (int i = 1; i < argc; i++) {
    void* handle = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);

    if (!handle || !(*(void**)&plugins[i - 1] = dlsym(handle, "plugin_main"))) {
      printf("%s\n", dlerror());
      return 1;
    }
  }
  for (int turn = 0; turn < kTurns; turn++) {
    for (int i = 1; i < argc; i++) {
      printf("%s, turn %d: ", argv[i], turn);
      fflush(stdout);
      if (plugins[i - 1]()) {
        printf("failed\n");
        failed = 1;
      }
    }
  }
  return failed;
}
