// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ElfTables checks a file before libelf reads it, and uses libelf for the rest.
#include "abi/elf_tables.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/file_error.hpp"

namespace ringside::tool::abi {
namespace {

// Much more than any library has: the largest known ones have about 10 MB of dynamic symbols.
constexpr std::size_t kLargestTable = std::size_t{64} << 20;
constexpr std::size_t kMostLoaded = 4 * kLargestTable;
constexpr std::size_t kMostCopied = std::size_t{64} << 20;
constexpr std::size_t kLongestName = 4096;
constexpr std::size_t kMostSegments = 4096;

#if defined(__x86_64__)
constexpr GElf_Half kThisMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr GElf_Half kThisMachine = EM_AARCH64;
#else
#error "which machine this is for has to be written here"
#endif
constexpr unsigned char kThisOrder =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

std::string machine_name(GElf_Half machine) {
  struct Machine {
    GElf_Half number;
    const char* name;
  };
  constexpr Machine kMachines[] = {
      {EM_386, "i386"},        {EM_X86_64, "x86_64"}, {EM_ARM, "arm"},
      {EM_AARCH64, "aarch64"}, {EM_PPC64, "ppc64"},   {EM_S390, "s390x"},
      {EM_RISCV, "riscv"},     {EM_MIPS, "mips"},     {EM_BPF, "BPF"},
  };
  for (const Machine& known : kMachines)
    if (known.number == machine)
      return known.name;
  return fmt::format("machine {}", machine);
}

std::string escaped_start(std::string_view bytes) {
  constexpr std::size_t kShown = 8;
  return printable(bytes.substr(0, kShown));
}

} // namespace

std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text)
    if (c >= ' ' && c < 0x7f)
      result += c;
    else
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return result;
}

void ElfTables::fail(const std::string& why) const {
  throw FileError(fmt::format("{}: {}", path_, why));
}

void ElfTables::damaged(const std::string& what) const {
  fail(fmt::format("is damaged: {}; get the file anew", what));
}

// O_NONBLOCK: do not wait at a pipe without a writer.
ElfTables::ElfTables(const std::string& path)
    : path_(path), fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
  if (fd_.get() < 0)
    fail(fmt::format("cannot be opened: {}", std::strerror(errno)));
  struct stat status {};
  if (fstat(fd_.get(), &status) != 0)
    fail(fmt::format("cannot be read: {}", std::strerror(errno)));
  if (!S_ISREG(status.st_mode))
    fail(fmt::format("is a {}, not a file; name the library or program itself",
                     S_ISDIR(status.st_mode) ? "folder" : "device or pipe"));
  size_ = static_cast<std::size_t>(status.st_size);
  check_start();

  elf_version(EV_CURRENT);
  elf_.reset(elf_begin(fd_.get(), ELF_C_READ, nullptr));
  GElf_Ehdr header{};
  if (elf_ == nullptr || gelf_getehdr(elf_.get(), &header) == nullptr)
    damaged(fmt::format("libelf says {}", elf_errmsg(-1)));
  check_extent(header);
  type_ = header.e_type;
  has_sections_ = header.e_shoff != 0;
  read_segments();
  read_dynamic();
  check_loaded();
}

// Is it an ELF file that this program reads? This check comes before libelf, since its errors say
// what the file is instead.
void ElfTables::check_start() const {
  std::array<char, sizeof(Elf64_Ehdr)> bytes{};
  const ssize_t count = pread(fd_.get(), bytes.data(), bytes.size(), 0);
  if (count < 0)
    fail(fmt::format("cannot be read: {}", std::strerror(errno)));
  const std::string_view start(bytes.data(), static_cast<std::size_t>(count));
  if (start.empty())
    fail("is empty; get the file anew");
  if (start.starts_with("!<arch>\n"))
    fail("is an archive, which has no version nodes; name a shared library");
  if (!start.starts_with(ELFMAG))
    fail(fmt::format(
        "is not an ELF file (it starts with \"{}\"); name a shared library or a program",
        escaped_start(start)));
  if (start.size() < bytes.size())
    damaged(fmt::format("it ends after {} bytes, within the ELF header", start.size()));

  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const unsigned char order = header.e_ident[EI_DATA];
  // e_type and e_machine have the same offset in headers of 32 and 64 bits.
  const auto number = [&](GElf_Half value) {
    return order == kThisOrder ? value : static_cast<GElf_Half>(value << 8 | value >> 8);
  };
  const GElf_Half machine = number(header.e_machine);
  const bool wide = header.e_ident[EI_CLASS] == ELFCLASS64;
  if (!wide || order != kThisOrder || machine != kThisMachine)
    fail(
        fmt::format("is a {}-bit file for {}; this command reads {}-bit files for {}: name one, or "
                    "run ringside on that machine",
                    wide ? 64 : 32, machine_name(machine), 64, machine_name(kThisMachine)));
  if (header.e_type == ET_REL || header.e_type == ET_CORE)
    fail(fmt::format("is {}; name a shared library or a program",
                     header.e_type == ET_REL ? "an object file, not linked yet" : "a core dump"));
  // More than 65,279 sections, or 65,534 segments, are counted elsewhere in the file, which then is
  // no library.
  if ((header.e_shnum == 0 && header.e_shoff != 0) || header.e_phnum >= kMostSegments)
    damaged("the ELF header counts no sections, or more segments than any library has");
}

