// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Functions of the other libraries of this process, found with the dynamic loader. None of these
// loads a library. Sources: dlsym(3), dladdr(3), dl_iterate_phdr(3).
#pragma once

namespace ringside {

// definition_after_us finds the next definition after ours in the loader's search order. The other
// two ignore all libraries of ringside, because two of them would pass a call back and forth
// without end.
void* definition_after_us(const char* name);

// definition_for_caller finds the definition of the library that contains `address`, or of one that
// this library needs. The program itself does not count: its search order is that of the process.
void* definition_for_caller(const void* address, const char* name);

// only_definition looks through all libraries, with any name. `address` is the definition if
// exactly one library has it, otherwise nullptr. `several` says that more than one has it.
struct OnlyDefinition {
  void* address;
  bool several;
};
OnlyDefinition only_definition(const char* name);

// calls_by_name: the file that contains `address` calls `function` by its name. Then the loader has
// put the function's address into one of the file's slots. A call through a pointer needs no slot.
bool calls_by_name(const void* address, const void* function);

} // namespace ringside
