#include "capture/vocabulary.h"

#include <gtest/gtest.h>

#include <string>

namespace footfall::capture {
namespace {

TEST(VocabularyTest, FindsWholeWords) {
  for (const std::string_view name :
       {"password", "PASSWORD", "newPassword2", "user_pin", "pin1", "PINCode",
        "cardNumber", "card-number", "cardnumber", "cvv", "login[token]", "Mot de passe",
        "contrase\xC3\xB1"
        "a",
        "CONTRASE\xC3\x91"
        "A",
        "contrasen\xCC\x83"
        "a",
        "pa\xC3\x9Fwort", "myuserpassword"}) {
    EXPECT_TRUE(IsSecretName(name)) << name;
  }
  for (const std::string_view name :
       {"", "shipping", "spin", "pinned", "passenger", "card", "number", "tokenize",
        "plan", "content_id", "score", "amount", "\xD0\xBF\xD0\xB8\xD0\xBD", "123"}) {
    EXPECT_FALSE(IsSecretName(name)) << name;
  }
}

TEST(VocabularyTest, FindsKeypads) {
  for (const std::string_view name :
       {"keypad", "pin-pad", "numPad", "big pinpad", "pin"}) {
    EXPECT_TRUE(IsKeypadName(name)) << name;
  }
  for (const std::string_view name : {"pagination", "padding", "spinner", ""}) {
    EXPECT_FALSE(IsKeypadName(name)) << name;
  }
}

TEST(VocabularyTest, KnowsAutocompleteTokens) {
  EXPECT_TRUE(IsSecretAutocomplete("section-x  CC-number"));
  EXPECT_TRUE(IsSecretAutocomplete("one-time-code"));
  EXPECT_FALSE(IsSecretAutocomplete("email"));
  EXPECT_FALSE(IsSecretAutocomplete("acc-x"));
}

TEST(VocabularyTest, CacheAgreesForNamesThatShareAPlace) {
  VocabularyCache cache;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 2000; ++i) {
      const std::string number = std::to_string(i);
      EXPECT_TRUE(cache.IsSecret("token" + number));
      EXPECT_FALSE(cache.IsSecret("plan" + number));
    }
  }
  EXPECT_TRUE(cache.IsSecret(std::string(100, 'a') + "_pin"));
}

}  // namespace
}  // namespace footfall::capture
