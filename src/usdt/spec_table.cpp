// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// SpecTable: its maps, its ids, and its users.
#include "usdt/spec_table.hpp"

#include <cerrno>
#include <optional>

#include <linux/bpf.h>

#include "base/check.hpp"
#include "bpf/command.hpp"
#include "bpf/map.hpp"
#include "usdt/btf_layout.hpp"

namespace ringside::usdt {
namespace {

// The object's own BTF says the layout, if its struct has the size of the map's values.
std::optional<SpecLayout> layout_of(const SpecMaps& maps) {
  if (maps.btf != nullptr && maps.value_type != 0)
    if (const auto layout = btf_spec_layout(*maps.btf, maps.value_type);
        layout && layout->size == maps.value_size)
      return layout;
  return spec_layout(maps.value_size);
}

Result<os::UniqueFd> own_descriptor(int fd, const char* map, const Subject& subject) {
  if (fd < 0)
    return fail(subject, Errno(ESRCH), "there is no map %s; include bpf/usdt.bpf.h in the program",
                map);
  auto own = bpf::duplicate_above_standard(fd);
  if (!own)
    return fail(subject, own.error(), "there is no second descriptor of map %s, error %d", map,
                own.error().value());
  return own;
}

} // namespace

SharedSpecTable::~SharedSpecTable() {
  if (table_ == nullptr)
    return;
  bool is_last = false;
  {
    const os::Locked locked(table_->lock_);
    is_last = --table_->users_ == 0;
  }
  if (is_last)
    Destroy()(table_);
}

SharedSpecTable SharedSpecTable::share() const {
  SharedSpecTable other;
  if (table_ != nullptr) {
    const os::Locked locked(table_->lock_);
    ++table_->users_;
    other.table_ = table_;
  }
  return other;
}

Result<SharedSpecTable> SpecTable::open(const SpecMaps& maps, const Subject& subject) {
  auto specs = own_descriptor(maps.specs_fd, kSpecsMap, subject);
  if (!specs)
    return specs.error();
  auto addresses = own_descriptor(maps.addresses_fd, kAddressesMap, subject);
  if (!addresses)
    return addresses.error();
  const auto layout = layout_of(maps);
  if (!layout)
    return fail(subject, Errno(EINVAL),
                "the values of map %s have %zu bytes, as in no bpf/usdt.bpf.h; recompile the "
                "program with that header as it is",
                kSpecsMap, maps.value_size);
  auto table = make<SpecTable>();
  if (!table)
    return no_memory(subject, "its USDT probes");
  table->specs_ = std::move(*specs);
  table->addresses_ = std::move(*addresses);
  table->layout_ = *layout;
  table->max_entries_ = maps.max_entries;
  return SharedSpecTable(std::move(table));
}

Result<std::uint32_t> SpecTable::take_id() {
  const os::Locked locked(lock_);
  if (!free_.empty())
    return free_.take_last();
  if (next_ >= max_entries_)
    return Errno(E2BIG);
  // Room in free_ is made first, so that giving the id back cannot fail.
  if (const auto room = make_room(); !room)
    return room.error();
  return next_++;
}

// make_room makes room for one more id. It grows in steps, so that taking n ids moves few of them.
Result<void> SpecTable::make_room() {
  if (next_ < room_)
    return {};
  const std::size_t larger = room_ + room_ / 2 + 8;
  if (const auto room = free_.reserve(larger); !room)
    return room;
  room_ = larger;
  return {};
}

void SpecTable::give_back(std::span<const std::uint32_t> ids) {
  const os::Locked locked(lock_);
  for (const std::uint32_t id : ids) {
    const auto added = free_.append(id);
    check(static_cast<bool>(added));
  }
}

Result<void> SpecTable::store(std::uint32_t id, std::span<const std::byte> spec) {
  check(spec.size() == layout_.size);
  return bpf::update_element(specs_.get(), &id, spec.data(), BPF_ANY);
}

Result<void> SpecTable::set_address(std::uint64_t address, std::uint32_t id) {
  return bpf::update_element(addresses_.get(), &address, &id, BPF_NOEXIST);
}

void SpecTable::remove_address(std::uint64_t address) {
  // If another program has removed the entry, there is nothing left to do.
  static_cast<void>(bpf::delete_element(addresses_.get(), &address));
}

Result<std::uint32_t> Taken::take_id() {
  // Room comes first, so that no id is lost.
  if (const auto room = ids_.append(0); !room)
    return room.error();
  const auto id = table_.get()->take_id();
  if (id)
    ids_.back() = *id;
  else
    ids_.truncate(ids_.size() - 1);
  return id;
}

Result<void> Taken::set_address(std::uint64_t address, std::uint32_t id) {
  if (const auto kept = addresses_.append(address); !kept)
    return kept;
  const auto set = table_.get()->set_address(address, id);
  if (!set)
    addresses_.truncate(addresses_.size() - 1);
  return set;
}

void Taken::give_back() {
  if (!table_)
    return;
  for (const std::uint64_t address : addresses_)
    table_.get()->remove_address(address);
  table_.get()->give_back(ids());
  leave();
}

void Taken::leave() {
  addresses_.clear();
  ids_.clear();
}

} // namespace ringside::usdt
