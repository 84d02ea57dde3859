// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Loading programs and BTF.
#include <cerrno>
#include <cstdint>

#include <bpf/bpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/options.hpp"
#include "abi/bpf/load_attr.hpp"
#include "bpf/btf_load.hpp"
#include "bpf/object_name.hpp"
#include "bpf/prog.hpp"
#include "kernel/newer_requests.hpp"

using ringside::Entry;
using ringside::Errno;
using ringside::Options;
namespace bpf = ringside::bpf;
namespace kernel = ringside::kernel;

RINGSIDE_OPTIONS(bpf_btf_load_opts);

extern "C" LIBBPF_API int bpf_prog_load(enum bpf_prog_type prog_type, const char* prog_name,
                                        const char* license, const struct bpf_insn* insns,
                                        size_t insn_cnt, struct bpf_prog_load_opts* opts) {
  using Opts = bpf_prog_load_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  const int attempts = options->get(&Opts::attempts);
  if (attempts < 0)
    return entry.fail(Errno(EINVAL));
  if (insn_cnt > UINT32_MAX)
    return entry.fail(Errno(E2BIG));
  if (ringside::conflict_in(*options) != nullptr)
    return entry.fail(Errno(EINVAL));
  auto attr = ringside::load_attr(*options);
  attr.prog_type = prog_type;
  attr.insn_cnt = static_cast<__u32>(insn_cnt);
  attr.insns = insns;
  attr.license = license;
  bpf::set_name(attr.prog_name, prog_name);
  auto fd = bpf::load_program(attr, attempts != 0 ? attempts : bpf::kDefaultAttempts);
  options->put(&Opts::log_true_size, attr.log_true_size);
  kernel::tell_if_refused(fd, "bpf_prog_load", BPF_PROG_LOAD, attr);
  return entry.leave(std::move(fd));
}

extern "C" LIBBPF_API int bpf_btf_load(const void* btf_data, size_t btf_size,
                                       struct bpf_btf_load_opts* opts) {
  using Opts = bpf_btf_load_opts;
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  if (btf_size > UINT32_MAX)
    return entry.fail(Errno(E2BIG));
  bpf::BtfLoadAttr attr{
      .btf = btf_data,
      .btf_log_buf = options->get(&Opts::log_buf),
      .btf_size = static_cast<__u32>(btf_size),
      .btf_log_size = options->get(&Opts::log_size),
      .btf_log_level = options->get(&Opts::log_level),
      .btf_flags = options->get(&Opts::btf_flags),
      .btf_token_fd = options->get(&Opts::token_fd),
  };
  if (attr.btf_log_size != 0 && attr.btf_log_buf.is_null())
    return entry.fail(Errno(EINVAL));
  auto fd = bpf::load_btf(attr);
  options->put(&Opts::log_true_size, attr.btf_log_true_size);
  kernel::tell_if_refused(fd, "bpf_btf_load", BPF_BTF_LOAD, attr);
  return entry.leave(std::move(fd));
}