// Is the file as long as its headers say?
void ElfTables::check_extent(const GElf_Ehdr& header) const {
  const auto check = [&](GElf_Off offset, GElf_Xword count, std::size_t size,
                         std::size_t true_size) {
    if (count != 0 && size != true_size)
      damaged("the ELF header gives other sizes of headers than there are");
    if (offset > size_ || count * size > size_ - offset)
      damaged(fmt::format("it has {} bytes, and its headers would lie beyond", size_));
  };
  check(header.e_phoff, header.e_phnum, header.e_phentsize, sizeof(Elf64_Phdr));
  if (header.e_shoff != 0)
    check(header.e_shoff, header.e_shnum, header.e_shentsize, sizeof(Elf64_Shdr));
}

void ElfTables::read_segments() {
  std::size_t count = 0;
  if (elf_getphdrnum(elf_.get(), &count) != 0 || count > kMostSegments)
    damaged("its segments cannot be counted");
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr segment{};
    if (gelf_getphdr(elf_.get(), static_cast<int>(i), &segment) == nullptr)
      damaged(fmt::format("segment {} cannot be read", i));
    segments_.push_back(segment);
  }
}

void ElfTables::check_loaded() const {
  for (const GElf_Phdr& segment : segments_)
    if (segment.p_type == PT_LOAD &&
        (segment.p_offset > size_ || segment.p_filesz > size_ - segment.p_offset))
      damaged(fmt::format("it has {} bytes, and some that are to be loaded lie beyond", size_));
}

const GElf_Phdr* ElfTables::segment(GElf_Word type) const {
  for (const GElf_Phdr& segment : segments_)
    if (segment.p_type == type)
      return &segment;
  return nullptr;
}

void ElfTables::read_dynamic() {
  const GElf_Phdr* segment = this->segment(PT_DYNAMIC);
  if (segment == nullptr && type_ == ET_EXEC)
    return;
  if (segment == nullptr)
    damaged("it has no dynamic segment");
  if (segment->p_filesz == 0)
    fail("holds only the debug information of another file; name that file, with --debug-info for "
         "the folder that this one is in");
  const Table table = rest(segment->p_vaddr, segment->p_memsz, ELF_T_DYN);
  for (int i = 0;; ++i) {
    GElf_Dyn entry{};
    if (gelf_getdyn(table.data, i, &entry) == nullptr)
      damaged("its dynamic segment does not end");
    if (entry.d_tag == DT_NULL)
      break;
    dynamic_.push_back(entry);
  }
  const auto names = dynamic(DT_STRTAB);
  if (!names)
    damaged("it has no dynamic string table");
  names_ = this->table(*names, dynamic(DT_STRSZ).value_or(0), ELF_T_BYTE);
}

std::string ElfTables::interpreter() const {
  const GElf_Phdr* segment = this->segment(PT_INTERP);
  if (segment == nullptr)
    return "";
  if (segment->p_filesz > kLongestName)
    damaged("the path of its loader is too long");
  const std::string_view path = load(segment->p_offset, segment->p_filesz, ELF_T_BYTE).bytes();
  return printable(path.substr(0, path.find('\0')));
}

