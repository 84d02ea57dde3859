// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_sites: one walk over the notes, and a second one for the message where nothing was found.
#include "usdt/probes.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

#include <elf.h>

#include "base/scan.hpp"
#include "base/text.hpp"
#include "elf/notes.hpp"

namespace ringside::usdt {
namespace {

constexpr const char* kNotesSection = ".note.stapsdt";
constexpr const char* kBaseSection = ".stapsdt.base";
constexpr std::string_view kOwner = "stapsdt";
constexpr std::uint32_t kProbeType = 3;

bool is_probe(const elf::Note& note) {
  return note.type == kProbeType && note.is_of(kOwner);
}

// A description begins with three addresses: of the probe, of the base section at the time when the
// file was linked, of the semaphore. Three texts follow, each with a NUL behind it: the provider,
// the name, the arguments.
std::size_t addresses_size(const elf::File& file) {
  return 3 * (file.wide() ? sizeof(std::uint64_t) : sizeof(std::uint32_t));
}

// ProbeKey is the provider and the name of the probe, as they stand in its notes.
class ProbeKey {
public:
  static Result<ProbeKey> make(const ProbeName& probe, std::size_t texts_begin) {
    ProbeKey key;
    key.texts_begin_ = texts_begin;
    key.provider_size_ = probe.provider.size();
    for (const std::string_view text : {probe.provider, probe.name})
      if (!key.bytes_.append_all({text.data(), text.size()}) || !key.bytes_.append('\0'))
        return Errno(ENOMEM);
    return key;
  }

  enum class Match { other, same, damaged };

  // match compares with a note's description. The note is damaged if it ends too early to decide.
  [[nodiscard]] Match match(std::span<const std::byte> description) const {
    if (description.size() < texts_begin_)
      return Match::damaged;
    const auto texts = description.subspan(texts_begin_);
    const std::size_t size = std::min(texts.size(), bytes_.size());
    // Most others differ in the length of their provider or of their name.
    if (size == bytes_.size() &&
        (texts[provider_size_] != std::byte{0} || texts[size - 1] != std::byte{0}))
      return Match::other;
    if (std::memcmp(texts.data(), bytes_.data(), size) != 0)
      return Match::other;
    return size == bytes_.size() ? Match::same : Match::damaged;
  }

  // arguments_begin is where the third text of a description begins.
  [[nodiscard]] std::size_t arguments_begin() const { return texts_begin_ + bytes_.size(); }

private:
  std::size_t texts_begin_ = 0;
  std::size_t provider_size_ = 0;
  Vector<char> bytes_;
};

// Damaged counts the notes that were skipped, so that one message speaks of all.
struct Damaged {
  std::size_t count = 0;
  std::size_t first = 0; // where it begins

  void add(std::size_t position) {
    if (count++ == 0)
      first = position;
  }
};

// Places turns a file's addresses into offsets in the file. Each address is compared with all
// segments. A file is refused if it has so large numbers of both that this would last too long.
class Places {
public:
  static Result<Places> read(const elf::File& file) {
    auto segments = file.segments();
    if (!segments)
      return segments.error();
    Places places;
    places.segments_ = std::move(*segments);
    places.looks_left_ = file.most_read();
    if (std::none_of(places.segments_.begin(), places.segments_.end(), is_loaded))
      return fail(file.subject(), Errno(ESRCH),
                  "it has no segment to load, so no probe of it can fire; take the program itself, "
                  "not the file with its debug information");
    return places;
  }

  // offset_of is where the byte at an address is in the file. `what` names it in messages, and
  // `flag` is the permission that its segment must have. ESRCH, or kErrnoFormat, with a message.
  Result<std::uint64_t> offset_of(std::uint64_t address, std::uint32_t flag, const Subject& note,
                                  const char* what) {
    if (looks_left_ < segments_.size())
      return fail(note, kErrnoFormat,
                  "the file has too many segments, %zu, for the number of its probes",
                  segments_.size());
    looks_left_ -= segments_.size();
    const auto* const segment =
        std::find_if(segments_.begin(), segments_.end(), [address](const elf::Segment& each) {
          return is_loaded(each) && address >= each.address &&
                 address - each.address < each.memory_size;
        });
    const auto number = static_cast<unsigned long long>(address);
    if (segment == segments_.end())
      return fail(note, Errno(ESRCH), "%s is at address 0x%llx, where the file loads nothing", what,
                  number);
    if ((segment->flags & flag) == 0)
      return fail(note, Errno(ESRCH), "%s is at address 0x%llx, which is not %s", what, number,
                  flag == PF_X ? "executable" : "writable");
    std::uint64_t offset = 0;
    if (__builtin_add_overflow(segment->offset, address - segment->address, &offset))
      return fail(note, Errno(ESRCH), "%s is at address 0x%llx, which is not in the file", what,
                  number);
    return offset;
  }

private:
  static bool is_loaded(const elf::Segment& segment) { return segment.type == PT_LOAD; }

