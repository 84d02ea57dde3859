// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Attaching programs and maps of an object as their sections say.
#pragma once

#include "attach/link.hpp"
#include "attach/program.hpp"
#include "object/object.hpp"

namespace ringside::object {

// Attachable is a program in the form that the functions of src/attach use. The program must
// outlive it.
class Attachable {
public:
  explicit Attachable(const Program& program);
  Attachable(const Attachable&) = delete;
  Attachable& operator=(const Attachable&) = delete;
  ~Attachable() = default;

  [[nodiscard]] const attach::Program& program() const { return program_; }

private:
  Subject object_;
  attach::Program program_;
};

// can_attach is whether the section's name, or its handler, says how the program is attached.
bool can_attach(const Program& program);

// attach_by_section attaches a program as its section's name says. Null if the name does not say to
// what, or if there is nothing to attach. Errors, each with a message: EINVAL: the name is
// misspelled, or the program is not loaded; those of the function that attaches, or of the handler.
Result<Owned<attach::Link>> attach_by_section(const Program& program);

// attach_map registers a struct_ops map. EINVAL: it is no such map, or it was not made; what the
// kernel refuses with.
Result<Owned<attach::Link>> attach_map(const Map& map);
// update_map puts another struct_ops map in the place of that of a link. EINVAL: as attach_map, or
// the link is not one for such maps.
Result<void> update_map(attach::Link& link, const Map& map);

} // namespace ringside::object
