// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Since when the kernel knows what may be asked of it, as tables, and the messages.
#include "kernel/newer_requests.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <linux/bpf.h>

#include "base/shared_word.hpp"
#include "bpf/attr.hpp"
#include "bpf/names.hpp"
#include "bpf/new_uapi.hpp"
#include "bpf/version.hpp"
#include "kernel/reason.hpp"

namespace ringside::kernel {
namespace {

using bpf::version;

// The first release that may have what Linux 6.18 does not have.
constexpr std::uint32_t kAfter618 = version(6, 19, 0);

// A field of a command that is newer than the command, and what the caller knows it as. Source:
// <linux/bpf.h> of the releases; what each refuses was measured on 5.10, 6.1 and 6.18.
struct FieldRow {
  int command;
  std::size_t offset;
  std::size_t size;
  const char* option;
  std::uint32_t since;
};
#define RINGSIDE_FIELD(command, attr, field, option, since)                                        \
  { command, offsetof(bpf::attr, field), sizeof(bpf::attr::field), option, since }
constexpr FieldRow kFields[] = {
    RINGSIDE_FIELD(BPF_MAP_CREATE, MapCreateAttr, map_extra, "map_extra", version(5, 16, 0)),
    RINGSIDE_FIELD(BPF_MAP_CREATE, MapCreateAttr, value_type_btf_obj_fd, "value_type_btf_obj_fd",
                   version(6, 9, 0)),
    RINGSIDE_FIELD(BPF_MAP_CREATE, MapCreateAttr, map_token_fd, "token_fd", version(6, 9, 0)),
    RINGSIDE_FIELD(BPF_MAP_CREATE, MapCreateAttr, excl_prog_hash, "excl_prog_hash",
                   version(6, 18, 0)),
    RINGSIDE_FIELD(BPF_PROG_LOAD, ProgLoadAttr, fd_array, "fd_array", version(5, 14, 0)),
    RINGSIDE_FIELD(BPF_PROG_LOAD, ProgLoadAttr, prog_token_fd, "token_fd", version(6, 9, 0)),
    RINGSIDE_FIELD(BPF_PROG_LOAD, ProgLoadAttr, fd_array_cnt, "fd_array_cnt", version(6, 14, 0)),
    RINGSIDE_FIELD(BPF_BTF_LOAD, BtfLoadAttr, btf_flags, "btf_flags", version(6, 9, 0)),
    RINGSIDE_FIELD(BPF_BTF_LOAD, BtfLoadAttr, btf_token_fd, "token_fd", version(6, 9, 0)),
    RINGSIDE_FIELD(BPF_OBJ_PIN, PathAttr, path_fd, "path_fd", version(6, 5, 0)),
    RINGSIDE_FIELD(BPF_OBJ_GET, PathAttr, path_fd, "path_fd", version(6, 5, 0)),
    RINGSIDE_FIELD(BPF_PROG_ATTACH, AttachAttr, relative, "relative_fd or relative_id",
                   version(6, 6, 0)),
    RINGSIDE_FIELD(BPF_PROG_ATTACH, AttachAttr, expected_revision, "expected_revision",
                   version(6, 6, 0)),
    RINGSIDE_FIELD(BPF_PROG_DETACH, AttachAttr, relative, "relative_fd or relative_id",
                   version(6, 6, 0)),
    RINGSIDE_FIELD(BPF_PROG_DETACH, AttachAttr, expected_revision, "expected_revision",
                   version(6, 6, 0)),
    RINGSIDE_FIELD(BPF_PROG_QUERY, QueryAttr, prog_attach_flags, "prog_attach_flags",
                   version(6, 0, 0)),
    RINGSIDE_FIELD(BPF_PROG_QUERY, QueryAttr, link_ids, "link_ids", version(6, 6, 0)),
    RINGSIDE_FIELD(BPF_PROG_QUERY, QueryAttr, link_attach_flags, "link_attach_flags",
                   version(6, 6, 0)),
    RINGSIDE_FIELD(BPF_PROG_TEST_RUN, TestRunAttr, batch_size, "batch_size", version(5, 18, 0)),
    RINGSIDE_FIELD(BPF_RAW_TRACEPOINT_OPEN, RawTracepointAttr, cookie, "cookie", version(6, 10, 0)),
    RINGSIDE_FIELD(BPF_BTF_GET_FD_BY_ID, BtfIdAttr, token_fd, "token_fd", version(6, 15, 0)),
};
#undef RINGSIDE_FIELD

// Commands that are newer than 5.10.
struct CommandRow {
  int command;
  const char* name;
  std::uint32_t since;
};
constexpr CommandRow kCommands[] = {
    {bpf::kTokenCreate, "BPF_TOKEN_CREATE", version(6, 9, 0)},
    {bpf::kProgStreamReadByFd, "BPF_PROG_STREAM_READ_BY_FD", version(6, 17, 0)},
    {bpf::kProgAssocStructOps, "BPF_PROG_ASSOC_STRUCT_OPS", kAfter618},
};

// Attach types whose programs are attached by links since a newer kernel than 5.10, for calls
// that do not fall back to another way.
struct TypeRow {
  std::uint32_t attach_type;
  std::uint32_t since;
};
constexpr TypeRow kLinks[] = {
    {BPF_PERF_EVENT, version(5, 15, 0)},
    {BPF_TRACE_KPROBE_MULTI, version(5, 18, 0)},
    {bpf::kStructOps, version(6, 4, 0)},
    {bpf::kNetfilter, version(6, 4, 0)},
    {bpf::kTcxIngress, version(6, 6, 0)},
    {bpf::kTcxEgress, version(6, 6, 0)},
    {bpf::kTraceUprobeMulti, version(6, 6, 0)},
    {bpf::kNetkitPrimary, version(6, 7, 0)},
    {bpf::kNetkitPeer, version(6, 7, 0)},
    {bpf::kTraceKprobeSession, version(6, 10, 0)},
    {BPF_SK_MSG_VERDICT, version(6, 10, 0)},
    {BPF_SK_SKB_STREAM_PARSER, version(6, 10, 0)},
    {BPF_SK_SKB_STREAM_VERDICT, version(6, 10, 0)},
    {BPF_SK_SKB_VERDICT, version(6, 10, 0)},
    {bpf::kTraceUprobeSession, version(6, 13, 0)},
    {bpf::kTraceFsession, kAfter618},
    {bpf::kTraceFentryMulti, kAfter618},
    {bpf::kTraceFexitMulti, kAfter618},
    {bpf::kTraceFsessionMulti, kAfter618},
};
constexpr std::size_t kPathFdOffset =
    offsetof(bpf::LinkCreateAttr, uprobe_multi) + offsetof(bpf::UprobeMultiLink, path_fd);

bool is_set(std::span<const std::byte> attr, std::size_t offset, std::size_t size) {
  if (offset + size > attr.size())
    return false;
  const auto field = attr.subspan(offset, size);
  return std::any_of(field.begin(), field.end(),
                     [](std::byte byte) { return byte != std::byte{}; });
}

std::uint32_t word_at(std::span<const std::byte> attr, std::size_t offset) {
  std::uint32_t word = 0;
  if (offset + sizeof(word) <= attr.size())
    std::memcpy(&word, attr.data() + offset, sizeof(word));
  return word;
}

std::optional<NewerRequest> newer_link(std::span<const std::byte> attr,
                                       std::uint32_t kernel_version) {
  const std::uint32_t type = word_at(attr, offsetof(bpf::LinkCreateAttr, attach_type));
  for (const auto& row : kLinks)
    if (row.attach_type == type && row.since > kernel_version)
      return NewerRequest{"a link of attach type", bpf::name_of_attach_type(type), row.since};
  if ((type == bpf::kTraceUprobeMulti || type == bpf::kTraceUprobeSession) &&
      kernel_version < kAfter618 && is_set(attr, kPathFdOffset, sizeof(std::uint32_t)))
    return NewerRequest{"option", "uprobe_multi.path_fd", kAfter618};
  return {};
}

// What a refusal with EPERM is about.
enum class Privilege { none, make, find };

Privilege privilege_of(int command) {
  switch (command) {
  case BPF_MAP_CREATE:
  case BPF_PROG_LOAD:
  case BPF_BTF_LOAD:
    return Privilege::make;
  case BPF_PROG_GET_NEXT_ID:
  case BPF_MAP_GET_NEXT_ID:
  case BPF_BTF_GET_NEXT_ID:
  case BPF_LINK_GET_NEXT_ID:
  case BPF_PROG_GET_FD_BY_ID:
  case BPF_MAP_GET_FD_BY_ID:
  case BPF_BTF_GET_FD_BY_ID:
  case BPF_LINK_GET_FD_BY_ID:
    return Privilege::find;
  default:
    return Privilege::none;
  }
}

// Programs that try things out are refused often, for one reason.
int told_privileges = 0;

void tell_privileges(const Subject& function, Privilege privilege, Errno error) {
  if (privilege == Privilege::none || exchange(told_privileges, 1) != 0)
    return;
  const auto call = privilege == Privilege::make ? RefusedCall::bpf_make : RefusedCall::bpf_find;
  fail(function, error, "%s (said once)", explain_now(call, error, {}).text);
}

} // namespace

std::optional<NewerRequest> newer_request(int command, std::span<const std::byte> attr,
                                          std::uint32_t kernel_version) {
  for (const auto& row : kCommands)
    if (row.command == command && row.since > kernel_version)
      return NewerRequest{"command", row.name, row.since};
  for (const auto& row : kFields)
    if (row.command == command && row.since > kernel_version && is_set(attr, row.offset, row.size))
      return NewerRequest{"option", row.option, row.since};
  if (command == BPF_LINK_CREATE)
    return newer_link(attr, kernel_version);
  return {};
}

void tell_refusal(const Subject& function, int command, std::span<const std::byte> attr,
                  Errno error) {
  if (error == Errno(EPERM))
    return tell_privileges(function, privilege_of(command), error);
  if (error == Errno(EMFILE)) {
    fail(function, error, "%s", explain_now(RefusedCall::bpf, error, {}).text);
    return;
  }
  if (error != Errno(EINVAL) && error != Errno(E2BIG))
    return;
  const std::uint32_t running = bpf::kernel_version();
  if (const auto newer = newer_request(command, attr, running))
    fail(
        function, error,
        "this is Linux %u.%u, and %s %s is known from Linux %u.%u on: leave it out, or use a newer "
        "kernel",
        running >> 16, running >> 8 & 0xff, newer->kind, newer->name, newer->since >> 16,
        newer->since >> 8 & 0xff);
}

} // namespace ringside::kernel