  Vector<elf::Segment> segments_;
  std::uint64_t looks_left_ = 0;
};

// Search looks through the notes of a file.
class Search {
public:
  Search(const elf::File& file, const elf::Section& section, const ProbeName& probe,
         const ProbeFeatures& features)
      : file_(file), section_(section), base_(file.find(kBaseSection)), probe_(probe),
        features_(features) {}

  Result<Sites> run();

private:
  [[nodiscard]] elf::Notes notes() const { return {file_, section_, contents_.view()}; }
  Result<void> look_at(const elf::Note& note);
  Result<Site> site_of(const elf::Note& note);
  [[nodiscard]] bool begins_with_two_nops(std::uint64_t offset) const;
  void warn_of_damage(const elf::Notes& notes);
  [[gnu::cold]] [[nodiscard]] Errno none_found() const;

  const elf::File& file_;
  const elf::Section& section_;
  const elf::Section* base_;
  const ProbeName& probe_;
  const ProbeFeatures& features_;
  Bytes contents_;
  Places places_;
  ProbeKey key_;
  Damaged damaged_;
  Vector<Site> sites_;
};

Result<Sites> Search::run() {
  auto contents = file_.contents(section_);
  if (!contents)
    return contents.error();
  contents_ = std::move(*contents);
  auto places = Places::read(file_);
  if (!places)
    return places.error();
  places_ = std::move(*places);
  auto key = ProbeKey::make(probe_, addresses_size(file_));
  if (!key)
    return no_memory(file_.subject(), "the name of the probe");
  key_ = std::move(*key);
  elf::Notes notes = this->notes();
  while (const auto note = notes.next())
    if (const auto looked = look_at(*note); !looked)
      return looked.error();
  warn_of_damage(notes);
  if (sites_.empty())
    return none_found();
  return Sites{std::move(contents_), std::move(sites_)};
}

Result<void> Search::look_at(const elf::Note& note) {
  if (!is_probe(note))
    return {};
  switch (key_.match(note.description)) {
  case ProbeKey::Match::other:
    return {};
  case ProbeKey::Match::damaged:
    damaged_.add(note.offset);
    return {};
  case ProbeKey::Match::same:
    break;
  }
  const auto site = site_of(note);
  if (!site)
    return site.error();
  if (!sites_.append(*site))
    return no_memory(file_.subject(), "the places of a probe");
  return {};
}

// prelink(8) moves a file to other addresses after it was linked: the base section with all others,
// but not the addresses in the notes.
Result<Site> Search::site_of(const elf::Note& note) {
  const Subject subject(file_.subject(), "probe note at", static_cast<std::int64_t>(note.offset));
  auto reader = file_.reader(note.description);
  std::uint64_t address = file_.word(reader);
  const std::uint64_t base = file_.word(reader);
  std::uint64_t semaphore = file_.word(reader);
  const std::uint64_t moved = base_ != nullptr && base != 0 ? base_->address - base : 0;
  const std::uint64_t mask = file_.wide() ? UINT64_MAX : UINT32_MAX;
  const auto texts = as_text(note.description);
  if (texts.size() == key_.arguments_begin())
    return fail(subject, Errno(EINVAL), "it ends where the probe's arguments should be");

  Site site;
  site.address = (address + moved) & mask;
  const auto offset = places_.offset_of(site.address, PF_X, subject, "the probe");
  if (!offset)
    return offset.error();
  site.offset = *offset;
  std::string_view arguments = behind(texts, key_.arguments_begin());
  arguments = take_until(arguments, '\0');
  if (!arguments.starts_with(':'))
    site.arguments = arguments;
  if (semaphore != 0) {
    semaphore = (semaphore + moved) & mask;
    if (!features_.counts_references)
      return fail(subject, Errno(ENOTSUP),
                  "the probe is off until a counter is raised, which takes Linux 4.20 or newer");
    const auto counter = places_.offset_of(semaphore, PF_W, subject, "the probe's semaphore");
    if (!counter)
      return counter.error();
    site.semaphore = *counter;
  }
  if (features_.has_uprobe_call && begins_with_two_nops(site.offset)) {
    ++site.offset;
    ++site.address;
  }
  return site;
}

// begins_with_two_nops is whether the place has both nops: one of a byte for kernels whose probes
// trap, and one of five bytes for kernels that can put a call in its place.
bool Search::begins_with_two_nops(std::uint64_t offset) const {
  static constexpr unsigned char kNops[] = {0x90, 0x0f, 0x1f, 0x44, 0x00, 0x00};
  if (file_.machine() != EM_X86_64 || !file_.wide())
    return false;
  std::byte code[sizeof(kNops)];
  return file_.source().read(offset, code) && std::memcmp(code, kNops, sizeof(kNops)) == 0;
}

void Search::warn_of_damage(const elf::Notes& notes) {
  if (notes.damaged())
    damaged_.add(notes.position());
  if (damaged_.count != 0)
    say(LogLevel::warn, file_.subject_of(section_),
        "%zu of its notes end too early and were skipped; the first is at offset %zu",
        damaged_.count, damaged_.first);
}

// Names is a few names of probes in a file, each once, for a message.
class Names {
public:
  // add takes a name unless it is known, or does not look like one.
  void add(std::string_view provider, std::string_view name) {
    if (!is_name(provider) || !is_name(name) ||
        std::any_of(names_, names_ + count_, [&](const ProbeName& known) {
          return known.provider == provider && known.name == name;
        }))
      return;
    more_ = count_ == kMost;
    if (!more_)
      names_[count_++] = {provider, name};
  }

