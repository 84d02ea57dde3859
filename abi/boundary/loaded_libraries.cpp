// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Other libraries, found with functions that both glibc and musl have.
#include "abi/boundary/loaded_libraries.hpp"

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <dlfcn.h>
#include <link.h>

namespace ringside {
namespace {

bool holds(const dl_phdr_info& file, const void* address) {
  for (std::size_t i = 0; i < file.dlpi_phnum; ++i) {
    const auto& segment = file.dlpi_phdr[i];
    const std::uintptr_t offset =
        reinterpret_cast<std::uintptr_t>(address) - file.dlpi_addr - segment.p_vaddr;
    if (segment.p_type == PT_LOAD && offset < segment.p_memsz)
      return true;
  }
  return false;
}

// The note that each of our libraries has. Source: the gABI on note sections.
struct Note {
  ElfW(Word) name_size;
  ElfW(Word) content_size;
  ElfW(Word) type;
  char name[12];
};
constexpr Note kOurNote{sizeof("ringside"), 0, 1, "ringside"};
static_assert(sizeof(kOurNote) == 24);
__asm__(".pushsection .note.ringside, \"a\", %note\n"
        ".balign 4\n"
        ".long 9, 0, 1\n"
        ".asciz \"ringside\"\n"
        ".balign 4\n"
        ".popsection\n");

bool has_our_note(const dl_phdr_info& file) {
  constexpr std::size_t kHeader = offsetof(Note, name);
  const auto aligned = [](std::uint64_t size) { return (size + 3) & ~std::uint64_t{3}; };
  for (std::size_t i = 0; i < file.dlpi_phnum; ++i) {
    const auto& segment = file.dlpi_phdr[i];
    const auto* const notes = reinterpret_cast<const char*>(file.dlpi_addr + segment.p_vaddr);
    // Notes that the loader does not map are not in memory.
    if (segment.p_type != PT_NOTE || segment.p_memsz < sizeof(Note) || !holds(file, notes) ||
        !holds(file, notes + segment.p_memsz - 1))
      continue;
    for (std::uint64_t at = 0; at + kHeader <= segment.p_memsz;) {
      Note note{};
      std::memcpy(
          &note, notes + at,
          static_cast<std::size_t>(std::min<std::uint64_t>(sizeof(note), segment.p_memsz - at)));
      if (std::memcmp(&note, &kOurNote, sizeof(note)) == 0)
        return true;
      at += kHeader + aligned(note.name_size) + aligned(note.content_size);
    }
  }
  return false;
}

// Asked: a question about an address, and for some about a function, and the answer.
struct Asked {
  const void* address;
  const void* function;
  bool answer;
};

// has_slot looks through a table of relocations, each of which begins with the place of its slot.
bool has_slot(std::uintptr_t load_base, std::uintptr_t table, std::size_t bytes, std::size_t step,
              const void* function) {
  // glibc has added the base to what stands in the dynamic section, musl has not.
  table += table < load_base ? load_base : 0;
  for (std::size_t at = 0; at + step <= bytes; at += step) {
    ElfW(Addr) place = 0;
    const void* target = nullptr;
    std::memcpy(&place, reinterpret_cast<const void*>(table + at), sizeof(place));
    std::memcpy(&target, reinterpret_cast<const void*>(load_base + place), sizeof(target));
    if (target == function)
      return true;
  }
  return false;
}

// Whether one of the relocated slots of the file at the address holds the function's address.
int ask_for_slot(dl_phdr_info* file, std::size_t /*size*/, void* data) {
  auto& asked = *static_cast<Asked*>(data);
  if (!holds(*file, asked.address))
    return 0;
  std::uintptr_t of_calls = 0;
  std::size_t call_bytes = 0;
  std::uintptr_t of_data = 0;
  std::size_t data_bytes = 0;
  std::size_t step = sizeof(ElfW(Rela));
  for (std::size_t i = 0; i < file->dlpi_phnum; ++i) {
    if (file->dlpi_phdr[i].p_type != PT_DYNAMIC)
      continue;
    const auto* entry =
        reinterpret_cast<const ElfW(Dyn)*>(file->dlpi_addr + file->dlpi_phdr[i].p_vaddr);
    for (; entry->d_tag != DT_NULL; ++entry) {
      const auto value = static_cast<std::uintptr_t>(entry->d_un.d_val);
      if (entry->d_tag == DT_JMPREL)
        of_calls = value;
      else if (entry->d_tag == DT_PLTRELSZ)
        call_bytes = value;
      else if (entry->d_tag == DT_PLTREL && value == DT_REL)
        step = sizeof(ElfW(Rel));
      else if (entry->d_tag == DT_RELA || entry->d_tag == DT_REL)
        of_data = value;
      else if (entry->d_tag == DT_RELASZ || entry->d_tag == DT_RELSZ)
        data_bytes = value;
    }
  }
  asked.answer = has_slot(file->dlpi_addr, of_calls, call_bytes, step, asked.function) ||
                 has_slot(file->dlpi_addr, of_data, data_bytes, step, asked.function);
  return 1;
}

int ask_for_note(dl_phdr_info* file, std::size_t /*size*/, void* data) {
  auto& asked = *static_cast<Asked*>(data);
  if (!holds(*file, asked.address))
    return 0;
  asked.answer = has_our_note(*file);
  return 1;
}

// The loader lists the program first.
int ask_the_program(dl_phdr_info* program, std::size_t /*size*/, void* data) {
  auto& asked = *static_cast<Asked*>(data);
  asked.answer = holds(*program, asked.address);
  return 1;
}

bool ask(int (*question)(dl_phdr_info*, std::size_t, void*), const void* address,
         const void* function = nullptr) {
  Asked asked{address, function, false};
  dl_iterate_phdr(question, &asked);
  return asked.answer;
}

bool is_in_program(const void* address) {
  return ask(ask_the_program, address);
}

bool is_ringside(const void* address) {
  return ask(ask_for_note, address);
}

// definition_in looks a name up in a loaded file and in what that one needs.
void* definition_in(const char* path, const char* name) {
  void* const library = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  if (library == nullptr)
    return nullptr;
  void* const definition = dlsym(library, name);
  // The library stays loaded: the caller uses a handle of it, or will print through it.
  dlclose(library);
  return definition == nullptr || is_ringside(definition) ? nullptr : definition;
}

// LoadedFile: the file at a place in the loader's list, which begins with the program.
struct LoadedFile {
  std::size_t place;
  char path[PATH_MAX];
};

int take_path(dl_phdr_info* info, std::size_t /*size*/, void* data) {
  auto& wanted = *static_cast<LoadedFile*>(data);
  if (wanted.place-- != 0)
    return 0;
  const std::size_t length = std::strlen(info->dlpi_name);
  // A path that does not fit stays empty: dlopen accepts no path of that length.
  if (length < sizeof(wanted.path))
    std::memcpy(wanted.path, info->dlpi_name, length + 1);
  return 1;
}

} // namespace

void* definition_after_us(const char* name) {
  return dlsym(RTLD_NEXT, name);
}

void* definition_for_caller(const void* address, const char* name) {
  // The program is not opened by its path: dlopen would look for the file again.
  Dl_info file{};
  if (is_in_program(address) || dladdr(address, &file) == 0)
    return nullptr;
  return definition_in(file.dli_fname, name);
}

bool calls_by_name(const void* address, const void* function) {
  return ask(ask_for_slot, address, function);
}

OnlyDefinition only_definition(const char* name) {
  void* only = nullptr;
  // One file a turn, because dlopen must not be called within dl_iterate_phdr: the list is locked
  // there, and another thread may hold the lock of dlopen and wait for the list. A library that is
  // loaded or unloaded meanwhile may be missed.
  for (std::size_t place = 1;; ++place) {
    LoadedFile file{place, ""};
    if (dl_iterate_phdr(take_path, &file) == 0)
      return {only, false};
    void* const definition = file.path[0] != '\0' ? definition_in(file.path, name) : nullptr;
    if (definition == nullptr)
      continue;
    if (only != nullptr && definition != only)
      return {nullptr, true};
    only = definition;
  }
}

} // namespace ringside
