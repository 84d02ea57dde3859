// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Handles that another libbpf in the process has made: a call with one goes on to that library.
// There are two ways to find it, chosen when a library is linked: handle_maker_loaded.cpp asks the
// dynamic loader, and handle_maker_none.cpp is for archives, which get no such handle.
#pragma once

#include <cerrno>

namespace ringside {

// Called: a call of one of our functions, by the name of the function and the return address. The
// defaults are those of the function that has it as a local value or argument.
struct Called {
  explicit Called(const char* called_function = __builtin_FUNCTION(),
                  const void* return_address = __builtin_return_address(0))
      : function(called_function), from(return_address) {}

  const char* function;
  const void* from;
};

// makers_function finds the called function in the library that has made a handle which is not
// ours. If no library can have made it, it logs a warning and returns nullptr.
void* makers_function(Called called);

// warn_of_no_maker logs the warning for a handle that no library in the process has made.
void warn_of_no_maker(Called called);

// pass_on calls `function` of the library that has made the handle among `arguments`. If there is
// none, it sets errno to EINVAL and returns `otherwise`. It is never inline: otherwise the path of
// our own handles would need a stack frame.
template <class Answer, class... Arguments>
[[gnu::cold, gnu::noinline]] Answer pass_on(Answer (* /*function*/)(Arguments...), Called called,
                                            Answer otherwise, Arguments... arguments) {
  const int entry_errno = errno;
  void* const theirs = makers_function(called);
  errno = theirs != nullptr ? entry_errno : EINVAL;
  if (theirs == nullptr)
    return otherwise;
  return reinterpret_cast<Answer (*)(Arguments...)>(theirs)(arguments...);
}
template <class... Arguments>
[[gnu::cold, gnu::noinline]] void pass_on(void (* /*function*/)(Arguments...), Called called,
                                          Arguments... arguments) {
  const int entry_errno = errno;
  void* const theirs = makers_function(called);
  errno = theirs != nullptr ? entry_errno : EINVAL;
  if (theirs != nullptr)
    reinterpret_cast<void (*)(Arguments...)>(theirs)(arguments...);
}

} // namespace ringside
