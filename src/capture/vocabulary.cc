#include "capture/vocabulary.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <string>
#include <vector>

#include "capture/unicode.h"

namespace footfall::capture {
namespace {

// Sorted. A phrase stands here without its gaps: `card_number`, `cardNumber` and
// `cardnumber` are all found as "cardnumber".
constexpr std::string_view kSecretWords[] = {
    "accesskey",
    "accesstoken",
    "accountnumber",
    "apikey",
    "apitoken",
    "ausweisnummer",
    "authcode",
    "authcookie",
    "authorization",
    "authtoken",
    "backupcode",
    "bankaccount",
    "bankpin",
    "bankverbindung",
    "bban",
    "bearer",
    "bic",
    "cardcode",
    "cardno",
    "cardnum",
    "cardnumber",
    "cardsecuritycode",
    "cardverification",
    "cartacredito",
    "cartadicredito",
    "cartaocredito",
    "cartaodecredito",
    "cartebancaire",
    "cartebleue",
    "cav",
    "ccn",
    "ccno",
    "ccnum",
    "ccnumber",
    "chavesecreta",
    "chiavesegreta",
    "clave",
    "claves",
    "clesecrete",
    "clientsecret",
    "codeconfidentiel",
    "codepin",
    "codesecret",
    "codesecurite",
    "codevalidation",
    "codice",
    "codicedisicurezza",
    "codicefiscale",
    "codicesegreto",
    "codicesicurezza",
    "codigodeseguranca",
    "codigodeseguridad",
    "codigosecreto",
    "codigoseguranca",
    "codigoseguridad",
    "contrasena",
    "contrasenas",
    "contrasenia",
    "contrasenya",
    "contrassenha",
    "cpf",
    "credential",
    "credentials",
    "creditcard",
    "creditcardnumber",
    "cryptogramme",
    "cryptogrammevisuel",
    "csc",
    "csrf",
    "csrftoken",
    "cvc",
    "cvn",
    "cvv",
    "cvvc",
    "debitcard",
    "debitcardnumber",
    "dni",
    "encryptionkey",
    "geheimnis",
    "geheimzahl",
    "hotp",
    "iban",
    "idtoken",
    "itin",
    "jeton",
    "jwt",
    "kartennummer",
    "kennwoerter",
    "kennwort",
    "kontonummer",
    "kreditkarte",
    "kreditkartennummer",
    "losungswort",
    "masterkey",
    "mdp",
    "mfa",
    "mnemonic",
    "motdepass",
    "motdepasse",
    "motpasse",
    "nationalid",
    "nationalinsurance",
    "nie",
    "nif",
    "nin",
    "nino",
    "nip",
    "nir",
    "niss",
    "numerocarta",
    "numerocartao",
    "numerocarte",
    "numeroconto",
    "numerocuenta",
    "numerodecarte",
    "numerodecuenta",
    "numerodetarjeta",
    "numerodicarta",
    "numerodocartao",
    "numerosecu",
    "numerosecuritesociale",
    "numeroseguridadsocial",
    "numerotarjeta",
    "onetimecode",
    "onetimepassword",
    "otp",
    "palabraclave",
    "palavrachave",
    "palavrapasse",
    "palavrasecreta",
    "pan",
    "parola",
    "parolachiave",
    "paroladordine",
    "parolasegreta",
    "pass",
    "passcode",
    "passe",
    "passes",
    "passkey",
    "passphrase",
    "passport",
    "passportnumber",
    "passw",
    "passwd",
    "passwoerter",
    "password",
    "passwords",
    "passwort",
    "passwrd",
    "pin",
    "pincode",
    "pinnumber",
    "pinnummer",
    "pinpad",
    "pins",
    "privatekey",
    "pruefnummer",
    "pruefziffer",
    "psw",
    "pswd",
    "puk",
    "pw",
    "pwd",
    "recoverycode",
    "refreshtoken",
    "routingnumber",
    "secret",
    "secreta",
    "secretanswer",
    "secretkey",
    "secreto",
    "secretquestion",
    "secrets",
    "securitesociale",
    "securityanswer",
    "securitycode",
    "securityquestion",
    "seedphrase",
    "segredo",
    "segreta",
    "segreto",
    "senha",
    "senhas",
    "sessioncookie",
    "sessionkey",
    "sessiontoken",
    "sicherheitscode",
    "sicherheitsfrage",
    "signingkey",
    "smscode",
    "socialsecurity",
    "socialsecuritynumber",
    "sortcode",
    "sozialversicherungsnummer",
    "ssn",
    "steuerid",
    "steuernummer",
    "svnr",
    "swiftcode",
    "tan",
    "tarjeta",
    "tarjetacredito",
    "tarjetadecredito",
    "taxid",
    "tfa",
    "token",
    "tokens",
    "totp",
    "twofactor",
    "txtpwd",
    "verificationcode",
    "xsrf",
    "zugangscode",
    "zugangsdaten",
};

// These never stand inside an innocent word, so they count anywhere.
constexpr std::string_view kSecretStems[] = {"passw", "motdepasse", "kennwort",
                                             "geheimzahl", "contrasen"};

constexpr std::string_view kKeypadWords[] = {"keypad", "numpad", "passcode", "pin",
                                             "pinpad"};

// The longest phrase, in words.
constexpr size_t kPhraseWordsMax = 4;

// Letters of Latin-1 from U+00C0 without their accents; a space where there is no letter.
constexpr char kLatin1[] =
    "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty";

bool IsLower(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0xFF); }
bool IsUpper(char32_t c) { return (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE); }

// Splits `name` into lower-case words without accents; other scripts' letters are
// dropped.
std::vector<std::string> SplitWords(std::string_view name) {
  std::vector<std::string> words(1);
  bool last_lower = false;
  bool last_upper = false;
  size_t pos = 0;
  while (pos < name.size()) {
    const char32_t c = DecodeUtf8(name, &pos);
    if (c >= 0x300 && c <= 0x36F) continue;
    const bool upper = IsUpper(c);
    const bool lower = IsLower(c);
    if (!upper && !lower) {
      if (!words.back().empty()) words.emplace_back();
      last_lower = last_upper = false;
      continue;
    }
    if (upper && last_lower) {
      words.emplace_back();
    } else if (lower && last_upper && words.back().size() > 1) {
      // The last capital of a row of them begins the next word: PINCode is pin, code.
      const char begin = words.back().back();
      words.back().pop_back();
      words.emplace_back(1, begin);
    }
    if (c < 0x80) {
      words.back().push_back(static_cast<char>(c | 0x20));
    } else if (c == 0xDF) {
      words.back().append("ss");
    } else {
      words.back().push_back(kLatin1[c - 0xC0]);
    }
    last_lower = lower;
    last_upper = upper;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

}  // namespace

bool IsSecretName(std::string_view name) {
  const std::vector<std::string> words = SplitWords(name);
  std::string all;
  for (size_t i = 0; i < words.size(); ++i) {
    all += words[i];
    std::string phrase;
    for (size_t k = i; k < words.size() && k < i + kPhraseWordsMax; ++k) {
      phrase += words[k];
      if (std::binary_search(std::begin(kSecretWords), std::end(kSecretWords),
                             std::string_view(phrase))) {
        return true;
      }
    }
  }
  return std::any_of(
      std::begin(kSecretStems), std::end(kSecretStems),
      [&](std::string_view stem) { return all.find(stem) != std::string::npos; });
}

bool IsKeypadName(std::string_view name) {
  // Each of the words has one of these in it; splitting is too dear for every element.
  bool may_match = false;
  for (size_t i = 0; i + 1 < name.size(); ++i) {
    const char next = LowerAscii(name[i + 1]);
    may_match |= LowerAscii(name[i]) == 'p' && (next == 'a' || next == 'i');
  }
  if (!may_match) return false;
  const std::vector<std::string> words = SplitWords(name);
  for (size_t i = 0; i < words.size(); ++i) {
    std::string phrase = words[i];
    for (size_t k = i + 1; k <= i + 2; ++k) {
      if (std::binary_search(std::begin(kKeypadWords), std::end(kKeypadWords),
                             std::string_view(phrase))) {
        return true;
      }
      if (k < words.size()) phrase += words[k];
    }
  }
  return false;
}

bool IsSecretAutocomplete(std::string_view tokens) {
  size_t pos = 0;
  while (pos < tokens.size()) {
    size_t end = tokens.find_first_of(" \t\r\n\f", pos);
    if (end == std::string_view::npos) end = tokens.size();
    std::string token(tokens.substr(pos, end - pos));
    std::transform(token.begin(), token.end(), token.begin(), LowerAscii);
    if (token == "current-password" || token == "new-password" ||
        token == "one-time-code" || token.compare(0, 3, "cc-") == 0) {
      return true;
    }
    pos = end + 1;
  }
  return false;
}

bool VocabularyCache::IsSecret(std::string_view name, uint64_t hash) {
  if (name.empty()) return false;
  if (name.size() > sizeof(Entry::name)) return IsSecretName(name);
  Entry& entry = entries_[hash % entries_.size()];
  if (entry.size != name.size() || !SameBytes(entry.name, name.data(), name.size())) {
    entry.secret = IsSecretName(name);
    entry.size = static_cast<uint8_t>(name.size());
    std::memcpy(entry.name, name.data(), name.size());
  }
  return entry.secret;
}

}  // namespace footfall::capture
