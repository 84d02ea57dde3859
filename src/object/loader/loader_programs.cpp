// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The programs of a loader: what they name on the machine that it runs on, and loading them.
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstring>

#include <linux/btf.h>

#include "bpf/insn.hpp"
#include "bpf/new_uapi.hpp"
#include "object/attach_target.hpp"
#include "object/loader/loader_externs.hpp"
#include "object/loader/loader_work.hpp"

namespace ringside::object {
namespace {

using ProgAttr = bpf::ProgLoadAttr;

constexpr std::uint32_t kProgAttrBytes = offsetof(ProgAttr, log_true_size);
static_assert(kProgAttrBytes == 140);

// BPF_PSEUDO_MAP_IDX and BPF_PSEUDO_MAP_IDX_VALUE follow BPF_PSEUDO_MAP_FD and
// BPF_PSEUDO_MAP_VALUE at this distance: an index in place of a descriptor.
constexpr unsigned kByIndex = 4;

Result<int> refuse_jump_table(void* context, const Code& /*code*/, std::uint32_t /*insn*/,
                              const Reference& /*table*/) {
  return fail(*static_cast<const Subject*>(context), Errno(ENOTSUP),
              "a loader makes no jump tables: compile it without them");
}

// relocate_by_index has instructions name maps by their index, and symbols of the kernel not yet.
Result<void> relocate_by_index(LoaderWork& work, Program& program, const Subject& subject) {
  const Parsed& parsed = work.loading.object.parsed();
  Vector<LiveMap> maps;
  for (const Map& map : work.loading.object.maps())
    if (!maps.append({map.plan().autocreate, static_cast<int>(map.index())}))
      return no_memory(subject, "its maps");
  Vector<LiveExtern> externs;
  if (!externs.append_default(parsed.externs.size()))
    return no_memory(subject, "its externs");
  for (LiveExtern& external : externs)
    external.is_set = true;
  RelocationTargets targets;
  targets.maps = {maps.begin(), maps.size()};
  targets.externs = {externs.begin(), externs.size()};
  targets.jump_table = refuse_jump_table;
  targets.context = const_cast<Subject*>(&subject);
  Code& code = *program.code();
  if (const auto done = relocate(code, parsed, targets, subject); !done)
    return done;
  for (const Reference& reference : code.references) {
    bpf_insn& insn = code.insns[reference.insn];
    if (!bpf::insn::is_load_64(insn) || reference.to == RefersTo::subprogram)
      continue;
    if (insn.src_reg == BPF_PSEUDO_MAP_FD || insn.src_reg == BPF_PSEUDO_MAP_VALUE) {
      insn.src_reg = (insn.src_reg + kByIndex) & 15U;
      continue;
    }
    // What is not found stays 0.
    insn.src_reg = 0;
    bpf::insn::set_number(insn, code.insns[std::size_t{reference.insn} + 1], 0);
  }
  return {};
}

// LoaderTarget is what a program attaches to, by name; empty if it is known later.
struct LoaderTarget {
  std::string_view name;
  LookedUp looked_up = {"", btf::kFunc};
};

Result<LoaderTarget> target_of(const Program& program, const ProgAttr& attr,
                               const Subject& subject) {
  const ProgramPlan& plan = program.plan();
  if (plan.attach_program_fd != 0 || plan.type == BPF_PROG_TYPE_EXT)
    return fail(subject, Errno(ENOTSUP),
                "it is for a function of another program, which a loader does not know");
  const SectionKind* const kind = program.kind();
  LoaderTarget target;
  if (program.target_name() != nullptr) {
    target.name = program.target_name();
  } else if (kind != nullptr && (kind->flags & kBtfTarget) != 0) {
    const auto name = section_target(program, subject);
    if (!name)
      return name.error();
    target.name = *name;
  } else if (attr.attach_btf_id != 0 || attr.attach_target_fd != 0) {
    return fail(subject, Errno(ENOTSUP), "its target is a number of this machine's, not a name");
  } else {
    return target;
  }
  // The kernel looks in vmlinux first, then in all modules.
  target.name.remove_prefix(target.name.find(':') + 1);
  target.looked_up = looked_up(attr.expected_attach_type);
  constexpr std::size_t kMostOfName = 127;
  if (std::strlen(target.looked_up.prefix) + target.name.size() > kMostOfName)
    return fail(subject, Errno(ENOSPC), "the name of its target is longer than 127 bytes");
  return target;
}

// add_core_records adds the CO-RE records of all functions in the program, for the kernel.
Result<std::uint32_t> add_core_records(LoaderWork& work, const Code& code, Place& records,
                                       const Subject& subject) {
  Vector<std::uint32_t> words;
  for (const Code::Part& part : code.parts)
    for (const CoreRecord& record : work.loading.object.parsed().core_records) {
      if (record.program != part.program)
        continue;
      const std::uint32_t offset = (part.begin + record.insn) * bpf::insn::kBytes;
      for (const std::uint32_t word : {offset, record.type_id, record.access, record.kind})
        if (!words.append(word))
          return no_memory(subject, "its CO-RE records");
    }
  records = work.code.rest_words(words);
  return static_cast<std::uint32_t>(words.size() * sizeof(std::uint32_t) / sizeof(bpf_core_relo));
}

// ProgramWriter writes what loads one program.
class ProgramWriter {
public:
  ProgramWriter(LoaderWork& work, Program& program, std::size_t index)
      : work_(work), code_(work.code), program_(program), index_(index),
        subject_(work.loading.subject, "prog", program.parsed().name) {}

