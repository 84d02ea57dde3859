// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Probes: for each type what it needs beside the rest, as tables. Source: bpf(2), and the comments
// of <linux/bpf.h> of Linux 7.2.
#include "kernel/probe.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <span>
#include <string_view>

#include "base/failure.hpp"
#include "bpf/btf_load.hpp"
#include "bpf/insn.hpp"
#include "bpf/map.hpp"
#include "bpf/new_uapi.hpp"
#include "bpf/prog.hpp"
#include "bpf/version.hpp"
#include "btf/header.hpp"
#include "os/process.hpp"

namespace ringside::kernel {
namespace {

constexpr Errno kNotSupported{524}; // the kernel's ENOTSUPP
constexpr std::uint32_t kNewestProgramType = bpf::kProgNetfilter;
constexpr std::uint32_t kNewestMapType = bpf::kMapRhash;

// How a type of program is tried out, where it is not as any other.
struct ProgramRow {
  std::uint32_t type;
  std::uint32_t expected_attach_type = 0;
  std::uint32_t flags = 0;
  bool wants_kernel_version = false;
  // Programs of this type are attached to a type in the kernel's BTF. Type 1 is no function.
  bool wants_target = false;
  // They are known if they are refused for this reason.
  int refusal = 0;
  std::string_view refusal_text = {};
};
constexpr std::string_view kNoFunction = "attach_btf_id 1 is not a function";
constexpr ProgramRow kPrograms[] = {
    {.type = BPF_PROG_TYPE_KPROBE, .wants_kernel_version = true},
    {.type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR, .expected_attach_type = BPF_CGROUP_INET4_CONNECT},
    {.type = BPF_PROG_TYPE_CGROUP_SOCKOPT, .expected_attach_type = BPF_CGROUP_GETSOCKOPT},
    {.type = BPF_PROG_TYPE_SK_LOOKUP, .expected_attach_type = BPF_SK_LOOKUP},
    {.type = BPF_PROG_TYPE_LIRC_MODE2, .expected_attach_type = BPF_LIRC_MODE2},
    {.type = bpf::kProgNetfilter, .expected_attach_type = bpf::kNetfilter},
    {.type = BPF_PROG_TYPE_SYSCALL, .flags = BPF_F_SLEEPABLE},
    {.type = BPF_PROG_TYPE_TRACING,
     .expected_attach_type = BPF_TRACE_FENTRY,
     .wants_target = true,
     .refusal = EINVAL,
     .refusal_text = kNoFunction},
    {.type = BPF_PROG_TYPE_LSM,
     .expected_attach_type = BPF_MODIFY_RETURN,
     .wants_target = true,
     .refusal = EINVAL,
     .refusal_text = kNoFunction},
    {.type = BPF_PROG_TYPE_EXT,
     .wants_target = true,
     .refusal = EINVAL,
     .refusal_text = "Cannot replace kernel functions"},
    {.type = BPF_PROG_TYPE_STRUCT_OPS, .refusal = kNotSupported.value()},
};

ProgramRow program_row(std::uint32_t type) {
  const auto* const row =
      std::find_if(std::begin(kPrograms), std::end(kPrograms),
                   [type](const ProgramRow& known) { return known.type == type; });
  return row != std::end(kPrograms) ? *row : ProgramRow{.type = type};
}

// Attempt is how the loading of a program went.
struct Attempt {
  Errno error = Errno(0);
  char log[4096] = {};

