// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Loading programs: what is tried again, and how.
#include "bpf/prog.hpp"

#include <cerrno>
#include <cstring>
#include <iterator>
#include <optional>

#include "base/array.hpp"
#include "bpf/memlock.hpp"
#include "bpf/object_name.hpp"
#include "os/signals.hpp"

namespace ringside::bpf {
namespace {

bool interrupted(const Result<int>& fd) {
  return !fd && fd.error() == Errno(EAGAIN);
}

// try_load loads until no signal comes in between.
Result<int> try_load(ProgLoadAttr& attr, int attempts) {
  return with_name(attr.prog_name, [&]() -> Result<int> {
    attr.log_true_size = 0;
    Result<int> fd = call(BPF_PROG_LOAD, attr);
    for (int left = attempts - 1; interrupted(fd) && left > 0; --left) {
      std::optional<os::SignalsBlocked> blocked;
      if (left == 1)
        blocked.emplace();
      fd = call(BPF_PROG_LOAD, attr);
    }
    return fd;
  });
}

// A kind of records that tell the verifier about the program.
struct Records {
  std::uint32_t ProgLoadAttr::*record_size;
  Address ProgLoadAttr::*records;
  std::uint32_t ProgLoadAttr::*count;
};
constexpr Records kRecords[] = {
    {&ProgLoadAttr::func_info_rec_size, &ProgLoadAttr::func_info, &ProgLoadAttr::func_info_cnt},
    {&ProgLoadAttr::line_info_rec_size, &ProgLoadAttr::line_info, &ProgLoadAttr::line_info_cnt},
};

// zero_rest makes a copy of `count` records of `size` bytes, of which the kernel knows `known`.
Result<Array<char>> zero_rest(const void* records, std::uint32_t count, std::uint32_t size,
                              std::uint32_t known) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(std::size_t{count}, size, &bytes))
    return Errno(E2BIG);
  auto copy = Array<char>::of_size(bytes);
  if (!copy)
    return Errno(E2BIG);
  std::memcpy(copy->data(), records, bytes);
  for (std::size_t at = 0; at < bytes; at += size)
    std::memset(copy->data() + at + known, 0, size - known);
  return copy;
}

// The records of `attr` as they are changed for the kernel.
struct Shortened {
  Array<char> copies[std::size(kRecords)];
};

// load_with_shorter_records tries once more for each kind of records whose size the kernel has
// corrected: it writes the size that it knows into the attributes, with E2BIG.
Result<int> load_with_shorter_records(ProgLoadAttr& attr, int attempts, Shortened& shortened) {
  const std::uint32_t given[] = {attr.func_info_rec_size, attr.line_info_rec_size};
  static_assert(std::size(given) == std::size(kRecords));

  Result<int> fd = try_load(attr, attempts);
  for (std::size_t kind = 0; kind < std::size(kRecords); ++kind) {
    const Records& records = kRecords[kind];
    const std::uint32_t known = attr.*records.record_size;
    if (fd || fd.error() != Errno(E2BIG))
      break;
    if (attr.*records.count == 0 || known >= given[kind])
      continue;
    auto copy =
        zero_rest((attr.*records.records).pointer(), attr.*records.count, given[kind], known);
    if (!copy)
      return copy.error();
    attr.*records.record_size = given[kind];
    attr.*records.records = copy->data();
    shortened.copies[kind] = std::move(*copy);
    fd = try_load(attr, attempts);
  }
  return fd;
}

} // namespace

Result<os::UniqueFd> load_program(ProgLoadAttr& attr, int attempts) {
  make_room_in_memlock();
  const Address log_buf = attr.log_buf;
  const std::uint32_t log_size = attr.log_size;
  const bool log_on_failure = attr.log_level == 0 && !log_buf.is_null();
  if (log_on_failure) {
    attr.log_buf = {};
    attr.log_size = 0;
  }
  Shortened shortened;
  Result<int> fd = load_with_shorter_records(attr, attempts, shortened);
  if (!fd && log_on_failure) {
    attr.log_buf = log_buf;
    attr.log_size = log_size;
    attr.log_level = 1;
    fd = try_load(attr, attempts);
  }
  return owned(fd);
}

} // namespace ringside::bpf
