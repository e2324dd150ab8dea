// National identity and tax numbers.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "capture/ascii.h"
#include "capture/text_scan_internal.h"

namespace footfall::capture {
namespace {

// The letters and digits of a candidate, without what separates them. Letters are
// capitals.
struct Compact {
  char text[24];
  size_t size = 0;

  int Digit(size_t i) const { return text[i] - '0'; }
  int Pair(size_t i) const { return Digit(i) * 10 + Digit(i + 1); }
  uint64_t Number(size_t begin, size_t end) const {
    uint64_t number = 0;
    for (size_t i = begin; i < end; ++i) {
      number = number * 10 + static_cast<uint64_t>(Digit(i));
    }
    return number;
  }
  // The sum of the first digits times the weights.
  template <size_t kCount>
  int Weighted(const int (&weights)[kCount]) const {
    int sum = 0;
    for (size_t i = 0; i < kCount; ++i) sum += Digit(i) * weights[i];
    return sum;
  }
};

bool IsDayOfMonth(int day, int month) {
  return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

bool LuhnHolds(const Compact& id, size_t begin) {
  int sum = 0;
  for (size_t i = id.size; i > begin; --i) {
    int value = id.Digit(i - 1);
    if ((id.size - i) % 2 == 1) value = value > 4 ? value * 2 - 9 : value * 2;
    sum += value;
  }
  return sum % 10 == 0;
}

bool IsUsSsn(const Compact& id) {
  const uint64_t area = id.Number(0, 3);
  return area != 0 && area != 666 && area < 900 && id.Pair(3) != 0 &&
         id.Number(5, 9) != 0;
}

// Sex, year, month, department, commune, order and key. Corsica's departments are 2A, 2B.
bool IsFrenchNir(const Compact& id) {
  Compact digits = id;
  uint64_t offset = 0;
  if (id.text[6] == 'A' || id.text[6] == 'B') {
    if (id.text[5] != '2') return false;
    digits.text[6] = '0';
    offset = id.text[6] == 'A' ? 1000000 : 2000000;
  } else if (!IsDigit(id.text[6])) {
    return false;
  }
  const int month = digits.Pair(3);
  const bool month_known = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) ||
                           (month >= 50 && month <= 99);
  const int sex = digits.Digit(0);
  if (!month_known || (sex > 4 && sex != 7 && sex != 8) || sex == 0) return false;
  return 97 - (digits.Number(0, 13) - offset) % 97 == digits.Number(13, 15);
}

bool IsSpanishDni(const Compact& id) {
  return "TRWAGMYFPDXBNJZSQVHLCKE"[id.Number(0, 8) % 23] == id.text[8];
}

bool IsSpanishNie(const Compact& id) {
  if (id.text[0] < 'X' || id.text[0] > 'Z') return false;
  Compact dni = id;
  dni.text[0] = static_cast<char>('0' + (id.text[0] - 'X'));
  return IsSpanishDni(dni);
}

// With digits only where digits belong, which is what everyone but a few namesakes has.
bool IsItalianFiscalCode(const Compact& id) {
  constexpr int kOdd[36] = {1,  0, 5, 7,  9,  13, 15, 17, 19, 21, 1,  0,
                            5,  7, 9, 13, 15, 17, 19, 21, 2,  4,  18, 20,
                            11, 3, 6, 8,  12, 14, 16, 10, 22, 25, 24, 23};
  int sum = 0;
  for (size_t i = 0; i < 15; ++i) {
    const char c = id.text[i];
    const int value = IsDigit(c) ? c - '0' : c - 'A' + 10;
    sum += i % 2 == 0 ? kOdd[value] : (IsDigit(c) ? value : value - 10);
  }
  return 'A' + sum % 26 == id.text[15];
}

// ISO 7064 mod 11,10; among the first ten digits one comes twice or thrice, and all
// others at most once.
bool IsGermanTaxId(const Compact& id) {
  if (id.text[0] == '0') return false;
  int seen[10] = {};
  int product = 10;
  for (size_t i = 0; i < 10; ++i) {
    ++seen[id.Digit(i)];
    int sum = (id.Digit(i) + product) % 10;
    if (sum == 0) sum = 10;
    product = sum * 2 % 11;
  }
  int repeated = 0;
  for (const int count : seen) {
    if (count > 3) return false;
    repeated += count > 1 ? 1 : 0;
  }
  return repeated == 1 && (11 - product) % 10 == id.Digit(10);
}

bool IsPortugueseNif(const Compact& id) {
  const int rest = id.Weighted({9, 8, 7, 6, 5, 4, 3, 2}) % 11;
  return id.text[0] != '0' && (rest < 2 ? 0 : 11 - rest) == id.Digit(8);
}

bool IsBritishNino(const Compact& id) {
  constexpr std::string_view kNeverFirst = "DFIQUV";
  constexpr std::string_view kNeverSecond = "DFIQUVO";
  const std::string_view prefix(id.text, 2);
  for (const std::string_view unused : {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}) {
    if (prefix == unused) return false;
  }
  return kNeverFirst.find(prefix[0]) == std::string_view::npos &&
         kNeverSecond.find(prefix[1]) == std::string_view::npos && id.text[8] <= 'D';
}

bool IsDutchBsn(const Compact& id) {
  const int sum = id.Weighted({9, 8, 7, 6, 5, 4, 3, 2, -1});
  return sum != 0 && sum % 11 == 0;
}

bool IsBelgianNumber(const Compact& id) {
  const int month = id.Pair(2);
  if (month > 12 || id.Pair(4) > 31) return false;
  const uint64_t number = id.Number(0, 9);
  const uint64_t key = id.Number(9, 11);
  return key == 97 - number % 97 || key == 97 - (2000000000 + number) % 97;
}

bool IsPesel(const Compact& id) {
  const int sum = id.Weighted({1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1});
  return IsDayOfMonth(id.Pair(4), id.Pair(2) % 20) && sum % 10 == 0;
}

// Year, month, day and four digits; of the year two digits or four.
bool IsSwedishNumber(const Compact& id) {
  const size_t begin = id.size - 10;
  // The day of a coordination number is 60 more.
  const int day = id.Pair(begin + 4) % 60;
  return IsDayOfMonth(day, id.Pair(begin + 2)) && LuhnHolds(id, begin);
}

bool IsFinnishHetu(const Compact& id) {
  if (!IsDayOfMonth(id.Pair(0), id.Pair(2))) return false;
  const uint64_t number = id.Number(0, 9);
  return "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31] == id.text[9];
}

bool IsDanishCpr(const Compact& id) { return IsDayOfMonth(id.Pair(0), id.Pair(2)); }

bool IsNorwegianNumber(const Compact& id) {
  if (!IsDayOfMonth(id.Pair(0) % 40, id.Pair(2) % 40)) return false;
  return id.Weighted({3, 7, 6, 1, 8, 9, 4, 5, 2, 1}) % 11 == 0 &&
         id.Weighted({5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0;
}

bool IsSwissAhv(const Compact& id) {
  return id.Number(0, 3) == 756 &&
         id.Weighted({1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1}) % 10 == 0;
}

bool IsBrazilianCpf(const Compact& id) {
  bool same = true;
  for (size_t i = 1; i < 11; ++i) same = same && id.text[i] == id.text[0];
  const int first = id.Weighted({10, 9, 8, 7, 6, 5, 4, 3, 2}) * 10 % 11 % 10;
  const int second = id.Weighted({11, 10, 9, 8, 7, 6, 5, 4, 3, 2}) * 10 % 11 % 10;
  return !same && first == id.Digit(9) && second == id.Digit(10);
}

bool IsCzechNumber(const Compact& id) {
  return IsDayOfMonth(id.Pair(4), id.Pair(2) % 50 % 20) && id.Number(0, 10) % 11 == 0;
}

bool IsCanadianSin(const Compact& id) { return id.text[0] != '0' && LuhnHolds(id, 0); }

// The Verhoeff digit, by the dihedral group of order ten.
bool IsAadhaar(const Compact& id) {
  constexpr int kPermutation[10] = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  if (id.Digit(0) < 2) return false;
  int check = 0;
  for (size_t i = 0; i < id.size; ++i) {
    int digit = id.Digit(id.size - 1 - i);
    for (size_t k = 0; k < i % 8; ++k) digit = kPermutation[digit];
    const int a = check % 5;
    const int b = digit % 5;
    const bool flips = check >= 5;
    const int sum = ((flips ? a - b : a + b) + 5) % 5;
    check = flips == (digit >= 5) ? sum : sum + 5;
  }
  return check == 0;
}

bool IsTurkishNumber(const Compact& id) {
  const int odd = id.Weighted({1, 0, 1, 0, 1, 0, 1, 0, 1});
  const int even = id.Weighted({0, 1, 0, 1, 0, 1, 0, 1});
  const int tenth = ((odd * 7 - even) % 10 + 10) % 10;
  return id.text[0] != '0' && tenth == id.Digit(9) &&
         (odd + even + id.Digit(9)) % 10 == id.Digit(10);
}

// How an id is spelled: 9 a digit, A a capital, X either, ? a space, dot or dash or
// nothing, _ one of these, and other characters themselves.
struct Spelling {
  std::string_view shape;
  bool (*holds)(const Compact& id);
  // One of these words must stand before it; empty when the shape and its check digits
  // tell enough.
  std::string_view keywords = {};
};

constexpr Spelling kSpellings[] = {
    {"999-99-9999", IsUsSsn},
    {"999?99?9999", IsUsSsn, "ssn social security itin taxpayer"},
    {"9?99?99?9X?999?999?99", IsFrenchNir},
    {"99999999?A", IsSpanishDni},
    {"99.999.999?A", IsSpanishDni},
    {"A?9999999?A", IsSpanishNie},
    {"AAA?AAA?99A99?A999A", IsItalianFiscalCode},
    {"99 999 999 999", IsGermanTaxId},
    {"99?999?999?999", IsGermanTaxId,
     "steuer steuerid idnr steueridentifikationsnummer identifikationsnummer tin tax"},
    {"999?999?999", IsPortugueseNif, "nif contribuinte fiscal"},
    {"AA?99?99?99?A", IsBritishNino},
    {"9999.99.999", IsDutchBsn},
    {"999?999?999", IsDutchBsn, "bsn burgerservicenummer sofinummer sofi"},
    {"99.99.99-999.99", IsBelgianNumber},
    {"99?99?99?999?99", IsBelgianNumber,
     "rijksregister rijksregisternummer national niss insz registre nn"},
    {"99999999999", IsPesel, "pesel"},
    {"999999-9999", IsSwedishNumber},
    {"999999+9999", IsSwedishNumber},
    {"99999999-9999", IsSwedishNumber},
    {"9999999999", IsSwedishNumber, "personnummer samordningsnummer"},
    {"999999999999", IsSwedishNumber, "personnummer samordningsnummer"},
    {"999999-999X", IsFinnishHetu},
    {"999999A999X", IsFinnishHetu},
    {"999999?9999", IsDanishCpr, "cpr personnummer"},
    {"999999_99999", IsNorwegianNumber},
    {"99999999999", IsNorwegianNumber,
     "fodselsnummer f\x80"
     "dselsnummer personnummer fnr"},
    {"999.9999.9999.99", IsSwissAhv},
    {"999?9999?9999?99", IsSwissAhv},
    {"999.999.999-99", IsBrazilianCpf},
    {"999?999?999?99", IsBrazilianCpf, "cpf"},
    {"999999/9999", IsCzechNumber},
    {"999-999-999", IsCanadianSin},
    {"999?999?999", IsCanadianSin, "sin nas insurance"},
    {"9999?9999?9999", IsAadhaar, "aadhaar aadhar uid uidai"},
    {"99999999999", IsTurkishNumber, "tc kimlik tckn"},
};

bool IsIdSeparator(char c) { return c == ' ' || c == '.' || c == '-'; }

// Reads the spelling from `begin` on; returns where it ends, or `begin`.
size_t ReadSpelling(std::string_view text, size_t begin, std::string_view shape,
                    Compact& id) {
  id.size = 0;
  size_t pos = begin;
  for (const char want : shape) {
    const char c = pos < text.size() ? text[pos] : '\0';
    if (want == '?') {
      if (IsIdSeparator(c)) ++pos;
      continue;
    }
    const bool digit = IsDigit(c);
    const bool upper = IsUpperByte(c);
    if (want == '9' || want == 'A' || want == 'X') {
      if (!(want == '9' ? digit : want == 'A' ? upper : digit || upper)) return begin;
      id.text[id.size++] = c;
    } else if (want == '_' ? !IsIdSeparator(c) : c != want) {
      return begin;
    }
    ++pos;
  }
  return pos;
}

// True when a letter or digit stands at `i`, or a mark that leads to one.
bool IsJoined(std::string_view text, size_t i, size_t beyond) {
  if (i >= text.size()) return false;
  if (IsAlnumByte(text[i]) || text[i] == '_') return true;
  return (text[i] == '-' || text[i] == '.' || text[i] == '/') && beyond < text.size() &&
         IsDigit(text[beyond]);
}

// True when as many digits and capitals follow as the shortest id has, with no more than
// one byte between two of them. Most numbers and words are ruled out by that.
bool MayBeginId(std::string_view text, size_t pos) {
  constexpr size_t kReach = 24;
  constexpr size_t kDigitsMin = 6;
  constexpr size_t kSizeMin = 9;
  const size_t end = std::min(text.size(), pos + kReach);
  size_t digits = 0;
  size_t capitals = 0;
  bool gap = false;
  for (; pos < end; ++pos) {
    const bool digit = IsDigit(text[pos]);
    if (digit || IsUpperByte(text[pos])) {
      digits += digit ? 1 : 0;
      capitals += digit ? 0 : 1;
      if (digits >= kDigitsMin && digits + capitals >= kSizeMin) return true;
      gap = false;
    } else if (gap || IsLowerByte(text[pos])) {
      return false;
    } else {
      gap = true;
    }
  }
  return false;
}

}  // namespace

bool FindNationalId(std::string_view text, size_t pos, Span* found) {
  for (; pos < text.size(); ++pos) {
    if (!IsDigit(text[pos]) && !IsUpperByte(text[pos])) continue;
    if (pos > 0 && IsJoined(text, pos - 1, pos - 2)) continue;
    if (!MayBeginId(text, pos)) continue;
    for (const Spelling& spelling : kSpellings) {
      Compact id;
      const size_t end = ReadSpelling(text, pos, spelling.shape, id);
      if (end == pos || IsJoined(text, end, end + 1) || !spelling.holds(id)) continue;
      if (!spelling.keywords.empty() && !HasKeywordBefore(text, pos, spelling.keywords)) {
        continue;
      }
      *found = {pos, end};
      return true;
    }
  }
  return false;
}

}  // namespace footfall::capture
