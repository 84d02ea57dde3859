// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What names of programs' sections mean, and handlers for names of the process's own.
#include <cerrno>

#include <bpf/bpf.h>

#include "abi/boundary/options.hpp"
#include "abi/object/handles.hpp"
#include "object/handlers.hpp"
#include "object/section_kinds.hpp"

RINGSIDE_OPTIONS(libbpf_prog_handler_opts);

namespace {

using namespace ringside;
using object::Handler;
using object::Program;
using object::SectionKind;
using object::SharedHandler;

// A handler's functions, as the process has given them.
template <class Called>
Called function_of(Handler::Function function) {
  return reinterpret_cast<Called>(function);
}
template <class Called>
Handler::Function kept(Called function) {
  return reinterpret_cast<Handler::Function>(function);
}

Result<void> result_of(int returned) {
  return returned < 0 ? Result<void>(Errno::of_result(returned)) : Result<void>();
}

// opts_of is what a program is loaded with as handlers know it, put_opts the way back.
bpf_prog_load_opts opts_of(const bpf::ProgLoadAttr& attr, const Program& program) {
  bpf_prog_load_opts opts{};
  opts.sz = sizeof(opts);
  opts.expected_attach_type = static_cast<bpf_attach_type>(attr.expected_attach_type);
  opts.prog_btf_fd = attr.prog_btf_fd;
  opts.prog_flags = attr.prog_flags;
  opts.prog_ifindex = attr.prog_ifindex;
  opts.kern_version = attr.kern_version;
  opts.attach_btf_id = attr.attach_btf_id;
  if (program.plan().attach_program_fd != 0)
    opts.attach_prog_fd = attr.attach_target_fd;
  else
    opts.attach_btf_obj_fd = attr.attach_target_fd;
  opts.fd_array = static_cast<const int*>(attr.fd_array.pointer());
  opts.func_info = attr.func_info.pointer();
  opts.func_info_cnt = attr.func_info_cnt;
  opts.func_info_rec_size = attr.func_info_rec_size;
  opts.line_info = attr.line_info.pointer();
  opts.line_info_cnt = attr.line_info_cnt;
  opts.line_info_rec_size = attr.line_info_rec_size;
  opts.log_level = attr.log_level;
  opts.log_size = attr.log_size;
  opts.log_buf = static_cast<char*>(attr.log_buf.pointer());
  opts.token_fd = attr.prog_token_fd;
  opts.fd_array_cnt = attr.fd_array_cnt;
  return opts;
}
void put_opts(bpf::ProgLoadAttr& attr, const bpf_prog_load_opts& opts) {
  attr.expected_attach_type = opts.expected_attach_type;
  attr.prog_btf_fd = opts.prog_btf_fd;
  attr.prog_flags = opts.prog_flags;
  attr.prog_ifindex = opts.prog_ifindex;
  attr.kern_version = opts.kern_version;
  attr.attach_btf_id = opts.attach_btf_id;
  attr.attach_target_fd = opts.attach_prog_fd != 0 ? opts.attach_prog_fd : opts.attach_btf_obj_fd;
  attr.fd_array = opts.fd_array;
  attr.func_info = opts.func_info;
  attr.func_info_cnt = opts.func_info_cnt;
  attr.func_info_rec_size = opts.func_info_rec_size;
  attr.line_info = opts.line_info;
  attr.line_info_cnt = opts.line_info_cnt;
  attr.line_info_rec_size = opts.line_info_rec_size;
  attr.log_level = opts.log_level;
  attr.log_size = opts.log_size;
  attr.log_buf = opts.log_buf;
  attr.prog_token_fd = opts.token_fd;
  attr.fd_array_cnt = opts.fd_array_cnt;
}

constexpr Handler::Calls kCalls = {
    [](const Handler& handler, Program& program) {
      return result_of(function_of<libbpf_prog_setup_fn_t>(handler.set_up)(
          handle<bpf_program>(&program), handler.cookie));
    },
    [](const Handler& handler, Program& program, bpf::ProgLoadAttr& attr) {
      bpf_prog_load_opts opts = opts_of(attr, program);
      const auto prepared = result_of(function_of<libbpf_prog_prepare_load_fn_t>(handler.prepare)(
          handle<bpf_program>(&program), &opts, handler.cookie));
      put_opts(attr, opts);
      return prepared;
    },
    [](const Handler& handler, const Program& program) -> Result<Owned<attach::Link>> {
      bpf_link* link = nullptr;
      const int returned = function_of<libbpf_prog_attach_fn_t>(handler.attach)(
          handle<bpf_program>(&program), handler.cookie, &link);
      if (returned != 0)
        return Errno::of_result(returned);
      if (is_foreign(link))
        return fail(program.object().subject(), Errno(EINVAL),
                    "the handler of its program '%s' gave a link of another library",
                    program.name());
      return Owned<attach::Link>(core_or_null(link));
    },
};

// KnownSection is the types that a name stands for.
struct KnownSection {
  std::uint32_t prog_type = 0;
  std::uint32_t attach_type = 0;
};

Result<KnownSection> find_section(const char* name) {
  SharedHandler handler = object::find_handler(name);
  if (handler.get() == nullptr) {
    if (const SectionKind* const kind = object::find_section_kind(name))
      return KnownSection{kind->prog_type, kind->attach_type};
    handler = object::find_fallback();
  }
  if (handler.get() == nullptr)
    return Errno(ESRCH);
  return KnownSection{handler.get()->prog_type, handler.get()->attach_type};
}

} // namespace

