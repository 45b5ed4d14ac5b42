#include "store/format.hpp"

#include <boost/crc.hpp>
#include <utility>
#include <vector>

#include "store/values.hpp"

namespace duckduckgoose::store {
namespace {

constexpr std::string_view title = "duckduckgoose record format ";
constexpr std::string_view written_by = "written_by ";

/// CRC-64/XZ: polynomial of ECMA-182, reflected.
std::uint64_t crc64(std::string_view bytes) {
  boost::crc_optimal<64, 0x42F0E1EBA9EA3693U, ~std::uint64_t{0}, ~std::uint64_t{0}, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

std::string end_line(std::string_view body) {
  return "end bytes=" + std::to_string(body.size()) + " crc64=" + hex(crc64(body)) + "\n";
}

/// The fields in their order, said once for writing and for reading.
template <class Archive, class AnyRecord>
void visit_fields(Archive& archive, AnyRecord& record) {
  archive.field("saves", record.saves);
  archive.field("starts", record.starts);
  archive.field("node.id", record.node.id);
  archive.field("node.born_unix_ms", record.node.born);
  archive.field("node.may_lead", record.node.may_lead);
  archive.field("cluster.name", record.cluster.name);
  archive.field("cluster.id", record.cluster.id);
  archive.field("term", record.term);
  archive.field("voted_for", record.voted_for);
  archive.field("promise_max_us", record.promise_max);
  archive.field("config.term", record.config.stamp.term);
  archive.field("config.version", record.config.stamp.version);
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
  archive.list("seen", record.seen, [](auto& line, auto& seen) {
    line.attribute("id", seen.who.id);
    line.attribute("starts", seen.who.starts);
    line.attribute("nonce", seen.who.nonce);
    line.attribute("saves", seen.saves);
  });
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
    for (const T& entry : entries) {
      text_.append(name);
      visit_entry(*this, entry);
      text_.append("\n");
    }
  }

  template <class T>
  void attribute(std::string_view name, const T& value) {
    text_.append(" ").append(name).append("=").append(text_of(value));
  }

  [[nodiscard]] std::string& text() { return text_; }

 private:
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
    complain(name, "has a value that format 1 does not know: " + abridged(value));
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
std::expected<std::string_view, Unreadable> checked(std::string_view text) {
  if (text.empty()) return damaged("it is empty");
  if (text.size() > record_bytes_max) {
    return damaged("it is longer than the " + std::to_string(record_bytes_max) +
                   " bytes that a record may have");
  }
  const std::size_t before =
      text.size() < 2 ? std::string_view::npos : text.rfind('\n', text.size() - 2);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::string_view last = text.substr(begin);
  if (const std::string_view body = text.substr(0, begin); last == end_line(body)) return body;
  if (!last.starts_with("end ")) {
    return damaged("it was cut short or overwritten: after " + std::to_string(text.size()) +
                   " bytes its end line is missing");
  }
  std::string wanted = end_line(text.substr(0, begin));
  wanted.pop_back();
  return damaged("its end line is " + abridged(last) + ", but what is before it asks for " +
                 abridged(wanted));
}

}  // namespace

std::string to_text(const Record& record, std::string_view version) {
  Writer writer;
  writer.text().append(title).append(std::to_string(record_format)).append("\n");
  writer.text().append(written_by).append(version).append("\n");
  visit_fields(writer, record);
  return sealed(writer.text());
}

std::string sealed(std::string_view body) { return std::string(body) + end_line(body); }

std::expected<Record, Unreadable> from_text(std::string_view text) {
  const auto body = checked(text);
  if (!body) return std::unexpected(body.error());
  std::vector<std::string_view> lines = lines_in(*body);
  if (lines.size() < 2 || !lines[0].starts_with(title) || !lines[1].starts_with(written_by)) {
    return damaged("it does not begin as a record does");
  }
  if (const auto format = lines[0].substr(title.size()); format != std::to_string(record_format)) {
    std::string detail = "it has format ";
    detail.append(format).append(", written by duckduckgoose ");
    detail.append(lines[1].substr(written_by.size()));
    return std::unexpected(
        Unreadable{.why = Unreadable::Why::unknown_format, .detail = std::move(detail)});
  }
  Reader reader(std::move(lines));
  Record record;
  visit_fields(reader, record);
  if (!reader.complaint().empty()) return damaged(reader.complaint());
  if (record.node.id == NodeId{}) return damaged("its field node.id is 0, which is no id");
  return record;
}

}  // namespace duckduckgoose::store
