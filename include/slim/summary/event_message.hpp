#pragma once
#include "slim/core/begin.hpp"
// The protobuf encoding of events.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "slim/core/error.hpp"
#include "slim/summary/event.hpp"

namespace slim::summaries {

namespace detail {

// Field numbers of the public schema (TensorFlow: event.proto, summary.proto).
enum class event_field : protozero::pbf_tag_type { wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7 };
enum class session_field : protozero::pbf_tag_type { status = 1 };
inline constexpr std::int32_t session_start = 1;  // a status
enum class summary_field : protozero::pbf_tag_type { value = 1 };
enum class value_field : protozero::pbf_tag_type { tag = 1, simple_value = 2, image = 4, histo = 5 };
enum class image_field : protozero::pbf_tag_type { height = 1, width = 2, colorspace = 3, encoded_image_string = 4 };
enum class histogram_field : protozero::pbf_tag_type { min = 1, max = 2, num = 3, sum = 4, sum_squares = 5, bucket_limit = 6, bucket = 7 };

template <class Field>
constexpr protozero::pbf_tag_type number(Field field) {
  return static_cast<protozero::pbf_tag_type>(field);
}

// protozero only asserts that a field has the type that is asked for: files that are not trusted are told apart by number and type.
// A field of another type is unknown.
template <class Field>
constexpr std::uint32_t varint(Field field) {
  return protozero::tag_and_type(field, protozero::pbf_wire_type::varint);
}
template <class Field>
constexpr std::uint32_t fixed32(Field field) {
  return protozero::tag_and_type(field, protozero::pbf_wire_type::fixed32);
}
template <class Field>
constexpr std::uint32_t fixed64(Field field) {
  return protozero::tag_and_type(field, protozero::pbf_wire_type::fixed64);
}
template <class Field>
constexpr std::uint32_t bytes(Field field) {
  return protozero::tag_and_type(field, protozero::pbf_wire_type::length_delimited);
}

inline void encode(protozero::pbf_writer&& to, const histogram& h) {
  using enum histogram_field;
  to.add_double(number(min), h.min);
  to.add_double(number(max), h.max);
  to.add_double(number(num), h.num);
  to.add_double(number(sum), h.sum);
  to.add_double(number(sum_squares), h.sum_squares);
  to.add_packed_double(number(bucket_limit), h.bucket_limit.begin(), h.bucket_limit.end());
  to.add_packed_double(number(bucket), h.bucket.begin(), h.bucket.end());
}

inline void encode(protozero::pbf_writer&& to, const encoded_image& picture) {
  using enum image_field;
  to.add_int32(number(height), picture.height);
  to.add_int32(number(width), picture.width);
  to.add_int32(number(colorspace), picture.colorspace);
  to.add_bytes(number(encoded_image_string), picture.bytes);
}

inline void encode(protozero::pbf_writer&& to, const summary_value& value) {
  using enum value_field;
  to.add_string(number(value_field::tag), value.tag);
  if (const float* scalar = std::get_if<float>(&value.content)) to.add_float(number(simple_value), *scalar);
  if (const histogram* h = std::get_if<histogram>(&value.content)) encode(protozero::pbf_writer(to, number(histo)), *h);
  if (const encoded_image* picture = std::get_if<encoded_image>(&value.content)) encode(protozero::pbf_writer(to, number(image)), *picture);
}

struct unequal_buckets : protozero::exception {
  const char* what() const noexcept override { return "a histogram with more limits than counts or fewer"; }
};

inline histogram decode_histogram(protozero::pbf_reader from) {
  histogram h;
  const auto append = [](std::vector<double>& to, const auto& numbers) { to.insert(to.end(), numbers.begin(), numbers.end()); };
  while (from.next()) {
    switch (from.tag_and_type()) {
      case fixed64(histogram_field::min): h.min = from.get_double(); break;
      case fixed64(histogram_field::max): h.max = from.get_double(); break;
      case fixed64(histogram_field::num): h.num = from.get_double(); break;
      case fixed64(histogram_field::sum): h.sum = from.get_double(); break;
      case fixed64(histogram_field::sum_squares): h.sum_squares = from.get_double(); break;
      // Packed or one by one: a reader has to take both.
      case bytes(histogram_field::bucket_limit): append(h.bucket_limit, from.get_packed_double()); break;
      case bytes(histogram_field::bucket): append(h.bucket, from.get_packed_double()); break;
      case fixed64(histogram_field::bucket_limit): h.bucket_limit.push_back(from.get_double()); break;
      case fixed64(histogram_field::bucket): h.bucket.push_back(from.get_double()); break;
      default: from.skip();
    }
  }
  if (h.bucket.size() != h.bucket_limit.size()) throw unequal_buckets();
  return h;
}

inline encoded_image decode_image(protozero::pbf_reader from) {
  encoded_image picture;
  while (from.next()) {
    switch (from.tag_and_type()) {
      case varint(image_field::height): picture.height = from.get_int32(); break;
      case varint(image_field::width): picture.width = from.get_int32(); break;
      case varint(image_field::colorspace): picture.colorspace = from.get_int32(); break;
      case bytes(image_field::encoded_image_string): picture.bytes = from.get_bytes(); break;
      default: from.skip();
    }
  }
  return picture;
}

/// False when the value is of a kind that slim does not know (audio, tensors).
inline bool decode(protozero::pbf_reader from, summary_value& value) {
  bool known = false;
  while (from.next()) {
    switch (from.tag_and_type()) {
      case bytes(value_field::tag): value.tag = from.get_string(); continue;
      case fixed32(value_field::simple_value): value.content = from.get_float(); break;
      case bytes(value_field::histo): value.content = decode_histogram(from.get_message()); break;
      case bytes(value_field::image): value.content = decode_image(from.get_message()); break;
      default: from.skip(); continue;
    }
    known = true;
  }
  return known;
}

}  // namespace detail

/// The message Event.
inline std::string encode(const event& happened) {
  using enum detail::event_field;
  std::string bytes;
  protozero::pbf_writer to(bytes);
  to.add_double(detail::number(wall_time), happened.wall_time);
  to.add_int64(detail::number(step), happened.step);
  if (!happened.file_version.empty()) to.add_string(detail::number(file_version), happened.file_version);
  if (happened.session_start)
    protozero::pbf_writer(to, detail::number(session_log)).add_enum(detail::number(detail::session_field::status), detail::session_start);
  if (!happened.values.empty()) {
    protozero::pbf_writer all(to, detail::number(summary));
    for (const summary_value& value : happened.values) detail::encode(protozero::pbf_writer(all, detail::number(detail::summary_field::value)), value);
  }
  return bytes;
}

/// The inverse. Fields and kinds of summaries that slim does not know are passed over. Throws slim::error if `bytes` is no Event;
/// `where` begins its message.
inline event decode_event(std::string_view bytes, const std::string& where = "read events") {
  event result;
  try {
    protozero::pbf_reader from(bytes.data(), bytes.size());
    while (from.next()) {
      switch (from.tag_and_type()) {
        case detail::fixed64(detail::event_field::wall_time): result.wall_time = from.get_double(); break;
        case detail::varint(detail::event_field::step): result.step = from.get_int64(); break;
        case detail::bytes(detail::event_field::file_version): result.file_version = from.get_string(); break;
        case detail::bytes(detail::event_field::summary):
          for (protozero::pbf_reader all = from.get_message(); all.next();) {
            if (all.tag_and_type() != detail::bytes(detail::summary_field::value)) {
              all.skip();
              continue;
            }
            summary_value value;
            if (detail::decode(all.get_message(), value)) result.values.push_back(std::move(value));
          }
          break;
        case detail::bytes(detail::event_field::session_log):
          for (protozero::pbf_reader log = from.get_message(); log.next();) {
            if (log.tag_and_type() == detail::varint(detail::session_field::status)) result.session_start = log.get_enum() == detail::session_start;
            else log.skip();
          }
          break;
        default: from.skip();
      }
    }
  } catch (const protozero::exception& problem) {
    throw error(where + ": expected an Event message, found " + std::string(problem.what()) + "; is this an event file?");
  }
  return result;
}

}  // namespace slim::summaries

#include "slim/core/end.hpp"
