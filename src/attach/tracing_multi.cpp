// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Programs on many functions: choose the functions from BTF. Source: the checks of
// btf_distill_func_proto in the kernel, as a program sees them.
#include "attach/tracing_multi.hpp"

#include <cerrno>
#include <string_view>

#include "attach/glob.hpp"
#include "attach/hook.hpp"
#include "base/scan.hpp"
#include "btf/sizes.hpp"
#include "kernel/running_types.hpp"

namespace ringside::attach {
namespace {

constexpr std::uint32_t kMostParameters = 12;
constexpr std::int64_t kLargestParameter = 16;

bool fits_parameter(const btf::Btf& btf, std::uint32_t id) {
  const auto resolved = btf::resolve_type(btf, id);
  if (!resolved)
    return false;
  const btf::Type type = btf.type(*resolved);
  if (!type.is(btf::kInt) && !type.is(btf::kPtr) && !type.is_enum() && !type.is_composite())
    return false;
  const auto size = btf::resolve_size(btf, *resolved);
  return size && *size >= 1 && *size <= kLargestParameter;
}

bool fits_result(const btf::Btf& btf, std::uint32_t id) {
  const auto resolved = btf::resolve_type(btf, id);
  // Nothing is returned.
  return !resolved || !btf.type(*resolved).is_composite();
}

Result<Vector<std::uint32_t>> match(const btf::Btf& btf, const Glob& glob) {
  Vector<std::uint32_t> ids;
  for (std::uint32_t id = btf.first_id(); id < btf.end_id(); ++id) {
    const btf::Type type = btf.type(id);
    if (!type.is(btf::kFunc) || !glob.fits(btf.name(type)) || !can_be_traced(btf, id))
      continue;
    if (const auto kept = ids.append(id); !kept)
      return kept.error();
  }
  return ids;
}

Result<Vector<std::uint32_t>> find(const Program& program, const char* text) {
  std::string_view pattern(text);
  std::string_view module;
  if (pattern.find(':') != std::string_view::npos) {
    module = take_until(pattern, ':');
    if (module.empty())
      return fail(program.subject, Errno(EINVAL), "there is no module before the ':' of '%s'",
                  text);
  }
  if (program.of_module && module.empty())
    return fail(program.subject, Errno(EINVAL),
                "it was loaded for functions of a module, so the pattern '%s' needs the module: "
                "'MODULE:PATTERN'",
                text);
  const auto kernel = kernel::kernel_btf(program.subject);
  if (!kernel)
    return kernel.error();
  const Glob glob(pattern);
  auto ids = Result<Vector<std::uint32_t>>(Vector<std::uint32_t>());
  if (module.empty()) {
    ids = match(**kernel, glob);
  } else {
    const auto modules = kernel::read_modules(**kernel, -1, program.subject);
    if (!modules)
      return modules.error();
    const kernel::ModuleBtf* wanted = nullptr;
    for (const kernel::ModuleBtf& each : *modules)
      if (module == each.name.data())
        wanted = &each;
    if (wanted == nullptr)
      return fail(program.subject, Errno(EINVAL), "there is no module '%.*s' with BTF",
                  static_cast<int>(module.size()), module.data());
    ids = match(*wanted->btf, glob);
  }
  if (!ids)
    return no_memory(program.subject, "the functions that the pattern fits");
  if (ids->empty())
    return fail(program.subject, Errno(ENOENT),
                "there is no function in the kernel's BTF that '%s' fits and that can be traced",
                text);
  return ids;
}

} // namespace

bool can_be_traced(const btf::Btf& btf, std::uint32_t id) {
  const btf::Type prototype = btf.type(btf.type(id).target());
  if (!prototype.is(btf::kFuncProto) || prototype.elements() > kMostParameters ||
      !fits_result(btf, prototype.target()))
    return false;
  for (std::uint32_t index = 0; index < prototype.elements(); ++index)
    if (!fits_parameter(btf, prototype.parameter(index).type))
      return false;
  return true;
}

Result<Owned<Link>> attach_tracing_multi(const Program& program, const TracingMulti& multi) {
  if (const auto loaded = must_be_loaded(program); !loaded)
    return loaded.error();
  if ((multi.count != 0) != (multi.ids != nullptr) ||
      (multi.pattern != nullptr && (multi.ids != nullptr || multi.cookies != nullptr)) ||
      (multi.pattern == nullptr && multi.ids == nullptr))
    return fail(program.subject, Errno(EINVAL),
                "either a pattern must be given, or ids and how many there are");
  Vector<std::uint32_t> found;
  if (multi.pattern != nullptr) {
    auto ids = find(program, multi.pattern);
    if (!ids)
      return ids.error();
    found = std::move(*ids);
  }
  const bool by_pattern = multi.pattern != nullptr;
  bpf::LinkCreateAttr attr{.attach_type = program.attach_type, .words = {}};
  attr.tracing_multi = {
      .ids = by_pattern ? found.data() : multi.ids,
      .cookies = multi.cookies,
      .cnt = static_cast<std::uint32_t>(by_pattern ? found.size() : multi.count),
  };
  return attach_hook(program, attr);
}

} // namespace ringside::attach
