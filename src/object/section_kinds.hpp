// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// SectionKind: what the name of a program's section, its SEC(), says about it. Source: the table of
// program types in the kernel's Documentation/bpf/libbpf/program_types.rst, and the stock library
// asked name by name.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace ringside::object {

// Auto is how bpf_program__attach reads what stands behind the first slash.
enum class Auto {
  none, // not at all: it takes an attach function with a target
  kprobe,
  kprobe_multi,
  kprobe_session,
  system_call,
  uprobe,
  uprobe_multi,
  usdt,
  tracepoint,
  raw_tracepoint,
  btf_target,
  iterator,
  tracing_multi,
};

// What is added to a program just before it is loaded, and whether libbpf_attach_type_by_name knows
// the section.
inline constexpr std::uint8_t kOptionalType = 1 << 0; // no attach type where the kernel knows none
inline constexpr std::uint8_t kSleepable = 1 << 1;
inline constexpr std::uint8_t kFrags = 1 << 2;           // XDP with several buffers
inline constexpr std::uint8_t kMultiIfPossible = 1 << 3; // USDT by multi-uprobe
inline constexpr std::uint8_t kBtfTarget = 1 << 4;       // the BTF id of what it attaches to
inline constexpr std::uint8_t kNamed = 1 << 5;

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): the columns of a table, in its order
struct SectionKind {
  std::string_view name;
  bool may_have_target; // "name/..." is it as well
  std::uint32_t prog_type;
  std::uint32_t attach_type;
  std::uint8_t flags = 0;
  Auto automatic = Auto::none;
};

std::span<const SectionKind> section_kinds();

// find_section_kind is the kind of a section name without a leading '?', or null. No two kinds
// match one name.
const SectionKind* find_section_kind(std::string_view section);

// meant_section_kind is the kind that the author of an unknown name may have meant: a kind whose
// name differs by one slip of the keyboard, or the one that libbpf before 1.0 understood, when most
// names could go on with any text. Null if there is none.
const SectionKind* meant_section_kind(std::string_view section);

} // namespace ringside::object
