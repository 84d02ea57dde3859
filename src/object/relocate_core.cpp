// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reading the kernel's types, and carrying out CO-RE relocations.
#include <algorithm>
#include <cerrno>
#include <cinttypes>

#include <linux/bpf.h>

#include "base/owned.hpp"
#include "base/text.hpp"
#include "co_re/found_names.hpp"
#include "co_re/lack.hpp"
#include "kernel/btf_file.hpp"
#include "object/core_relocation.hpp"
#include "object/loading.hpp"
#include "os/lock.hpp"

namespace ringside::object {
namespace {

// is_due is whether a record is for a program that will be loaded, and has not been carried out.
bool is_due(const Loading& loading, std::size_t index) {
  return loading.is_wanted(loading.object.parsed().core_records[index].program) &&
         (loading.carried_out.empty() || !loading.carried_out[index]);
}

bool has_core_records(const Loading& loading) {
  for (std::size_t index = 0; index < loading.object.parsed().core_records.size(); ++index)
    if (is_due(loading, index))
      return true;
  return false;
}

// needs_target is whether a program is loaded for a function or type that the kernel's BTF names.
bool needs_target(const Program& program) {
  const ProgramPlan& plan = program.plan();
  return plan.autoload &&
         (plan.type == BPF_PROG_TYPE_STRUCT_OPS || plan.type == BPF_PROG_TYPE_LSM ||
          (plan.type == BPF_PROG_TYPE_TRACING && plan.attach_program_fd == 0));
}

bool needs_kernel_types(const Loading& loading) {
  const Object& object = loading.object;
  const auto externs = std::span(object.parsed().externs.begin(), object.parsed().externs.size());
  return (object.settings().btf_path == nullptr && has_core_records(loading)) ||
         std::any_of(externs.begin(), externs.end(),
                     [](const Extern& external) {
                       return external.kind == Extern::Kind::typed_symbol ||
                              external.kind == Extern::Kind::function;
                     }) ||
         std::any_of(object.programs().begin(), object.programs().end(), needs_target) ||
         std::any_of(object.maps().begin(), object.maps().end(),
                     [](const Map& map) { return map.is_wanted_struct_ops(); });
}

} // namespace

CoreRelocation::CoreRelocation(Loading& loading, const co_re::Targets& targets)
    : loading_(loading), parsed_(loading.object.parsed()),
      relocation_(*parsed_.btf, targets, parsed_.order) {}

Result<void> CoreRelocation::expect_types() {
  Vector<std::uint32_t> ids;
  if (!ids.reserve(parsed_.core_records.size()))
    return no_memory(loading_.subject, "its CO-RE records");
  for (const CoreRecord& record : parsed_.core_records)
    if (loading_.is_wanted(record.program))
      if (!ids.append(record.type_id))
        return no_memory(loading_.subject, "its CO-RE records");
  return relocation_.expect(ids);
}

// code_of is the instructions of a function, which may be changed.
Result<std::span<bpf_insn>> CoreRelocation::code_of(std::uint32_t program) {
  if (!loading_.changed_code[program].empty())
    return loading_.changed_code[program];
  const auto code = loading_.code_of(program);
  const auto copy = loading_.memory.array<bpf_insn>(code.size());
  if (!copy)
    return no_memory(loading_.subject, "its instructions");
  std::copy(code.begin(), code.end(), copy->begin());
  loading_.changed_code[program] = *copy;
  return *copy;
}

Result<co_re::Resolved> CoreRelocation::carry_out(const CoreRecord& record) {
  const ParsedProgram& program = parsed_.programs[record.program];
  const Subject of_program(loading_.subject, "prog", program.name);
  const Subject subject(of_program, "CO-RE insn", record.insn);
  const char* const access = parsed_.btf->string(record.access);
  auto resolved =
      relocation_.resolve({record.type_id, access != nullptr ? access : "", record.kind}, subject);
  if (!resolved)
    return resolved;
  const auto code = code_of(record.program);
  if (!code)
    return code.error();
  if (record.insn >= code->size())
    return fail(subject, Errno(EINVAL), "the instructions that were set end before it");
  const auto patched = co_re::patch(*code, record.insn, resolved->change, subject);
  return patched ? resolved : Result<co_re::Resolved>(patched.error());
}

namespace {

Result<std::span<const co_re::Target>> modules_of(void* context) {
  Loading& loading = *static_cast<Loading*>(context);
  const auto modules = loading.all_modules();
  if (!modules)
    return modules.error();
  auto targets = loading.memory.array<co_re::Target>(modules->size());
  if (!targets)
    return Errno(ENOMEM);
  for (std::size_t index = 0; index < modules->size(); ++index)
    (*targets)[index] = {(*modules)[index].name.data(), (*modules)[index].btf.get()};
  return std::span<const co_re::Target>(*targets);
}

// keep_unresolved remembers the record of a poisoned instruction, to explain a refusal later.
Result<void> keep_unresolved(Loading& loading, CoreRelocation& relocation, const CoreRecord& record,
                             const co_re::Resolved& resolved) {
  const auto candidates = relocation.candidates(record.type_id);
  if (!candidates)
    return candidates.error();
  const co_re::Lack lack = co_re::lack_of(resolved.local, resolved.kind, *candidates);
  Text what;
  what.add("%s of '%.*s': %.*s", co_re::line_of(resolved.kind).name,
           static_cast<int>(lack.what.view().size()), lack.what.view().data(),
           static_cast<int>(lack.why.view().size()), lack.why.view().data());
  const auto kept = loading.memory.text(what.view());
  if (!kept || !loading.unresolved.append({record.program, record.insn, *kept}))
    return no_memory(loading.subject, "its CO-RE records");
  return {};
}

// What has been found in the running kernel's BTF: a second object asks for the same types as a
// rule. It is made, under the lock, when something is kept first, and stays as long as the process.
os::Lock running_lock;
co_re::FoundNames* running_names = nullptr;

Result<bool> find_known(void* /*context*/, std::string_view name, btf::Kind kind,
                        const btf::Btf& target, Vector<co_re::TypeRef>& found) {
  const os::Locked locked(running_lock);
  if (running_names == nullptr)
    return false;
  const auto ids = running_names->find(name, kind);
  if (!ids)
    return false;
  for (const std::uint32_t id : *ids)
    if (const auto added = found.append({&target, id}); !added)
      return added.error();
  return true;
}

// Without memory for it, nothing is kept.
void keep_known(void* /*context*/, std::string_view name, btf::Kind kind,
                std::span<const co_re::TypeRef> found) {
  const os::Locked locked(running_lock);
  if (running_names == nullptr)
    running_names = make<co_re::FoundNames>().release();
  if (running_names != nullptr)
    static_cast<void>(running_names->keep(name, kind, found.size(),
                                          [&](std::size_t at) { return found[at].id; }));
}

} // namespace

co_re::Targets kernel_targets(Loading& loading) {
  return {.main = {"vmlinux", loading.kernel}, .modules = modules_of, .context = &loading};
}

std::span<const bpf_insn> Loading::code_of(std::uint32_t program) const {
  if (!changed_code[program].empty())
    return changed_code[program];
  const Program* const entry = object.entry(program);
  return entry != nullptr ? entry->insns() : object.parsed().programs[program].code;
}

Result<void> read_kernel_types(Loading& loading) {
  return needs_kernel_types(loading) ? loading.read_kernel() : Result<void>();
}

Result<void> relocate_core(Loading& loading) {
  const Object& object = loading.object;
  const Parsed& parsed = object.parsed();
  if (const auto begun = loading.begin_code(); !begun)
    return begun;
  if (!has_core_records(loading))
    return {};
  if (loading.carried_out.empty() &&
      !loading.carried_out.append_default(parsed.core_records.size()))
    return no_memory(loading.subject, "its CO-RE records");
  Owned<btf::Btf> custom;
  co_re::Targets targets;
  const co_re::Known known{.find = find_known, .keep = keep_known};
  if (const char* const path = object.settings().btf_path; path != nullptr) {
    auto read = kernel::read_btf(path, kernel::BtfForm::any, nullptr, false);
    if (!read)
      return read.error();
    custom = std::move(read->btf);
    targets.main = {path, custom.get()};
  } else {
    targets = kernel_targets(loading);
    targets.known = &known;
  }
  CoreRelocation relocation(loading, targets);
  if (const auto expected = relocation.expect_types(); !expected)
    return expected;
  for (std::size_t index = 0; index < parsed.core_records.size(); ++index) {
    if (!is_due(loading, index))
      continue;
    const CoreRecord& record = parsed.core_records[index];
    loading.carried_out[index] = true;
    const auto resolved = relocation.carry_out(record);
    if (!resolved && parsed.programs[record.program].is_subprogram &&
        resolved.error() != Errno(ENOMEM)) {
      loading.failures[record.program] = resolved.error().value();
      continue;
    }
    if (!resolved)
      return resolved.error();
    if (resolved->change.poison)
      if (const auto kept = keep_unresolved(loading, relocation, record, *resolved); !kept)
        return kept;
  }
  return {};
}

} // namespace ringside::object
