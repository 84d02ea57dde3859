// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Handles that another libbpf in the process has made: a call with one goes on to that library.
// There are two ways to find it, chosen when a library is linked: handle_maker_loaded.cpp asks the
// dynamic loader, and handle_maker_none.cpp is for archives, which get no such handle.
#pragma once

#include <cerrno>
#include <type_traits>

#include "abi/boundary/handle.hpp"
#include "base/errno.hpp"

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

// callers_function finds the called function in the libbpf of the library that calls: that library
// itself, or one that it needs. nullptr if this is ours, and for calls from the program.
void* callers_function(Called called);

// warn_of_no_maker logs the warning for a handle that no library in the process has made,
// warn_of_two_makers the one for a call with handles of two libraries, which fails with EINVAL.
void warn_of_no_maker(Called called);
Errno warn_of_two_makers(Called called);

// notice_jump is for a function that other libbpfs jump to as the last thing that a constructor of
// theirs does: the return address is that of their caller, so they get a handle of ours for one of
// theirs. Where that may be so it warns, once in a process.
void notice_jump(const void* function, Called called = Called());

// refusal is what a function returns when it refuses its arguments with EINVAL.
template <class Answer>
Answer refusal() {
  if constexpr (std::is_signed_v<Answer>)
    return -EINVAL;
  else
    return Answer();
}

// is_handle_of_ours: an argument is a handle, and this library made it.
template <class Argument>
bool is_handle_of_ours(const Argument& argument) {
  using Tag = std::remove_const_t<std::remove_pointer_t<Argument>>;
  if constexpr (requires { typename Core<Tag>::Type; })
    return is_address(argument) && is_ours(argument);
  else
    return false;
}

// pass_on calls `function` of the library that has made the handles among `arguments`, one of which
// is foreign. If there is no such library, or this library made another of the handles, it fails
// with EINVAL. It is never inline: otherwise the path of our own handles would need a stack frame.
template <class Answer, class... Arguments>
[[gnu::cold, gnu::noinline]] Answer pass_on(Answer (* /*function*/)(Arguments...), Called called,
                                            Arguments... arguments) {
  const int entry_errno = errno;
  void* theirs = nullptr;
  if ((is_handle_of_ours(arguments) || ...))
    warn_of_two_makers(called);
  else
    theirs = makers_function(called);
  errno = theirs != nullptr ? entry_errno : EINVAL;
  if (theirs == nullptr)
    return refusal<Answer>();
  return reinterpret_cast<Answer (*)(Arguments...)>(theirs)(arguments...);
}

// callers_own is for functions that make a handle, or say how handles are made. It is `function` of
// the caller's own libbpf, which is the one to call, or nullptr: then we serve the caller. A
// library with a libbpf of its own gets all handles from there: we do not know the functions of
// that one which take them as well, such as those that libbpf 1.0 removed.
// What is made for a handle of ours, `other`, is ours too.
template <class Answer, class... Arguments>
auto callers_own(Answer (* /*function*/)(Arguments...), Called called,
                 const void* other = nullptr) {
  return reinterpret_cast<Answer (*)(Arguments...)>(other == nullptr ? callers_function(called)
                                                                     : nullptr);
}

} // namespace ringside
