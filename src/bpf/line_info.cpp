// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// LineInfo: copying and checking the records, and finding among them.
#include "bpf/line_info.hpp"

#include <cerrno>

namespace ringside::bpf {
namespace {

template <class T>
const T* pointer(std::uint64_t address) {
  return reinterpret_cast<const T*>(static_cast<std::uintptr_t>(address));
}

} // namespace

template <class Number>
Result<void> LineInfo::Records<Number>::copy(std::uint64_t from, std::uint32_t count,
                                             std::uint32_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(std::size_t{count}, size, &bytes))
    return Errno(ENOMEM);
  auto copied = Array<char>::of_size(bytes);
  if (!copied)
    return copied.error();
  std::memcpy(copied->data(), pointer<char>(from), bytes);
  bytes_ = std::move(*copied);
  count_ = count;
  size_ = size;
  return {};
}

template <class Number>
bool LineInfo::Records<Number>::rise(std::size_t begin, std::size_t end) const {
  for (std::size_t index = begin + 1; index < end; ++index)
    if (number(index) < number(index - 1))
      return false;
  return true;
}

template <class Number>
std::size_t LineInfo::Records<Number>::last_up_to(Number limit, std::size_t begin, std::size_t end,
                                                  bool rising) const {
  if (begin >= end || number(begin) > limit)
    return end;
  if (!rising) {
    std::size_t index = begin + 1;
    while (index < end && number(index) <= limit)
      ++index;
    return index - 1;
  }
  // number(low) is up to the limit, and number(high), if there is one, is above it.
  std::size_t low = begin;
  std::size_t high = end;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (number(middle) <= limit ? low : high) = middle;
  }
  return low;
}

Result<Owned<LineInfo>> LineInfo::make(const bpf_prog_info& info) {
  if (info.nr_line_info == 0 || info.line_info_rec_size < sizeof(std::uint32_t))
    return Errno(EINVAL);
  auto made = ringside::make<LineInfo>();
  if (made == nullptr)
    return Errno(ENOMEM);
  if (const auto copied =
          made->lines_.copy(info.line_info, info.nr_line_info, info.line_info_rec_size);
      !copied)
    return copied.error();
  made->rising_ = made->lines_.rise(0, made->lines_.count());
  if (const auto copied = made->copy_addresses(info); !copied)
    return copied.error();
  return made;
}

Result<void> LineInfo::copy_addresses(const bpf_prog_info& info) {
  if (info.nr_jited_ksyms == 0 || info.jited_line_info == 0 || info.jited_ksyms == 0 ||
      info.jited_func_lens == 0 || info.nr_jited_line_info != info.nr_line_info ||
      info.jited_line_info_rec_size < sizeof(std::uint64_t) ||
      info.nr_jited_func_lens != info.nr_jited_ksyms)
    return {};
  if (const auto copied = addresses_.copy(info.jited_line_info, info.nr_jited_line_info,
                                          info.jited_line_info_rec_size);
      !copied)
    return copied;
  return find_functions(info);
}

// The records stand function by function. The first one of a function has the function's address.
// The order of those of the last function is left unchecked, as by the stock library.
Result<void> LineInfo::find_functions(const bpf_prog_info& info) {
  const auto* const starts = pointer<std::uint64_t>(info.jited_ksyms);
  const auto* const lengths = pointer<std::uint32_t>(info.jited_func_lens);
  auto functions = Array<Function>::of_size(info.nr_jited_ksyms);
  if (!functions)
    return functions.error();
  if (addresses_.number(0) != starts[0])
    return Errno(EINVAL);

  std::size_t current = 0;
  for (std::uint32_t index = 1; index < addresses_.count() && current + 1 < functions->size();
       ++index) {
    const std::uint64_t before = addresses_.number(index - 1);
    const std::uint64_t address = addresses_.number(index);
    if (address != starts[current + 1]) {
      if (address <= before)
        return Errno(EINVAL);
      continue;
    }
    if (before - starts[current] >= lengths[current])
      return Errno(EINVAL);
    (*functions)[current].end = index;
    (*functions)[++current].begin = index;
  }
  if (current + 1 != functions->size())
    return Errno(EINVAL);
  (*functions)[current].end = addresses_.count();
  for (Function& function : *functions)
    function.rising = addresses_.rise(function.begin, function.end);
  functions_ = std::move(*functions);
  return {};
}

const bpf_line_info* LineInfo::line(std::size_t index) const {
  return reinterpret_cast<const bpf_line_info*>(lines_.at(index));
}

const bpf_line_info* LineInfo::find(std::uint32_t insn_off, std::uint32_t skip) const {
  const std::size_t end = lines_.count();
  const std::size_t index = lines_.last_up_to(insn_off, skip, end, rising_);
  return index < end ? line(index) : nullptr;
}

const bpf_line_info* LineInfo::find_address(std::uint64_t address, std::uint32_t function,
                                            std::uint32_t skip) const {
  if (function >= functions_.size())
    return nullptr;
  const Function& searched = functions_[function];
  if (skip >= searched.end - searched.begin)
    return nullptr;
  const std::size_t end = searched.end;
  const std::size_t index =
      addresses_.last_up_to(address, searched.begin + skip, end, searched.rising);
  return index < end ? line(index) : nullptr;
}

} // namespace ringside::bpf
