#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <random>
#include <sstream>

#include "samples.hpp"
#include "store/format.hpp"
#include "store/values.hpp"

namespace duckduckgoose::store {
namespace {

using testing::HasSubstr;

std::string with(std::string text, const std::string& what, const std::string& instead) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), instead);
}

/// Why the sealed text is refused; "" if it is not.
std::string complaint(const std::string& text) {
  const auto record = from_text(resealed(text));
  return record ? "" : record.error().detail;
}

TEST(Format, is_the_one_that_the_page_specifies) {
  std::ifstream page(DDG_SOURCE_DIR "/docs/record.md");
  const std::string text((std::istreambuf_iterator<char>(page)), {});
  EXPECT_THAT(text, HasSubstr("```\n" + to_text(full_record(), "0.1.0") + "```\n"));
}

TEST(Format, gives_back_every_field) {
  EXPECT_EQ(from_text(to_text(full_record(), "0.1.0")), full_record());
}

TEST(Format, gives_back_the_extremes) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  Record record;
  record.node.id = NodeId{most};
  record.node.born = most;
  record.saves = most;
  record.term = Term{most};
  record.voted_for = NodeId{0};
  record.promise_max = Duration::max();
  record.config.token_base = most;
  record.config.limits.voters = std::numeric_limits<int>::max();
  record.config.limits.shrink_after = Duration{0};
  record.seen = {{.who = {.id = NodeId{most}, .starts = most, .nonce = most}, .saves = most}};
  record.node.may_lead = false;
  EXPECT_EQ(from_text(to_text(record, "0.1.0")), record);
}

TEST(Format, gives_back_every_byte_of_a_text) {
  Record record = full_record();
  record.cluster.name.clear();
  for (int byte = 0; byte < 256; ++byte) record.cluster.name += static_cast<char>(byte);
  record.config.members[0].address = "a b=\"c\" \\x41\n";
  record.addresses = {"", " ", "\"", "日本.example:4001", std::string(1, '\0'), "\xc3"};
  const std::string text = to_text(record, "0.1.0");
  EXPECT_EQ(from_text(text), record);
}

TEST(Format, has_one_slot_or_none) {
  Record record = full_record();
  record.slot = "localhost:4001";
  const std::string text = to_text(record, "0.1.0");
  EXPECT_THAT(text, HasSubstr("\nslot address=\"localhost:4001\"\nknown "));
  EXPECT_EQ(from_text(text), record);
  const std::string line = "slot address=\"b:1\"\n";
  EXPECT_THAT(complaint(full_body() + line + line), HasSubstr("its field slot is there twice"));
}

TEST(Format, is_text_that_harms_no_terminal) {
  Record record = full_record();
  record.addresses = {"\x1b[2J", "\u009b2J", "\x7f", "\r", "ü"};
  const std::string text = to_text(record, "0.1.0");
  EXPECT_THAT(text, HasSubstr("known address=\"\\x1b[2J\"\n"));
  EXPECT_THAT(text, HasSubstr("known address=\"\\xc2\\x9b2J\"\n"));
  EXPECT_THAT(text, HasSubstr("known address=\"\\x7f\"\n"));
  EXPECT_THAT(text, HasSubstr("known address=\"\\x0d\"\n"));
  EXPECT_THAT(text, HasSubstr("known address=\"ü\"\n"));
}

// A newer version of the same format may say more; what it says more is kept out of decisions.
TEST(Format, ignores_what_it_does_not_know) {
  std::string text =
      with(full_body(), "starts 3\n", "starts 3\nlanguage \"fr\"\nstarts_often 9\n\n");
  text = with(text, "may_lead=no", "rack=\"a \\x22 may_lead=yes\" may_lead=no weight=3");
  EXPECT_EQ(from_text(resealed(text)), full_record());
}

TEST(Format, refuses_a_field_that_is_missing_or_there_twice) {
  EXPECT_EQ(complaint(with(full_body(), "term 7\n", "")), "its field term is missing");
  EXPECT_EQ(complaint(with(full_body(), "term 7\n", "term 7\nterm 7\n")),
            "its field term is there twice");
  EXPECT_THAT(complaint(with(full_body(), "starts=2 ", "")),
              HasSubstr("its field seen has a value"));
  EXPECT_THAT(complaint(with(full_body(), "starts=2 ", "starts=2 starts=2 ")),
              HasSubstr("its field seen"));
}

TEST(Format, takes_numbers_exactly_or_not_at_all) {
  for (const char* number : {"", "-1", "+7", "07", "7.0", "7e0", "0x7", "7 ", " 7", "7\r", "seven",
                             "18446744073709551616"}) {
    EXPECT_THAT(complaint(with(full_body(), "term 7\n", std::string("term ") + number + "\n")),
                HasSubstr("its field term has a value that this version does not know"))
        << number;
  }
  EXPECT_THAT(complaint(with(full_body(), "max_us 1000000", "max_us 9223372036854775808")),
              HasSubstr("promise_max_us"));
  EXPECT_THAT(complaint(with(full_body(), "voters 3", "voters 2147483648")), HasSubstr("voters"));
}

