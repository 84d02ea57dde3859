// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// load_attr: what the options of loading a program set of the request. conflict_in: why they
// cannot.
#pragma once

#include <bpf/bpf.h>

#include "abi/boundary/options.hpp"
#include "bpf/attr.hpp"

RINGSIDE_OPTIONS(bpf_prog_load_opts);

namespace ringside {

// conflict_in is what is wrong with options that do not go together. Null if nothing is.
inline const char* conflict_in(const Options<bpf_prog_load_opts>& options) {
  using Opts = bpf_prog_load_opts;
  if (options.get(&Opts::attach_prog_fd) != 0 && options.get(&Opts::attach_btf_obj_fd) != 0)
    return "there are both attach_prog_fd and attach_btf_obj_fd";
  if ((options.get(&Opts::log_buf) == nullptr) != (options.get(&Opts::log_size) == 0))
    return "a log needs both log_buf and log_size";
  return nullptr;
}

// load_attr: of options without a conflict.
inline bpf::ProgLoadAttr load_attr(const Options<bpf_prog_load_opts>& options) {
  using Opts = bpf_prog_load_opts;
  const __u32 program_fd = options.get(&Opts::attach_prog_fd);
  return {
      .log_level = options.get(&Opts::log_level),
      .log_size = options.get(&Opts::log_size),
      .log_buf = options.get(&Opts::log_buf),
      .kern_version = options.get(&Opts::kern_version),
      .prog_flags = options.get(&Opts::prog_flags),
      .prog_ifindex = options.get(&Opts::prog_ifindex),
      .expected_attach_type = options.get(&Opts::expected_attach_type),
      .prog_btf_fd = options.get(&Opts::prog_btf_fd),
      .func_info_rec_size = options.get(&Opts::func_info_rec_size),
      .func_info = options.get(&Opts::func_info),
      .func_info_cnt = options.get(&Opts::func_info_cnt),
      .line_info_rec_size = options.get(&Opts::line_info_rec_size),
      .line_info = options.get(&Opts::line_info),
      .line_info_cnt = options.get(&Opts::line_info_cnt),
      .attach_btf_id = options.get(&Opts::attach_btf_id),
      .attach_target_fd = program_fd != 0 ? program_fd : options.get(&Opts::attach_btf_obj_fd),
      .fd_array = options.get(&Opts::fd_array),
      .prog_token_fd = options.get(&Opts::token_fd),
      .fd_array_cnt = options.get(&Opts::fd_array_cnt),
  };
}

} // namespace ringside
