// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Input: what its BTF says.
#include <cerrno>

#include <elf.h>

#include "linker/input.hpp"

namespace ringside::linker {
namespace {

// missing_in is what a record of .BTF.ext names and `btf` does not have, or nullptr.
const char* missing_in(const btf::Btf& btf, const btf::ExtLine& line,
                       std::span<const std::uint32_t> record) {
  for (unsigned word = 0; word < line.words; ++word) {
    if ((line.ids >> word & 1) != 0 && record[word] >= btf.end_id())
      return "type";
    if ((line.strings >> word & 1) != 0 && btf.string(record[word]) == nullptr)
      return "string";
  }
  return nullptr;
}

} // namespace

bool Input::is_global_type(btf::Type type) {
  return (type.is(btf::kFunc) && type.elements() != kStatic) ||
         (type.is(btf::kVar) && type.extra() != kStatic);
}

Result<void> Input::read_types() {
  for (const InputSection& section : sections_)
    if (section.use == Use::btf) {
      auto made = btf::Btf::read(section.content, nullptr, subject_);
      if (!made)
        return made.error();
      btf_ = std::move(*made);
    }
  for (const InputSection& section : sections_)
    if (section.use == Use::btf_ext) {
      auto made = btf::Ext::read(section.content, subject_);
      if (!made)
        return made.error();
      ext_ = std::move(*made);
    }
  if (btf_ == nullptr)
    return ext_ == nullptr ? Result<void>()
                           : fail(subject_, Errno(EINVAL), "has .BTF.ext without .BTF");
  if (const auto done = index_types(); !done)
    return done;
  for (std::uint32_t id = 1; id < btf_->end_id(); ++id)
    if (btf_->type(id).is(btf::kDatasec))
      if (const auto done = read_datasec(id); !done)
        return done;
  return ext_ != nullptr ? check_ext() : Result<void>();
}

Result<void> Input::index_types() {
  if (!datasecs_.append_default(btf_->end_id()))
    return no_memory(subject_, "its types");
  for (std::uint32_t id = 1; id < btf_->end_id(); ++id) {
    const btf::Type type = btf_->type(id);
    if (!is_global_type(type))
      continue;
    const std::string_view name = btf_->name(type);
    const std::uint32_t hash = hash_text(name);
    const bool is_again = types_.find(hash, [&](std::uint32_t other) {
      return btf_->name(btf_->type(other)) == name;
    }) != HashIndex::kNone;
    if (is_again ? !repeated_.append(id) : !types_.insert(hash, id))
      return no_memory(subject_, "its types");
  }
  return {};
}

Result<void> Input::read_datasec(std::uint32_t id) {
  const btf::Type type = btf_->type(id);
  const std::string_view name = btf_->name(type);
  if (name == ".extern")
    return {};
  auto index = find_section(name);
  if (!index) {
    InputSection shell;
    shell.use = Use::shell;
    shell.name = name;
    index = static_cast<std::uint32_t>(sections_.size());
    if (!sections_.append(std::move(shell)))
      return no_memory(subject_, "its sections");
  }
  InputSection& section = sections_[*index];
  section.has_datasec = true;
  for (std::uint32_t at = 0; at < type.elements(); ++at) {
    const btf::Variable variable = type.variable(at);
    datasecs_[variable.type] = *index;
    const auto entry = read_variable(variable, *index);
    if (!entry)
      return entry.error();
    if (!section.variables.append(*entry))
      return no_memory(subject_, "the variables of its sections");
  }
  return {};
}

// A compiler leaves the offset of a global variable to the symbol table.
Result<DatasecEntry> Input::read_variable(const btf::Variable& variable,
                                          std::uint32_t section) const {
  const btf::Type type = btf_->type(variable.type);
  DatasecEntry entry{variable.type, variable.offset, variable.size};
  // Functions that a program only declares are listed too.
  if (!type.is(btf::kVar) || type.extra() != kGlobal)
    return entry;
  const char* const name = btf_->name(type);
  const auto found = find_symbol(name);
  if (!found || symbols_[*found].type != STT_OBJECT || symbols_[*found].section != section)
    return fail(Subject(subject_, "section", sections_[section].name), Errno(ENOENT),
                "its BTF lists the variable '%s', but the section has no such symbol", name);
  entry.offset = static_cast<std::uint32_t>(symbols_[*found].value);
  return entry;
}

Result<void> Input::check_ext() const {
  for (std::size_t kind = 0; kind < btf::kExtKinds; ++kind) {
    const btf::ExtLine& line = btf::kExtLines[kind];
    const auto which = static_cast<btf::ExtKind>(kind);
    const std::uint32_t words = ext_->record_words(which);
    Result<void> checked;
    ext_->each_section(which, [&](std::uint32_t name, std::span<const std::uint32_t> records) {
      if (!checked)
        return;
      const char* const text = btf_->string(name);
      if (text == nullptr || !find_section(text)) {
        checked = fail(subject_, Errno(EINVAL),
                       "%s in .BTF.ext is about the section '%s', which "
                       "the file does not have",
                       line.name, text != nullptr ? text : "?");
        return;
      }
      for (; records.size() >= words && words != 0; records = records.subspan(words))
        if (const char* const missing = missing_in(*btf_, line, records); missing != nullptr) {
          checked = fail(Subject(subject_, "section", text), Errno(EINVAL),
                         "%s in .BTF.ext names a %s that .BTF does not have", line.name, missing);
          return;
        }
    });
    if (!checked)
      return checked;
  }
  return {};
}

Result<std::uint32_t> Input::find_global(const InputSymbol& symbol) const {
  const Subject subject(subject_, "symbol", symbol.text);
  if (btf_ == nullptr)
    return fail(subject,
                symbol.section == elf::kUndefinedSection ? Errno(EOPNOTSUPP) : Errno(EINVAL),
                "the file has no BTF, without which global symbols cannot be linked: compile it "
                "with -g");
  const std::uint32_t found = types_.find(hash_text(symbol.text), [&](std::uint32_t id) {
    return btf_->name(btf_->type(id)) == symbol.text;
  });
  if (found == HashIndex::kNone)
    return fail(subject, Errno(ENOENT),
                "the BTF of the file has no function or variable of that "
                "name");
  for (const std::uint32_t id : repeated_)
    if (btf_->name(btf_->type(id)) == symbol.text)
      return fail(subject, Errno(EINVAL),
                  "the BTF of the file has two types of that name, %u and "
                  "%u",
                  found, id);
  return found;
}

std::optional<std::uint32_t> Input::symbol_of(btf::Type type) const {
  return find_symbol(btf_->name(type));
}

} // namespace ringside::linker
