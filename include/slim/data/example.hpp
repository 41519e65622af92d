#pragma once
#include "slim/core/begin.hpp"
// tf.Example and tf.SequenceExample: parsing and building, by protozero. Needs no library to link.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "slim/core/error.hpp"

namespace slim::data {

using bytes_list = std::vector<std::string>;
using float_list = std::vector<float>;
using int64_list = std::vector<std::int64_t>;

/// The values under one key: of one of the three kinds, or of none when the writer left it out.
using feature = std::variant<std::monostate, bytes_list, float_list, int64_list>;

/// The content of a tf.Example, key by key: `features example{{"image/class/label", int64_list{7}}};`.
using features = std::map<std::string, feature, std::less<>>;

/// The content of a tf.SequenceExample: features of the whole, and lists with one feature for each time step.
struct sequence_example {
  features context;
  std::map<std::string, std::vector<feature>, std::less<>> feature_lists;

  bool operator==(const sequence_example&) const = default;
};

namespace detail {

// Field numbers of the public schema (tensorflow/core/example).
namespace field {
inline constexpr protozero::pbf_tag_type example_features = 1, sequence_context = 1, sequence_lists = 2;
inline constexpr protozero::pbf_tag_type map_entry = 1, entry_key = 1, entry_value = 2;
inline constexpr protozero::pbf_tag_type bytes = 1, floats = 2, int64s = 3;  // of a Feature
inline constexpr protozero::pbf_tag_type value = 1;                          // of a list
}  // namespace field

constexpr auto is_message(protozero::pbf_tag_type tag) { return protozero::tag_and_type(tag, protozero::pbf_wire_type::length_delimited); }

/// The list of this kind in `target`. Occurrences of one kind in a message are merged, of several kinds the last one counts.
template <class List>
List& list_in(feature& target) {
  if (!std::holds_alternative<List>(target)) target = List{};
  return std::get<List>(target);
}

inline void read_bytes(protozero::pbf_reader message, bytes_list& target) {
  while (message.next(field::value, protozero::pbf_wire_type::length_delimited)) target.push_back(message.get_string());
}

inline void read_floats(protozero::pbf_reader message, float_list& target) {
  while (message.next(field::value)) {
    if (message.wire_type() == protozero::pbf_wire_type::length_delimited) {
      for (const float value : message.get_packed_float()) target.push_back(value);
    } else if (message.wire_type() == protozero::pbf_wire_type::fixed32) {
      target.push_back(message.get_float());
    } else {
      message.skip();
    }
  }
}

inline void read_int64s(protozero::pbf_reader message, int64_list& target) {
  while (message.next(field::value)) {
    if (message.wire_type() == protozero::pbf_wire_type::length_delimited) {
      for (const std::int64_t value : message.get_packed_int64()) target.push_back(value);
    } else if (message.wire_type() == protozero::pbf_wire_type::varint) {
      target.push_back(message.get_int64());
    } else {
      message.skip();
    }
  }
}

inline void read_feature(protozero::pbf_reader message, feature& target) {
  while (message.next()) {
    switch (message.tag_and_type()) {
      case is_message(field::bytes): read_bytes(message.get_message(), list_in<bytes_list>(target)); break;
      case is_message(field::floats): read_floats(message.get_message(), list_in<float_list>(target)); break;
      case is_message(field::int64s): read_int64s(message.get_message(), list_in<int64_list>(target)); break;
      default: message.skip();
    }
  }
}

inline void read_feature_list(protozero::pbf_reader message, std::vector<feature>& target) {
  while (message.next(field::value, protozero::pbf_wire_type::length_delimited)) {
    read_feature(message.get_message(), target.emplace_back());
  }
}

/// Reads a protobuf map. A key that comes again replaces what it had.
template <class Value, class ReadValue>
void read_map(protozero::pbf_reader message, std::map<std::string, Value, std::less<>>& target, ReadValue read_value) {
  while (message.next(field::map_entry, protozero::pbf_wire_type::length_delimited)) {
    std::string key;
    Value value;
    for (protozero::pbf_reader entry = message.get_message(); entry.next();) {
      switch (entry.tag_and_type()) {
        case is_message(field::entry_key): key = entry.get_string(); break;
        case is_message(field::entry_value): read_value(entry.get_message(), value); break;
        default: entry.skip();
      }
    }
    target.insert_or_assign(std::move(key), std::move(value));
  }
}

// Messages are built as strings, because a nested protozero::pbf_writer drops a message without fields, and an empty list or time
// step must stay.

inline std::string feature_message(const feature& source) {
  std::string list, message;
  protozero::pbf_writer values(list), kind(message);
  if (const auto* bytes = std::get_if<bytes_list>(&source)) {
    for (const std::string& value : *bytes) values.add_bytes(field::value, value);
    kind.add_message(field::bytes, list);
  } else if (const auto* floats = std::get_if<float_list>(&source)) {
    values.add_packed_float(field::value, floats->begin(), floats->end());
    kind.add_message(field::floats, list);
  } else if (const auto* int64s = std::get_if<int64_list>(&source)) {
    values.add_packed_int64(field::value, int64s->begin(), int64s->end());
    kind.add_message(field::int64s, list);
  }
  return message;
}

inline std::string feature_list_message(const std::vector<feature>& source) {
  std::string message;
  protozero::pbf_writer list(message);
  for (const feature& step : source) list.add_message(field::value, feature_message(step));
  return message;
}

template <class Value, class Message>
std::string map_message(const std::map<std::string, Value, std::less<>>& source, Message value_message) {
  std::string message;
  protozero::pbf_writer map(message);
  for (const auto& [key, value] : source) {
    protozero::pbf_writer entry(map, field::map_entry);
    entry.add_string(field::entry_key, key);
    entry.add_message(field::entry_value, value_message(value));
  }
  return message;
}

template <class Read>
void parse(std::string_view serialized, const char* kind, Read read) {
  try {
    for (protozero::pbf_reader message(serialized.data(), serialized.size()); message.next();) read(message);
  } catch (const protozero::exception& problem) {
    throw error("read data: " + std::to_string(serialized.size()) + " bytes of a record: expected a serialized " + kind + ", found " + problem.what() +
                "; is this a file of such records?");
  }
}

}  // namespace detail

/// Parses a serialized tf.Example; numbers may be packed or not, unknown fields are skipped. Throws slim::error for other bytes.
inline features parse_example(std::string_view serialized) {
  features result;
  detail::parse(serialized, "tf.Example", [&](protozero::pbf_reader& message) {
    if (message.tag_and_type() != detail::is_message(detail::field::example_features)) return message.skip();
    detail::read_map(message.get_message(), result, detail::read_feature);
  });
  return result;
}

/// Parses a serialized tf.SequenceExample, as above.
inline sequence_example parse_sequence_example(std::string_view serialized) {
  sequence_example result;
  detail::parse(serialized, "tf.SequenceExample", [&](protozero::pbf_reader& message) {
    switch (message.tag_and_type()) {
      case detail::is_message(detail::field::sequence_context): return detail::read_map(message.get_message(), result.context, detail::read_feature);
      case detail::is_message(detail::field::sequence_lists): return detail::read_map(message.get_message(), result.feature_lists, detail::read_feature_list);
      default: message.skip();
    }
  });
  return result;
}

/// A serialized tf.Example with its keys in sorted order, so that equal examples are equal bytes.
inline std::string serialize(const features& source) {
  std::string result;
  protozero::pbf_writer message(result);
  message.add_message(detail::field::example_features, detail::map_message(source, detail::feature_message));
  return result;
}

/// A serialized tf.SequenceExample, as above.
inline std::string serialize(const sequence_example& source) {
  std::string result;
  protozero::pbf_writer message(result);
  message.add_message(detail::field::sequence_context, detail::map_message(source.context, detail::feature_message));
  message.add_message(detail::field::sequence_lists, detail::map_message(source.feature_lists, detail::feature_list_message));
  return result;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
