// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Laying out the variables of struct_ops maps as the running kernel has their types.
#include "object/struct_ops.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstring>

#include <linux/bpf.h>

#include "base/check.hpp"
#include "base/text.hpp"
#include "bpf/map.hpp"
#include "btf/sizes.hpp"
#include "btf/strip.hpp"
#include "co_re/spec.hpp"
#include "kernel/refusal.hpp"
#include "object/loading.hpp"

namespace ringside::object {
namespace {

using co_re::kBitsPerByte;

// Layout brings the variable of one map into the form of the kernel's struct.
class Layout {
public:
  Layout(Loading& loading, Map& map, const Subject& subject)
      : loading_(loading), map_(map), ops_(map.ops()), subject_(subject),
        local_(*loading.object.btf()), local_type_(local_.type(map.parsed().ops_type_id)) {}

  Result<void> run();

private:
  // Member is a member of the local struct, with the one that it matches in the kernel's.
  struct Member {
    const char* name;
    std::uint32_t local_offset;
    std::uint32_t local_id;
    std::uint32_t size;
    std::uint32_t index; // in the kernel's struct
    std::uint32_t offset;
    std::uint32_t id;
  };

  Result<void> find_types();
  Result<void> put_member(std::uint32_t index);
  Result<void> leave_out(const Member& member);
  Result<bool> match(Member& member);
  Result<void> put_function(const Member& member);
  [[nodiscard]] Program* program_in(std::uint32_t offset) const;
  [[nodiscard]] Program* compiled_in(std::uint32_t offset) const;

