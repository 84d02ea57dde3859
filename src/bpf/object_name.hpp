// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The names that the kernel keeps of maps and programs, and kernels that keep none.
#pragma once

#include <cerrno>

#include "bpf/command.hpp"

namespace ringside::bpf {

// set_name copies what fits of a name, which may be null, and leaves a NUL behind it.
void set_name(char (&name)[kNameSize], const char* text);

// What this process knows about names: nothing yet, that they work, or that the kernel is older
// (before 4.15) and answers E2BIG.
enum class Names { unknown, known, refused };
Names names();
void learn_names(Names names);

// with_name makes a call whose attributes may have a name. It is made again without one if that is
// what the kernel may have stumbled over.
template <class Call>
Result<int> with_name(char (&name)[kNameSize], Call make_call) {
  if (name[0] == '\0')
    return make_call();
  const Names before = names();
  if (before != Names::refused) {
    const auto result = make_call();
    if (before == Names::known)
      return result;
    if (result)
      learn_names(Names::known);
    if (result || result.error() != Errno(E2BIG))
      return result;
  }
  set_name(name, nullptr);
  const auto result = make_call();
  if (result)
    learn_names(Names::refused);
  return result;
}

} // namespace ringside::bpf