extern "C" LIBBPF_API int libbpf_prog_type_by_name(const char* name, enum bpf_prog_type* prog_type,
                                                   enum bpf_attach_type* expected_attach_type) {
  const Entry entry;
  if (name == nullptr)
    return entry.fail(fail("section", Errno(EINVAL), "its name is NULL"));
  const auto found = find_section(name);
  if (!found) {
    say(LogLevel::debug, "section", "no type of program is known by the name '%s'", name);
    return entry.fail(found.error());
  }
  *prog_type = static_cast<bpf_prog_type>(found->prog_type);
  *expected_attach_type = static_cast<bpf_attach_type>(found->attach_type);
  return entry.give(0);
}

extern "C" LIBBPF_API int libbpf_attach_type_by_name(const char* name,
                                                     enum bpf_attach_type* attach_type) {
  const Entry entry;
  if (name == nullptr)
    return entry.fail(fail("section", Errno(EINVAL), "its name is NULL"));
  const SharedHandler handler = object::find_handler(name);
  const SectionKind* const kind =
      handler.get() == nullptr ? object::find_section_kind(name) : nullptr;
  if (kind == nullptr || (kind->flags & object::kNamed) == 0) {
    say(LogLevel::debug, "section", "no type to attach to is known by the name '%s'", name);
    return entry.fail(Errno(EINVAL));
  }
  *attach_type = static_cast<bpf_attach_type>(kind->attach_type);
  return entry.give(0);
}

extern "C" LIBBPF_API int
libbpf_register_prog_handler(const char* sec, enum bpf_prog_type prog_type,
                             enum bpf_attach_type exp_attach_type,
                             const struct libbpf_prog_handler_opts* opts) {
  if (auto* const own = callers_own(libbpf_register_prog_handler, Called()))
    return own(sec, prog_type, exp_attach_type, opts);
  using Opts = libbpf_prog_handler_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  Handler handler;
  handler.prog_type = prog_type;
  handler.attach_type = exp_attach_type;
  handler.cookie = options->get(&Opts::cookie);
  handler.set_up = kept(options->get(&Opts::prog_setup_fn));
  handler.prepare = kept(options->get(&Opts::prog_prepare_load_fn));
  handler.attach = kept(options->get(&Opts::prog_attach_fn));
  handler.calls = &kCalls;
  return entry.leave(object::register_handler(sec, std::move(handler)));
}

extern "C" LIBBPF_API int libbpf_unregister_prog_handler(int handler_id) {
  if (auto* const own = callers_own(libbpf_unregister_prog_handler, Called()))
    return own(handler_id);
  return Entry().leave(object::unregister_handler(handler_id));
}