  Loading& loading_;
  Map& map_;
  StructOps& ops_;
  const Subject& subject_;
  const btf::Btf& local_;
  btf::Type local_type_;
  TargetType kernel_;             // the struct
  std::uint32_t data_offset_ = 0; // of the struct, in the map's value
};

Result<void> Layout::find_types() {
  const std::string_view name = co_re::plain_name(local_.name(local_type_));
  Text value_name;
  value_name.add("bpf_struct_ops_%.*s%c", static_cast<int>(name.size()), name.data(), '\0');
  const auto plain = loading_.memory.text(name);
  if (!value_name.whole() || !plain)
    return no_memory(subject_, "the name of its type");
  const auto value = loading_.find_type(value_name.view().data(), btf::kStruct);
  if (!value)
    return value.error();
  if (value->btf == nullptr)
    return fail(subject_, Errno(ESRCH),
                "the kernel has no struct_ops of type '%s': it is too old, or configured without",
                plain->data());
  const btf::Btf& btf = *value->btf;
  const auto id = btf.find(plain->data(), btf::kStruct);
  if (!id)
    return fail(subject_, Errno(ENOENT), "the kernel's BTF has no struct '%s'", plain->data());
  const btf::Type value_type = btf.type(value->id);
  for (std::uint32_t index = 0; index < value_type.elements(); ++index) {
    const btf::Member member = value_type.member(index);
    if (btf::strip(btf, member.type) != *id)
      continue;
    kernel_ = {value->btf, *id, value->module};
    data_offset_ = member.bit_offset / kBitsPerByte;
    ops_.value_type_id = value->id;
    ops_.module_fd = value->fd();
    auto made = Array<std::byte>::of_size(value_type.size());
    if (!made)
      return no_memory(subject_, "its value");
    std::fill(made->begin(), made->end(), std::byte{0});
    ops_.value = std::move(*made);
    return {};
  }
  return fail(subject_, Errno(EINVAL), "the kernel's '%s' has no member of type '%s'",
              value_name.view().data(), plain->data());
}

// program_in is what stands in the variable, compiled_in what the file says.
Program* Layout::program_in(std::uint32_t offset) const {
  Program* program = nullptr;
  std::memcpy(&program, ops_.variable.data() + offset, kPointerSize);
  return program;
}
Program* Layout::compiled_in(std::uint32_t offset) const {
  for (const OpsProgram& program : map_.parsed().ops_programs)
    if (program.offset == offset)
      return loading_.object.entry(program.program);
  return nullptr;
}

// leave_out handles a member that the kernel's struct does not have: an error, unless it is zero.
Result<void> Layout::leave_out(const Member& member) {
  Program* const compiled = compiled_in(member.local_offset);
  const auto* const begin = ops_.variable.data() + member.local_offset;
  const bool is_zero =
      std::all_of(begin, begin + member.size, [](std::byte byte) { return byte == std::byte{0}; });
  if (!is_zero)
    return fail(subject_, Errno(ENOTSUP),
                "the kernel's struct has no member '%s': set it to zero, or to NULL", member.name);
  if (compiled != nullptr)
    static_cast<void>(compiled->set(&ProgramPlan::autoload, false));
  say(LogLevel::info, subject_, "goes without its member '%s', which the kernel does not have",
      member.name);
  return {};
}

// match finds the member in the kernel's struct; false if it is not there.
Result<bool> Layout::match(Member& member) {
  check(kernel_.btf != nullptr); // find_types comes before
  const btf::Btf& btf = *kernel_.btf;
  const btf::Type type = btf.type(kernel_.id);
  for (std::uint32_t index = 0; index < type.elements(); ++index) {
    const btf::Member other = type.member(index);
    const char* const name = btf.string(other.name);
    if (name == nullptr || std::strcmp(name, member.name) != 0)
      continue;
    member.index = index;
    member.offset = other.bit_offset / kBitsPerByte;
    member.id = btf::strip(btf, other.type);
    const auto size = btf::resolve_size(btf, member.id);
    const bool is_same = other.bit_size == 0 && other.bit_offset % kBitsPerByte == 0 && size &&
                         *size == member.size &&
                         btf.type(member.id).kind() == local_.type(member.local_id).kind();
    if (!is_same || data_offset_ + std::uint64_t{member.offset} + member.size > ops_.value.size())
      return fail(subject_, Errno(ENOTSUP), "the kernel's member '%s' is of another kind or size",
                  member.name);
    return true;
  }
  return false;
}

Result<void> Layout::put_function(const Member& member) {
  Program* const program = program_in(member.local_offset);
  Program* const compiled = compiled_in(member.local_offset);
  if (compiled != nullptr && compiled != program)
    static_cast<void>(compiled->set(&ProgramPlan::autoload, false));
  if (program == nullptr)
    return {};
  const auto programs = loading_.object.programs();
  const bool is_ours = program >= programs.data() && program < programs.data() + programs.size();
  if (!is_ours || program->plan().type != BPF_PROG_TYPE_STRUCT_OPS)
    return fail(subject_, Errno(ENOTSUP), "its member '%s' is no struct_ops program of this object",
                member.name);
  const btf::Btf& btf = *kernel_.btf;
  const btf::Type pointer = btf.type(member.id);
  if (!btf.type(btf::strip(btf, pointer.target())).is(btf::kFuncProto))
    return fail(subject_, Errno(ENOTSUP), "the kernel's member '%s' is no pointer to a function",
                member.name);
  const ProgramPlan& plan = program->plan();
  if (plan.attach_btf_id != 0 &&
      (plan.attach_btf_id != kernel_.id || plan.attach_type != member.index))
    return fail(subject_, Errno(EINVAL),
                "the program '%s' is for another member of another map already", program->name());
  program->set_target({kernel_.id, kernel_.fd()}, member.index);
  if (!ops_.functions.append({data_offset_ + member.offset, program}))
    return no_memory(subject_, "its functions");
  return {};
}

Result<void> Layout::put_member(std::uint32_t index) {
  const btf::Member local = local_type_.member(index);
  const auto size = btf::resolve_size(local_, local.type);
  Member member{};
  member.name = local_.string(local.name);
  if (member.name == nullptr)
    member.name = "";
  if (!size)
    return fail(subject_, size.error(), "its member '%s' has no size", member.name);
  member.local_id = btf::strip(local_, local.type);
  member.local_offset = local.bit_offset / kBitsPerByte;
  member.size = static_cast<std::uint32_t>(*size);
  if (local.bit_size != 0 || local.bit_offset % kBitsPerByte != 0)
    return fail(subject_, Errno(ENOTSUP), "its member '%s' is a bit field", member.name);
  if (std::uint64_t{member.local_offset} + member.size > ops_.variable.size())
    return fail(subject_, Errno(EINVAL), "its member '%s' is not in it", member.name);
  const auto matched = match(member);
  if (!matched)
    return matched.error();
  if (!*matched)
    return leave_out(member);
  if (local_.type(member.local_id).is(btf::kPtr))
    return put_function(member);
  std::copy_n(ops_.variable.data() + member.local_offset, member.size,
              ops_.value.data() + data_offset_ + member.offset);
  return {};
}

Result<void> Layout::run() {
  if (const auto found = find_types(); !found)
    return found;
  for (std::uint32_t index = 0; index < local_type_.elements(); ++index)
    if (const auto put = put_member(index); !put)
      return put;
  return {};
}

// choose_programs switches on the programs that a map needs. A program is switched off if only maps
// name it that are left out.
void choose_programs(Object& object) {
  for (Program& program : object.programs()) {
    if (program.plan().type != BPF_PROG_TYPE_STRUCT_OPS)
      continue;
    bool is_named = false;
    bool is_needed = false;
    for (Map& map : object.maps()) {
      if (!map.is_struct_ops())
        continue;
      const StructOps& ops = map.ops();
      for (std::size_t at = 0; at + kPointerSize <= ops.variable.size(); at += kPointerSize) {
        const Program* there = nullptr;
        std::memcpy(&there, ops.variable.data() + at, kPointerSize);
        if (there != &program)
          continue;
        is_named = true;
        is_needed = is_needed || map.plan().autocreate;
      }
    }
    if (is_named)
      static_cast<void>(program.set(&ProgramPlan::autoload, is_needed));
  }
}

} // namespace

Result<void> lay_out_struct_ops(Loading& loading) {
  for (Map& map : loading.object.maps()) {
    if (!map.is_wanted_struct_ops())
      continue;
    const Subject subject(loading.subject, "struct_ops map", map.name());
    if (const auto done = Layout(loading, map, subject).run(); !done)
      return done;
  }
  choose_programs(loading.object);
  return {};
}

Result<void> fill_struct_ops(Loading& loading) {
  for (Map& map : loading.object.maps()) {
    if (!map.is_struct_ops() || map.fd() < 0)
      continue;
    StructOps& ops = map.ops();
    for (const StructOps::Function& function : ops.functions) {
      const auto fd = static_cast<unsigned long>(function.program->fd());
      std::memcpy(ops.value.data() + function.offset, &fd, sizeof(fd));
    }
  }
  return {};
}

} // namespace ringside::object