TEST(Format, takes_words_exactly_or_not_at_all) {
  const std::pair<const char*, const char*> changes[] = {
      {"node.may_lead yes", "node.may_lead true"},
      {"voted_for 9f3c1a7be204d856", "voted_for 9F3C1A7BE204D856"},
      {"voted_for 9f3c1a7be204d856", "voted_for 9f3c1a7be204d85"},
      {"voted_for 9f3c1a7be204d856", "voted_for None"},
      {"node.id 9f3c1a7be204d856", "node.id 0000000000000000"},
      {"by=operator", "by=nobody"},
      {"\"Entenküste\"", "Entenküste"},
      {"\"Entenküste\"", "\"Enten\"küste\""},
      {"\"Entenküste\"", "\"Enten\\küste\""},
      {"\"Entenküste\"", "\"Enten\\x4\""},
      {"\"Entenküste\"", "\"Enten\\x41\""},
      {"\"Entenküste\"", "\"Enten\xff\""},
      {"\"Entenküste\"", "\"Entenküste"},
  };
  for (const auto& [what, instead] : changes) {
    EXPECT_THAT(complaint(with(full_body(), what, instead)), HasSubstr("its field")) << instead;
  }
}

TEST(Format, refuses_what_is_no_record) {
  EXPECT_EQ(complaint(""), "it does not begin as a record does");
  EXPECT_EQ(complaint("duckduckgoose record format 2\n"), "it does not begin as a record does");
  EXPECT_EQ(complaint(with(full_body(), "duckduckgoose", "duckduckduck")),
            "it does not begin as a record does");
}

TEST(Format, says_which_version_wrote_another_format) {
  for (const char* format : {"0", "3", "02", "2 ", "1 ", "x"}) {
    const auto record =
        from_text(resealed(with(full_body(), "format 2", std::string("format ") + format)));
    ASSERT_FALSE(record);
    EXPECT_EQ(record.error().why, Unreadable::Why::unknown_format);
    EXPECT_EQ(record.error().detail,
              std::string("it has format ") + format + ", written by duckduckgoose 0.1.0");
  }
}

// CRC-64/XZ and its published check value.
TEST(Format, has_the_checksum_of_xz) {
  EXPECT_THAT(sealed("", "123456789"), HasSubstr("\ncold bytes=9 crc64=995dc9bbdf1939fa\nend "));
}

TEST(Format, of_a_record_of_five_voters_has_about_a_kilobyte) {
  Record record = full_record();
  record.config.members.resize(5, record.config.members[0]);
  record.config.removed.clear();
  record.seen.resize(4, record.seen[0]);
  record.addresses.resize(4, record.addresses[0]);
  EXPECT_LT(to_text(record, "0.1.0").size(), 1600U);
}

// What a vote, a won election and its configuration change is one sector; it binds the rest.
TEST(Format, keeps_what_changes_at_an_election_in_its_first_sector) {
  Record later = full_record();
  const std::string before = to_text(later, "0.1.0");
  ++later.saves;
  later.term = Term{8};
  later.voted_for.reset();
  later.promise_max = Duration{2};
  later.config.stamp = {.term = Term{8}, .version = 5};
  later.seen[0].saves = 77;
  const std::string after = to_text(later, "0.1.0");
  EXPECT_NE(after.substr(0, hot_bytes), before.substr(0, hot_bytes));
  EXPECT_EQ(after.substr(hot_bytes), before.substr(hot_bytes));
  ++later.starts;
  const std::string other = to_text(later, "0.1.0");
  const auto mixed = from_text(after.substr(0, hot_bytes) + other.substr(hot_bytes));
  ASSERT_FALSE(mixed);
  EXPECT_THAT(mixed.error().detail, HasSubstr("its first 512 bytes end with \"cold bytes="));
}

/// A record that has seen so many peers, each with this many saves and more.
Record seer(std::size_t peers, std::uint64_t saves) {
  Record record = full_record();
  record.seen.resize(peers, record.seen[0]);
  for (Seen& seen : record.seen) seen.saves = saves++;
  return record;
}

/// How many of its peers have their saves in the cold part.
std::size_t cold_saves(const Record& record) {
  const std::string text = to_text(record, "0.1.0");
  EXPECT_EQ(from_text(text), record);
  std::size_t count = 0;
  for (auto at = text.find(" saves="); at != std::string::npos; at = text.find(" saves=", at + 1)) {
    EXPECT_GT(at, hot_bytes);
    ++count;
  }
  return count;
}

TEST(Format, gives_back_a_record_by_its_first_sector_alone_where_the_rest_is_known) {
  Record record = full_record();
  const Record known = record;
  record.saves = 13;
  record.term = Term{8};
  record.voted_for.reset();
  record.promise_max = std::chrono::seconds{2};
  record.config.stamp = {.term = Term{8}, .version = 5};
  record.seen[0].saves = 10;
  const std::string text = to_text(record, "0.1.0");
  EXPECT_EQ(from_hot_part(text, known), record);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string flipped = text;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    EXPECT_FALSE(from_hot_part(flipped, known)) << at;
  }
  Record stranger = known;
  stranger.seen.clear();
  EXPECT_FALSE(from_hot_part(text, stranger));
}

