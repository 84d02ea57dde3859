// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// plan_probes: a spec for each different text of arguments.
#include "usdt/usdt.hpp"

#include <cerrno>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include <elf.h>

#include "base/hash_index.hpp"
#include "kernel/refusal.hpp"
#include "usdt/symbols.hpp"

namespace ringside::usdt {
namespace {

// Planning makes a plan, site by site.
class Planning {
public:
  Planning(const SharedSpecTable& table, const elf::File& file, const ProbeRequest& request)
      : file_(file), request_(request), machine_(machine_of(file.machine(), file.wide())),
        symbols_(file) {
    plan_.taken = Taken(table.share());
  }

  Result<Plan> run(const Sites& sites) {
    if (!plan_.offsets.reserve(sites.list.size()) || !plan_.semaphores.reserve(sites.list.size()) ||
        !plan_.cookies.reserve(sites.list.size()))
      return no_memory(file_.subject(), "the places of a probe");
    for (const Site& site : sites.list)
      if (const auto added = add(site); !added)
        return added.error();
    return std::move(plan_);
  }

private:
  // A spec that this plan has made. Arguments that name a symbol differ from site to site, even if
  // their text is the same.
  struct KnownSpec {
    std::string_view text;
    std::uint32_t id = 0;
    bool is_by_place = false;
    Arguments arguments;
  };

  Result<void> add(const Site& site);
  Result<std::uint32_t> spec_for(const Site& site, const Subject& subject);
  Result<std::uint32_t> make_spec(const KnownSpec& spec, std::uint32_t hash,
                                  const Subject& subject);
  Result<void> write(std::uint32_t id, const Arguments& arguments, const Subject& subject);
  Result<void> set_address(const Site& site, std::uint32_t id, const Subject& subject);

  const elf::File& file_;
  const ProbeRequest& request_;
  const Machine* machine_;
  SymbolAddresses symbols_;
  Plan plan_;
  Vector<KnownSpec> specs_;
  HashIndex by_text_;
};

Result<void> Planning::add(const Site& site) {
  const Subject subject(file_.subject(), "probe at", static_cast<std::int64_t>(site.offset));
  const auto id = spec_for(site, subject);
  if (!id)
    return id.error();
  if (request_.by_address)
    if (const auto set = set_address(site, *id, subject); !set)
      return set;
  if (!plan_.offsets.append(site.offset) || !plan_.semaphores.append(site.semaphore) ||
      !plan_.cookies.append(*id))
    return no_memory(file_.subject(), "the places of a probe");
  return {};
}

Result<std::uint32_t> Planning::spec_for(const Site& site, const Subject& subject) {
  const std::uint32_t hash = hash_text(site.arguments);
  const auto same_text = by_text_.find(
      hash, [&](std::uint32_t number) { return specs_[number].text == site.arguments; });
  if (same_text != HashIndex::kNone && !specs_[same_text].is_by_place)
    return specs_[same_text].id;
  symbols_.begin();
  const auto arguments = parse_arguments(
      machine_, site.arguments, symbols_.seen_from(site.address, file_.type() == ET_EXEC), subject);
  if (!arguments)
    return arguments.error();
  const KnownSpec spec{site.arguments, 0, symbols_.were_asked(), *arguments};
  if (same_text != HashIndex::kNone) {
    const auto same = by_text_.find(hash, [&](std::uint32_t number) {
      return specs_[number].text == spec.text && specs_[number].arguments == spec.arguments;
    });
    if (same != HashIndex::kNone)
      return specs_[same].id;
  }
  return make_spec(spec, hash, subject);
}

Result<std::uint32_t> Planning::make_spec(const KnownSpec& spec, std::uint32_t hash,
                                          const Subject& subject) {
  const auto id = plan_.taken.take_id();
  if (!id && id.error() == Errno(E2BIG))
    return fail(subject, id.error(),
                "map %s is full: it has %u entries; make it larger with bpf_map__set_max_entries "
                "or BPF_USDT_MAX_SPEC_CNT",
                kSpecsMap, plan_.taken.table()->max_entries());
  const auto number = static_cast<std::uint32_t>(specs_.size());
  if (!id || !specs_.append(spec) || !by_text_.insert(hash, number))
    return no_memory(subject, "its arguments");
  specs_.back().id = *id;
  if (const auto written = write(*id, spec.arguments, subject); !written)
    return written.error();
  return *id;
}

Result<void> Planning::write(std::uint32_t id, const Arguments& arguments, const Subject& subject) {
  SpecTable& table = *plan_.taken.table();
  const auto spec = write_spec(table.layout(), arguments, request_.cookie);
  if (!spec && spec.error() == Errno(EINVAL))
    return fail(subject, spec.error(),
                "one of its arguments has an index register, which the program cannot read; "
                "recompile it with the bpf/usdt.bpf.h of libbpf 1.7 or newer");
  if (!spec)
    return no_memory(subject, "its arguments");
  const auto stored = table.store(id, {spec->data(), spec->size()});
  if (!stored)
    return kernel::refused(subject, {"telling the program where arguments are"}, stored.error());
  return {};
}

Result<void> Planning::set_address(const Site& site, std::uint32_t id, const Subject& subject) {
  std::optional<std::uint64_t> address = site.address;
  if (file_.type() != ET_EXEC)
    address = address_of(request_.mappings, site.offset);
  if (!address)
    return fail(subject, Errno(ESRCH),
                "the process does not run the code there; a library must be loaded before it is "
                "traced, on kernels without BPF cookies");
  const auto set = plan_.taken.set_address(*address, id);
  if (!set && set.error() == Errno(EEXIST))
    return fail(subject, set.error(),
                "a program of this object is attached there already, and this kernel has no BPF "
                "cookies to tell two of them apart");
  if (!set)
    return kernel::refused(subject, {"telling the program where its probe is"}, set.error());
  return {};
}

} // namespace

Result<Plan> plan_probes(const SharedSpecTable& table, const elf::File& file, const Sites& sites,
                         const ProbeRequest& request) {
  return Planning(table, file, request).run(sites);
}

} // namespace ringside::usdt