  [[nodiscard]] bool full() const { return more_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] Text list() const {
    Text text;
    for (std::size_t index = 0; index < count_; ++index)
      text.add("%s%.*s:%.*s", index == 0 ? "" : ", ",
               static_cast<int>(names_[index].provider.size()), names_[index].provider.data(),
               static_cast<int>(names_[index].name.size()), names_[index].name.data());
    if (more_)
      text.add(" and others");
    return text;
  }

private:
  static constexpr std::size_t kMost = 8;
  static constexpr std::size_t kLongest = 64;

  static bool is_name(std::string_view text) {
    return text.size() <= kLongest && std::all_of(text.begin(), text.end(), [](char character) {
             return character > ' ' && character <= '~';
           });
  }

  ProbeName names_[kMost];
  std::size_t count_ = 0;
  bool more_ = false;
};

// Names of the same provider help most. If there are none, any names will do.
Errno Search::none_found() const {
  Names near;
  Names all;
  elf::Notes notes = this->notes();
  while (const auto note = notes.next()) {
    if (!is_probe(*note))
      continue;
    auto reader = file_.reader(note->description);
    reader.skip(addresses_size(file_));
    const std::string_view provider = reader.text();
    const std::string_view name = reader.text();
    if (reader.failed())
      continue;
    all.add(provider, name);
    if (provider == probe_.provider)
      near.add(provider, name);
    if (near.full())
      break;
  }
  const Text list = (near.empty() ? all : near).list();
  return fail(file_.subject(), Errno(ENOENT), "it has no probe %.*s:%.*s%s%.*s",
              static_cast<int>(probe_.provider.size()), probe_.provider.data(),
              static_cast<int>(probe_.name.size()), probe_.name.data(),
              list.view().empty() ? ", and no other" : "; it has ",
              static_cast<int>(list.view().size()), list.view().data());
}

Errno not_traced(const Subject& subject, const char* why) {
  return fail(subject, Errno(EBADF), "%s", why);
}

} // namespace

Result<elf::File> open_traced(const ByteSource& source, const Subject& subject) {
  std::byte magic[SELFMAG];
  if (!source.holds(0, SELFMAG))
    return not_traced(subject, "it is too short for an ELF file");
  // File::open has given a message.
  if (source.read(0, magic) && std::memcmp(magic, ELFMAG, SELFMAG) != 0)
    return not_traced(subject, "it is no ELF file; give the path of a program or shared library");
  auto file = elf::File::open(source, subject);
  if (!file)
    return file.error() == kErrnoEndian ? Errno(EBADF) : file.error();
  if (file->wide() != (sizeof(void*) == sizeof(std::uint64_t)))
    return not_traced(subject, file->wide() ? "it is of 64 bits, and this process of 32"
                                            : "it is of 32 bits, and this process of 64");
  if (file->order() != kNativeOrder)
    return not_traced(subject, "it is of the other byte order");
  if (file->type() != ET_EXEC && file->type() != ET_DYN)
    return not_traced(subject, "it is neither a program nor a shared library");
  return file;
}

Result<Sites> find_sites(const elf::File& file, const ProbeName& probe,
                         const ProbeFeatures& features) {
  const elf::Section* const section = file.find(kNotesSection);
  if (section == nullptr)
    return fail(file.subject(), Errno(ENOENT),
                "it has no USDT probes: there is no section %s; it may have been built without "
                "sys/sdt.h",
                kNotesSection);
  if (section->type != SHT_NOTE)
    return fail(file.subject_of(*section), Errno(EINVAL), "it is of type %u, and not of notes",
                section->type);
  return Search(file, *section, probe, features).run();
}

} // namespace ringside::usdt