TEST(Format, has_the_saves_of_as_many_peers_in_its_first_sector_as_fit) {
  EXPECT_EQ(cold_saves(seer(0, 1)), 0U);
  EXPECT_EQ(cold_saves(seer(4, std::numeric_limits<std::uint64_t>::max() - 4)), 0U);
  EXPECT_EQ(cold_saves(seer(30, 1'000'000)), 0U);
  EXPECT_EQ(cold_saves(seer(62, 1'000'000)), 28U);
  EXPECT_THAT(to_text(seer(0, 1), "0.1.0"), HasSubstr("\nseen.saves none\n"));
  EXPECT_THAT(to_text(seer(3, 9), "0.1.0"), HasSubstr("\nseen.saves 9 10 11\n"));
}

TEST(Format, fits_its_first_sector_to_the_byte) {
  for (std::uint64_t saves = 1; saves < 1'000'000'000'000; saves *= 10) {
    for (const std::size_t peers : {20U, 21U, 22U, 23U, 24U, 40U, 62U}) {
      const Record record = seer(peers, saves);
      const std::string text = to_text(record, "0.1.0");
      ASSERT_EQ(from_text(text), record);
      ASSERT_EQ(text.substr(475, 10), "end bytes=");
    }
  }
}

TEST(Format, refuses_saves_of_peers_that_nobody_has_seen_or_that_stand_twice) {
  EXPECT_EQ(complaint(with(full_body(), "seen.saves 9", "seen.saves 9 9")),
            "its field seen.saves has too many");
  EXPECT_THAT(complaint(with(full_body(), "seen.saves 9", "seen.saves none")),
              HasSubstr("its field seen has a value"));
  for (const char* text : {"", " 9", "9 ", "9  9", "9,9", "nobody", "none 9", "-9"}) {
    EXPECT_THAT(complaint(with(full_body(), "seen.saves 9", std::string("seen.saves ") + text)),
                HasSubstr("its field seen.saves has a value"))
        << text;
  }
}

// A head that is too long leaves no room for the lines that end it.
TEST(Format, refuses_a_first_part_of_another_length) {
  for (const std::size_t length : {300U, 600U, 1000U}) {
    const std::string head = full_body().substr(0, full_body().find("\n\n") + 1);
    const std::string longer = head + "more " + std::string(length, 'x') + "\n";
    const std::string cold = full_body().substr(head.size() + 1);
    EXPECT_FALSE(from_text(sealed(longer, cold)));
  }
}

/// "bytes=B crc64=C" of these bytes.
std::string sum_of(const std::string& bytes) {
  const std::string text = sealed("", bytes);
  const auto at = text.find("cold bytes=") + 5;
  return text.substr(at, text.find('\n', at) - at);
}

// Without the dots, and all else right.
TEST(Format, refuses_a_first_part_that_is_not_filled_up) {
  Record record;
  record.node.id = NodeId{1};
  record.cluster.name.clear();
  const std::string text = to_text(record, "0");
  std::string body = text.substr(0, text.find("....")) + text.substr(hot_bytes);
  body += "cold " + sum_of("") + "\n";
  body += "end " + sum_of(body) + "\n";
  ASSERT_LT(body.size(), hot_bytes);
  EXPECT_FALSE(from_text(body));
}

TEST(Format, reads_format_1) {
  EXPECT_EQ(from_text(text_of_format_1), full_record());
  const std::string text = text_of_format_1;
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    ASSERT_FALSE(from_text(flipped)) << bit;
  }
  for (std::size_t length = 0; length < text.size(); ++length) {
    ASSERT_FALSE(from_text(text.substr(0, length))) << length;
  }
  EXPECT_FALSE(from_text(text + "\n"));
}

// Behind a right checksum anything may stand: each text gets an answer, and what is read is written
// alike.
TEST(Format, answers_every_text) {
  std::mt19937 chance(35);
  const std::string whole = full_body();
  const std::string bytes = "\n\n  \"\"\\x=0179afnoys.\x80\xc3\xff";
  int read = 0;
  for (int round = 0; round < 5'000; ++round) {
    std::string text = whole;
    for (auto edits = 1 + chance() % 3; edits > 0; --edits) {
      const auto at = chance() % text.size();
      switch (chance() % 3) {
        case 0:
          text[at] = bytes[chance() % bytes.size()];
          break;
        case 1:
          text.insert(at, 1, bytes[chance() % bytes.size()]);
          break;
        default:
          text.erase(at, 1 + chance() % 20);
          break;
      }
    }
    const auto record = from_text(resealed(text));
    if (!record) continue;
    ++read;
    ASSERT_EQ(from_text(to_text(*record, "0.1.0")), *record) << text;
  }
  EXPECT_GT(read, 100);
}

}  // namespace
}  // namespace duckduckgoose::store
