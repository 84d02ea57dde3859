// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The commands of bpf(2): with how many bytes of attributes each is made, and what it gives.
#pragma once

#include <cstddef>
#include <type_traits>

#include <linux/bpf.h>

#include "base/result.hpp"
#include "bpf/attr.hpp"
#include "os/bpf.hpp"
#include "os/unique_fd.hpp"

namespace ringside::bpf {

// passed_size is how many bytes of attributes the kernel is given: up to the last field. An older
// kernel takes more than it knows, as long as that is 0.
template <class Attr>
consteval std::uint32_t passed_size() {
  if constexpr (std::is_same_v<Attr, MapCreateAttr>)
    return offsetof(MapCreateAttr, reserved);
  else if constexpr (std::is_same_v<Attr, PathAttr>)
    return offsetof(PathAttr, reserved);
  else
    return sizeof(Attr);
}

// call makes a command that gives 0, a descriptor or a count, and may answer in its attributes.
template <class Attr>
Result<int> call(int command, Attr& attr) {
  // No padding: it would be passed without a value. A union's size is that of `words`.
  static_assert(std::has_unique_object_representations_v<Attr> ||
                std::is_same_v<Attr, LinkCreateAttr>);
  return os::bpf(command, &attr, passed_size<Attr>());
}

// run makes a command that gives 0 and answers nothing in its attributes.
template <class Attr>
Result<void> run(int command, Attr attr) {
  const auto result = call(command, attr);
  if (!result)
    return result.error();
  return {};
}

// The lowest descriptor that is none of those of standard input, output and error.
inline constexpr int kAboveStandard = 3;

// duplicate_above_standard is a second descriptor that is none of those of standard input, output
// and error.
Result<os::UniqueFd> duplicate_above_standard(int fd);

// owned takes the descriptor that a command has given. It is kept above those of standard input,
// output and error: a program that has closed one of them, and later opens or uses its number,
// must not meet a BPF object there.
inline Result<os::UniqueFd> owned(Result<int> fd) {
  if (!fd) [[unlikely]]
    return fd.error();
  os::UniqueFd given(*fd);
  if (given.get() < kAboveStandard) [[unlikely]]
    return duplicate_above_standard(given.get());
  return given;
}

// open makes a command that gives a descriptor.
template <class Attr>
Result<os::UniqueFd> open(int command, Attr attr) {
  return owned(call(command, attr));
}

} // namespace ringside::bpf
