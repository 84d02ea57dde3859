// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Uprobes: one place by a perf event, many by a link.
#include "attach/uprobe.hpp"

#include <algorithm>
#include <cerrno>

#include "attach/find_file.hpp"
#include "attach/functions.hpp"
#include "attach/hook.hpp"
#include "attach/target_file.hpp"
#include "base/text.hpp"
#include "bpf/new_uapi.hpp"
#include "os/process.hpp"
#include "os/whole_file.hpp"

namespace ringside::attach {
namespace {

// The kernel's flag of a link: on return. Source: BPF_F_UPROBE_MULTI_RETURN in <linux/bpf.h>.
constexpr std::uint32_t kOnReturn = 1;

Result<std::uint64_t> offset_of(TargetFile& target, const Uprobe& uprobe) {
  if (uprobe.function == nullptr)
    return target.base() + uprobe.offset;
  const auto elf = target.elf();
  if (!elf)
    return elf.error();
  const auto place = find_function(**elf, uprobe.function);
  if (!place)
    return place.error();
  return target.base() + *place + uprobe.offset;
}

Errno no_path(const Program& program) {
  return fail(program.subject, Errno(EINVAL), "the path of the file to attach to is NULL");
}

Result<Vector<unsigned long>> find_places(const Program& program, const UprobeMulti& multi,
                                          const char* path) {
  auto target = TargetFile::open(path, program.subject);
  if (!target)
    return target.error();
  const auto elf = (*target)->elf();
  // The stock library says this of a file, and kErrnoFormat of a folder alone.
  if (!elf && elf.error() == kErrnoFormat && os::is_regular(path))
    return Errno(EINVAL);
  if (!elf)
    return elf.error();
  if (multi.pattern != nullptr)
    return match_functions(**elf, Glob(multi.pattern));
  return find_functions(**elf, {multi.functions, multi.count});
}

Result<void> check(const Program& program, const UprobeMulti& multi) {
  if (multi.path == nullptr)
    return no_path(program);
  const char* problem = nullptr;
  if (multi.pattern == nullptr && multi.count == 0)
    problem = "there is neither a pattern nor a list of functions or offsets";
  else if (multi.pattern != nullptr &&
           (multi.functions != nullptr || multi.offsets != nullptr || multi.counters != nullptr ||
            multi.cookies != nullptr || multi.count != 0))
    problem = "a pattern cannot go with a list";
  else if (multi.pattern == nullptr && (multi.functions == nullptr) == (multi.offsets == nullptr))
    problem = "either syms or offsets must be given";
  else if (multi.at_return && multi.session)
    problem = "retprobe and session cannot both be set";
  if (problem != nullptr)
    return fail(program.subject, Errno(EINVAL), "%s", problem);
  return {};
}

} // namespace

Result<Owned<Link>> attach_uprobe(const Program& program, const Uprobe& uprobe) {
  if (uprobe.path == nullptr)
    return no_path(program);
  const std::size_t archive_end = split_archive(uprobe.path);
  auto path = archive_end != 0 ? copy_of(std::string_view(uprobe.path, archive_end))
                               : find_file(uprobe.path, program.subject);
  if (!path)
    return archive_end != 0 ? no_memory(program.subject, "the path") : path.error();
  std::uint64_t offset = uprobe.offset;
  if (archive_end != 0 || uprobe.function != nullptr) {
    auto target = TargetFile::open(archive_end != 0 ? uprobe.path : path->data(), program.subject);
    if (!target)
      return target.error();
    const auto place = offset_of(**target, uprobe);
    if (!place)
      return place.error();
    offset = *place;
  }
  return attach_probe(program,
                      {.kind = ProbeKind::uprobe,
                       .name = path->data(),
                       .offset = offset,
                       .counter = uprobe.counter,
                       .at_return = uprobe.at_return,
                       .pid = std::max(uprobe.pid, -1)},
                      uprobe.mode, uprobe.cookie);
}

Result<Owned<Link>> attach_uprobe_multi(const Program& program, const UprobeMulti& multi) {
  if (const auto loaded = must_be_loaded(program); !loaded)
    return loaded.error();
  if (const auto checked = check(program, multi); !checked)
    return checked.error();
  const auto path = find_file(multi.path, program.subject);
  if (!path)
    return path.error();
  Vector<unsigned long> places;
  if (multi.offsets == nullptr) {
    auto found = find_places(program, multi, path->data());
    if (!found)
      return found.error();
    places = std::move(*found);
  }
  bpf::LinkCreateAttr attr{.attach_type =
                               multi.session ? bpf::kTraceUprobeSession : bpf::kTraceUprobeMulti,
                           .words = {}};
  attr.uprobe_multi = {
      .path = path->data(),
      .offsets = multi.offsets != nullptr ? multi.offsets : places.data(),
      .ref_ctr_offsets = multi.counters,
      .cookies = multi.cookies,
      .cnt = static_cast<std::uint32_t>(multi.offsets != nullptr ? multi.count : places.size()),
      .flags = multi.at_return ? kOnReturn : 0,
      .pid = static_cast<std::uint32_t>(multi.pid == 0 ? os::process_id() : std::max(multi.pid, 0)),
      .path_fd = 0,
  };
  return attach_hook(program, attr);
}

} // namespace ringside::attach
