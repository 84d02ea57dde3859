// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Runs a fuzz target over objects that are damaged in one place each: every field of the ELF
// header, of each section header, symbol and relocation, and every word of the headers and records
// of BTF gets other values, and the file is cut at every 64 bytes.
//
//   mutants FILE...
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <elf.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kCut = 64;

// Field is a number in the file.
struct Field {
  std::size_t offset;
  std::size_t size;
};

class Mutants {
public:
  explicit Mutants(Bytes bytes) : bytes_(std::move(bytes)), is_big_(bytes_.at(EI_DATA) == 2) {}

  std::size_t run() {
    for (std::size_t size = 0; size < bytes_.size(); size += kCut)
      give(bytes_.data(), size);
    for (const Field& field : fields())
      change(field);
    return count_;
  }

private:
  [[nodiscard]] std::uint64_t number(const Field& field) const {
    std::uint64_t value = 0;
    for (std::size_t at = 0; at < field.size; ++at)
      value = value << 8 | bytes_.at(field.offset + (is_big_ ? at : field.size - 1 - at));
    return value;
  }
  [[nodiscard]] std::uint64_t at(std::size_t offset, std::size_t size) const {
    return number({offset, size});
  }

  static void add(std::vector<Field>& fields, std::size_t offset,
                  std::initializer_list<std::size_t> sizes) {
    for (const std::size_t size : sizes) {
      fields.push_back({offset, size});
      offset += size;
    }
  }

  [[nodiscard]] std::vector<Field> fields() const {
    std::vector<Field> fields;
    for (std::size_t offset = 0; offset < EI_NIDENT; ++offset)
      fields.push_back({offset, 1});
    add(fields, EI_NIDENT, {2, 2, 4, 8, 8, 8, 4, 2, 2, 2, 2, 2, 2});
    const std::size_t headers = at(offsetof(Elf64_Ehdr, e_shoff), 8);
    const std::size_t sections = at(offsetof(Elf64_Ehdr, e_shnum), 2);
    const std::size_t names =
        headers + at(offsetof(Elf64_Ehdr, e_shstrndx), 2) * sizeof(Elf64_Shdr);
    const std::size_t name_bytes = at(names + offsetof(Elf64_Shdr, sh_offset), 8);
    for (std::size_t section = 0; section < sections; ++section) {
      const std::size_t header = headers + section * sizeof(Elf64_Shdr);
      add(fields, header, {4, 4, 8, 8, 8, 8, 4, 4, 8, 8});
      const std::size_t type = at(header + offsetof(Elf64_Shdr, sh_type), 4);
      const std::size_t begin = at(header + offsetof(Elf64_Shdr, sh_offset), 8);
      const std::size_t size = at(header + offsetof(Elf64_Shdr, sh_size), 8);
      const std::string name(reinterpret_cast<const char*>(bytes_.data()) + name_bytes +
                             at(header, 4));
      if (type == SHT_SYMTAB)
        for (std::size_t symbol = 0; symbol < size; symbol += sizeof(Elf64_Sym))
          add(fields, begin + symbol, {4, 1, 1, 2, 8, 8});
      else if (type == SHT_REL)
        for (std::size_t entry = 0; entry < size; entry += sizeof(Elf64_Rel))
          add(fields, begin + entry, {8, 4, 4});
      else if (name == ".BTF" || name == ".BTF.ext")
        for (std::size_t word = 0; word + 4 <= size && word < kMostWords * 4; word += 4)
          add(fields, begin + word, {4});
    }
    return fields;
  }

  void change(const Field& field) {
    const std::uint64_t most =
        field.size == 8 ? UINT64_MAX : (std::uint64_t{1} << field.size * 8) - 1;
    const std::uint64_t old = number(field);
    for (const std::uint64_t value : {std::uint64_t{0}, old + 1, old - 1, old ^ (most / 2 + 1),
                                      most, most / 2, std::uint64_t{bytes_.size()}}) {
      if ((value & most) == old)
        continue;
      Bytes mutant = bytes_;
      for (std::size_t at = 0; at < field.size; ++at)
        mutant[field.offset + (is_big_ ? field.size - 1 - at : at)] =
            static_cast<std::uint8_t>(value >> 8 * at);
      give(mutant.data(), mutant.size());
    }
  }

  void give(const std::uint8_t* bytes, std::size_t size) {
    static_cast<void>(LLVMFuzzerTestOneInput(bytes, size));
    ++count_;
  }

  // The first words are the headers; behind them are records and types, each with the same checks.
  static constexpr std::size_t kMostWords = 400;

  Bytes bytes_;
  bool is_big_;
  std::size_t count_ = 0;
};

} // namespace

int main(int count, char** paths) {
  std::size_t mutants = 0;
  for (int index = 1; index < count; ++index) {
    std::ifstream file(paths[index], std::ios::binary);
    Bytes bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (bytes.size() < sizeof(Elf64_Ehdr)) {
      std::fprintf(stderr, "mutants: %s is no object\n", paths[index]);
      return 1;
    }
    mutants += Mutants(std::move(bytes)).run();
  }
  std::printf("%zu mutants of %d objects\n", mutants, count - 1);
  return mutants == 0 ? 1 : 0;
}
