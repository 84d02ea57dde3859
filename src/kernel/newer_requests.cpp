// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Since when the kernel knows what may be asked of it, as tables, and the messages.
#include "kernel/newer_requests.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
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

// Since when the kernel knows something. Source: <linux/bpf.h> of Linux 5.10, 6.1, 6.12, 6.17 and
// 7.2 and what 6.18 refuses; between these, the dates of the kernel's commits.
struct Since {
  std::uint32_t version;
  bool exact;
};

// since is the release that has it, and after one that does not: a newer one has.
constexpr Since since(std::uint32_t major, std::uint32_t minor) {
  return {bpf::version(major, minor, 0), true};
}
constexpr Since after(std::uint32_t major, std::uint32_t minor) {
  return {bpf::version(major, minor + 1, 0), false};
}

// A field of a command that is newer than the command, and what the caller knows it as.
struct FieldRow {
  int command;
  std::size_t offset;
  std::size_t size;
  const char* option;
  Since since;
};
#define RINGSIDE_FIELD(command, attr, field, option, since)                                        \
  { command, offsetof(bpf::attr, field), sizeof(bpf::attr::field), option, since }
constexpr FieldRow kFields[] = {
    RINGSIDE_FIELD(BPF_MAP_CREATE, MapCreateAttr, map_extra, "map_extra", since(5, 16)),
    RINGSIDE_FIELD(BPF_MAP_CREATE, MapCreateAttr, value_type_btf_obj_fd, "value_type_btf_obj_fd",
                   since(6, 9)),
    RINGSIDE_FIELD(BPF_MAP_CREATE, MapCreateAttr, map_token_fd, "token_fd", since(6, 9)),
    RINGSIDE_FIELD(BPF_MAP_CREATE, MapCreateAttr, excl_prog_hash, "excl_prog_hash", since(6, 18)),
    RINGSIDE_FIELD(BPF_PROG_LOAD, ProgLoadAttr, fd_array, "fd_array", since(5, 14)),
    RINGSIDE_FIELD(BPF_PROG_LOAD, ProgLoadAttr, prog_token_fd, "token_fd", since(6, 9)),
    RINGSIDE_FIELD(BPF_PROG_LOAD, ProgLoadAttr, fd_array_cnt, "fd_array_cnt", since(6, 14)),
    RINGSIDE_FIELD(BPF_BTF_LOAD, BtfLoadAttr, btf_flags, "btf_flags", since(6, 9)),
    RINGSIDE_FIELD(BPF_BTF_LOAD, BtfLoadAttr, btf_token_fd, "token_fd", since(6, 9)),
    RINGSIDE_FIELD(BPF_OBJ_PIN, PathAttr, path_fd, "path_fd", since(6, 5)),
    RINGSIDE_FIELD(BPF_OBJ_GET, PathAttr, path_fd, "path_fd", since(6, 5)),
    RINGSIDE_FIELD(BPF_PROG_ATTACH, AttachAttr, relative, "relative_fd or relative_id",
                   since(6, 6)),
    RINGSIDE_FIELD(BPF_PROG_ATTACH, AttachAttr, expected_revision, "expected_revision",
                   since(6, 6)),
    RINGSIDE_FIELD(BPF_PROG_DETACH, AttachAttr, relative, "relative_fd or relative_id",
                   since(6, 6)),
    RINGSIDE_FIELD(BPF_PROG_DETACH, AttachAttr, expected_revision, "expected_revision",
                   since(6, 6)),
    RINGSIDE_FIELD(BPF_PROG_QUERY, QueryAttr, prog_attach_flags, "prog_attach_flags", since(6, 0)),
    RINGSIDE_FIELD(BPF_PROG_QUERY, QueryAttr, link_ids, "link_ids", since(6, 6)),
    RINGSIDE_FIELD(BPF_PROG_QUERY, QueryAttr, link_attach_flags, "link_attach_flags", since(6, 6)),
    RINGSIDE_FIELD(BPF_PROG_TEST_RUN, TestRunAttr, batch_size, "batch_size", since(5, 18)),
    RINGSIDE_FIELD(BPF_RAW_TRACEPOINT_OPEN, RawTracepointAttr, cookie, "cookie", since(6, 10)),
    RINGSIDE_FIELD(BPF_BTF_GET_FD_BY_ID, BtfIdAttr, token_fd, "token_fd", since(6, 15)),
};
#undef RINGSIDE_FIELD

