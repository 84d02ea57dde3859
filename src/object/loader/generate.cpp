// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Making a loader: its BTF, its maps, its programs, and what it gives to its caller.
#include <cerrno>
#include <cstddef>

#include "bpf/attr.hpp"
#include "object/loader/loader_work.hpp"

namespace ringside::object {
namespace {

// check_object: settings that say what the machine that generates has.
Result<void> check_object(Loading& loading) {
  const char* const token = loading.object.settings().token_path;
  if (token != nullptr && token[0] != '\0')
    return fail(loading.subject, Errno(ENOTSUP),
                "a loader has no token: open the object without bpf_token_path");
  return {};
}

// compose_unchanged composes the programs as the file has them: the kernel carries out CO-RE.
Result<void> compose_unchanged(Loading& loading) {
  if (const auto begun = loading.begin_code(); !begun)
    return begun;
  return compose_programs(loading);
}

void warn_of_configuration(const LoaderWork& work) {
  const Parsed& parsed = work.loading.object.parsed();
  if (work.loader.is_signed && parsed.kconfig_map != kNoIndex)
    say(LogLevel::warn, work.loading.subject,
        "the signed loader keeps the values that this machine's configuration gives its externs");
}

Result<void> write_btf(LoaderWork& work) {
  const btf::Btf* const btf = work.loading.object.btf();
  if (btf == nullptr)
    return {};
  if (const auto hidden = hide_functions(work.loading); !hidden)
    return hidden;
  const auto bytes = btf->bytes(work.loading.object.parsed().order);
  if (!bytes)
    return bytes.error();
  using Attr = bpf::BtfLoadAttr;
  constexpr std::uint32_t kPassed = offsetof(Attr, btf_log_true_size);
  static_assert(kPassed == 28);
  LoaderCode& code = work.code;
  const Place content = code.rest_bytes(*bytes);
  ByteWriter& fields = code.fields();
  const Place attr = code.end_of_fields();
  fields.zeros(offsetof(Attr, btf_size));
  fields.u32(static_cast<std::uint32_t>(bytes->size()));
  fields.zeros(kPassed - offsetof(Attr, btf_log_size));
  code.store_address(attr.behind(offsetof(Attr, btf)), content);
  write_log(work, attr.behind(offsetof(Attr, btf_log_level)),
            attr.behind(offsetof(Attr, btf_log_size)), attr.behind(offsetof(Attr, btf_log_buf)));
  code.command(BPF_BTF_LOAD, attr, kPassed);
  code.store(BPF_W, work.btf_slot(), LoaderCode::kResult);
  return {};
}

// write_results gives the descriptors to the caller, who gets none before all are there.
Result<void> write_results(LoaderWork& work) {
  LoaderCode& code = work.code;
  const auto give = [&](std::uint32_t slot, std::uint32_t context) {
    code.load(LoaderCode::kValue, BPF_W, work.slot(slot));
    code.store_context(BPF_W, context, LoaderCode::kValue);
  };
  for (std::uint32_t map = 0; map < work.map_count; ++map)
    give(map, LoaderWork::map_context(map));
  for (std::size_t program = 0; program < work.loading.object.programs().size(); ++program)
    give(work.program_index(program), work.program_context(program));
  if (work.loading.object.btf() != nullptr)
    code.close(work.btf_slot());
  code.succeed();
  return {};
}

Result<void> begin_loader(LoaderWork& work) {
  LoaderCode& code = work.code;
  work.slots = code.add_slots(work.slot_count());
  code.fields();
  work.zero_key = code.end_of_fields();
  code.fields().zeros(sizeof(std::uint64_t));
  work.license = code.rest_text(work.loading.object.parsed().license);
  code.begin();
  return {};
}

// Where no struct_ops map is made, laying them out switches their programs off.
using StepBeforeLoader = Result<void> (*)(Loading&);
constexpr StepBeforeLoader kBeforeLoader[] = {check_object, check_maps, lay_out_struct_ops,
                                              resolve_kconfig, compose_unchanged};

using LoaderStep = Result<void> (*)(LoaderWork&);
constexpr LoaderStep kLoaderSteps[] = {begin_loader, write_btf, write_maps, write_programs,
                                       write_results};

} // namespace

void write_log(LoaderWork& work, Place level, Place size, Place buffer) {
  LoaderCode& code = work.code;
  const auto copy = [&](int width, std::uint32_t from, Place to) {
    code.load_context(LoaderCode::kValue, width, from);
    code.store(width, to, LoaderCode::kValue);
  };
  copy(BPF_W, loader_context::kLogLevel, level);
  copy(BPF_W, loader_context::kLogSize, size);
  copy(BPF_DW, loader_context::kLogBuffer, buffer);
}

Result<void> generate(Loading& loading, Loader& loader) {
  for (const StepBeforeLoader step : kBeforeLoader)
    if (const auto done = step(loading); !done)
      return done;
  LoaderWork work(loading, loader);
  warn_of_configuration(work);
  for (const LoaderStep step : kLoaderSteps)
    if (const auto done = step(work); !done)
      return done;
  auto finished = work.code.finish();
  if (!finished && finished.error() == Errno(ERANGE))
    return fail(loading.subject, Errno(ERANGE), "its loader is larger than a loader can be");
  if (!finished)
    return no_memory(loading.subject, "its loader");
  loader.insns = std::move(finished->insns);
  loader.data = std::move(finished->data);
  return {};
}

} // namespace ringside::object
