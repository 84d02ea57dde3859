// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Spec: what a CO-RE record is about, as a path through the types of one BTF. A record names a type
// and has an access string such as "0:1:2", as the compiler's documentation calls it. Source:
// BPF_CORE_* in <linux/bpf.h>.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/failure.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "btf/btf.hpp"

namespace ringside::co_re {

inline constexpr std::uint32_t kBitsPerByte = 8;

// Kind is the question that a record asks. The numbers are those of bpf_core_relo_kind.
enum class Kind : std::uint32_t {
  field_byte_offset = 0,
  field_byte_size = 1,
  field_exists = 2,
  field_signed = 3,
  field_lshift_u64 = 4,
  field_rshift_u64 = 5,
  type_id_local = 6,
  type_id_target = 7,
  type_exists = 8,
  type_size = 9,
  enumval_exists = 10,
  enumval_value = 11,
  type_matches = 12,
};

// About is what a kind asks about: a field behind a path, a type as a whole, or an enumerator.
enum class About { field, type, enumerator };

// KindLine says how a kind is handled.
struct KindLine {
  const char* name; // as in the program: bpf_core_field_exists and so on
  About about;
  bool zero_if_missing; // if the target has no such thing, the answer is 0; else poison
  // The instruction must hold the value that the local types give. For a bit field, compilers put
  // other values into the instructions of some kinds.
  bool checked;
  bool checked_in_bitfield;
};

inline constexpr KindLine kKinds[] = {
    {"byte_off", About::field, false, true, false},
    {"byte_sz", About::field, false, true, false},
    {"field_exists", About::field, true, true, true},
    {"signed", About::field, false, true, true},
    {"lshift_u64", About::field, false, true, false},
    {"rshift_u64", About::field, false, true, true},
    {"local_type_id", About::type, true, false, false},
    {"target_type_id", About::type, true, false, false},
    {"type_exists", About::type, true, true, true},
    {"type_size", About::type, true, true, true},
    {"enumval_exists", About::enumerator, true, true, true},
    {"enumval_value", About::enumerator, false, true, true},
    {"type_matches", About::type, true, true, true},
};
constexpr const KindLine& line_of(Kind kind) {
  return kKinds[static_cast<std::uint32_t>(kind)];
}

// plain_name is a name without its flavor: "task_struct" of "task_struct___old". With flavors a
// program can have several local types for one type of the kernel.
std::string_view plain_name(std::string_view name);

// Step is one step of a path: to a named member of the composite type `type`, to the enumerator of
// the enum `type`, or, where name is null, to an element of type `type`.
struct Step {
  std::uint32_t type = 0;
  std::uint32_t index = 0;
  const char* name = nullptr;
};

// Spec is a path and where it leads. Unnamed members on the way add to the offset and are no steps.
struct Spec {
  static constexpr std::uint32_t kMaxDepth = 64;

  const btf::Btf* btf = nullptr;
  std::uint32_t root = 0;
  std::uint32_t count = 0;      // of steps
  std::uint32_t depth = 0;      // numbers in the access string: steps, and unnamed members
  std::uint64_t bit_offset = 0; // of a field, from the beginning of the root
  Step steps[kMaxDepth];

  [[nodiscard]] const Step& last() const { return steps[count - 1]; }
  // add_step appends a step, which uses one number of the string. E2BIG.
  Result<void> add_step(const Step& step);
};

// is_flexible is whether an array has no bound: its length is 0, and it is the last member of the
// composite type from which the path has reached it by name.
bool is_flexible(const Spec& spec, btf::Type array);

// parse_spec follows an access string on the local types. EINVAL, with a message: the string does
// not fit the type.
Result<Spec> parse_spec(const btf::Btf& btf, std::uint32_t root, const char* access, Kind kind,
                        const Subject& subject);

// text_of is a path as C would have it, such as "s.in.x".
Text text_of(const Spec& spec);

} // namespace ringside::co_re