// Commands that are newer than 5.10.
struct CommandRow {
  int command;
  const char* name;
  Since since;
};
constexpr CommandRow kCommands[] = {
    {bpf::kTokenCreate, "BPF_TOKEN_CREATE", since(6, 9)},
    {bpf::kProgStreamReadByFd, "BPF_PROG_STREAM_READ_BY_FD", since(6, 17)},
    {bpf::kProgAssocStructOps, "BPF_PROG_ASSOC_STRUCT_OPS", after(6, 18)},
};

// Attach types whose programs are attached by links since a newer kernel than 5.10, for calls
// that do not fall back to another way.
struct TypeRow {
  std::uint32_t attach_type;
  Since since;
};
constexpr TypeRow kLinks[] = {
    {BPF_PERF_EVENT, since(5, 15)},
    {BPF_TRACE_KPROBE_MULTI, since(5, 18)},
    {bpf::kStructOps, since(6, 4)},
    {bpf::kNetfilter, since(6, 4)},
    {bpf::kTcxIngress, since(6, 6)},
    {bpf::kTcxEgress, since(6, 6)},
    {bpf::kTraceUprobeMulti, since(6, 6)},
    {bpf::kNetkitPrimary, since(6, 7)},
    {bpf::kNetkitPeer, since(6, 7)},
    {bpf::kTraceKprobeSession, since(6, 10)},
    {BPF_SK_MSG_VERDICT, since(6, 10)},
    {BPF_SK_SKB_STREAM_PARSER, since(6, 10)},
    {BPF_SK_SKB_STREAM_VERDICT, since(6, 10)},
    {BPF_SK_SKB_VERDICT, since(6, 10)},
    {bpf::kTraceUprobeSession, since(6, 13)},
    {bpf::kTraceFsession, after(6, 18)},
    {bpf::kTraceFentryMulti, after(6, 18)},
    {bpf::kTraceFexitMulti, after(6, 18)},
    {bpf::kTraceFsessionMulti, after(6, 18)},
};
constexpr Since kPathFd = after(6, 18);
constexpr std::size_t kPathFdOffset =
    offsetof(bpf::LinkCreateAttr, uprobe_multi) + offsetof(bpf::UprobeMultiLink, path_fd);

bool is_set(std::span<const std::byte> attr, std::size_t offset, std::size_t size) {
  if (offset + size > attr.size())
    return false;
  const auto field = attr.subspan(offset, size);
  return std::any_of(field.begin(), field.end(),
                     [](std::byte byte) { return byte != std::byte{}; });
}

// newer_than is the request if a kernel of this version does not know it.
std::optional<NewerRequest> newer_than(std::uint32_t kernel_version, const char* kind,
                                       const char* name, Since first) {
  if (first.version <= kernel_version)
    return {};
  return NewerRequest{kind, name, first.exact ? first.version : 0};
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
    if (row.attach_type == type && row.since.version > kernel_version)
      return newer_than(kernel_version, "a link of attach type", bpf::name_of_attach_type(type),
                        row.since);
  if ((type == bpf::kTraceUprobeMulti || type == bpf::kTraceUprobeSession) &&
      is_set(attr, kPathFdOffset, sizeof(std::uint32_t)))
    return newer_than(kernel_version, "option", "uprobe_multi.path_fd", kPathFd);
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
    if (row.command == command)
      return newer_than(kernel_version, "command", row.name, row.since);
  for (const auto& row : kFields)
    if (row.command == command && row.since.version > kernel_version &&
        is_set(attr, row.offset, row.size))
      return newer_than(kernel_version, "option", row.option, row.since);
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
  const auto newer = newer_request(command, attr, running);
  if (!newer)
    return;
  char first[32] = "a newer kernel";
  if (newer->since != 0)
    std::snprintf(first, sizeof(first), "Linux %u.%u", newer->since >> 16,
                  newer->since >> 8 & 0xff);
  fail(function, error,
       "this is Linux %u.%u, and %s %s is known from %s on: leave it out, or use a newer kernel",
       running >> 16, running >> 8 & 0xff, newer->kind, newer->name, first);
}

} // namespace ringside::kernel
