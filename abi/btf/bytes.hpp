// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What struct btf and struct btf_ext have in common: bytes, and the order in which they are given.
#pragma once

#include <cerrno>

#include <bpf/btf.h>

#include "abi/boundary/entry.hpp"
#include "base/byte_order.hpp"
#include "base/failure.hpp"

namespace ringside {

static_assert(BTF_LITTLE_ENDIAN == static_cast<int>(ByteOrder::little));
static_assert(BTF_BIG_ENDIAN == static_cast<int>(ByteOrder::big));

template <class T>
const void* raw_data(const T& object, __u32* size) {
  const Entry entry;
  const auto bytes = object.bytes(object.order());
  if (!bytes)
    return entry.fail_null<const void>(bytes.error());
  *size = static_cast<__u32>(bytes->size());
  return entry.give(bytes->data());
}

template <class T>
int set_order(T& object, btf_endianness endian) {
  const Entry entry;
  if (endian != BTF_LITTLE_ENDIAN && endian != BTF_BIG_ENDIAN)
    return entry.fail(
        fail("BTF", Errno(EINVAL), "there is no byte order %d", static_cast<int>(endian)));
  object.set_order(static_cast<ByteOrder>(endian));
  return entry.give(0);
}

} // namespace ringside
