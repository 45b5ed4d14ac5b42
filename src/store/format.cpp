#include "store/format.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <utility>
#include <vector>

#include "store/values.hpp"

namespace duckduckgoose::store {
namespace {

constexpr std::string_view title = "duckduckgoose record format ";
constexpr std::string_view written_by = "written_by ";
constexpr std::string_view seen_saves = "seen.saves";

/// CRC-64/XZ: polynomial of ECMA-182, reflected.
std::uint64_t crc64(std::string_view bytes) {
  boost::crc_optimal<64, 0x42F0E1EBA9EA3693U, ~std::uint64_t{0}, ~std::uint64_t{0}, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

/// "NAME bytes=B crc64=C": what `bytes` are.
std::string sum_line(std::string_view name, std::string_view bytes) {
  std::string line(name);
  line.append(" bytes=").append(std::to_string(bytes.size()));
  return line.append(" crc64=").append(hex(crc64(bytes))).append("\n");
}

std::string end_line(std::string_view body) { return sum_line("end", body); }
std::string cold_line(std::string_view cold) { return sum_line("cold", cold); }

constexpr std::size_t hot_body_bytes =
    hot_bytes - std::string_view("end bytes=475 crc64=0123456789abcdef\n").size();
static_assert(hot_body_bytes == 475);

/// What the fields of the hot part may take.
constexpr std::size_t head_bytes_max =
    hot_body_bytes - std::string_view("cold bytes=262144 crc64=0123456789abcdef\n").size();

/// The fields in their order, said once for writing and for reading: first those that change when a
/// goose is elected.
template <class Archive, class AnyRecord>
void visit_hot(Archive& archive, AnyRecord& record) {
  archive.field("saves", record.saves);
  archive.field("term", record.term);
  archive.field("voted_for", record.voted_for);
  archive.field("promise_max_us", record.promise_max);
  archive.field("config.term", record.config.stamp.term);
  archive.field("config.version", record.config.stamp.version);
}

/// `seen_hot`: of so many peers, the first, `saves` is hot: each save of a peer raises it.
template <class Archive, class AnyRecord>
void visit_cold(Archive& archive, AnyRecord& record, std::size_t seen_hot) {
  archive.field("starts", record.starts);
  archive.field("node.id", record.node.id);
  archive.field("node.born_unix_ms", record.node.born);
  archive.field("node.may_lead", record.node.may_lead);
  archive.field("cluster.name", record.cluster.name);
  archive.field("cluster.id", record.cluster.id);
  archive.field("config.token_base_unix_ms", record.config.token_base);
  archive.field("config.promise_us", record.config.promise);
  archive.field("config.limits.voters", record.config.limits.voters);
  archive.field("config.limits.replace_after_us", record.config.limits.replace_after);
  archive.field("config.limits.shrink_after_us", record.config.limits.shrink_after);
  archive.list("config.member", record.config.members, [](auto& line, auto& member) {
    line.attribute("id", member.id);
    line.attribute("address", member.address);
    line.attribute("may_lead", member.may_lead);
  });
  archive.list("config.removed", record.config.removed, [](auto& line, auto& removed) {
    line.attribute("id", removed.id);
    line.attribute("by", removed.by);
  });
  archive.list("seen", record.seen,
               [seen_hot, at = std::size_t{0}](auto& line, auto& seen) mutable {
                 line.attribute("id", seen.who.id);
                 line.attribute("starts", seen.who.starts);
                 line.attribute("nonce", seen.who.nonce);
                 if (at++ >= seen_hot) line.attribute("saves", seen.saves);
               });
  archive.option("slot", record.slot,
                 [](auto& line, auto& address) { line.attribute("address", address); });
  archive.list("known", record.addresses,
               [](auto& line, auto& address) { line.attribute("address", address); });
}

class Writer {
 public:
  template <class T>
  void field(std::string_view name, const T& value) {
    text_.append(name).append(" ").append(text_of(value)).append("\n");
  }

  template <class T, class VisitEntry>
  void list(std::string_view name, const std::vector<T>& entries, VisitEntry visit_entry) {
    for (const T& entry : entries) line(name, entry, visit_entry);
  }

  template <class T, class VisitEntry>
  void option(std::string_view name, const std::optional<T>& entry, VisitEntry visit_entry) {
    if (entry) line(name, *entry, visit_entry);
  }

  template <class T>
  void attribute(std::string_view name, const T& value) {
    text_.append(" ").append(name).append("=").append(text_of(value));
  }

  [[nodiscard]] std::string& text() { return text_; }

 private:
  template <class T, class VisitEntry>
  void line(std::string_view name, const T& entry, VisitEntry& visit_entry) {
    text_.append(name);
    visit_entry(*this, entry);
    text_.append("\n");
  }

  std::string text_;
};

/// What it does not know it never looks at; what it looks for must be there, once, and well formed.
class Reader {
 public:
  explicit Reader(std::vector<std::string_view> lines) : lines_(std::move(lines)) {}

  template <class T>
  void field(std::string_view name, T& value) {
    const auto found = lines_of(name);
    if (found.size() != 1) return complain(name, found.empty() ? "is missing" : "is there twice");
    if (!parse(found.front(), value)) malformed(name, found.front());
  }

  template <class T, class VisitEntry>
  void list(std::string_view name, std::vector<T>& entries, VisitEntry visit_entry) {
    for (const std::string_view rest : lines_of(name)) {
      Entry entry{split(rest), true};
      visit_entry(entry, entries.emplace_back());
      if (!entry.good) malformed(name, rest);
    }
  }

  template <class T, class VisitEntry>
  void option(std::string_view name, std::optional<T>& entry, VisitEntry visit_entry) {
    std::vector<T> entries;
    list(name, entries, visit_entry);
    if (entries.size() > 1) complain(name, "is there twice");
    if (!entries.empty()) entry = std::move(entries.front());
  }

  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  struct Entry {
    std::vector<std::string_view> words;
    bool good;

    template <class T>
    void attribute(std::string_view name, T& value) {
      int found = 0;
      for (const std::string_view word : words) {
        if (!word.starts_with(name) || !word.substr(name.size()).starts_with('=')) continue;
        ++found;
        good = good && parse(word.substr(name.size() + 1), value);
      }
      good = good && found == 1;
    }
  };

  /// What follows `name` on each line that begins with it.
  [[nodiscard]] std::vector<std::string_view> lines_of(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const std::string_view line : lines_) {
      if (line.starts_with(name) && line.substr(name.size()).starts_with(' ')) {
        found.push_back(line.substr(name.size() + 1));
      }
    }
    return found;
  }

  void malformed(std::string_view name, std::string_view value) {
    complain(name, "has a value that this version does not know: " + abridged(value));
  }

  void complain(std::string_view name, std::string_view what) {
    if (complaint_.empty()) complaint_.append("its field ").append(name).append(" ").append(what);
  }

  std::vector<std::string_view> lines_;
  std::string complaint_;  ///< The first one.
};

std::vector<std::string_view> lines_in(std::string_view body) {
  std::vector<std::string_view> lines;
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    lines.push_back(body.substr(0, end));
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
  }
  return lines;
}

std::unexpected<Unreadable> damaged(std::string detail) {
  return std::unexpected(Unreadable{.why = Unreadable::Why::damaged, .detail = std::move(detail)});
}

/// The text before the end line, if that fits it.
std::expected<std::string_view, Unreadable> unsealed(std::string_view text) {
  const std::size_t before =
      text.size() < 2 ? std::string_view::npos : text.rfind('\n', text.size() - 2);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::string_view last = text.substr(begin);
  if (const std::string_view body = text.substr(0, begin); last == end_line(body)) return body;
  if (!last.starts_with("end ")) {
    return damaged("it was cut short or overwritten: after " + std::to_string(text.size()) +
                   " bytes its end line is missing");
  }
  return damaged("its end line is " + abridged(last) + ", but what is before it asks for " +
                 abridged(end_line(text.substr(0, begin))));
}

/// Of the lines of `text`, of whatever format, those of its hot part, or all where it has none; if
/// the whole text is what was written.
std::expected<std::vector<std::string_view>, Unreadable> checked(std::string_view text) {
  if (text.empty()) return damaged("it is empty");
  if (text.size() > record_bytes_max) {
    return damaged("it is longer than the " + std::to_string(record_bytes_max) +
                   " bytes that a record may have");
  }
  const bool is_first_format =  // which has no hot part
      text.starts_with(title) && text.substr(title.size()).starts_with("1\n");
  const std::string_view hot = is_first_format ? text : text.substr(0, hot_bytes);
  const auto body = unsealed(hot);
  if (!body) return std::unexpected(body.error());
  std::vector<std::string_view> lines = lines_in(*body);
  if (lines.size() < 2 || !lines[0].starts_with(title) || !lines[1].starts_with(written_by)) {
    return damaged("it does not begin as a record does");
  }
  if (is_first_format) return lines;
  const std::string_view cold = text.substr(hot.size());
  const std::string wanted = cold_line(cold);
  if (hot.size() != hot_bytes || lines.back() != wanted.substr(0, wanted.size() - 1)) {
    return damaged("its first " + std::to_string(hot_bytes) + " bytes end with " +
                   abridged(lines.back()) + ", but what is after them asks for " +
                   abridged(wanted));
  }
  return lines;
}

/// Puts what was read of the hot part to the peers that the cold part names.
std::expected<Record, Unreadable> with_saves(Record record, const std::vector<std::uint64_t>& saves,
                                             const std::string& complaint) {
  if (!complaint.empty()) return damaged(complaint);
  if (saves.size() > record.seen.size()) return damaged("its field seen.saves has too many");
  for (std::size_t at = 0; at < saves.size(); ++at) record.seen[at].saves = saves[at];
  return record;
}

}  // namespace

