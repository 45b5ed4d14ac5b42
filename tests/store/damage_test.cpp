#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "lives.hpp"
#include "store/format.hpp"

namespace duckduckgoose::store {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* record_path = "/var/lib/duck/record";

/// The answer to a node whose record has these bytes.
StoreError refusal_of(const std::string& text) {
  static const PretendedDisk whole = disk_after(2);
  PretendedDisk disk = whole;
  disk.text_at(record_path) = text;
  const auto loaded = load(disk);
  if (loaded) ADD_FAILURE() << "a damaged record was read";
  return loaded ? StoreError{} : loaded.error();
}

std::string whole_text() { return to_text(full_record(), "0.1.0"); }

TEST(Damage, of_any_single_bit_is_refused) {
  const std::string whole = whole_text();
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    ASSERT_EQ(refusal_of(flipped).kind, StoreErrorKind::damaged) << "bit " << bit;
  }
}

TEST(Damage, by_any_truncation_is_refused) {
  const std::string whole = whole_text();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    ASSERT_EQ(refusal_of(whole.substr(0, length)).kind, StoreErrorKind::damaged) << length;
    ASSERT_EQ(refusal_of(whole.substr(0, length) + std::string(whole.size() - length, '\0')).kind,
              StoreErrorKind::damaged)
        << length;
  }
}

TEST(Damage, by_one_byte_more_is_refused) {
  const std::string whole = whole_text();
  for (int byte = 0; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    ASSERT_EQ(refusal_of(whole + one).kind, StoreErrorKind::damaged) << byte;
    ASSERT_EQ(refusal_of(one + whole).kind, StoreErrorKind::damaged) << byte;
  }
  EXPECT_EQ(refusal_of(whole + whole).kind, StoreErrorKind::damaged);
}

TEST(Damage, by_any_byte_of_another_value_is_refused) {
  const std::string whole = whole_text();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    for (const char byte : {'\0', ' ', '.', '0', '9', '\n', '\xff'}) {
      if (whole[at] == byte) continue;
      changed[at] = byte;
      ASSERT_EQ(refusal_of(changed).kind, StoreErrorKind::damaged) << at;
    }
  }
}

// Neither part of another record: not an old vote beside new members, nor a new one beside old.
TEST(Damage, by_parts_of_two_records_is_refused) {
  const std::string one = to_text(saved_record(2), "0.1.0");
  const std::string other = to_text(saved_record(3), "0.1.0");
  ASSERT_NE(one.substr(hot_bytes), other.substr(hot_bytes));
  for (std::size_t at = 0; at < std::min(one.size(), other.size()); ++at) {
    for (const std::string& mixed :
         {one.substr(0, at) + other.substr(at), other.substr(0, at) + one.substr(at)}) {
      if (mixed == one || mixed == other) continue;
      ASSERT_EQ(refusal_of(mixed).kind, StoreErrorKind::damaged) << at;
    }
  }
}

TEST(Damage, by_two_lines_exchanged_is_refused) {
  std::string text = whole_text();
  const auto saves = text.find("saves 12");
  const auto starts = text.find("starts 3");
  text.replace(starts, 8, "starts 4").replace(saves, 8, "saves 13");
  EXPECT_EQ(refusal_of(text).kind, StoreErrorKind::damaged);
}

TEST(Damage, is_said_with_the_path_and_what_to_do) {
  const std::string sentence = refusal_of("").sentence;
  EXPECT_THAT(sentence, StartsWith("the record /var/lib/duck/record is damaged: it is empty; "));
  EXPECT_THAT(sentence, HasSubstr("`duckduckgoose reset --data /var/lib/duck`"));
  std::string flipped = whole_text();
  flipped[100] ^= 1;
  EXPECT_THAT(refusal_of(flipped).sentence, HasSubstr("its end line is \"end bytes=475 crc64="));
  flipped = whole_text();
  flipped[600] ^= 1;
  EXPECT_THAT(refusal_of(flipped).sentence,
              HasSubstr("its first 512 bytes end with \"cold bytes=730 crc64="));
  EXPECT_THAT(refusal_of(whole_text().substr(0, 99)).sentence,
              HasSubstr("cut short or overwritten: after 99 bytes its end line is missing"));
  EXPECT_THAT(refusal_of(std::string(record_bytes_max + 9, 'x')).sentence,
              HasSubstr("longer than the 262144 bytes"));
}

TEST(Damage, of_a_file_without_end_costs_no_memory) {
  PretendedDisk disk = disk_after(1);
  disk.text_at(record_path) = std::string(8 * record_bytes_max, 'x');
  auto directory = Directory::open(disk, data_path);
  ASSERT_FALSE(directory->load());
  EXPECT_LT(std::ranges::count(disk.calls(), "read"), 100);
}

TEST(Damage, leaves_the_evidence_alone) {
  PretendedDisk disk = disk_after(2);
  disk.text_at(record_path)[7] ^= 1;
  const std::string before = disk.text_at(record_path);
  EXPECT_FALSE(load(disk));
  EXPECT_EQ(disk.text_at(record_path), before);
}

TEST(Damage, is_not_what_another_format_is) {
  const StoreError refusal = refusal_of(
      sealed("duckduckgoose record format 3\nwritten_by 0.9.0\n", "nothing that format 2 knows\n"));
  EXPECT_EQ(refusal.kind, StoreErrorKind::unknown_format);
  EXPECT_THAT(
      refusal.sentence,
      HasSubstr("it has format 3, written by duckduckgoose 0.9.0, and this is 0.1.0, which "
                "reads formats 1 to 2; start that version, or `duckduckgoose reset --data"));
}

TEST(Damage, by_losing_the_record_is_refused) {
  PretendedDisk disk = disk_after(2);
  disk.remove_at(record_path);
  const auto loaded = load(disk);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, StoreErrorKind::vanished);
  EXPECT_THAT(loaded.error().sentence,
              StartsWith("the record /var/lib/duck/record is gone, and there was one"));
}

TEST(Damage, of_a_save_that_was_cut_off_is_no_damage) {
  PretendedDisk disk = disk_after(2);
  const auto before = load(disk).value();
  {
    auto directory = Directory::open(disk, data_path);
    ASSERT_TRUE(directory->load());
    disk.plan({.call = static_cast<int>(disk.calls().size()) + 3});
    EXPECT_FALSE(directory->save(saved_record(3)));
  }
  ASSERT_TRUE(disk.has("/var/lib/duck/record.new"));
  disk.text_at("/var/lib/duck/record.new") = "half a rec";
  EXPECT_EQ(load(disk.after_kill()).value(), before);
}

}  // namespace
}  // namespace duckduckgoose::store
