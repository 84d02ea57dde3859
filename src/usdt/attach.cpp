// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// attach_usdt: make links from a plan.
#include "usdt/attach.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <elf.h>

#include "attach/probe.hpp"
#include "attach/target_file.hpp"
#include "attach/uprobe.hpp"
#include "base/byte_reader.hpp"
#include "bpf/new_uapi.hpp"
#include "kernel/features.hpp"
#include "kernel/refusal.hpp"
#include "os/process.hpp"
#include "os/whole_file.hpp"
#include "usdt/usdt.hpp"

namespace ringside::usdt {
namespace {

using attach::Link;

// mappings_of is where the traced process has the code of the file in memory.
Result<Vector<FileMapping>> mappings_of(const attach::Program& program,
                                        const attach::TargetFile& file, std::int32_t pid) {
  if (pid < 0)
    return fail(program.subject, Errno(ENOTSUP),
                "this kernel has no BPF cookies (Linux 5.15 is the first), so a probe in a library "
                "or a position-independent program can be attached in one process alone: give its "
                "pid");
  char maps[64];
  std::snprintf(maps, sizeof(maps), "/proc/%d/maps", pid != 0 ? pid : os::process_id());
  const auto text = os::read_whole(maps);
  if (!text)
    return kernel::refused(program.subject, {"reading where the process has the file"},
                           text.error());
  const auto path = os::path_of(file.fd());
  if (!path)
    return kernel::refused(program.subject, {"resolving the path of the file"}, path.error());
  auto found = parse_mappings(as_text({text->begin(), text->size()}), path->data());
  if (!found)
    return no_memory(program.subject, "where the process has the file");
  return found;
}

// one_link is a link of the kernel for all sites.
Result<Owned<Link>> one_link(const attach::Program& program, const Target& target,
                             const Plan& plan) {
  auto offsets = Array<unsigned long>::of_size(plan.offsets.size());
  auto counters = Array<unsigned long>::of_size(plan.semaphores.size());
  if (!offsets || !counters)
    return no_memory(program.subject, "the places of the probe");
  const auto narrow = [](std::uint64_t number) { return static_cast<unsigned long>(number); };
  std::transform(plan.offsets.begin(), plan.offsets.end(), offsets->begin(), narrow);
  std::transform(plan.semaphores.begin(), plan.semaphores.end(), counters->begin(), narrow);
  return attach::attach_uprobe_multi(program, {.pid = target.pid,
                                               .path = target.path,
                                               .offsets = offsets->data(),
                                               .counters = counters->data(),
                                               .cookies = plan.cookies.data(),
                                               .count = plan.offsets.size()});
}

// many_links is a link with a uprobe for each site.
Result<Owned<Link>> many_links(const attach::Program& program, const Target& target,
                               const Plan& plan, bool with_cookies) {
  attach::LinkParts parts;
  if (!parts.probes.reserve(plan.offsets.size()))
    return no_memory(program.subject, "the links of the probe");
  for (std::size_t at = 0; at < plan.offsets.size(); ++at) {
    auto link = attach::attach_probe(program,
                                     {.kind = attach::ProbeKind::uprobe,
                                      .name = target.path,
                                      .offset = plan.offsets[at],
                                      .counter = plan.semaphores[at],
                                      .pid = std::max(target.pid, -1)},
                                     attach::ProbeMode::best, with_cookies ? plan.cookies[at] : 0);
    if (!link)
      return link.error();
    static_cast<void>(parts.probes.append(std::move(*link)));
  }
  return attach::make_link(os::UniqueFd(), std::move(parts), program.subject);
}

// At its end the link gives back what the plan uses of the table; if it was disconnected, it keeps
// that until the process ends.
void end(void* taken, bool is_left) {
  const Owned<Taken> gone(static_cast<Taken*>(taken));
  if (is_left)
    gone->leave();
}

} // namespace

Result<Owned<Link>> attach_usdt(const attach::Program& program, const SharedSpecTable& table,
                                const Target& target) {
  const auto file = attach::TargetFile::open_plain(target.path, program.subject);
  if (!file)
    return file.error();
  const auto elf = open_traced((*file)->source(), (*file)->subject());
  if (!elf)
    return elf.error();
  const auto sites = find_sites(*elf, target.probe,
                                {.counts_references = kernel::has_uprobe_counter(),
                                 .has_uprobe_call = kernel::has_uprobe_call()});
  if (!sites)
    return sites.error();
  // The kernel makes one link for many uprobes only if the program was loaded for that.
  const bool by_one_link = program.attach_type == bpf::kTraceUprobeMulti;
  ProbeRequest request{.cookie = target.cookie,
                       .by_address = !by_one_link && !kernel::has_bpf_cookie()};
  Vector<FileMapping> mappings;
  if (request.by_address && elf->type() == ET_DYN) {
    auto found = mappings_of(program, **file, target.pid);
    if (!found)
      return found.error();
    mappings = std::move(*found);
    request.mappings = {mappings.begin(), mappings.size()};
  }
  auto plan = plan_probes(table, *elf, *sites, request);
  if (!plan)
    return plan.error();
  auto taken = make<Taken>(std::move(plan->taken));
  if (taken == nullptr)
    return no_memory(program.subject, "its link");
  auto link = by_one_link ? one_link(program, target, *plan)
                          : many_links(program, target, *plan, !request.by_address);
  if (link)
    (*link)->set_ending(attach::Ending(end, taken.release()));
  return link;
}

} // namespace ringside::usdt