ElfTables::Extent ElfTables::extent(GElf_Addr address) const {
  // Where segments overlap, the loader maps the later one over the earlier.
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
    const GElf_Xword within = address - segment->p_vaddr;
    if (segment->p_type == PT_LOAD && within < segment->p_filesz)
      return {segment->p_offset + within, segment->p_filesz - within};
  }
  damaged(
      fmt::format("nothing of it is loaded at {:#x}, where the loader looks for a table", address));
}

Table ElfTables::table(GElf_Addr address, GElf_Xword size, Elf_Type type) const {
  const Extent found = extent(address);
  if (size > found.size)
    damaged(fmt::format("a table at {:#x} has {} bytes, and the file has {} of them", address, size,
                        found.size));
  return load(found.offset, size, type);
}

Table ElfTables::rest(GElf_Addr address, GElf_Xword most, Elf_Type type) const {
  const Extent found = extent(address);
  return load(found.offset, std::min(found.size, most), type);
}

Table ElfTables::load(GElf_Off offset, GElf_Xword size, Elf_Type type) const {
  if (size > kLargestTable)
    fail(fmt::format("has a table of {} MB, more than any library; name another file", size >> 20));
  loaded_ += size;
  if (loaded_ > kMostLoaded)
    damaged("its tables overlap");
  if (offset > size_ || size > size_ - offset)
    damaged(fmt::format("it has {} bytes, and a table of it lies beyond", size_));
  Table table;
  if (size == 0)
    return table;
  table.data = elf_getdata_rawchunk(elf_.get(), static_cast<std::int64_t>(offset), size, type);
  if (table.data == nullptr)
    damaged(fmt::format("libelf says {}", elf_errmsg(-1)));
  return table;
}

std::optional<GElf_Xword> ElfTables::dynamic(GElf_Sxword tag) const {
  for (const GElf_Dyn& entry : dynamic_)
    if (entry.d_tag == tag)
      return entry.d_un.d_val;
  return std::nullopt;
}

std::vector<GElf_Xword> ElfTables::all_dynamic(GElf_Sxword tag) const {
  std::vector<GElf_Xword> values;
  for (const GElf_Dyn& entry : dynamic_)
    if (entry.d_tag == tag)
      values.push_back(entry.d_un.d_val);
  return values;
}

std::string ElfTables::name(GElf_Xword offset) const {
  if (offset >= names_->size())
    damaged(fmt::format("a name at {:#x} is outside of the string table", offset));
  const std::string_view rest = names_->bytes().substr(offset);
  const std::string_view text = rest.substr(0, rest.find('\0'));
  if (text.size() == rest.size() || text.size() > kLongestName)
    damaged(fmt::format("the name at {:#x} does not end within {} bytes", offset, kLongestName));
  copied_ += text.size();
  if (copied_ > kMostCopied)
    fail(
        fmt::format("has more than {} MB of symbol names, more than any library; name another file",
                    kMostCopied >> 20));
  return printable(text);
}

bool ElfTables::has_section(std::string_view name) const {
  if (!has_sections_)
    return false;
  std::size_t index = 0;
  GElf_Shdr header{};
  if (elf_getshdrstrndx(elf_.get(), &index) != 0 ||
      gelf_getshdr(elf_getscn(elf_.get(), index), &header) == nullptr)
    return false;
  const std::string_view names = load(header.sh_offset, header.sh_size, ELF_T_BYTE).bytes();
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_.get(), section)) != nullptr;) {
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type == SHT_NOBITS ||
        header.sh_name >= names.size())
      continue;
    const std::string_view rest = names.substr(header.sh_name);
    if (rest.substr(0, rest.find('\0')) == name)
      return true;
  }
  return false;
}

std::string ElfTables::build_id() const {
  for (const GElf_Phdr& segment : segments_) {
    if (segment.p_type != PT_NOTE)
      continue;
    const Table notes =
        load(segment.p_offset, segment.p_filesz, segment.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
    GElf_Nhdr note{};
    std::size_t name = 0;
    std::size_t content = 0;
    for (std::size_t at = 0; (at = gelf_getnote(notes.data, at, &note, &name, &content)) > 0;) {
      constexpr std::string_view kOwner(ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU));
      if (note.n_type != NT_GNU_BUILD_ID || note.n_descsz > 64 ||
          notes.bytes().substr(name, note.n_namesz) != kOwner)
        continue;
      std::string text;
      for (const char byte : notes.bytes().substr(content, note.n_descsz))
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
      return text;
    }
  }
  return "";
}

} // namespace ringside::tool::abi
