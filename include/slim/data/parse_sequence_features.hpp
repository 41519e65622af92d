#pragma once
#include "slim/core/begin.hpp"
// Which features a tf.SequenceExample must have, as TensorFlow's parse_single_sequence_example takes them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "slim/data/example.hpp"
#include "slim/data/item.hpp"
#include "slim/data/parse_features.hpp"

namespace slim::data {

/// A list of features of a SequenceExample, each of one shape: a dense item [steps] + shape. A missing list is an error, or
/// no steps when `allow_missing`.
struct fixed_len_sequence_feature {
  item_shape shape = {};
  dtype type = dtype::float32;
  bool allow_missing = false;
};

/// Here a var_len_feature is a sparse item [steps, most values of a step], without steps if the list is missing.
using keys_to_sequence_features = std::map<std::string, std::variant<var_len_feature, fixed_len_sequence_feature>, std::less<>>;

namespace detail {

using feature_lists = std::map<std::string, std::vector<feature>, std::less<>>;

/// Appends the values of one step; returns their number.
inline std::int64_t append_step(item& target, const std::string& key, const feature& step, dtype type) {
  item_values part = values_of(key, &step, type);
  return std::visit(
      [&](auto& values) {
        auto& all = std::get<std::decay_t<decltype(values)>>(target.values);
        all.insert(all.end(), std::make_move_iterator(values.begin()), std::make_move_iterator(values.end()));
        return static_cast<std::int64_t>(values.size());
      },
      part);
}

inline item read(const std::string& key, const var_len_feature& spec, const feature_lists& source) {
  item result{{0, 0}, no_values(spec.type), std::vector<std::int64_t>()};
  const auto list = source.find(key);
  if (list == source.end()) return result;
  for (const feature& step : list->second) {
    const std::int64_t size = append_step(result, key, step, spec.type);
    for (std::int64_t i = 0; i < size; ++i) result.indices->insert(result.indices->end(), {result.shape[0], i});
    result.shape = {result.shape[0] + 1, std::max(result.shape[1], size)};
  }
  return result;
}

inline item read(const std::string& key, const fixed_len_sequence_feature& spec, const feature_lists& source) {
  const std::int64_t size = size_of(spec.shape);
  item result{spec.shape, no_values(spec.type)};
  std::int64_t& steps = *result.shape.insert(result.shape.begin(), 0);
  const auto list = source.find(key);
  if (list == source.end() && !spec.allow_missing) feature_error(key, "this list of features", "none");
  if (list == source.end()) return result;
  for (const feature& step : list->second) {
    const std::int64_t found = append_step(result, key, step, spec.type);
    if (found != size) feature_error(key, std::to_string(size) + " values in step " + std::to_string(steps), std::to_string(found));
    ++steps;
  }
  return result;
}

}  // namespace detail

/// Parses a serialized tf.SequenceExample into one item for each key of both kinds. Throws slim::error as parse_single_example.
inline keys_to_tensors parse_single_sequence_example(std::string_view serialized, const keys_to_features& context_features,
                                                     const keys_to_sequence_features& sequence_features) {
  const sequence_example example = parse_sequence_example(serialized);
  keys_to_tensors result;
  detail::read_features(context_features, example.context, result);
  for (const auto& wanted : sequence_features) {
    result[wanted.first] = std::visit([&](const auto& spec) { return detail::read(wanted.first, spec, example.feature_lists); }, wanted.second);
  }
  return result;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