  [[nodiscard]] bool loaded() const { return error == Errno(0); }
  [[nodiscard]] std::string_view text() const { return log; }
  [[nodiscard]] bool says(std::string_view words) const {
    return text().find(words) != std::string_view::npos;
  }
};

void try_program(const ProgramRow& row, std::span<const bpf_insn> insns, bool wants_log,
                 Attempt& attempt) {
  bpf::ProgLoadAttr attr{
      .prog_type = row.type,
      .insn_cnt = static_cast<std::uint32_t>(insns.size()),
      .insns = insns.data(),
      .license = "GPL",
      .kern_version = row.wants_kernel_version ? bpf::kernel_version() : 0,
      .prog_flags = row.flags,
      .expected_attach_type = row.expected_attach_type,
      .attach_btf_id = row.wants_target ? 1U : 0U,
  };
  if (wants_log) {
    attr.log_level = 1;
    attr.log_buf = attempt.log;
    // The last byte stays 0.
    attr.log_size = sizeof(attempt.log) - 1;
  }
  if (const auto fd = bpf::load_program(attr); !fd)
    attempt.error = fd.error();
}

// How a type of map is tried out, where it is not as any other.
struct MapRow {
  std::uint32_t type;
  std::uint32_t key_size = 4;
  std::uint32_t value_size = 4;
  std::uint32_t max_entries = 1;
  std::uint32_t flags = 0;
  enum class Wants : unsigned char { nothing, page, btf, inner_map, kernel_type } wants = {};
};
constexpr std::uint32_t kCgroupKeySize = sizeof(bpf_cgroup_storage_key);
constexpr std::uint32_t kInsnArrayValueSize = 16; // struct bpf_insn_array_value
constexpr MapRow kMaps[] = {
    {.type = BPF_MAP_TYPE_STACK_TRACE, .value_size = 8},
    {.type = BPF_MAP_TYPE_LPM_TRIE, .key_size = 8, .value_size = 8, .flags = BPF_F_NO_PREALLOC},
    {.type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .wants = MapRow::Wants::inner_map},
    {.type = BPF_MAP_TYPE_HASH_OF_MAPS, .wants = MapRow::Wants::inner_map},
    {.type = BPF_MAP_TYPE_CGROUP_STORAGE,
     .key_size = kCgroupKeySize,
     .value_size = 8,
     .max_entries = 0},
    {.type = BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
     .key_size = kCgroupKeySize,
     .value_size = 8,
     .max_entries = 0},
    {.type = BPF_MAP_TYPE_QUEUE, .key_size = 0},
    {.type = BPF_MAP_TYPE_STACK, .key_size = 0},
    {.type = BPF_MAP_TYPE_BLOOM_FILTER, .key_size = 0},
    {.type = BPF_MAP_TYPE_SK_STORAGE,
     .value_size = 8,
     .max_entries = 0,
     .flags = BPF_F_NO_PREALLOC,
     .wants = MapRow::Wants::btf},
    {.type = BPF_MAP_TYPE_INODE_STORAGE,
     .value_size = 8,
     .max_entries = 0,
     .flags = BPF_F_NO_PREALLOC,
     .wants = MapRow::Wants::btf},
    {.type = BPF_MAP_TYPE_TASK_STORAGE,
     .value_size = 8,
     .max_entries = 0,
     .flags = BPF_F_NO_PREALLOC,
     .wants = MapRow::Wants::btf},
    {.type = bpf::kMapCgrpStorage,
     .value_size = 8,
     .max_entries = 0,
     .flags = BPF_F_NO_PREALLOC,
     .wants = MapRow::Wants::btf},
    {.type = BPF_MAP_TYPE_STRUCT_OPS, .wants = MapRow::Wants::kernel_type},
    {.type = BPF_MAP_TYPE_RINGBUF, .key_size = 0, .value_size = 0, .wants = MapRow::Wants::page},
    {.type = BPF_MAP_TYPE_USER_RINGBUF,
     .key_size = 0,
     .value_size = 0,
     .wants = MapRow::Wants::page},
    {.type = bpf::kMapArena, .key_size = 0, .value_size = 0, .flags = BPF_F_MMAPABLE},
    {.type = bpf::kMapInsnArray, .value_size = kInsnArrayValueSize},
    {.type = bpf::kMapRhash, .flags = BPF_F_NO_PREALLOC},
};

MapRow map_row(std::uint32_t type) {
  const auto* const row = std::find_if(std::begin(kMaps), std::end(kMaps),
                                       [type](const MapRow& known) { return known.type == type; });
  return row != std::end(kMaps) ? *row : MapRow{.type = type};
}

bpf::MapCreateAttr attr_of(const MapRow& row) {
  return {.map_type = row.type,
          .key_size = row.key_size,
          .value_size = row.value_size,
          .max_entries = row.max_entries,
          .map_flags = row.flags};
}

Probed created(const bpf::MapCreateAttr& attr) {
  const auto fd = bpf::create_map(attr);
  return fd ? Probed{.has = true} : Probed{.has = false, .error = fd.error()};
}

// The storage of a socket, file, task or cgroup has values with a lock in them, which BTF
// describes:
//   1  int
//   2  struct bpf_spin_lock { int val; }
//   3  struct { int cnt; struct bpf_spin_lock l; }
constexpr char kStrings[] = "\0bpf_spin_lock\0val\0cnt\0l";
struct StorageBtf {
  std::uint16_t magic = btf::kMagic;
  std::uint8_t version = 1;
  std::uint8_t flags = 0;
  std::uint32_t header_size = btf::Header::kShort;
  std::uint32_t type_offset = 0;
  std::uint32_t type_size = sizeof(types);
  std::uint32_t string_offset = sizeof(types);
  std::uint32_t string_size = sizeof(kStrings);
  std::uint32_t types[19] = {
      0, 0x01000000, 4, 0x01000020,                 // int, signed, 32 bits
      1, 0x04000001, 4, 15,         1, 0,           // struct bpf_spin_lock
      0, 0x04000002, 8, 19,         1, 0, 23, 2, 32 // the value
  };
  char strings[sizeof(kStrings)] = {};
};
constexpr std::uint32_t kKeyType = 1;
constexpr std::uint32_t kValueType = 3;

Result<Probed> try_storage(const MapRow& row) {
  StorageBtf btf;
  std::copy(std::begin(kStrings), std::end(kStrings), btf.strings);
  bpf::BtfLoadAttr load{.btf = &btf, .btf_size = offsetof(StorageBtf, strings) + sizeof(kStrings)};
  const auto btf_fd = bpf::load_btf(load);
  if (!btf_fd)
    return btf_fd.error();
  bpf::MapCreateAttr attr = attr_of(row);
  attr.btf_fd = static_cast<std::uint32_t>(btf_fd->get());
  attr.btf_key_type_id = kKeyType;
  attr.btf_value_type_id = kValueType;
  return created(attr);
}

Probed try_map_of_maps(const MapRow& row) {
  const auto inner = bpf::create_map(attr_of(MapRow{.type = BPF_MAP_TYPE_HASH}));
  if (!inner)
    return {.has = false, .error = inner.error()};
  bpf::MapCreateAttr attr = attr_of(row);
  attr.inner_map_fd = static_cast<std::uint32_t>(inner->get());
  return created(attr);
}

// Type 1 of the kernel is no struct of operations, which a kernel that knows of such answers with
// ENOTSUPP. Before 6.9 it takes no BTF object of a module, and answers EINVAL to one.
Probed try_struct_ops(const MapRow& row) {
  bpf::MapCreateAttr attr = attr_of(row);
  attr.btf_vmlinux_value_type_id = 1;
  attr.value_type_btf_obj_fd = -1;
  Probed answer = created(attr);
  if (answer.error == Errno(EINVAL) || answer.error == Errno(E2BIG)) {
    attr.value_type_btf_obj_fd = 0;
    answer = created(attr);
  }
  answer.has = answer.error == kNotSupported;
  return answer;
}

constexpr std::string_view kHelperRefused[] = {"invalid func ", "unknown func ",
                                               "program of this type cannot use helper "};

} // namespace

Result<Probed> has_program_type(std::uint32_t type) {
  if (type > kNewestProgramType)
    return Errno(EOPNOTSUPP);
  static constexpr bpf_insn kProgram[] = {bpf::insn::move(0, 0), bpf::insn::exit()};
  const ProgramRow row = program_row(type);
  Attempt attempt;
  try_program(row, kProgram, row.wants_target, attempt);
  const bool has = row.refusal != 0
                       ? attempt.error == Errno(row.refusal) && attempt.says(row.refusal_text)
                       : attempt.loaded();
  return Probed{.has = has, .error = attempt.error};
}

Result<Probed> has_map_type(std::uint32_t type) {
  if (type == BPF_MAP_TYPE_UNSPEC || type > kNewestMapType)
    return Errno(EOPNOTSUPP);
  MapRow row = map_row(type);
  switch (row.wants) {
  case MapRow::Wants::btf:
    return try_storage(row);
  case MapRow::Wants::inner_map:
    return try_map_of_maps(row);
  case MapRow::Wants::kernel_type:
    return try_struct_ops(row);
  case MapRow::Wants::page:
    row.max_entries = static_cast<std::uint32_t>(os::page_size());
    break;
  case MapRow::Wants::nothing:
    break;
  }
  return created(attr_of(row));
}

Result<Probed> has_helper(std::uint32_t program_type, std::int32_t helper) {
  const ProgramRow row = program_row(program_type);
  if (program_type > kNewestProgramType || row.refusal != 0)
    return Errno(EOPNOTSUPP);
  const bpf_insn program[] = {bpf::insn::call(helper), bpf::insn::exit()};
  Attempt attempt;
  try_program(row, program, true, attempt);
  bool has = std::none_of(std::begin(kHelperRefused), std::end(kHelperRefused),
                          [&](std::string_view words) { return attempt.says(words); });
  // Without a word of the verifier's it is the type of program that the kernel does not know.
  if (attempt.error == Errno(EINVAL) && attempt.text().empty())
    has = false;
  if (attempt.error == Errno(EPERM))
    fail(Subject("libbpf_probe_bpf_helper"), attempt.error,
         "this process may not load programs: that helper %d is there is a guess", helper);
  return Probed{.has = has || attempt.loaded(), .error = attempt.error};
}

} // namespace ringside::kernel
