// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Map: a map of an object, from what the file says to what the kernel has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/array.hpp"
#include "base/failure.hpp"
#include "base/handle_mark.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "bpf/attr.hpp"
#include "object/parsed.hpp"
#include "object/plan.hpp"
#include "object/struct_ops.hpp"
#include "os/mapping.hpp"
#include "os/unique_fd.hpp"

namespace ringside::object {

class Object;
struct Loading;
class Program;

// Map is a map that the kernel will have, or a template: the description of the maps inside a map
// of maps.
class Map : public HandleMark {
public:
  // begin makes it the map number `index` of an object, or the template within that map. ENOMEM.
  Result<void> begin(Object& object, std::uint32_t index);
  Result<void> begin_template(Map& outer);

  [[nodiscard]] Object& object() const { return *object_; }
  [[nodiscard]] std::uint32_t index() const { return index_; }
  // parsed is what the file says. Of a template it is that of the outer map.
  [[nodiscard]] const ParsedMap& parsed() const { return *parsed_; }
  [[nodiscard]] MapKind kind() const {
    return outer_ == nullptr ? parsed_->kind : MapKind::defined;
  }
  [[nodiscard]] bool is_data() const { return outer_ == nullptr && parsed_->is_data(); }
  // is_arena is whether it is the object's arena.
  [[nodiscard]] bool is_arena() const;
  [[nodiscard]] bool is_struct_ops() const { return kind() == MapKind::struct_ops; }
  [[nodiscard]] bool is_wanted_struct_ops() const { return is_struct_ops() && plan().autocreate; }

  // name ends with a NUL. After reuse() it is the name of the map that is reused.
  [[nodiscard]] const char* name() const;
  // kernel_name is the name for the kernel, which may keep a part of it.
  [[nodiscard]] const char* kernel_name() const;
  // is_called is whether the map has this name, now or in the file. A name that begins with a dot
  // is that of a section.
  [[nodiscard]] bool is_called(std::string_view wanted) const;

  // types_of_variables is the DATASEC of a data map in the object's BTF; 0 if it has none.
  [[nodiscard]] std::uint32_t types_of_variables() const;

  [[nodiscard]] const MapPlan& plan() const { return plan_; }
  // Setters. EBUSY once the map is made.
  template <class Owner, class Member>
  Result<void> set(Member Owner::*member, std::type_identity_t<Member> value) {
    if (is_made())
      return too_late();
    plan_.*member = value;
    return {};
  }
  Result<void> set_max_entries(std::uint32_t count);
  // Also: EOPNOTSUPP for a data map that is no array; EINVAL if its last variable would begin
  // behind the end; ENOMEM.
  Result<void> set_value_size(std::uint32_t size);

  // image is the first content of a data map, or its memory in the kernel once it is loaded; of
  // struct_ops the variable, in which pointers to programs can be set. Empty if there is none.
  [[nodiscard]] std::span<std::byte> image() const;
  // EBUSY; EINVAL: there is no such content, or it has another size.
  Result<void> set_image(std::span<const std::byte> content);

  // What a struct_ops map has instead.
  [[nodiscard]] StructOps& ops() { return ops_; }
  [[nodiscard]] const StructOps& ops() const { return ops_; }
  // point_to_programs puts the programs of the file into its variable, once they are made.
  void point_to_programs();
  // check_ops_programs: EINVAL if one of these is of another type.
  [[nodiscard]] Result<void> check_ops_programs() const;

  // The template of a map of maps, or null.
  [[nodiscard]] Map* inner() const { return inner_.get(); }
  [[nodiscard]] bool is_map_of_maps() const { return object::is_map_of_maps(plan_.type); }
  // set_inner_fd says that the maps inside are like the one behind the caller's descriptor. EINVAL:
  // this is no map of maps, or it has such a descriptor already.
  Result<void> set_inner_fd(int fd);
  [[nodiscard]] int inner_fd() const { return inner_fd_; }

  // exclusive is the one program that may use the map, or null. EBUSY; EINVAL for a program of
  // another object.
  [[nodiscard]] Program* exclusive() const { return exclusive_; }
  Result<void> set_exclusive(Program* program);

  [[nodiscard]] bool autoattach() const { return autoattach_ && is_struct_ops(); }
  // EINVAL: it is no struct_ops map.
  Result<void> set_autoattach(bool autoattach);

  // The path ends with a NUL; null if there is none.
  [[nodiscard]] const char* pin_path() const {
    return pin_path_.size() != 0 ? pin_path_.data() : nullptr;
  }
  [[nodiscard]] bool is_pinned() const { return is_pinned_; }
  Result<void> set_pin_path(const char* path);

  // is_made is whether the kernel has the map, or loading has ended without it.
  [[nodiscard]] bool is_made() const;
  // fd is -1 if the kernel does not have it.
  [[nodiscard]] int fd() const { return fd_.get(); }

  // create has the kernel make the map, or takes the one at its pin path, and gives it its first
  // content. Errors, with a message, are those of the kernel; EINVAL: what is pinned is another
  // map.
  Result<void> create(Loading& loading);
  // fill puts maps into the slots of a map of maps that .maps has set, once all maps are there.
  Result<void> fill();
  // drop lets go of the map, and of the name that create gave it in the file system.
  void drop();

  // Pinning. A path of null is the pin path. See the contract of bpf_map__pin.
  Result<void> pin(const char* path);
  Result<void> unpin(const char* path);
  // reuse makes the map one that the kernel has; the descriptor stays the caller's.
  Result<void> reuse(int fd);

private:
  [[nodiscard]] Errno too_late() const;
  Result<bool> find_pinned();
  Result<void> make_map(Loading& loading);
  Result<void> make_by(bpf::MapCreateAttr& attr, Loading& loading, const Subject& subject);
  Result<void> leave_out(const Subject& subject);
  Result<void> make_template(Loading& loading, os::UniqueFd& made);
  Result<void> put_content(Loading& loading);
  void map_content();
  Result<void> map_arena(Loading& loading);
  Result<void> put_first_content(Loading& loading);
  Result<void> make_image(std::uint32_t size, std::span<const std::byte> content);
  Result<void> move_image(std::uint32_t size);
  Result<void> resize_last_variable(std::uint32_t size);

  Object* object_ = nullptr;
  const ParsedMap* parsed_ = nullptr;
  std::uint32_t index_ = 0;
  Map* outer_ = nullptr;
  MapPlan plan_;
  Array<char> own_name_; // other than the file's
  Owned<Map> inner_;
  int inner_fd_ = -1;
  Program* exclusive_ = nullptr;
  bool autoattach_ = true;
  Array<char> pin_path_;
  bool is_pinned_ = false;
  bool is_pinned_by_load_ = false;
  bool is_reused_ = false;
  os::Mapping image_;
  os::Mapping arena_; // the kernel's memory, in which variables have an offset
  std::size_t arena_offset_ = 0;
  StructOps ops_;
  os::UniqueFd fd_;
};

} // namespace ringside::object
