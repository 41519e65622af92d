#pragma once
#include "slim/core/begin.hpp"
// The binary files of CIFAR-10 and CIFAR-100 (https://www.cs.toronto.edu/~kriz/cifar.html), plain or compressed. Link with zlib.

#include <cstddef>
#include <cstdint>
#include <string>

#include "slim/data/byte_source.hpp"
#include "slim/data/labelled_pixels.hpp"

namespace slim::data {

/// CIFAR-100 has two labels for each image: its class, one of 100, and the group of its class, one of 20.
enum class cifar100_labels { coarse, fine };

namespace detail {

inline constexpr int cifar_side = 32;

/// How a record begins: `labels` bytes, of which number `chosen` is used.
struct cifar_format {
  int classes, labels, chosen;
};

inline constexpr cifar_format cifar10_format{10, 1, 0};

constexpr cifar_format cifar100_format(cifar100_labels kind) { return kind == cifar100_labels::coarse ? cifar_format{20, 2, 0} : cifar_format{100, 2, 1}; }

/// Appends the images of one file. A record is labels | 1024 red values | 1024 green | 1024 blue, each row by row.
inline void read_cifar(byte_source& source, const cifar_format& format, labelled_pixels& target) {
  constexpr std::size_t plane = cifar_side * cifar_side;
  target.height = target.width = cifar_side;
  target.channels = 3;
  target.classes = format.classes;
  const std::size_t labels = static_cast<std::size_t>(format.labels);
  unsigned char record[2 + 3 * plane];
  while (const std::size_t got = source.read(record, labels + 3 * plane)) {
    if (got != labels + 3 * plane) {
      source.fail("expected a record of " + std::to_string(labels + 3 * plane) + " bytes, found " + std::to_string(got) +
                  "; the file is truncated or no CIFAR file");
    }
    const int label = record[format.chosen];
    if (label >= format.classes) {
      source.fail(source.offset() - got, "expected a label in 0 .. " + std::to_string(format.classes - 1) + ", found " + std::to_string(label) +
                                             "; is this a binary file of the right CIFAR?");
    }
    const unsigned char* const red = record + labels;
    for (std::size_t i = 0; i < plane; ++i) {
      for (std::size_t channel = 0; channel < 3; ++channel) target.pixels.push_back(red[channel * plane + i]);
    }
    target.labels.push_back(label);
    ++target.count;
  }
}

inline void read_cifar(const std::string& path, const cifar_format& format, labelled_pixels& target) {
  byte_source source(path);
  const int before = target.count;
  read_cifar(source, format, target);
  if (target.count == before) source.fail("expected at least one record, found none; the file is empty");
}

}  // namespace detail

/// Reads CIFAR-10 from its folder cifar-10-batches-bin: data_batch_1.bin to data_batch_5.bin, or test_batch.bin.
/// Throws slim::error for a missing or damaged file.
inline labelled_pixels read_cifar10(const std::string& directory, bool train) {
  labelled_pixels result;
  if (!train) detail::read_cifar(directory + "/test_batch.bin", detail::cifar10_format, result);
  for (int batch = 1; train && batch <= 5; ++batch) {
    detail::read_cifar(directory + "/data_batch_" + std::to_string(batch) + ".bin", detail::cifar10_format, result);
  }
  return result;
}

/// Reads CIFAR-100 from its folder cifar-100-binary: train.bin or test.bin. Throws slim::error for a missing or damaged file.
inline labelled_pixels read_cifar100(const std::string& directory, bool train, cifar100_labels kind = cifar100_labels::fine) {
  labelled_pixels result;
  detail::read_cifar(directory + (train ? "/train.bin" : "/test.bin"), detail::cifar100_format(kind), result);
  return result;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
