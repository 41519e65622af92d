#pragma once
#include "slim/core/begin.hpp"
// What a decoder makes of a record: tensors whose type and shape are known at run time.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/tensor/dtype.hpp"

namespace slim::data {

using slim::dtype;

using item_values = std::variant<std::vector<std::uint8_t>, std::vector<std::uint16_t>, std::vector<std::int32_t>, std::vector<std::int64_t>,
                                 std::vector<float>, std::vector<double>, std::vector<std::string>>;

using item_shape = std::vector<std::int64_t>;

/// One value for holes and missing features; converted to the type of the item that it fills.
using scalar = std::variant<std::int64_t, double, std::string>;

namespace detail {

inline constexpr std::int64_t largest_item = std::int64_t{1} << 28;  // values: nothing larger is made, whatever a record says

inline std::string to_string(const item_shape& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

/// The types that items have, in the order of `item_values`, and their names.
inline constexpr dtype item_types[] = {dtype::uint8, dtype::uint16, dtype::int32, dtype::int64, dtype::float32, dtype::float64, dtype::string};
inline const char* type_name(dtype type) {
  constexpr const char* names[] = {"uint8", "uint16", "int32", "int64", "float32", "float64", "string"};
  for (std::size_t i = 0; i < std::size(names); ++i)
    if (item_types[i] == type) return names[i];
  return slim::name_of(type);
}

/// Number of values of a shape, which may come from a record.
inline std::int64_t size_of(const item_shape& shape) {
  std::int64_t size = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || extent > largest_item || size * extent > largest_item) {
      throw error("decode: shape " + to_string(shape) + ": expected extents of at most " + std::to_string(largest_item) +
                  " values together, found others; check the record");
    }
    size *= extent;
  }
  return size;
}

/// No values of the given type.
inline item_values no_values(dtype type) {
  switch (type) {
    case dtype::uint8: return std::vector<std::uint8_t>();
    case dtype::uint16: return std::vector<std::uint16_t>();
    case dtype::int32: return std::vector<std::int32_t>();
    case dtype::int64: return std::vector<std::int64_t>();
    case dtype::float32: return std::vector<float>();
    case dtype::float64: return std::vector<double>();
    case dtype::string: return std::vector<std::string>();
    default: throw error(std::string("decode: expected a type of items (uint8 to float64, string), found ") + type_name(type) + "; give another type");
  }
}

template <class T>
T convert(const scalar& value) {
  return std::visit(
      [](const auto& given) -> T {
        using given_type = std::decay_t<decltype(given)>;
        if constexpr (std::is_same_v<given_type, std::string> == std::is_same_v<T, std::string>) {
          return static_cast<T>(given);
        } else {
          throw error(std::string("decode: default value: expected a ") + (std::is_same_v<T, std::string> ? "string" : "number") +
                      ", found the other; give a default value of the type of the feature");
        }
      },
      value);
}

}  // namespace detail

/// A tensor: values row by row. A sparse one also tells the place of each value; what it does not mention is absent.
struct item {
  item_shape shape;  ///< {} is a single value
  item_values values;
  std::optional<std::vector<std::int64_t>> indices = std::nullopt;  ///< sparse only: for each value its place, one number per axis

  bool operator==(const item&) const = default;

  dtype type() const { return detail::item_types[values.index()]; }
  bool is_sparse() const { return indices.has_value(); }

  /// Number of stored values.
  std::int64_t size() const {
    return std::visit([](const auto& stored) { return static_cast<std::int64_t>(stored.size()); }, values);
  }

  /// The stored values. Throws slim::error if they have another type.
  template <class T>
  const std::vector<T>& as() const {
    if (const auto* stored = std::get_if<std::vector<T>>(&values)) return *stored;
    throw error(std::string("decode: item: expected values of type ") + detail::type_name(detail::item_types[item_values(std::vector<T>()).index()]) +
                ", found " + detail::type_name(type()) + "; check the types of the features");
  }
};

namespace detail {

/// The row-by-row positions of the values of a sparse item. Throws slim::error for places outside of its shape.
inline std::vector<std::int64_t> flat_places(const item& source) {
  const std::size_t rank = source.shape.size();
  std::vector<std::int64_t> places(static_cast<std::size_t>(source.size()));
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t axis = 0; axis < rank; ++axis) {
      const std::int64_t index = (*source.indices)[i * rank + axis], extent = source.shape[axis];
      if (index < 0 || index >= extent) {
        throw error("decode: sparse item: expected index " + std::to_string(i) + " of axis " + std::to_string(axis) + " below " + std::to_string(extent) +
                    ", found " + std::to_string(index) + "; check the record");
      }
      places[i] = places[i] * extent + index;
    }
  }
  return places;
}

}  // namespace detail

/// The same values in another shape; one extent may be -1 and follows from the others, as in TensorFlow.
/// Throws slim::error if the numbers of values differ.
inline item reshape(item source, item_shape shape) {
  const std::int64_t size = detail::size_of(source.shape);
  std::int64_t known = 1;
  std::int64_t* open = nullptr;
  for (std::int64_t& extent : shape) {
    if (extent == -1 && open == nullptr) {
      open = &extent;
    } else {
      known = detail::size_of({known, extent});
    }
  }
  if (open != nullptr) *open = known == 0 ? 0 : size / known;
  if (detail::size_of(shape) != size) {
    throw error("decode: reshape: expected a shape of " + std::to_string(size) + " values like " + detail::to_string(source.shape) + ", found " +
                detail::to_string(shape) + "; check the record and the shape of the handler");
  }
  if (source.is_sparse()) {
    std::vector<std::int64_t> indices(static_cast<std::size_t>(source.size()) * shape.size());
    std::size_t end = 0;
    for (std::int64_t flat : detail::flat_places(source)) {
      end += shape.size();
      for (std::size_t back = 1; back <= shape.size(); ++back) {
        const std::int64_t extent = shape[shape.size() - back];
        indices[end - back] = flat % extent;
        flat /= extent;
      }
    }
    source.indices = std::move(indices);
  }
  source.shape = std::move(shape);
  return source;
}

/// A sparse item with its holes filled, a dense one as it is. Throws slim::error for places outside of the shape.
inline item to_dense(item source, const scalar& default_value = std::int64_t{0}) {
  if (!source.is_sparse()) return source;
  const std::size_t size = static_cast<std::size_t>(detail::size_of(source.shape));
  const std::vector<std::int64_t> places = detail::flat_places(source);
  item_values dense = std::visit(
      [&](auto& values) -> item_values {
        using vector = std::decay_t<decltype(values)>;
        using value_type = typename vector::value_type;
        // A default value of another type is a mistake only where there is something to fill.
        vector filled(size, values.size() < size ? detail::convert<value_type>(default_value) : value_type());
        for (std::size_t i = 0; i < places.size(); ++i) filled[static_cast<std::size_t>(places[i])] = std::move(values[i]);
        return filled;
      },
      source.values);
  return {std::move(source.shape), std::move(dense)};
}

}  // namespace slim::data

#include "slim/core/end.hpp"
