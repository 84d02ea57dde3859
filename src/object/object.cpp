// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Opening an object, and looking up its maps and programs.
#include "object/object.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "bpf/version.hpp"
#include "object/loader/loader.hpp"
#include "object/loading.hpp"
#include "os/process.hpp"

namespace ringside::object {

Object::Object() = default;
Object::~Object() = default;

Result<const char*> Object::keep(Arena& memory, const char* text) {
  if (text == nullptr)
    return text;
  const auto kept = memory.text(text);
  if (!kept)
    return no_memory("object", "its options");
  return kept->data();
}

Result<void> Object::keep_settings(std::string_view name, const Settings& settings) {
  constexpr std::size_t kMostOfName = 15;
  const auto kept = memory_.text(name.substr(0, kMostOfName));
  if (!kept)
    return no_memory("object", "its name");
  name_ = kept->data();
  settings_ = settings;
  for (const auto member :
       {&Settings::pin_root, &Settings::kconfig, &Settings::btf_path, &Settings::token_path}) {
    const auto text = keep(memory_, settings.*member);
    if (!text)
      return text.error();
    settings_.*member = *text;
  }
  return {};
}

Result<void> Object::make_maps() {
  auto maps = Array<Map>::of_size(parsed_.maps.size());
  if (!maps)
    return no_memory(subject(), "its maps");
  maps_ = std::move(*maps);
  for (std::uint32_t index = 0; index < maps_.size(); ++index)
    if (const auto begun = maps_[index].begin(*this, index); !begun)
      return begun;
  return {};
}

Result<void> Object::make_programs() {
  const auto is_entry = [](const ParsedProgram& program) { return !program.is_subprogram; };
  auto programs = Array<Program>::of_size(static_cast<std::size_t>(
      std::count_if(parsed_.programs.begin(), parsed_.programs.end(), is_entry)));
  if (!programs)
    return no_memory(subject(), "its programs");
  programs_ = std::move(*programs);
  std::size_t next = 0;
  for (std::uint32_t index = 0; index < parsed_.programs.size(); ++index)
    if (is_entry(parsed_.programs[index]))
      programs_[next++].begin(*this, index);
  for (Map& map : maps_)
    map.point_to_programs();
  for (Program& program : programs_)
    if (const auto found = program.find_kind(); !found)
      return found;
  for (const Map& map : maps_)
    if (const auto checked = map.check_ops_programs(); !checked)
      return checked;
  return {};
}

Result<Owned<Object>> Object::open(const ByteSource& file, std::string_view name,
                                   const Settings& settings) {
  auto object = make<Object>();
  if (object == nullptr)
    return no_memory(name, "it");
  if (const auto kept = object->keep_settings(name, settings); !kept)
    return kept.error();
  const ParseOptions options{.relaxed_maps = settings.relaxed_maps,
                             .page_size = static_cast<std::uint32_t>(os::page_size())};
  if (const auto parsed = parse(file, object->name_, options, object->parsed_, object->subject());
      !parsed)
    return parsed.error();
  object->kernel_version_ = object->parsed_.kernel_version;
  if (const auto made = object->make_maps(); !made)
    return made.error();
  if (const auto made = object->make_programs(); !made)
    return made.error();
  return object;
}

Program* Object::find_program(std::string_view name) {
  auto* const found =
      std::find_if(programs_.begin(), programs_.end(),
                   [name](const Program& program) { return program.parsed().name == name; });
  return found != programs_.end() ? found : nullptr;
}

Map* Object::find_map(std::string_view name) {
  auto* const found = std::find_if(maps_.begin(), maps_.end(),
                                   [name](const Map& map) { return map.is_called(name); });
  return found != maps_.end() ? found : nullptr;
}

Program* Object::entry(std::uint32_t index) {
  auto* const found = std::lower_bound(
      programs_.begin(), programs_.end(), index,
      [](const Program& program, std::uint32_t wanted) { return program.index() < wanted; });
  return found != programs_.end() && found->index() == index ? found : nullptr;
}

Result<int> Object::keep_fd(os::UniqueFd fd) {
  const int number = fd.get();
  if (!more_fds_.append(std::move(fd)))
    return no_memory(subject(), "its descriptors");
  return number;
}

std::uint32_t Object::kernel_version() const {
  return kernel_version_ != 0 ? kernel_version_ : bpf::kernel_version();
}

Result<void> Object::set_kernel_version(std::uint32_t version) {
  if (phase_ == Phase::loaded)
    return fail(subject(), Errno(EINVAL), "it is loaded: the kernel version comes too late");
  kernel_version_ = version;
  return {};
}

} // namespace ringside::object
