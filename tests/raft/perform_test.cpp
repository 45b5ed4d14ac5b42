#include <gtest/gtest.h>

#include "scene.hpp"

/// The order in which effects are carried out (DESIGN section 3).
namespace duckduckgoose::test {
namespace {

struct Diary {
  using Error = std::string;
  std::string written;
  bool disk_works = true;

  void withdraw(const Tenure& /*tenure*/) { written += "withdraw "; }
  std::expected<void, Error> persist(const Record& /*record*/) {
    written += "persist ";
    if (!disk_works) return std::unexpected{Error{"EIO"}};
    return {};
  }
  void send(const Effects& /*effects*/) { written += "send "; }
  void announce(const Effects& /*effects*/) { written += "announce "; }
};

Effects everything() {
  Effects effects;
  effects.withdraw = Tenure{};
  effects.persist = Record{};
  return effects;
}

TEST(Perform, withdraws_persists_sends_announces) {
  Diary diary;
  EXPECT_TRUE(perform(everything(), diary));
  EXPECT_EQ(diary.written, "withdraw persist send announce ");
}

TEST(Perform, sends_and_announces_nothing_when_the_disk_refuses) {
  Diary diary{.written = {}, .disk_works = false};
  EXPECT_EQ(perform(everything(), diary).error(), "EIO");
  EXPECT_EQ(diary.written, "withdraw persist ");
}

TEST(Perform, persists_nothing_without_need) {
  Diary diary;
  EXPECT_TRUE(perform(Effects{}, diary));
  EXPECT_EQ(diary.written, "send announce ");
}

}  // namespace
}  // namespace duckduckgoose::test
