// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Btf: how one comes to be, and what it says of pointers.
#include "btf/btf.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/byte_writer.hpp"
#include "base/shared_word.hpp"

namespace ringside::btf {
namespace {

// is_long: the name is C's long or unsigned long, in any order of its words.
bool is_long(std::string_view name) {
  constexpr std::string_view kSpellings[] = {
      "long",
      "long int",
      "int long",
      "unsigned long",
      "long unsigned",
      "unsigned long int",
      "unsigned int long",
      "long unsigned int",
      "long int unsigned",
      "int unsigned long",
      "int long unsigned",
  };
  return std::find(std::begin(kSpellings), std::end(kSpellings), name) != std::end(kSpellings);
}

} // namespace

Result<Owned<Btf>> Btf::make(const Btf* base) {
  auto btf = ringside::make<Btf>();
  if (btf == nullptr)
    return Errno(ENOMEM);
  if (base != nullptr) {
    btf->place_ = {base, base->end_id(), base->end_string()};
    btf->order_ = base->order_;
  }
  return btf;
}

Result<Owned<Btf>> Btf::read(std::span<const std::byte> bytes, const Btf* base,
                             const Subject& subject) {
  auto btf = make(base);
  if (!btf)
    return no_memory(subject, "a BTF");
  auto image = Image::copy(bytes, (*btf)->place_, subject);
  return with_image(std::move(*btf), std::move(image));
}

Result<Owned<Btf>> Btf::read_kept(Vector<std::byte> bytes, const Btf* base,
                                  const Subject& subject) {
  auto btf = make(base);
  if (!btf)
    return no_memory(subject, "a BTF");
  auto image = Image::keep(std::move(bytes), (*btf)->place_, subject);
  return with_image(std::move(*btf), std::move(image));
}

Result<Owned<Btf>> Btf::with_image(Owned<Btf> btf, Result<Owned<Image>> image) {
  if (!image)
    return image.error();
  btf->owned_image_ = std::move(*image);
  btf->show_image(*btf->owned_image_);
  return btf;
}

Result<Owned<Btf>> Btf::of_image(const Image& image, Release release) {
  auto btf = make(nullptr);
  if (!btf)
    return no_memory("BTF", "a handle");
  (*btf)->show_image(image);
  (*btf)->release_ = release;
  return btf;
}

Result<Owned<Btf>> Btf::empty(const Btf* base, bool with_layout) {
  auto btf = make(base);
  if (!btf || !(*btf)->begin_empty(with_layout))
    return no_memory("BTF", "an empty one");
  return btf;
}

Result<void> Btf::begin_empty(bool with_layout) {
  auto strings = StringSet::of(std::span("", place_.base == nullptr ? 1 : 0));
  if (!strings)
    return strings.error();
  edited_.strings = std::move(*strings);
  if (with_layout) {
    ByteWriter layout;
    Layout::write_known(layout);
    auto bytes = layout.take();
    if (!bytes)
      return bytes.error();
    edited_.layout = std::move(*bytes);
    header_.size = Header::kLong;
  }
  pointer_size_ = sizeof(void*);
  strings_are_unique_ = true;
  show_edited();
  return {};
}

void Btf::show_image(const Image& image) {
  image_ = &image;
  data_ = image.data();
  layout_ = image.layout();
  header_ = image.header();
  order_ = header_.order;
  strings_are_unique_ = data_.strings.size() == (place_.base == nullptr ? 1 : 0);
}

void Btf::show_edited() {
  data_ = {edited_.words, edited_.starts, edited_.strings.view()};
  layout_ = Layout(edited_.layout);
}

std::uint32_t Btf::pointer_size() const {
  // Threads that ask at once find the same answer, so it may be stored twice.
  if (const std::uint32_t known = load_relaxed(pointer_size_); known != kNotAsked)
    return known;
  std::uint32_t size =
      place_.base != nullptr ? load_relaxed(place_.base->pointer_size_) : kNotAsked;
  for (std::uint32_t id = 1; size != 4 && size != 8 && id < end_id(); ++id)
    if (const Type type = this->type(id); type.is(kInt) && is_long(name(type)))
      size = type.size();
  if (size != 4 && size != 8)
    size = 0;
  store_relaxed(pointer_size_, size);
  return size;
}

} // namespace ringside::btf
