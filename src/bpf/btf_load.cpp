// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Giving the kernel BTF, and asking for a log when it is refused.
#include "bpf/btf_load.hpp"

#include "bpf/memlock.hpp"

namespace ringside::bpf {

Result<os::UniqueFd> load_btf(BtfLoadAttr& attr) {
  make_room_in_memlock();
  if (attr.btf_log_level != 0)
    return open(BPF_BTF_LOAD, attr);
  BtfLoadAttr without_log = attr;
  without_log.btf_log_buf = {};
  without_log.btf_log_size = 0;
  const Result<int> fd = call(BPF_BTF_LOAD, without_log);
  attr.btf_log_true_size = without_log.btf_log_true_size;
  // A buffer without a size holds no log, and the kernel's error for that would hide this one.
  if (fd || attr.btf_log_buf.is_null() || attr.btf_log_size == 0)
    return owned(fd);
  attr.btf_log_level = 1;
  return owned(call(BPF_BTF_LOAD, attr));
}

} // namespace ringside::bpf
