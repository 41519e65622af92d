#pragma once
#include "slim/core/begin.hpp"
// Which features a record must have, as TensorFlow's parse_single_example takes them, and the tensors that come out.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/core/stable_order.hpp"
#include "slim/data/example.hpp"
#include "slim/data/item.hpp"

namespace slim::data {

/// A feature of a fixed number of values: a dense item of this shape. Without a default value it must be present. The default is
/// one value for all places, or all values. Types are float32, int64 or string, as in records.
struct fixed_len_feature {
  item_shape shape = {};
  dtype type = dtype::float32;
  std::vector<scalar> default_value = {};
};

/// A feature of any number n of values: a sparse item of shape [n], empty if the feature is missing.
struct var_len_feature {
  dtype type = dtype::float32;
};

/// A sparse item from several features: one with the values, and for each axis one with their indices below `size`.
/// The values are sorted by their place unless they already are.
struct sparse_feature {
  std::vector<std::string> index_key;
  std::string value_key;
  dtype type = dtype::float32;
  item_shape size;
  bool already_sorted = false;
};

using keys_to_features = std::map<std::string, std::variant<fixed_len_feature, var_len_feature, sparse_feature>, std::less<>>;
using keys_to_tensors = std::map<std::string, item, std::less<>>;

namespace detail {

[[noreturn]] inline void feature_error(const std::string& key, const std::string& expected, const std::string& found) {
  throw error("decode: feature " + key + ": expected " + expected + ", found " + found + "; check the file and the feature's specification");
}

inline bool is_missing(const feature* source) { return source == nullptr || std::holds_alternative<std::monostate>(*source); }

inline const feature* find(const features& source, const std::string& key) {
  const auto found = source.find(key);
  return found == source.end() ? nullptr : &found->second;
}

/// The values of a feature, after checking their type; none if it is missing.
inline item_values values_of(const std::string& key, const feature* source, dtype type) {
  if (is_missing(source)) return no_values(type);
  item_values result;
  if (const auto* strings = std::get_if<bytes_list>(source)) {
    result = *strings;
  } else if (const auto* floats = std::get_if<float_list>(source)) {
    result = *floats;
  } else {
    result = std::get<int64_list>(*source);
  }
  const dtype found = item_types[result.index()];
  if (found != type) feature_error(key, std::string("values of type ") + type_name(type), type_name(found));
  return result;
}

inline item read(const std::string& key, const fixed_len_feature& spec, const features& source) {
  const std::int64_t size = size_of(spec.shape);
  if (const feature* const stored = find(source, key); !is_missing(stored)) {
    item result{spec.shape, values_of(key, stored, spec.type)};
    if (result.size() != size) feature_error(key, std::to_string(size) + " values", std::to_string(result.size()));
    return result;
  }
  const std::size_t given = spec.default_value.size(), needed = static_cast<std::size_t>(size);
  if (given == 0) feature_error(key, "a value, because there is no default", "none");
  if (given != 1 && given != needed) feature_error(key, "1 or " + std::to_string(needed) + " default values", std::to_string(given));
  item result{spec.shape, no_values(spec.type)};
  std::visit(
      [&](auto& values) {
        using value_type = typename std::decay_t<decltype(values)>::value_type;
        for (std::size_t i = 0; i < needed; ++i) values.push_back(convert<value_type>(spec.default_value[given == 1 ? 0 : i]));
      },
      result.values);
  return result;
}

inline item read(const std::string& key, const var_len_feature& spec, const features& source) {
  item result{{0}, values_of(key, find(source, key), spec.type)};
  result.shape[0] = result.size();
  result.indices.emplace(static_cast<std::size_t>(result.size()));
  std::iota(result.indices->begin(), result.indices->end(), 0);
  return result;
}

/// Brings the values of a sparse item into the order of their places.
inline item sort_by_place(const item& source) {
  const std::size_t rank = source.shape.size();
  const std::vector<std::size_t> order = stable_order(flat_places(source));
  item sorted = source;
  for (std::size_t i = 0; i < order.size(); ++i) std::copy_n(&(*source.indices)[order[i] * rank], rank, &(*sorted.indices)[i * rank]);
  std::visit(
      [&](auto& values) {
        const auto& unsorted = std::get<std::decay_t<decltype(values)>>(source.values);
        for (std::size_t i = 0; i < order.size(); ++i) values[i] = unsorted[order[i]];
      },
      sorted.values);
  return sorted;
}

inline item read(const std::string& key, const sparse_feature& spec, const features& source) {
  const std::size_t rank = spec.index_key.size();
  if (rank == 0 || spec.size.size() != rank) {
    feature_error(key, "one size for each index key", std::to_string(rank) + " keys and " + std::to_string(spec.size.size()) + " sizes");
  }
  item result{spec.size, values_of(spec.value_key, find(source, spec.value_key), spec.type)};
  const std::size_t count = static_cast<std::size_t>(result.size());
  result.indices.emplace(count * rank);
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::string& index_key = spec.index_key[axis];
    const auto column = std::get<int64_list>(values_of(index_key, find(source, index_key), dtype::int64));
    if (column.size() != count) feature_error(index_key, std::to_string(count) + " indices", std::to_string(column.size()));
    for (std::size_t i = 0; i < count; ++i) (*result.indices)[i * rank + axis] = column[i];
  }
  size_of(spec.size);  // so that places do not overflow
  item sorted = sort_by_place(result);
  return spec.already_sorted ? result : sorted;
}

inline void read_features(const keys_to_features& specifications, const features& source, keys_to_tensors& target) {
  for (const auto& wanted : specifications) {  // not taken apart: clang with OpenMP captures no structured binding
    target[wanted.first] = std::visit([&](const auto& spec) { return read(wanted.first, spec, source); }, wanted.second);
  }
}

}  // namespace detail

/// Parses a serialized tf.Example into one item for each key. Throws slim::error, naming the feature, for a missing one, another
/// type, or another number of values.
inline keys_to_tensors parse_single_example(std::string_view serialized, const keys_to_features& specifications) {
  keys_to_tensors result;
  detail::read_features(specifications, parse_example(serialized), result);
  return result;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
