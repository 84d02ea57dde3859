// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Options<T>: reading option structs whose size the caller was compiled with, and writing results
// into them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/result.hpp"

namespace ringside {

// OptionsType<T> says of an option struct what messages call it, and where its last field that this
// library knows ends: kName and kEnd. The C surface has a line for each struct.
template <class T>
struct OptionsType;

// all_zero is whether `size` bytes are 0.
bool all_zero(const char* bytes, std::size_t size);

// word_at is the word at an address of any alignment, and any_word some words, one behind the
// other, or-ed together without a loop.
inline std::uint64_t word_at(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}
template <std::size_t... kNumber>
std::uint64_t any_word(const char* bytes, std::index_sequence<kNumber...> /*numbers*/) {
  return (word_at(bytes + kNumber * sizeof(std::uint64_t)) | ...);
}

// The same for a size that is known, at least a word's.
template <std::size_t kSize>
bool all_zero(const char* bytes) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  static_assert(kSize >= kWord);
  // The last word may have bytes of the one before it.
  return (any_word(bytes, std::make_index_sequence<kSize / kWord>()) |
          word_at(bytes + kSize - kWord)) == 0;
}

// unusual_options_size is options_size for a struct that is smaller than sz, or that is larger than
// what this library knows.
Result<std::size_t> unusual_options_size(const char* type, const char* options,
                                         std::size_t known_end);

// options_size checks a caller's struct and returns its size, 0 for null. EINVAL, with a message
// that names `type`, if sz cannot hold itself, or if a byte between known_end and sz is not zero:
// the caller would ask for something that this library does not know.
inline Result<std::size_t> options_size(const char* type, const void* options,
                                        std::size_t known_end) {
  std::size_t size = 0;
  if (options == nullptr)
    return size;
  std::memcpy(&size, options, sizeof(size));
  if (size < sizeof(size) || size > known_end) [[unlikely]]
    return unusual_options_size(type, static_cast<const char*>(options), known_end);
  return size;
}

// options_offset is where in a struct a member stands: in a place like a struct, because the
// caller's may be smaller.
template <class Struct, class Member>
std::size_t options_offset(Member Struct::*member) {
  alignas(Struct) const char place[sizeof(Struct)] = {};
  const auto* const field = &(reinterpret_cast<const Struct*>(place)->*member);
  return static_cast<std::size_t>(reinterpret_cast<const char*>(field) - place);
}

// member_size is the size of a member, which may be a pointer.
template <class Member>
constexpr std::size_t member_size() {
  return sizeof(Member); // NOLINT(bugprone-sizeof-expression)
}

// Options reads and writes the members of a caller's struct. Such a struct begins with `size_t sz`,
// its size as the caller knew it. A member counts as given if sz reaches past its last byte.
template <class T>
class Options {
public:
  // read checks the struct; null means that no member is given. The struct must outlive the
  // Options.
  static Result<Options> read(const T* options) {
    const auto size = options_size(OptionsType<T>::kName, options, OptionsType<T>::kEnd);
    if (!size)
      return size.error();
    return Options(options, *size);
  }
  // The same for a struct that results are put into.
  static Result<Options> read(T* options) {
    auto read_only = read(static_cast<const T*>(options));
    if (read_only)
      read_only->results_ = reinterpret_cast<char*>(options);
    return read_only;
  }

  Options() = default;

  // has is whether a member is given.
  template <class Member>
  [[nodiscard]] bool has(Member T::*member) const {
    return end_of(member) <= size_;
  }

  // get is a member's value, or `fallback` where it is not given.
  template <class Member>
  [[nodiscard]] Member get(Member T::*member, Member fallback = {}) const {
    if (has(member)) // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): no bytes, no size
      std::memcpy(&fallback, bytes_ + offset_of(member), member_size<Member>());
    return fallback;
  }
  // The same for a member of a member, such as one of a union's structs.
  template <class Outer, class Member>
  [[nodiscard]] Member get(Outer T::*outer, Member Outer::*member, Member fallback = {}) const {
    const std::size_t at = offset_of(outer) + options_offset(member);
    const bool has_it = at + member_size<Member>() <= size_;
    if (has_it) // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): no bytes, no size
      std::memcpy(&fallback, bytes_ + at, member_size<Member>());
    return fallback;
  }

  // nothing_behind is whether all bytes of the struct behind a member are 0, those between members
  // too.
  template <class Member>
  [[nodiscard]] bool nothing_behind(Member T::*member) const {
    const std::size_t end = end_of(member);
    return end >= size_ || all_zero(bytes_ + end, size_ - end);
  }
  // nothing_from is the same from a place on that is known. It is fast where the caller's struct is
  // the one that this library knows.
  template <std::size_t kPlace>
  [[nodiscard]] bool nothing_from() const {
    constexpr std::size_t kEnd = OptionsType<T>::kEnd;
    if constexpr (kEnd >= kPlace + sizeof(std::uint64_t))
      if (size_ == kEnd) [[likely]]
        return all_zero<kEnd - kPlace>(bytes_ + kPlace);
    return kPlace >= size_ || all_zero(bytes_ + kPlace, size_ - kPlace);
  }

  // put writes a result into a member, if the caller's struct has it.
  template <class Member>
  void put(Member T::*member, std::type_identity_t<Member> value) const {
    if (has(member) && results_ != nullptr)
      std::memcpy(results_ + offset_of(member), &value, member_size<Member>());
  }

private:
  Options(const T* options, std::size_t size)
      : bytes_(reinterpret_cast<const char*>(options)), size_(size) {}

  template <class Member>
  static std::size_t offset_of(Member T::*member) {
    return options_offset(member);
  }
  // end_of is where in the struct a member ends. The given part of the struct may be shorter.
  template <class Member>
  static std::size_t end_of(Member T::*member) {
    return offset_of(member) + member_size<Member>();
  }

  const char* bytes_ = nullptr;
  char* results_ = nullptr;
  std::size_t size_ = 0;
};

} // namespace ringside
