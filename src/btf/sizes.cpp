// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Sizes of types.
#include "btf/sizes.hpp"

#include <cerrno>

namespace ringside::btf {
namespace {

constexpr std::uint64_t kMaxSize = UINT32_MAX;

// has_target_size: a type has the size of the type that it refers to.
bool has_target_size(Kind kind) {
  switch (kind) {
  case kVolatile:
  case kConst:
  case kRestrict:
  case kTypeTag:
  case kTypedef:
  case kVar:
    return true;
  default:
    return false;
  }
}

// own_size is the size of a type that has one of its own, else 0 and false.
bool own_size(const Btf& btf, Type type, std::uint64_t& size) {
  switch (type.kind()) {
  case kInt:
  case kFloat:
  case kEnum:
  case kEnum64:
  case kStruct:
  case kUnion:
  case kDatasec:
    size = type.size();
    return true;
  case kPtr:
    size = btf.pointer_bytes();
    return true;
  default:
    return false;
  }
}

} // namespace

Result<std::uint32_t> resolve_type(const Btf& btf, std::uint32_t id) {
  Type type = btf.type(id);
  for (int types = 1; has_target_size(type.kind()); ++types) {
    if (types == kMaxTypesToSize)
      return Errno(EINVAL);
    id = type.target();
    type = btf.type(id);
  }
  if (type.is(kVoid) || type.is(kFwd))
    return Errno(EINVAL);
  return id;
}

Result<std::int64_t> resolve_size(const Btf& btf, std::uint32_t id) {
  std::uint64_t count = 1;
  for (int types = 0; types < kMaxTypesToSize; ++types) {
    const Type type = btf.type(id);
    if (std::uint64_t size = 0; own_size(btf, type, size)) {
      if (size * count > kMaxSize)
        return Errno(E2BIG);
      return static_cast<std::int64_t>(size * count);
    }
    if (type.is(kArray)) {
      count *= type.array().count;
      if (count > kMaxSize)
        return Errno(E2BIG);
      id = type.array().element;
    } else if (has_target_size(type.kind()) || type.is(kDeclTag)) {
      id = type.target();
    } else {
      return Errno(EINVAL);
    }
  }
  return Errno(EINVAL);
}

} // namespace ringside::btf
