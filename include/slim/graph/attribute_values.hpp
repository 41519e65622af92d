#pragma once
#include "slim/core/begin.hpp"
// Attributes of an operation are a plain struct of that operation; a node holds its numbers. So nodes of all operations are copied, compared,
// hashed and stored alike, and no pass forgets one.

#include "slim/core/config.hpp"
#include "slim/shape/shape.hpp"

#include <type_traits>

namespace slim::graph {

namespace detail {

struct any_field {
  template <class T>
  constexpr operator T() const;
};

template <class Fields, class... Known>
constexpr int field_count() {
  if constexpr (requires { Fields{Known{}..., any_field{}}; }) return field_count<Fields, Known..., any_field>();
  else return sizeof...(Known);
}

/// Calls `visit` with every number in `fields`: those of pairs, shapes and structs within it one by one. Always in line, for kernels of every level read
/// attributes.
template <class Fields, class Visit>
SLIM_ALWAYS_INLINE constexpr void for_each_number(Fields& fields, const Visit& visit);

template <class Visit, class... Parts>
SLIM_ALWAYS_INLINE constexpr void for_each_number_in(const Visit& visit, Parts&... parts) {
  (for_each_number(parts, visit), ...);
}

template <class Fields, class Visit>
SLIM_ALWAYS_INLINE constexpr void for_each_number(Fields& fields, const Visit& visit) {
  using plain = std::remove_const_t<Fields>;
  if constexpr (!std::is_class_v<plain>) {
    visit(fields);
  } else if constexpr (std::is_same_v<plain, extent2>) {
    for_each_number_in(visit, fields.height, fields.width);
  } else if constexpr (std::is_same_v<plain, slim::shape>) {
    for_each_number_in(visit, fields.rank);
    for (auto& extent : fields.extents) visit(extent);
  } else {
    constexpr int count = field_count<plain>();
    static_assert(std::is_aggregate_v<plain> && (count > 0 || std::is_empty_v<plain>) && count <= 6,
                  "attributes are a struct of at most six numbers, enumerators, pairs, shapes and such structs");
    if constexpr (count == 1) {
      auto& [a] = fields;
      for_each_number_in(visit, a);
    } else if constexpr (count == 2) {
      auto& [a, b] = fields;
      for_each_number_in(visit, a, b);
    } else if constexpr (count == 3) {
      auto& [a, b, c] = fields;
      for_each_number_in(visit, a, b, c);
    } else if constexpr (count == 4) {
      auto& [a, b, c, d] = fields;
      for_each_number_in(visit, a, b, c, d);
    } else if constexpr (count == 5) {
      auto& [a, b, c, d, e] = fields;
      for_each_number_in(visit, a, b, c, d, e);
    } else if constexpr (count == 6) {
      auto& [a, b, c, d, e, f] = fields;
      for_each_number_in(visit, a, b, c, d, e, f);
    }
  }
}

template <class Fields>
inline constexpr int number_count = [] {
  Fields fields{};
  int count = 0;
  for_each_number(fields, [&](auto&) { ++count; });
  return count;
}();

}  // namespace detail

/// The numbers of an attribute struct, in the order of its fields.
struct attribute_values {
  static constexpr int capacity = 12;
  double numbers[capacity]{};
  int count = 0;

  constexpr attribute_values() = default;
  template <class Attributes>
    requires(!std::is_same_v<Attributes, attribute_values>)
  constexpr attribute_values(const Attributes& given) {
    static_assert(detail::number_count<Attributes> <= capacity, "these attributes are more numbers than a node holds: raise attribute_values::capacity");
    detail::for_each_number(given, [&](const auto& number) { numbers[count++] = static_cast<double>(number); });
  }
  /// As the struct they were made from.
  template <class Attributes>
  SLIM_ALWAYS_INLINE constexpr Attributes as() const {
    Attributes result{};
    int next = 0;
    detail::for_each_number(result, [&](auto& number) { number = static_cast<std::remove_reference_t<decltype(number)>>(numbers[next++]); });
    return result;
  }
  constexpr bool operator==(const attribute_values& other) const {
    if (count != other.count) return false;
    for (int i = 0; i < count; ++i)
      if (numbers[i] != other.numbers[i]) return false;
    return true;
  }
};

}  // namespace slim::graph

#include "slim/core/end.hpp"
