// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What the commands of bpf(2) read and write: for each command the part of the kernel's union
// bpf_attr that is its own. Source: <linux/bpf.h> of Linux 7.2. They are declared here because the
// headers that this library is built with may be older, and because the kernel reads every byte of
// them: a struct of this file has no byte that is not a member, so none is left without a value.
#pragma once

#include <cstdint>
#include <type_traits>

namespace ringside::bpf {

// Address is a pointer as the kernel takes it: 64 bits wide in a 32-bit program, too.
class Address {
public:
  constexpr Address() = default;
  template <class T>
  Address(T* pointer) // NOLINT(google-explicit-constructor): attributes are given plain pointers
      : bits_(reinterpret_cast<std::uintptr_t>(pointer)) {}

  [[nodiscard]] constexpr bool is_null() const { return bits_ == 0; }
  [[nodiscard]] constexpr std::uint64_t bits() const { return bits_; }
  [[nodiscard]] void* pointer() const {
    return reinterpret_cast<void*>(static_cast<std::uintptr_t>(bits_));
  }

private:
  alignas(8) std::uint64_t bits_ = 0;
};

// The kernel keeps this many bytes of the name of a map or a program, with the NUL at their end.
inline constexpr std::size_t kNameSize = 16;

// BPF_MAP_CREATE
struct MapCreateAttr {
  std::uint32_t map_type = 0;
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
  std::uint32_t max_entries = 0;
  std::uint32_t map_flags = 0;
  std::uint32_t inner_map_fd = 0;
  std::uint32_t numa_node = 0;
  char map_name[kNameSize] = {};
  std::uint32_t map_ifindex = 0;
  std::uint32_t btf_fd = 0;
  std::uint32_t btf_key_type_id = 0;
  std::uint32_t btf_value_type_id = 0;
  std::uint32_t btf_vmlinux_value_type_id = 0;
  std::uint64_t map_extra = 0;
  std::int32_t value_type_btf_obj_fd = 0;
  std::uint32_t map_token_fd = 0;
  Address excl_prog_hash = {};
  std::uint32_t excl_prog_hash_size = 0;
  std::uint32_t reserved = 0;
};

// BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM, BPF_MAP_LOOKUP_AND_DELETE_ELEM
struct ElementAttr {
  std::int32_t map_fd = 0;
  std::uint32_t reserved = 0;
  Address key = {};
  Address value = {};
  std::uint64_t flags = 0;
};

// BPF_MAP_GET_NEXT_KEY
struct NextKeyAttr {
  std::int32_t map_fd = 0;
  std::uint32_t reserved = 0;
  Address key = {};
  Address next_key = {};
};

// BPF_MAP_FREEZE
struct FreezeAttr {
  std::int32_t map_fd = 0;
};

// BPF_MAP_LOOKUP_BATCH, BPF_MAP_LOOKUP_AND_DELETE_BATCH, BPF_MAP_UPDATE_BATCH, BPF_MAP_DELETE_BATCH
struct BatchAttr {
  Address in_batch = {};
  Address out_batch = {};
  Address keys = {};
  Address values = {};
  std::uint32_t count = 0;
  std::int32_t map_fd = 0;
  std::uint64_t elem_flags = 0;
  std::uint64_t flags = 0;
};

// BPF_PROG_LOAD
struct ProgLoadAttr {
  std::uint32_t prog_type = 0;
  std::uint32_t insn_cnt = 0;
  Address insns = {};
  Address license = {};
  std::uint32_t log_level = 0;
  std::uint32_t log_size = 0;
  Address log_buf = {};
  std::uint32_t kern_version = 0;
  std::uint32_t prog_flags = 0;
  char prog_name[kNameSize] = {};
  std::uint32_t prog_ifindex = 0;
  std::uint32_t expected_attach_type = 0;
  std::uint32_t prog_btf_fd = 0;
  std::uint32_t func_info_rec_size = 0;
  Address func_info = {};
  std::uint32_t func_info_cnt = 0;
  std::uint32_t line_info_rec_size = 0;
  Address line_info = {};
  std::uint32_t line_info_cnt = 0;
  std::uint32_t attach_btf_id = 0;
  // A program's, or a BTF object's: the kernel finds out which.
  std::uint32_t attach_target_fd = 0;
  std::uint32_t core_relo_cnt = 0;
  Address fd_array = {};
  Address core_relos = {};
  std::uint32_t core_relo_rec_size = 0;
  std::uint32_t log_true_size = 0;
  std::uint32_t prog_token_fd = 0;
  std::uint32_t fd_array_cnt = 0;
  Address signature = {};
  std::uint32_t signature_size = 0;
  std::int32_t keyring_id = 0;
};

// BPF_BTF_LOAD
struct BtfLoadAttr {
  Address btf = {};
  Address btf_log_buf = {};
  std::uint32_t btf_size = 0;
  std::uint32_t btf_log_size = 0;
  std::uint32_t btf_log_level = 0;
  std::uint32_t btf_log_true_size = 0;
  std::uint32_t btf_flags = 0;
  std::uint32_t btf_token_fd = 0;
};

// BPF_OBJ_PIN, BPF_OBJ_GET
struct PathAttr {
  Address pathname = {};
  std::int32_t bpf_fd = 0;
  std::uint32_t file_flags = 0;
  std::int32_t path_fd = 0;
  std::uint32_t reserved = 0;
};

// BPF_PROG_ATTACH, BPF_PROG_DETACH. The target is a descriptor or the index of a network device;
// the relative a descriptor or, with BPF_F_ID, an id.
struct AttachAttr {
  std::int32_t target = 0;
  std::int32_t attach_bpf_fd = 0;
  std::uint32_t attach_type = 0;
  std::uint32_t attach_flags = 0;
  std::int32_t replace_bpf_fd = 0;
  std::uint32_t relative = 0;
  std::uint64_t expected_revision = 0;
};

// BPF_PROG_QUERY
struct QueryAttr {
  std::int32_t target = 0;
  std::uint32_t attach_type = 0;
  std::uint32_t query_flags = 0;
  std::uint32_t attach_flags = 0;
  Address prog_ids = {};
  std::uint32_t count = 0;
  std::uint32_t reserved = 0;
  Address prog_attach_flags = {};
  Address link_ids = {};
  Address link_attach_flags = {};
  std::uint64_t revision = 0;
};

// BPF_PROG_TEST_RUN
struct TestRunAttr {
  std::int32_t prog_fd = 0;
  std::uint32_t retval = 0;
  std::uint32_t data_size_in = 0;
  std::uint32_t data_size_out = 0;
  Address data_in = {};
  Address data_out = {};
  std::int32_t repeat = 0;
  std::uint32_t duration = 0;
  std::uint32_t ctx_size_in = 0;
  std::uint32_t ctx_size_out = 0;
  Address ctx_in = {};
  Address ctx_out = {};
  std::uint32_t flags = 0;
  std::uint32_t cpu = 0;
  std::uint32_t batch_size = 0;
  std::uint32_t reserved = 0;
};

// BPF_PROG_GET_NEXT_ID and its like, where `id` is the one to start from; BPF_PROG_GET_FD_BY_ID and
// its like
struct IdAttr {
  std::uint32_t id = 0;
  std::uint32_t next_id = 0;
  std::uint32_t open_flags = 0;
};

// BPF_BTF_GET_FD_BY_ID
struct BtfIdAttr {
  std::uint32_t id = 0;
  std::uint32_t next_id = 0;
  std::uint32_t open_flags = 0;
  std::uint32_t token_fd = 0;
};

// BPF_OBJ_GET_INFO_BY_FD
struct InfoAttr {
  std::int32_t bpf_fd = 0;
  std::uint32_t info_len = 0;
  Address info = {};
};

// BPF_RAW_TRACEPOINT_OPEN
struct RawTracepointAttr {
  Address name = {};
  std::int32_t prog_fd = 0;
  std::uint32_t reserved = 0;
  std::uint64_t cookie = 0;
};

// BPF_TASK_FD_QUERY
struct TaskFdAttr {
  std::int32_t pid = 0;
  std::int32_t fd = 0;
  std::uint32_t flags = 0;
  std::uint32_t buf_len = 0;
  Address buf = {};
  std::uint32_t prog_id = 0;
  std::uint32_t fd_type = 0;
  std::uint64_t probe_offset = 0;
  std::uint64_t probe_addr = 0;
};

// BPF_LINK_CREATE. Of the union the member of the attach type is used; `words` are all its bytes.
struct IterLink {
  Address iter_info;
  std::uint32_t iter_info_len;
};
struct KprobeMultiLink {
  std::uint32_t flags;
  std::uint32_t cnt;
  Address syms;
  Address addrs;
  Address cookies;
};
struct UprobeMultiLink {
  Address path;
  Address offsets;
  Address ref_ctr_offsets;
  Address cookies;
  std::uint32_t cnt;
  std::uint32_t flags;
  std::uint32_t pid;
  std::uint32_t path_fd;
};
struct TracingLink {
  std::uint32_t target_btf_id;
  std::uint32_t reserved;
  std::uint64_t cookie;
};
struct NetfilterLink {
  std::uint32_t pf;
  std::uint32_t hooknum;
  std::int32_t priority;
  std::uint32_t flags;
};
// For tcx, netkit and cgroup links.
struct RelativeLink {
  std::uint32_t relative;
  std::uint32_t reserved;
  std::uint64_t expected_revision;
};
struct TracingMultiLink {
  Address ids;
  Address cookies;
  std::uint32_t cnt;
};
struct LinkCreateAttr {
  std::int32_t prog_fd = 0;
  std::int32_t target = 0;
  std::uint32_t attach_type = 0;
  std::uint32_t flags = 0;
  union {
    std::uint64_t words[6] = {};
    std::uint32_t target_btf_id;
    IterLink iter;
    std::uint64_t perf_event_cookie;
    KprobeMultiLink kprobe_multi;
    UprobeMultiLink uprobe_multi;
    TracingLink tracing;
    NetfilterLink netfilter;
    RelativeLink relative;
    TracingMultiLink tracing_multi;
  };
};

// BPF_LINK_UPDATE. The descriptors are those of programs, or for struct_ops links of maps.
struct LinkUpdateAttr {
  std::int32_t link_fd = 0;
  std::int32_t new_fd = 0;
  std::uint32_t flags = 0;
  std::uint32_t old_fd = 0;
};

// BPF_LINK_DETACH
struct LinkDetachAttr {
  std::int32_t link_fd = 0;
};

// BPF_ENABLE_STATS
struct StatsAttr {
  std::uint32_t type = 0;
};

// BPF_ITER_CREATE
struct IterCreateAttr {
  std::int32_t link_fd = 0;
  std::uint32_t flags = 0;
};

// BPF_PROG_BIND_MAP
struct BindMapAttr {
  std::int32_t prog_fd = 0;
  std::int32_t map_fd = 0;
  std::uint32_t flags = 0;
};

// BPF_TOKEN_CREATE
struct TokenAttr {
  std::uint32_t flags = 0;
  std::int32_t bpffs_fd = 0;
};

// BPF_PROG_STREAM_READ_BY_FD
struct StreamReadAttr {
  Address stream_buf = {};
  std::uint32_t stream_buf_len = 0;
  std::uint32_t stream_id = 0;
  std::int32_t prog_fd = 0;
  std::uint32_t reserved = 0;
};

// BPF_PROG_ASSOC_STRUCT_OPS
struct AssocStructOpsAttr {
  std::int32_t map_fd = 0;
  std::int32_t prog_fd = 0;
  std::uint32_t flags = 0;
};

} // namespace ringside::bpf
