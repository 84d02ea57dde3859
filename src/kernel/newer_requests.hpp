// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What may be asked of bpf(2) on a newer kernel alone, and what is said when an older one refuses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/errno.hpp"
#include "base/failure.hpp"
#include "base/result.hpp"

namespace ringside::kernel {

// NewerRequest is a part of a request: an option's or an attach type's name, and the version of the
// first kernel that knows it, or 0 where only that it is a newer one is certain.
struct NewerRequest {
  const char* kind;
  const char* name;
  std::uint32_t since;
};

// newer_request finds what a kernel of this version does not know of a command with these
// attributes. Nothing if it knows all.
std::optional<NewerRequest> newer_request(int command, std::span<const std::byte> attr,
                                          std::uint32_t kernel_version);

// tell_refusal warns why the kernel refused a command that `function` made for its caller, where
// there is more to say than the error: which option the kernel is too old for, what the limit on
// descriptors is, and, once in a process, what it takes to make or to find BPF objects.
void tell_refusal(const Subject& function, int command, std::span<const std::byte> attr,
                  Errno error);

// tell_if_refused is the same for a request that has just been made. It says nothing of success.
template <class Value, class Attr>
void tell_if_refused(const Result<Value>& result, const Subject& function, int command,
                     const Attr& attr) {
  if (!result) [[unlikely]]
    tell_refusal(function, command, std::as_bytes(std::span(&attr, 1)), result.error());
}

} // namespace ringside::kernel
