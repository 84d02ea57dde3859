// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What an older kernel does not know: by command, field and attach type, on several versions.
#include "kernel/newer_requests.hpp"

#include <cerrno>
#include <string>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include "bpf/attr.hpp"
#include "bpf/new_uapi.hpp"
#include "bpf/version.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::kernel::test {
namespace {

using bpf::version;
using ringside::test::Messages;

template <class Attr>
std::string unknown(int command, const Attr& attr, std::uint32_t kernel_version) {
  const auto newer = newer_request(command, std::as_bytes(std::span(&attr, 1)), kernel_version);
  return newer ? std::string(newer->kind) + " " + newer->name : "";
}

} // namespace

TEST_CASE("an option is unknown before the version that it came with, if it is given") {
  const bpf::MapCreateAttr plain{.map_type = BPF_MAP_TYPE_HASH, .map_flags = 1};
  const bpf::MapCreateAttr with_token{.map_type = BPF_MAP_TYPE_HASH, .map_token_fd = 7};
  CHECK(unknown(BPF_MAP_CREATE, plain, version(5, 10, 0)).empty());
  CHECK(unknown(BPF_MAP_CREATE, with_token, version(5, 10, 0)) == "option token_fd");
  CHECK(unknown(BPF_MAP_CREATE, with_token, version(6, 8, 255)) == "option token_fd");
  CHECK(unknown(BPF_MAP_CREATE, with_token, version(6, 9, 0)).empty());

  const bpf::ProgLoadAttr with_maps{.prog_type = BPF_PROG_TYPE_XDP, .fd_array_cnt = 2};
  CHECK(unknown(BPF_PROG_LOAD, with_maps, version(6, 1, 0)) == "option fd_array_cnt");
  CHECK(unknown(BPF_PROG_LOAD, with_maps, version(6, 18, 0)).empty());
}

TEST_CASE("the fields of one command are not those of another") {
  const bpf::PathAttr by_folder{.path_fd = -100};
  CHECK(unknown(BPF_OBJ_PIN, by_folder, version(6, 1, 0)) == "option path_fd");
  CHECK(unknown(BPF_OBJ_GET, by_folder, version(6, 1, 0)) == "option path_fd");
  CHECK(unknown(BPF_MAP_LOOKUP_ELEM, by_folder, version(6, 1, 0)).empty());
}

TEST_CASE("a whole command may be newer") {
  const bpf::TokenAttr attr{.bpffs_fd = 3};
  CHECK(unknown(bpf::kTokenCreate, attr, version(6, 8, 0)) == "command BPF_TOKEN_CREATE");
  CHECK(unknown(bpf::kTokenCreate, attr, version(6, 9, 0)).empty());
}

TEST_CASE("a link is known by its attach type") {
  bpf::LinkCreateAttr attr{.prog_fd = 3, .attach_type = bpf::kTcxIngress, .words = {}};
  CHECK(unknown(BPF_LINK_CREATE, attr, version(6, 5, 0)) == "a link of attach type tcx_ingress");
  CHECK(unknown(BPF_LINK_CREATE, attr, version(6, 6, 0)).empty());
  attr.attach_type = BPF_XDP;
  CHECK(unknown(BPF_LINK_CREATE, attr, version(5, 10, 0)).empty());
}

TEST_CASE("a file by its descriptor is newer than uprobes of many places") {
  bpf::LinkCreateAttr attr{.prog_fd = 3, .attach_type = bpf::kTraceUprobeMulti, .words = {}};
  CHECK(unknown(BPF_LINK_CREATE, attr, version(6, 18, 0)).empty());
  attr.uprobe_multi.path_fd = 5;
  CHECK(unknown(BPF_LINK_CREATE, attr, version(6, 18, 0)) == "option uprobe_multi.path_fd");
}

TEST_CASE("the first version is given where it is known") {
  const auto since = [](int command, const auto& attr) {
    const auto newer =
        newer_request(command, std::as_bytes(std::span(&attr, 1)), version(5, 10, 0));
    return newer ? newer->since : 1U;
  };
  const bpf::TokenAttr no_field;
  CHECK(since(bpf::kTokenCreate, no_field) == version(6, 9, 0));
  CHECK(since(bpf::kProgAssocStructOps, no_field) == 0U);
  bpf::LinkCreateAttr link{.prog_fd = 3, .attach_type = bpf::kNetkitPeer, .words = {}};
  CHECK(since(BPF_LINK_CREATE, link) == version(6, 7, 0));
  link.attach_type = bpf::kTraceFsessionMulti;
  CHECK(since(BPF_LINK_CREATE, link) == 0U);
  link.attach_type = BPF_XDP;
  CHECK(since(BPF_LINK_CREATE, link) == 1U);
}

TEST_CASE("attributes that end before a field do not have it") {
  const std::byte few[8] = {};
  CHECK_FALSE(newer_request(BPF_MAP_CREATE, few, version(5, 10, 0)));
  CHECK_FALSE(newer_request(BPF_LINK_CREATE, {}, version(5, 10, 0)));
}

TEST_CASE("a refusal for another reason is not explained") {
  sim_reset(1);
  const Messages messages;
  const bpf::MapCreateAttr attr{.map_type = BPF_MAP_TYPE_HASH};
  tell_if_refused(Result<int>(Errno(ENOMEM)), "bpf_map_create", BPF_MAP_CREATE, attr);
  tell_if_refused(Result<int>(Errno(EINVAL)), "bpf_map_create", BPF_MAP_CREATE, attr);
  tell_if_refused(Result<int>(7), "bpf_map_create", BPF_MAP_CREATE, attr);
  const bpf::ElementAttr element{.map_fd = 7};
  tell_if_refused(Result<int>(Errno(EPERM)), "f", BPF_MAP_UPDATE_ELEM, element);
  CHECK(messages.warnings() == 0);
}

TEST_CASE("a want of privileges is explained once") {
  sim_reset(1);
  const Messages messages;
  const bpf::MapCreateAttr attr{.map_type = BPF_MAP_TYPE_HASH};
  tell_if_refused(Result<int>(Errno(EPERM)), "bpf_map_create", BPF_MAP_CREATE, attr);
  CHECK(messages.warnings() == 1);
  CHECK_THAT(messages.last(), Catch::Contains("bpf_map_create: Operation not permitted"));
  tell_if_refused(Result<int>(Errno(EPERM)), "bpf_map_create", BPF_MAP_CREATE, attr);
  CHECK(messages.warnings() == 1);
}

} // namespace ringside::kernel::test
