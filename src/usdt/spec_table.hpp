// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// SpecTable: what an object keeps of the USDT probes that its programs are attached to. Its two
// maps tell the programs where arguments are: by the number of a spec, which is also the probe's
// BPF cookie, and on kernels without cookies by the address of the probe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/failure.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/btf.hpp"
#include "os/lock.hpp"
#include "os/unique_fd.hpp"
#include "usdt/arguments.hpp"
#include "usdt/specs.hpp"

namespace ringside::usdt {

// The names of the two maps, which bpf/usdt.bpf.h defines.
inline constexpr const char* kSpecsMap = "__bpf_usdt_specs";
inline constexpr const char* kAddressesMap = "__bpf_usdt_ip_to_spec_id";

// SpecMaps is these maps as an object has them.
struct SpecMaps {
  int specs_fd = -1; // -1: there is none
  int addresses_fd = -1;
  // Of the specs:
  std::size_t value_size = 0;
  std::uint32_t max_entries = 0;
  // The object's BTF, and the type in it of the values; null where there is none.
  const btf::Btf* btf = nullptr;
  std::uint32_t value_type = 0;
};

class SpecTable;

// SharedSpecTable is one user's share of a table. The last share to go frees the table.
class SharedSpecTable {
public:
  SharedSpecTable() = default;
  explicit SharedSpecTable(Owned<SpecTable> table) : table_(table.release()) {}
  SharedSpecTable(SharedSpecTable&& other) noexcept
      : table_(std::exchange(other.table_, nullptr)) {}
  SharedSpecTable& operator=(SharedSpecTable&& other) noexcept {
    std::swap(table_, other.table_);
    return *this;
  }
  SharedSpecTable(const SharedSpecTable&) = delete;
  SharedSpecTable& operator=(const SharedSpecTable&) = delete;
  ~SharedSpecTable();

  // share makes one more user.
  [[nodiscard]] SharedSpecTable share() const;

  [[nodiscard]] SpecTable* get() const { return table_; }
  [[nodiscard]] explicit operator bool() const { return table_ != nullptr; }

private:
  SpecTable* table_ = nullptr;
};

// SpecTable may be used by several threads. It has descriptors of its own, so it works on when the
// object is closed.
class SpecTable {
public:
  // open makes one with one user. ESRCH: a map is missing, so the program was built without
  // bpf/usdt.bpf.h; EINVAL: its values are of no known layout; ENOMEM, EMFILE. Each with a message.
  static Result<SharedSpecTable> open(const SpecMaps& maps, const Subject& subject);

  [[nodiscard]] const SpecLayout& layout() const { return layout_; }

  // take_id returns the id that was given back last; if there is none, the next number. E2BIG: the
  // map is full; ENOMEM.
  Result<std::uint32_t> take_id();
  // give_back gives ids back in this order.
  void give_back(std::span<const std::uint32_t> ids);
  [[nodiscard]] std::uint32_t max_entries() const { return max_entries_; }

  // store writes a spec, of the size that the layout says, at an id. The kernel's errors.
  Result<void> store(std::uint32_t id, std::span<const std::byte> spec);
  // set_address says which spec a probe at an address has. EEXIST: that address has one; the
  // kernel's errors.
  Result<void> set_address(std::uint64_t address, std::uint32_t id);
  void remove_address(std::uint64_t address);

private:
  friend class SharedSpecTable;

  Result<void> make_room();

  os::UniqueFd specs_;
  os::UniqueFd addresses_;
  SpecLayout layout_;
  std::uint32_t max_entries_ = 0;
  os::Lock lock_; // of what follows
  std::uint32_t users_ = 1;
  std::uint32_t next_ = 0;
  std::size_t room_ = 0; // how many ids fit into `free_`: at least `next_`
  Vector<std::uint32_t> free_;
};

// Taken is the ids and addresses that one attached probe uses of a table. It gives them back when
// it is destroyed. By then the kernel's probes must be gone.
class Taken {
public:
  Taken() = default;
  explicit Taken(SharedSpecTable table) : table_(std::move(table)) {}
  Taken(Taken&& other) noexcept
      : table_(std::move(other.table_)), ids_(std::move(other.ids_)),
        addresses_(std::move(other.addresses_)) {}
  Taken& operator=(Taken&& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(ids_, other.ids_);
    std::swap(addresses_, other.addresses_);
    return *this;
  }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  ~Taken() { give_back(); }

  [[nodiscard]] SpecTable* table() const { return table_.get(); }
  [[nodiscard]] std::span<const std::uint32_t> ids() const { return {ids_.begin(), ids_.size()}; }

  // take_id and set_address are those of the table.
  Result<std::uint32_t> take_id();
  Result<void> set_address(std::uint64_t address, std::uint32_t id);

  // give_back removes the addresses, then gives the ids back in the order in which they were taken.
  void give_back();
  // leave gives nothing back, for probes that live until the process ends.
  void leave();

private:
  SharedSpecTable table_;
  Vector<std::uint32_t> ids_;
  Vector<std::uint64_t> addresses_;
};

} // namespace ringside::usdt
