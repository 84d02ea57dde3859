// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The libbpf behind us: a library that has some of libbpf's functions passes on the calls with
// handles that are not its own. There are three ways, chosen when a library is linked.
// next_library_loaded.cpp finds another libbpf in the process, next_library_static.cpp uses names
// that a static link gives, and next_library_none.cpp is for a library that stands alone.
#pragma once

namespace ringside {

// next_definition finds the next definition of a function of libbpf after ours, or nullptr.
void* next_definition(const char* name);

// no_next_definition warns that no library in the process owns the handle that the function `name`
// was called with, and sets errno to EINVAL.
void no_next_definition(const char* name);

// pass_on calls the next definition of `function`, whose name is `name`. If there is none, it warns
// and returns `otherwise`. It is never inline, so that a call with a handle of ours needs no stack
// for it.
template <class Answer, class... Arguments>
[[gnu::cold, gnu::noinline]] Answer pass_on(Answer (* /*function*/)(Arguments...), const char* name,
                                            Answer otherwise, Arguments... arguments) {
  if (void* next = next_definition(name))
    return reinterpret_cast<Answer (*)(Arguments...)>(next)(arguments...);
  no_next_definition(name);
  return otherwise;
}
template <class... Arguments>
[[gnu::cold, gnu::noinline]] void pass_on(void (* /*function*/)(Arguments...), const char* name,
                                          Arguments... arguments) {
  if (void* next = next_definition(name))
    return reinterpret_cast<void (*)(Arguments...)>(next)(arguments...);
  no_next_definition(name);
}

} // namespace ringside
