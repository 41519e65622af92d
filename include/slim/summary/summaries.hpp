#pragma once
#include "slim/core/begin.hpp"
// TF-Slim's slim.summaries: adds scalar, histogram, image and zero-fraction summaries to a set. TF-Slim section 12.

#include <cmath>
#include <cstdio>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/core/number_text.hpp"
#include "slim/summary/histogram.hpp"
#include "slim/summary/image.hpp"
#include "slim/summary/observed.hpp"
#include "slim/summary/summary_set.hpp"

namespace slim::summaries {

/// The optional arguments of TF-Slim. The tag is [prefix/]name; `name` is that of the observed numbers unless given.
/// `print_summary` also prints tag and value to stderr, each time the summary is evaluated.
struct summary_options {
  std::string name = {}, prefix = {};
  bool print_summary = false;
};

namespace detail {

inline std::string summary_name(const observed& values, const summary_options& given) {
  const std::string& name = given.name.empty() ? values.name() : given.name;
  return given.prefix.empty() ? name : given.prefix + "/" + name;
}

/// As tf.Print does: the first three numbers.
inline void print(const std::string& tag, std::span<const float> values) {
  std::string text = tag + "[";
  for (std::size_t i = 0; i < values.size() && i < 3; ++i) {
    text += (i > 0 ? " " : "") + number_text(static_cast<double>(values[i]));
  }
  std::fprintf(stderr, "%s%s]\n", text.c_str(), values.size() > 3 ? "..." : "");
}

/// A scalar that `compute` makes of the values.
template <class Compute>
std::string add_computed(summary_set& set, const observed& values, const std::string& name, bool print_summary, Compute compute) {
  return set.add(name, [values, print_summary, compute](const std::string& tag, std::vector<summary_value>& to) {
    const float result = compute(values.read());
    if (print_summary) print(tag, {&result, 1});
    to.push_back({tag, result});
  });
}

inline float share(std::span<const float> values, float (*counts)(float)) {
  double sum = 0;
  for (float value : values) sum += static_cast<double>(counts(value));
  return values.empty() ? 0.0f : static_cast<float>(sum / static_cast<double>(values.size()));
}

}  // namespace detail

/// One number. Evaluation throws slim::error when there are more. Like the others returns the tag.
inline std::string add_scalar_summary(summary_set& set, const observed& value, const summary_options& given = {}) {
  const std::string name = detail::summary_name(value, given);
  return detail::add_computed(set, value, name, given.print_summary, [name](std::span<const float> values) {
    if (values.size() != 1) {
      throw error("summary " + name + ": expected one number, found " + std::to_string(values.size()) + "; use a histogram");
    }
    return values[0];
  });
}

/// The distribution of all values. Evaluation throws slim::error when one is not finite.
inline std::string add_histogram_summary(summary_set& set, const observed& values, const summary_options& given = {}) {
  return set.add(detail::summary_name(values, given),
                 [values](const std::string& tag, std::vector<summary_value>& to) { to.push_back({tag, histogram_of(values.read(), tag)}); });
}

/// The share of exact zeros, as a scalar `.../Fraction_of_Zero_Values`.
inline std::string add_zero_fraction_summary(summary_set& set, const observed& values, const summary_options& given = {}) {
  return detail::add_computed(set, values, detail::summary_name(values, given) + "/Fraction_of_Zero_Values", given.print_summary,
                              [](std::span<const float> all) { return detail::share(all, [](float x) { return x == 0 ? 1.0f : 0.0f; }); });
}

/// The first three pictures of a batch of height x width x 1, 3 or 4 numbers each, under `tag/image/0` to `tag/image/2`, normalized one
/// by one as in encode_png. Throws slim::error for another shape.
inline std::string add_image_summary(summary_set& set, const observed& values, const summary_options& given = {}) {
  const std::string name = detail::summary_name(values, given);
  const slim::shape extent = values.shape();
  if (extent.rank != 3 || (extent.channels() != 1 && extent.channels() != 3 && extent.channels() != 4)) {
    throw error("summary " + name + ": expected images of height x width x 1, 3 or 4 numbers, found rank " + std::to_string(extent.rank) + " and " +
                std::to_string(extent.channels()) + " channels; observe a part, or reshape");
  }
  return set.add(name, [values, extent, print_summary = given.print_summary](const std::string& tag, std::vector<summary_value>& to) {
    constexpr std::size_t max_outputs = 3;  // TensorFlow's default
    const std::span<const float> all = values.read();
    const std::size_t size = static_cast<std::size_t>(extent.size());
    for (std::size_t i = 0; i < max_outputs && (i + 1) * size <= all.size(); ++i) {
      to.push_back({tag + "/image/" + std::to_string(i), encode_png(all.subspan(i * size, size), extent)});
    }
    if (print_summary) detail::print(tag, all);
  });
}

// The same for lists.

struct observed_list : std::vector<observed> {
  using vector::vector;
  observed_list(const std::vector<variable_reference>& variables) : vector(variables.begin(), variables.end()) {}
};

inline void add_scalar_summaries(summary_set& set, const observed_list& list, const std::string& prefix = {}, bool print_summary = false) {
  for (const observed& one : list) add_scalar_summary(set, one, {{}, prefix, print_summary});
}
inline void add_histogram_summaries(summary_set& set, const observed_list& list, const std::string& prefix = {}) {
  for (const observed& one : list) add_histogram_summary(set, one, {{}, prefix});
}
inline void add_image_summaries(summary_set& set, const observed_list& list, const std::string& prefix = {}, bool print_summary = false) {
  for (const observed& one : list) add_image_summary(set, one, {{}, prefix, print_summary});
}
inline void add_zero_fraction_summaries(summary_set& set, const observed_list& list, const std::string& prefix = {}, bool print_summary = false) {
  for (const observed& one : list) add_zero_fraction_summary(set, one, {{}, prefix, print_summary});
}

/// TF-Slim section 6.1: for each gradient, named after its variable, the histogram `<variable>/gradient` and its L2 norm, the scalar
/// `<variable>/gradient_norm`.
inline void add_gradients_summaries(summary_set& set, const observed_list& gradients) {
  for (const observed& gradient : gradients) {
    add_histogram_summary(set, gradient, {.name = gradient.name() + "/gradient"});
    detail::add_computed(set, gradient, gradient.name() + "/gradient_norm", false, [](std::span<const float> values) {
      double squares = 0;
      for (float value : values) squares += static_cast<double>(value) * static_cast<double>(value);
      return static_cast<float>(std::sqrt(squares));
    });
  }
}

}  // namespace slim::summaries

#include "slim/core/end.hpp"
