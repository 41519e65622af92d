#pragma once
// Forty scored examples for the tests of metrics. The expected numbers come from a numpy script that writes each definition out as sums over
// examples, pairs or thresholds.

#include <cmath>
#include <vector>

namespace sample {

struct scored {
  std::vector<double> predictions, tied, weights;  // tied: rounded to one decimal
  std::vector<int> labels;                         // 30 of 40 are 1

  // Predictions i * 37 mod 101 hundredths, weights i mod 4 halves.
  scored() {
    for (int i = 0; i < 40; ++i) {
      const double p = (i * 37 % 101) / 100.0;
      predictions.push_back(p);
      tied.push_back(std::nearbyint(p * 10) / 10);
      weights.push_back(i % 4 / 2.0);
      labels.push_back((i * i + i / 3 + (p > 0.45 && i % 5 > 0)) % 3 != 0);
    }
  }
};

// Adds the examples in batches of 13, 13, 13 and 1; returns what the last update returned.
template <class Update>
auto in_batches(const scored& all, const std::vector<double>& predictions, const std::vector<double>& weights, Update update) {
  const auto part = [](const auto& whole, int from) { return std::vector(whole.begin() + from, from + 13 < 40 ? whole.begin() + from + 13 : whole.end()); };
  for (int from = 0; from < 39; from += 13) update(part(predictions, from), part(all.labels, from), part(weights, from));
  return update(part(predictions, 39), part(all.labels, 39), part(weights, 39));
}

inline const std::vector<double> ones(40, 1.0);

}  // namespace sample
