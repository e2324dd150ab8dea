#ifndef FOOTFALL_BENCHMARKS_GENERATE_RANDOM_H_
#define FOOTFALL_BENCHMARKS_GENERATE_RANDOM_H_

// Random numbers and the few functions the distributions need, made of IEEE additions,
// multiplications, divisions and square roots only. The standard library's distributions
// and libm differ between platforms in the last bit, which would change the generated
// bytes.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace footfall::generate {

constexpr double kLn2 = 0.693147180559945309417232121458;

// Natural logarithm of a positive, normal `x`.
inline double Log(double x) {
  const uint64_t bits = std::bit_cast<uint64_t>(x);
  int exponent = static_cast<int>(bits >> 52) - 1023;
  double mantissa =
      std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFull) | 0x3FF0000000000000ull);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    ++exponent;
  }
  // log(m) = 2 atanh(t), and |t| < 0.172 makes eleven terms enough for a double.
  const double t = (mantissa - 1.0) / (mantissa + 1.0);
  const double square = t * t;
  double sum = 0.0;
  for (int k = 21; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
  return 2.0 * t * sum + exponent * kLn2;
}

// e to the power of `x`, for |x| < 700.
inline double Exp(double x) {
  const double scaled = x / kLn2;
  const int power = static_cast<int>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  const double rest = x - power * kLn2;
  double sum = 1.0;
  for (int k = 13; k >= 1; --k) sum = 1.0 + sum * rest / k;
  return sum * std::bit_cast<double>(static_cast<uint64_t>(power + 1023) << 52);
}

inline double Power(double base, double exponent) { return Exp(exponent * Log(base)); }

// A bijection of 64-bit numbers (the finisher of splitmix64): different inputs give
// different outputs, which makes it a source of unique ids.
inline uint64_t Mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

// splitmix64. Streams with different seeds are independent.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(Mix(seed + 0x9E3779B97F4A7C15ull)) {}

  uint64_t Next() { return Mix(state_ += 0x9E3779B97F4A7C15ull); }

  // Uniform in [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

  // Uniform in [0, n), for 0 < n <= 2^32.
  uint32_t Below(uint64_t n) { return static_cast<uint32_t>(((Next() >> 32) * n) >> 32); }

  // Marsaglia's polar method.
  double Normal() {
    while (true) {
      const double a = 2.0 * Uniform() - 1.0;
      const double b = 2.0 * Uniform() - 1.0;
      const double s = a * a + b * b;
      if (s > 0.0 && s < 1.0) return a * std::sqrt(-2.0 * Log(s) / s);
    }
  }

  double Exponential(double mean) { return -mean * Log(1.0 - Uniform()); }

 private:
  uint64_t state_;
};

// Draws an index with given weights.
class Weighted {
 public:
  explicit Weighted(const std::vector<double>& weights) {
    double total = 0.0;
    for (const double weight : weights) sums_.push_back(total += weight);
  }

  // Zipf over `n` ranks: weight (rank + 1 + shift) ^ -exponent.
  static Weighted Zipf(int n, double exponent, double shift) {
    std::vector<double> weights;
    for (int i = 0; i < n; ++i) weights.push_back(Power(i + 1 + shift, -exponent));
    return Weighted(weights);
  }

  int Draw(Random& random) const {
    const double value = random.Uniform() * sums_.back();
    const auto found = std::upper_bound(sums_.begin(), sums_.end(), value);
    return static_cast<int>(std::min<std::ptrdiff_t>(
        found - sums_.begin(), static_cast<std::ptrdiff_t>(sums_.size()) - 1));
  }

  // The share of the ranks up to and including `i`.
  double ShareUpTo(size_t i) const { return sums_[i] / sums_.back(); }

 private:
  std::vector<double> sums_;
};

}  // namespace footfall::generate

#endif  // FOOTFALL_BENCHMARKS_GENERATE_RANDOM_H_