std::string to_text(const Record& record, std::string_view version) {
  Writer head;
  head.text().append(title).append(std::to_string(record_format)).append("\n");
  head.text().append(written_by).append(version).append("\n");
  visit_hot(head, record);
  std::vector<std::uint64_t> seen_hot(record.seen.size());
  std::ranges::transform(record.seen, seen_hot.begin(), &Seen::saves);
  const std::size_t before = head.text().size();
  head.field(seen_saves, seen_hot);
  while (head.text().size() > head_bytes_max && !seen_hot.empty()) {
    seen_hot.pop_back();
    head.text().resize(before);
    head.field(seen_saves, seen_hot);
  }
  Writer cold;
  visit_cold(cold, record, seen_hot.size());
  return sealed(head.text(), cold.text());
}

std::string sealed(std::string_view head, std::string_view cold) {
  const std::string bound = cold_line(cold);
  std::string hot(head);
  if (const std::size_t used = hot.size() + bound.size(); used < hot_body_bytes) {
    hot.append(hot_body_bytes - used - 1, '.').append("\n");
  }
  hot += bound;
  hot += end_line(hot);
  return hot.append(cold);
}

std::expected<Record, Unreadable> from_text(std::string_view text) {
  auto lines = checked(text);
  if (!lines) return std::unexpected(lines.error());
  const std::string_view format = lines->at(0).substr(title.size());
  if (format != "1" && format != std::to_string(record_format)) {
    std::string detail = "it has format ";
    detail.append(format).append(", written by duckduckgoose ");
    detail.append(lines->at(1).substr(written_by.size()));
    return std::unexpected(
        Unreadable{.why = Unreadable::Why::unknown_format, .detail = std::move(detail)});
  }
  if (format != "1") {
    const auto cold_lines = lines_in(text.substr(hot_bytes));
    lines->insert(lines->end(), cold_lines.begin(), cold_lines.end());
  }
  Reader reader(std::move(*lines));
  Record record;
  std::vector<std::uint64_t> seen_hot;
  visit_hot(reader, record);
  if (format != "1") reader.field(seen_saves, seen_hot);
  visit_cold(reader, record, seen_hot.size());
  auto read = with_saves(std::move(record), seen_hot, reader.complaint());
  if (read && read->node.id == NodeId{}) return damaged("its field node.id is 0, which is no id");
  return read;
}

std::expected<Record, Unreadable> from_hot_part(std::string_view text, Record cold) {
  auto lines = checked(text);
  if (!lines) return std::unexpected(lines.error());
  Reader reader(std::move(*lines));
  std::vector<std::uint64_t> seen_hot;
  visit_hot(reader, cold);
  reader.field(seen_saves, seen_hot);
  return with_saves(std::move(cold), seen_hot, reader.complaint());
}

}  // namespace duckduckgoose::store
