#pragma once
#include "slim/core/begin.hpp"
// Records of files of any format, one after the other.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "slim/data/tfrecord.hpp"

namespace slim::data {

/// The bytes of one example and where they are.
struct record {
  std::string key;    ///< <file name>:<byte offset>, for messages and for finding an example again
  std::string value;  ///< what a decoder takes
  int epoch = 0;      ///< complete passes over the files before this record
};

/// Reads the records of one file in their order. Derive from it for a format of your own.
class record_reader {
public:
  virtual ~record_reader() = default;
  /// Fills key and value of the next record; false at the end of the file. Throws slim::error for a damaged file.
  virtual bool read(record& into) = 0;
  /// After `read` has thrown: whether the next call gives the record behind the damaged one. Otherwise the rest of the file is lost.
  virtual bool can_go_on() const { return false; }
};

/// Opens a file for reading: `open_tfrecord` or a function like it.
using open_reader = std::unique_ptr<record_reader> (*)(const std::string& path);

namespace detail {

class tfrecord_record_reader : public record_reader {
public:
  explicit tfrecord_record_reader(const std::string& path) : reader(path) {}

  bool read(record& into) override {
    const std::optional<std::string_view> content = reader.next();
    if (!content) return false;
    into.key = reader.path() + ':' + std::to_string(reader.offset());
    into.value.assign(*content);
    return true;
  }
  bool can_go_on() const override { return reader.can_go_on(); }

private:
  tfrecord_reader reader;
};

}  // namespace detail

/// Reads TFRecord files, plain or compressed as a whole. Throws slim::error if the file cannot be opened.
inline std::unique_ptr<record_reader> open_tfrecord(const std::string& path) { return std::make_unique<detail::tfrecord_record_reader>(path); }

}  // namespace slim::data

#include "slim/core/end.hpp"
