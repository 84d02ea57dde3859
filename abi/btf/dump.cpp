// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// btf_dump: types as C, and data by their types.
#include <cerrno>
#include <cstdarg>

#include "abi/boundary/options.hpp"
#include "abi/btf/handles.hpp"
#include "base/owned.hpp"
#include "btf/dump/data.hpp"
#include "btf/dump/dump.hpp"

using ringside::Called;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::is_foreign;
using ringside::Options;
using ringside::pass_on;
using ringside::Result;
using ringside::btf::Dump;

RINGSIDE_OPTIONS(btf_dump_opts);
RINGSIDE_OPTIONS(btf_dump_emit_type_decl_opts);
RINGSIDE_OPTIONS(btf_dump_type_data_opts);

// The C tag, incomplete for programs.
struct btf_dump : ringside::HandleMark {
  btf_dump_printf_fn_t print = nullptr;
  void* context = nullptr;
  ringside::Owned<Dump> dump;
};

template <>
struct ringside::Core<btf_dump> {
  using Type = btf_dump;
};

namespace {

// call hands a piece of text to the program, which takes it as vprintf(3) does.
void call(const btf_dump& dump, const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  dump.print(dump.context, format, arguments);
  va_end(arguments);
}

void print(void* dump, const char* text) {
  call(*static_cast<const btf_dump*>(dump), "%s", text);
}

Result<ringside::Owned<btf_dump>> make_dump(const btf* types, btf_dump_printf_fn_t print_fn,
                                            void* context, const btf_dump_opts* opts) {
  const auto options = Options<btf_dump_opts>::read(opts);
  if (!options)
    return options.error();
  if (types == nullptr || print_fn == nullptr)
    return ringside::fail("btf_dump__new", Errno(EINVAL), "btf or printf_fn is NULL");
  auto made = ringside::make<btf_dump>();
  if (made == nullptr)
    return ringside::no_memory("btf_dump__new", "the dump");
  made->print = print_fn;
  made->context = context;
  auto dump = Dump::make(core(types), print, made.get());
  if (!dump)
    return ringside::fail("btf_dump__new", dump.error(),
                          dump.error() == Errno(ENOMEM)
                              ? "there is no memory for the state of all types"
                              : "the BTF has types of a kind that this library does not know");
  made->dump = std::move(*dump);
  return made;
}

// These are not inline, because each needs a larger stack frame than the one before it.
[[gnu::noinline]] int dump_type(Dump& dump, std::uint32_t id) {
  const Entry entry;
  return entry.leave(dump.type(id));
}
[[gnu::noinline]] int look_and_dump_type(Dump& dump, std::uint32_t id) {
  return dump.settles_at_once(id) ? 0 : dump_type(dump, id);
}

} // namespace

extern "C" LIBBPF_API struct btf_dump* btf_dump__new(const struct btf* btf,
                                                     btf_dump_printf_fn_t printf_fn, void* ctx,
                                                     const struct btf_dump_opts* opts) {
  if (is_foreign(btf))
    return pass_on(btf_dump__new, Called(), btf, printf_fn, ctx, opts);
  const Entry entry;
  auto made = make_dump(btf, printf_fn, ctx, opts);
  return made ? entry.give(made->release()) : entry.fail_null<btf_dump>(made.error());
}

extern "C" LIBBPF_API void btf_dump__free(struct btf_dump* d) {
  if (is_foreign(d))
    return pass_on(btf_dump__free, Called(), d);
  const Entry entry;
  if (!ringside::is_error(d))
    const ringside::Owned<btf_dump> freed(d);
  entry.succeed();
}

extern "C" LIBBPF_API int btf_dump__dump_type(struct btf_dump* d, __u32 id) {
  if (is_foreign(d))
    return pass_on(btf_dump__dump_type, Called(), d, id);
  // Most calls end here. Nothing was called that could change errno.
  return d->dump->is_done(id) ? 0 : look_and_dump_type(*d->dump, id);
}

extern "C" LIBBPF_API int
btf_dump__emit_type_decl(struct btf_dump* d, __u32 id,
                         const struct btf_dump_emit_type_decl_opts* opts) {
  if (is_foreign(d))
    return pass_on(btf_dump__emit_type_decl, Called(), d, id, opts);
  using Opts = btf_dump_emit_type_decl_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  ringside::btf::DeclarationStyle style;
  const char* const name = options->get(&Opts::field_name);
  style.name = name != nullptr ? name : "";
  style.level = options->get(&Opts::indent_level);
  style.strip_modifiers = options->get(&Opts::strip_mods);
  return entry.leave(d->dump->declaration(id, style));
}

extern "C" LIBBPF_API int btf_dump__dump_type_data(struct btf_dump* d, __u32 id, const void* data,
                                                   size_t data_sz,
                                                   const struct btf_dump_type_data_opts* opts) {
  if (is_foreign(d))
    return pass_on(btf_dump__dump_type_data, Called(), d, id, data, data_sz, opts);
  using Opts = btf_dump_type_data_opts;
  constexpr std::size_t kLongestIndent = 31;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  ringside::btf::DataStyle style;
  style.indent_level = static_cast<std::uint8_t>(options->get(&Opts::indent_level));
  if (const char* const indent = options->get(&Opts::indent_str); indent != nullptr)
    style.indent = std::string_view(indent).substr(0, kLongestIndent);
  style.is_compact = options->get(&Opts::compact);
  style.skip_names = options->get(&Opts::skip_names);
  style.emit_zeroes = options->get(&Opts::emit_zeroes);
  style.emit_strings = options->get(&Opts::emit_strings);
  const auto size =
      ringside::btf::dump_data(*d->dump, id, {static_cast<const std::byte*>(data), data_sz}, style);
  return size ? entry.give(static_cast<int>(*size)) : entry.fail(size.error());
}
