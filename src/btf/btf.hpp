// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Btf: the types and strings that a program has read or made, to be looked at. Changes are in
// change.hpp, sizes in sizes.hpp, bytes in raw.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/failure.hpp"
#include "base/handle_mark.hpp"
#include "base/lazy.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/image.hpp"
#include "btf/strings.hpp"
#include "btf/type.hpp"

namespace ringside::btf {

// Release is called when a Btf that shares an image is freed.
struct Release {
  void (*call)(void* owner) = nullptr;
  void* owner = nullptr;
};

// Btf holds types with ids from 1, and strings. Id 0 is void. A split Btf goes on where its base
// ended when the split one was made: lower ids and string offsets are the base's. The base must
// outlive it. Threads may look at one Btf at the same time.
class Btf : public HandleMark {
public:
  // read makes one of a copy of bytes, in either byte order; base is null for one that is not
  // split. EINVAL, ENOTSUP, ENOMEM, with a message. `subject` says where the bytes come from.
  static Result<Owned<Btf>> read(std::span<const std::byte> bytes, const Btf* base,
                                 const Subject& subject);
  // read_kept is the same, of bytes that it takes over.
  static Result<Owned<Btf>> read_kept(Vector<std::byte> bytes, const Btf* base,
                                      const Subject& subject);
  // of_image makes one that shares an image, which must have no base and must outlive it. When the
  // Btf is freed it calls `release`.
  static Result<Owned<Btf>> of_image(const Image& image, Release release = {});
  Btf() = default;
  Btf(const Btf&) = delete;
  Btf& operator=(const Btf&) = delete;
  ~Btf() {
    if (release_.call != nullptr)
      release_.call(release_.owner);
  }

  // empty makes one without types; with_layout: raw data will say how long each kind is. ENOMEM.
  static Result<Owned<Btf>> empty(const Btf* base, bool with_layout = false);

  // base is the base, or null.
  [[nodiscard]] const Btf* base() const { return place_.base; }
  // own_base makes a base the Btf's own: both are freed together.
  void own_base(Owned<Btf> base) { owned_base_ = std::move(base); }

  // Ids from first_id up to, and without, end_id are the Btf's own; those below are the base's.
  [[nodiscard]] std::uint32_t first_id() const { return place_.first_id; }
  [[nodiscard]] std::uint32_t end_id() const {
    return place_.first_id + static_cast<std::uint32_t>(data_.starts.size());
  }
  // type is the type with an id; void for 0 and where there is none.
  [[nodiscard]] Type type(std::uint32_t id) const {
    const Btf* btf = this;
    while (id < btf->place_.first_id) {
      if (btf->place_.base == nullptr)
        return {};
      btf = btf->place_.base;
    }
    const std::size_t index = id - btf->place_.first_id;
    return index < btf->data_.starts.size() ? btf->data_.type(index) : Type();
  }

  // The same of strings.
  [[nodiscard]] std::uint32_t first_string() const { return place_.first_string; }
  [[nodiscard]] std::uint32_t end_string() const {
    return place_.first_string + static_cast<std::uint32_t>(data_.strings.size());
  }
  // string is the text at an offset, which may be within a string; null if the offset is outside.
  [[nodiscard]] const char* string(std::uint32_t offset) const {
    const Btf* btf = this;
    while (btf->place_.base != nullptr && offset < btf->place_.first_string)
      btf = btf->place_.base;
    const std::size_t index = offset - btf->place_.first_string;
    return index < btf->data_.strings.size() ? btf->data_.strings.data() + index : nullptr;
  }
  // name is a type's name, empty if it has none.
  [[nodiscard]] const char* name(Type type) const {
    const char* const text = string(type.name());
    return text != nullptr ? text : "";
  }

  // find is the lowest id of a type with a name and of a kind; kAnyKind finds any. Nothing is found
  // behind `end`. find_string is the offset of a whole string.
  static constexpr Kind kAnyKind = kVoid;
  [[nodiscard]] std::optional<std::uint32_t> find(const char* name, Kind kind = kAnyKind,
                                                  std::uint32_t end = UINT32_MAX) const;
  [[nodiscard]] std::optional<std::uint32_t> find_string(const char* text,
                                                         std::uint32_t end = UINT32_MAX) const;

  // data is where the own types and strings lie, until the next change.
  [[nodiscard]] const Data& data() const { return data_; }
  [[nodiscard]] Layout layout() const { return layout_; }
  [[nodiscard]] const Header& header() const { return header_; }
  // image is what was read, or null once it was changed or if it was made empty.
  [[nodiscard]] const Image* image() const { return image_; }

  // strings_are_unique: each text is there once, and none that the base has. So it is in one that
  // was made empty.
  [[nodiscard]] bool strings_are_unique() const { return strings_are_unique_; }

  // pointer_size is 4, 8, or 0 if nothing says what it is: the setter, the base, or a type "long".
  [[nodiscard]] std::uint32_t pointer_size() const;
  void set_pointer_size(std::uint32_t size) { pointer_size_ = size; }
  // pointer_bytes is that, or the size of our own pointers.
  [[nodiscard]] std::uint32_t pointer_bytes() const {
    const std::uint32_t size = pointer_size();
    return size != 0 ? size : sizeof(void*);
  }

  // order is the byte order of the raw data that the C interface gives.
  [[nodiscard]] ByteOrder order() const { return order_; }
  void set_order(ByteOrder order) { order_ = order; }

  // fd is a number that the Btf carries for its owner, who closes it: -1 if it has none.
  [[nodiscard]] int fd() const { return fd_; }
  void set_fd(int fd) { fd_ = fd; }

  // bytes is the whole BTF as bytes: those that were read, else made anew and kept until the next
  // change. EOPNOTSUPP: the other byte order of a kind that is not known; ENOMEM.
  [[nodiscard]] Result<std::span<const std::byte>> bytes(ByteOrder order) const;

private:
  friend class Change;

  static constexpr std::uint32_t kNotAsked = 1;

  // Edited is what can grow, of one that was changed or made empty.
  struct Edited {
    Vector<std::uint32_t> words;
    Vector<std::uint32_t> starts;
    StringSet strings;
    Vector<std::byte> layout;
  };

  static Result<Owned<Btf>> make(const Btf* base);
  static Result<Owned<Btf>> with_image(Owned<Btf> btf, Result<Owned<Image>> image);
  Result<void> begin_empty(bool with_layout);
  void show_image(const Image& image);
  void show_edited();
  void drop_made_bytes() {
    for (auto& made : made_bytes_)
      made.drop();
  }
  [[nodiscard]] std::optional<std::uint32_t> find_own(const char* name, Kind kind) const;
  [[nodiscard]] std::optional<std::uint32_t> find_own_string(const char* text) const;
  [[nodiscard]] Result<Vector<std::byte>> write(ByteOrder order) const;

  Place place_;
  Data data_;
  Layout layout_;
  Header header_;
  const Image* image_ = nullptr;
  Owned<Image> owned_image_;
  Edited edited_;
  Owned<Btf> owned_base_;
  Release release_;
  Lazy<Vector<std::byte>> made_bytes_[2]; // by ByteOrder
  mutable std::uint32_t pointer_size_ = kNotAsked;
  ByteOrder order_ = kNativeOrder;
  int fd_ = -1;
  bool strings_are_unique_ = false;
};

} // namespace ringside::btf