  Result<void> run();

private:
  Result<void> make_attr();
  void add_attr();
  void write_addresses();
  void write_target();
  [[nodiscard]] Place member(std::size_t offset) const { return attr_place_.behind(offset); }

  LoaderWork& work_;
  LoaderCode& code_;
  Program& program_;
  std::size_t index_;
  Subject subject_;
  ProgAttr attr_;
  LoaderTarget target_;
  Place attr_place_;
  Place insns_;
  Place functions_;
  Place lines_;
  Place core_records_;
};

// make_attr is the request as far as it is known now, and what it points to.
Result<void> ProgramWriter::make_attr() {
  if (const auto checked = program_.check_plan(subject_); !checked)
    return checked;
  if (program_.plan().type == BPF_PROG_TYPE_STRUCT_OPS)
    return fail(subject_, Errno(ENOTSUP), "a loader loads no struct_ops programs");
  if (const auto relocated = relocate_by_index(work_, program_, subject_); !relocated)
    return relocated;
  attr_ = program_.planned_attr();
  put_kind_flags(program_, attr_, true);
  if (const auto asked = program_.ask_handler(attr_, subject_); !asked)
    return asked;
  auto target = target_of(program_, attr_, subject_);
  if (!target)
    return target.error();
  target_ = *target;
  const Code& code = *program_.code();
  insns_ = code_.rest_code(program_.insns());
  functions_ = code_.rest_words(code.functions);
  lines_ = code_.rest_words(code.lines);
  const auto core_count = add_core_records(work_, code, core_records_, subject_);
  if (!core_count)
    return core_count.error();
  attr_.core_relo_cnt = *core_count;
  attr_.func_info_rec_size = code.function_words * sizeof(std::uint32_t);
  attr_.line_info_rec_size = code.line_words * sizeof(std::uint32_t);
  if (code.function_words != 0)
    attr_.func_info_cnt = static_cast<std::uint32_t>(code.functions.size() / code.function_words);
  if (code.line_words != 0)
    attr_.line_info_cnt = static_cast<std::uint32_t>(code.lines.size() / code.line_words);
  return {};
}

void ProgramWriter::add_attr() {
  ByteWriter& fields = code_.fields();
  attr_place_ = code_.end_of_fields();
  fields.u32(attr_.prog_type);
  fields.u32(static_cast<std::uint32_t>(program_.insns().size()));
  fields.zeros(2 * sizeof(std::uint64_t)); // insns, license
  fields.zeros(2 * sizeof(std::uint64_t)); // the log
  fields.u32(0);                           // kern_version
  fields.u32(attr_.prog_flags);
  fields.bytes(std::as_bytes(std::span(attr_.prog_name)));
  fields.u32(attr_.prog_ifindex);
  fields.u32(attr_.expected_attach_type);
  fields.u32(0); // prog_btf_fd
  fields.u32(attr_.func_info_rec_size);
  fields.u64(0);
  fields.u32(attr_.func_info_cnt);
  fields.u32(attr_.line_info_rec_size);
  fields.u64(0);
  fields.u32(attr_.line_info_cnt);
  fields.zeros(2 * sizeof(std::uint32_t)); // what it attaches to
  fields.u32(attr_.core_relo_cnt);
  fields.zeros(2 * sizeof(std::uint64_t)); // fd_array, core_relos
  fields.u32(attr_.core_relo_cnt != 0 ? sizeof(bpf_core_relo) : 0);
}

void ProgramWriter::write_addresses() {
  code_.store_address(member(offsetof(ProgAttr, insns)), insns_);
  code_.store_address(member(offsetof(ProgAttr, license)), work_.license);
  code_.store_address(member(offsetof(ProgAttr, fd_array)), work_.slots);
  if (attr_.func_info_cnt != 0)
    code_.store_address(member(offsetof(ProgAttr, func_info)), functions_);
  if (attr_.line_info_cnt != 0)
    code_.store_address(member(offsetof(ProgAttr, line_info)), lines_);
  if (attr_.core_relo_cnt != 0)
    code_.store_address(member(offsetof(ProgAttr, core_relos)), core_records_);
  if (attr_.func_info_cnt != 0 || attr_.core_relo_cnt != 0)
    code_.copy(BPF_W, work_.btf_slot(), member(offsetof(ProgAttr, prog_btf_fd)));
  write_log(work_, member(offsetof(ProgAttr, log_level)), member(offsetof(ProgAttr, log_size)),
            member(offsetof(ProgAttr, log_buf)));
}

// write_target finds what the program attaches to: its id, and the BTF of its module above that.
void ProgramWriter::write_target() {
  if (target_.name.empty())
    return;
  write_btf_lookup(work_, target_.looked_up.prefix, target_.name, target_.looked_up.kind);
  code_.check();
  code_.store(BPF_W, member(offsetof(ProgAttr, attach_btf_id)), LoaderCode::kResult);
  code_.emit(bpf::insn::make(BPF_ALU64 | BPF_RSH | BPF_K, LoaderCode::kResult, 0, 0, 32));
  code_.store(BPF_W, member(offsetof(ProgAttr, attach_target_fd)), LoaderCode::kResult);
  code_.store(BPF_W, work_.target_slot(), LoaderCode::kResult);
}

Result<void> ProgramWriter::run() {
  if (const auto made = make_attr(); !made)
    return made;
  add_attr();
  write_addresses();
  write_target();
  if (const auto written = write_externs(work_, *program_.code(), insns_, subject_); !written)
    return written;
  code_.command(BPF_PROG_LOAD, attr_place_, kProgAttrBytes);
  code_.store(BPF_W, work_.slot(work_.program_index(index_)), LoaderCode::kResult);
  close_externs(work_, *program_.code());
  if (!target_.name.empty())
    code_.close(work_.target_slot());
  return {};
}

} // namespace

Result<void> write_programs(LoaderWork& work) {
  const auto programs = work.loading.object.programs();
  for (std::size_t index = 0; index < programs.size(); ++index)
    if (programs[index].plan().autoload)
      if (const auto written = ProgramWriter(work, programs[index], index).run(); !written)
        return written;
  return {};
}

} // namespace ringside::object
