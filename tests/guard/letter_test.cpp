#include "guard/letter.hpp"

#include <gtest/gtest.h>

#include "scene.hpp"

namespace duckduckgoose::guard {
namespace {

TEST(Letter, arrives_as_it_was_sent) {
  const auto beat = decode_letter(encode(Letter{as_goose(7ms)}));
  ASSERT_TRUE(beat && std::holds_alternative<Beat>(*beat));
  EXPECT_EQ(std::get<Beat>(*beat).promise, promise);
  EXPECT_EQ(std::get<Beat>(*beat).lease_end, at(7ms));

  const auto saving = decode_letter(encode(Letter{Saving{}}));
  ASSERT_TRUE(saving && std::holds_alternative<Saving>(*saving));
  EXPECT_EQ(std::get<Saving>(*saving).lease_end, std::nullopt);

  const Envelopes sent{{{{"one", "other"}, "bytes", "answer"}, {{std::string("\0\1", 2)}, {}, {}}}};
  const auto envelopes = decode_letter(encode(Letter{sent}));
  ASSERT_TRUE(envelopes && std::holds_alternative<Envelopes>(*envelopes));
  EXPECT_EQ(std::get<Envelopes>(*envelopes), sent);

  const auto says = decode_letter(encode(Letter{Says{"all is well"}}));
  ASSERT_TRUE(says && std::holds_alternative<Says>(*says));
  EXPECT_EQ(std::get<Says>(*says).sentence, "all is well");

  const auto begin = decode_letter(encode(Letter{Begin{{.grace = 5ms}, {"A=1", "B="}}}));
  ASSERT_TRUE(begin && std::holds_alternative<Begin>(*begin));
  EXPECT_EQ(std::get<Begin>(*begin).work.grace, 5ms);
  EXPECT_EQ(std::get<Begin>(*begin).environment, (std::vector<std::string>{"A=1", "B="}));

  const auto end = decode_letter(encode(Letter{End{{Instant{7ms}}, "it was stopped"}}));
  ASSERT_TRUE(end && std::holds_alternative<End>(*end));
  EXPECT_EQ(std::get<End>(*end).work.limit, Instant{7ms});
  EXPECT_EQ(std::get<End>(*end).why, "it was stopped");

  const auto ended = decode_reply(encode(Reply{PartEnded{Part::health, 137}}));
  ASSERT_TRUE(ended && std::holds_alternative<PartEnded>(*ended));
  EXPECT_EQ(std::get<PartEnded>(*ended).exit_code, 137);

  const auto reply = decode_reply(encode(Reply{Stop{}}));
  ASSERT_TRUE(reply && std::holds_alternative<Stop>(*reply));
}

TEST(Letter, has_room_for_all_voters_that_there_can_be) {
  const Envelope longest{
      {std::string(28, 'p'), std::string(28, 'p')}, std::string(1300, 'b'), "taken"};
  const Envelopes all{std::vector(62, longest)};
  EXPECT_LT(encode(Letter{all}).size(), letter_bytes_max * 2 / 3);
}

TEST(Letter, is_nothing_when_it_is_cut_or_longer) {
  for (const Letter& letter :
       {Letter{as_goose(7ms)}, Letter{Envelopes{{{{"place"}, "bytes", ""}}}}}) {
    const std::string whole = encode(letter);
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
      const auto cut = decode_letter(std::string_view{whole}.substr(0, bytes));
      const bool is_a_shorter_one = cut && std::holds_alternative<Envelopes>(*cut);
      EXPECT_TRUE(!cut || (is_a_shorter_one && bytes == 1)) << bytes;
    }
    EXPECT_FALSE(decode_letter(whole + "x"));
  }
  EXPECT_FALSE(decode_letter("\x7f"));
  EXPECT_FALSE(decode_reply("\x7f"));
}

}  // namespace
}  // namespace duckduckgoose::guard
