// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Adding types to a Btf, one at a time or all of another. Ids may be those of types that are added
// later; below 0 they are refused. Names may be null where C lets them be absent.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.hpp"
#include "btf/btf.hpp"

namespace ringside::btf {

// Each of these adds a type and returns its id, or for an element of the last type nothing. EINVAL
// for an argument that is not right, with a message; ENOSPC: the last type has as many elements as
// fit; E2BIG: an enumerator of ENUM does not fit into 32 bits; EOPNOTSUPP, ENOMEM: see Change. What
// fails adds no type, and at most a string.
Result<std::uint32_t> add_int(Btf& btf, const char* name, std::size_t size, int encoding);
Result<std::uint32_t> add_float(Btf& btf, const char* name, std::size_t size);
// PTR, CONST, VOLATILE, RESTRICT, which have no name, and TYPEDEF and TYPE_TAG. With the flag a tag
// is an attribute.
Result<std::uint32_t> add_reference(Btf& btf, Kind kind, const char* name, int target,
                                    bool flag = false);
Result<std::uint32_t> add_array(Btf& btf, int index, int element, std::uint32_t count);
// STRUCT, UNION.
Result<std::uint32_t> add_composite(Btf& btf, Kind kind, const char* name, std::uint32_t size);
Result<void> add_member(Btf& btf, const char* name, int type, std::uint32_t bit_offset,
                        std::uint32_t bit_size);
// ENUM, ENUM64.
Result<std::uint32_t> add_enum(Btf& btf, Kind kind, const char* name, std::uint32_t size,
                               bool is_signed);
Result<void> add_enumerator(Btf& btf, const char* name, std::int64_t value);
Result<void> add_enumerator64(Btf& btf, const char* name, std::uint64_t value);
// FWD of a STRUCT or UNION; that of an ENUM is an ENUM without enumerators.
Result<std::uint32_t> add_forward(Btf& btf, const char* name, Kind kind);
Result<std::uint32_t> add_func(Btf& btf, const char* name, std::uint32_t linkage, int prototype);
Result<std::uint32_t> add_prototype(Btf& btf, int returned);
Result<void> add_parameter(Btf& btf, const char* name, int type);
Result<std::uint32_t> add_var(Btf& btf, const char* name, int linkage, int type);
Result<std::uint32_t> add_datasec(Btf& btf, const char* name, std::uint32_t size);
Result<void> add_variable(Btf& btf, int var, std::uint32_t offset, std::uint32_t size);
Result<std::uint32_t> add_decl_tag(Btf& btf, const char* name, int target, int component,
                                   bool flag = false);

// add_string is the offset of a text, which is added if it is not there.
Result<std::uint32_t> add_string(Btf& btf, const char* text);

// add_copy adds a copy of a type of `from`, which may be `btf`. Ids in it stay as they are. EINVAL:
// its kind is not known, or it has a string that `from` has not.
Result<std::uint32_t> add_copy(Btf& btf, const Btf& from, Type type);

// add_all adds copies of all own types of `from` and returns the id of the first. Ids of own types
// are shifted, and strings that types use are added. EOPNOTSUPP: `from` is split on another base.
Result<std::uint32_t> add_all(Btf& btf, const Btf& from);

} // namespace ringside::btf
