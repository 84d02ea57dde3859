// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// BPF_OBJ_GET_INFO_BY_FD.
#include "bpf/info.hpp"

#include <cstring>

namespace ringside::bpf {
namespace {

template <class Info>
Result<Info> info_of(int fd) {
  Info info{};
  if (const auto asked = fill_info(fd, info); !asked)
    return asked.error();
  info.name[sizeof(info.name) - 1] = '\0';
  return info;
}

} // namespace

Result<Array<std::byte>> btf_bytes(int btf_fd, std::uint32_t size) {
  auto bytes = Array<std::byte>::of_size(size);
  if (!bytes)
    return bytes;
  bpf_btf_info info{};
  info.btf = Address(bytes->data()).bits();
  info.btf_size = size;
  if (const auto asked = fill_info(btf_fd, info); !asked)
    return asked.error();
  return bytes;
}

Result<bpf_map_info> map_info(int map_fd) {
  return info_of<bpf_map_info>(map_fd);
}

Result<bpf_prog_info> prog_info(int prog_fd) {
  return info_of<bpf_prog_info>(prog_fd);
}

MapName name_of(const bpf_map_info& info) {
  MapName name;
  std::memcpy(name.text, info.name, sizeof(name.text));
  return name;
}

} // namespace ringside::bpf
