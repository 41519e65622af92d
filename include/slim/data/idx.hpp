#pragma once
#include "slim/core/begin.hpp"
// The IDX files of MNIST (http://yann.lecun.com/exdb/mnist), plain or compressed. Link with zlib.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/byte_source.hpp"
#include "slim/data/labelled_images.hpp"
#include "slim/data/labelled_pixels.hpp"

namespace slim::data {

struct idx_images {
  int count = 0, rows = 0, columns = 0;
  std::vector<float> pixels;  ///< count * rows * columns values in [0, 1], image by image, row by row
};

struct idx_labels {
  int count = 0;
  std::vector<int> labels;
};

namespace detail {

struct idx_bytes {
  int extents[3] = {1, 1, 1};
  std::vector<unsigned char> values;
};

/// Reads an IDX file of unsigned bytes with `rank` extents. The file is not trusted: memory grows with what is really there,
/// never with what the header claims.
inline idx_bytes read_idx(byte_source& source, int rank) {
  constexpr std::int64_t largest_extent = 1 << 24, largest_content = 1 << 30;

  const auto read_word = [&](const std::string& meaning) {
    unsigned char bytes[4];
    const std::size_t got = source.read(bytes, 4);
    if (got != 4) source.fail("expected 4 bytes of " + meaning + ", found " + std::to_string(got) + "; the file is truncated");
    std::uint32_t word = 0;
    for (const unsigned char byte : bytes) word = word << 8 | byte;
    return word;
  };

  const std::uint32_t magic = 0x800u + static_cast<std::uint32_t>(rank);  // 0x08: unsigned bytes
  const std::uint32_t found = read_word("magic number");
  if (found != magic) {
    source.fail("expected magic number " + std::to_string(magic) + " (" + (rank == 3 ? "images" : "labels") + "), found " + std::to_string(found) +
                "; is this the right IDX file?");
  }

  idx_bytes result;
  std::int64_t size = 1;
  for (int axis = 0; axis < rank; ++axis) {
    const std::int64_t extent = read_word("extent " + std::to_string(axis));
    if (extent < 1 || extent > largest_extent) {
      source.fail("expected extent " + std::to_string(axis) + " in 1 .. " + std::to_string(largest_extent) + ", found " + std::to_string(extent) +
                  "; the file is damaged");
    }
    result.extents[axis] = static_cast<int>(extent);
    size *= extent;
    if (size > largest_content) {
      source.fail("expected at most " + std::to_string(largest_content) + " values, found " + std::to_string(size) + " announced; the file is damaged");
    }
  }

  const std::size_t total = static_cast<std::size_t>(size);
  while (result.values.size() < total) {
    constexpr std::size_t largest_part = 1 << 16;
    const std::size_t before = result.values.size();
    const std::size_t part = total - before < largest_part ? total - before : largest_part;
    result.values.resize(before + part);
    const std::size_t got = source.read(result.values.data() + before, part);
    if (got != part) {
      source.fail("expected " + std::to_string(total) + " values, found " + std::to_string(before + got) + "; the file is truncated");
    }
  }
  unsigned char extra;
  if (source.read(&extra, 1) != 0) {
    source.fail("expected the end of the data after " + std::to_string(total) + " values, found more; the file is damaged");
  }
  return result;
}

inline idx_bytes read_idx(const std::string& path, int rank) {
  byte_source source(path);
  return read_idx(source, rank);
}

/// `stem` or, if no such file exists, `stem`.gz.
inline std::string plain_or_compressed(const std::string& stem) {
  for (const char* ending : {"", ".gz"}) {
    if (std::FILE* file = std::fopen((stem + ending).c_str(), "rb")) {
      std::fclose(file);
      return stem + ending;
    }
  }
  throw error("read data: " + stem +
              ": offset 0: expected this file or the same with .gz, found neither; "
              "download the four MNIST files");
}

}  // namespace detail

/// Reads an IDX file of images (magic number 2051). Throws slim::error naming file, offset, expected and found.
inline idx_images read_idx_images(const std::string& path) {
  const detail::idx_bytes file = detail::read_idx(path, 3);
  idx_images result{file.extents[0], file.extents[1], file.extents[2], std::vector<float>(file.values.size())};
  for (std::size_t i = 0; i < file.values.size(); ++i) result.pixels[i] = static_cast<float>(file.values[i]) / 255.0f;
  return result;
}

/// Reads an IDX file of labels (magic number 2049), which must lie in 0 .. classes - 1. Throws slim::error.
inline idx_labels read_idx_labels(const std::string& path, int classes = 10) {
  const detail::idx_bytes file = detail::read_idx(path, 1);
  idx_labels result{file.extents[0], std::vector<int>(file.values.size())};
  for (std::size_t i = 0; i < file.values.size(); ++i) {
    constexpr std::size_t header = 8;
    if (file.values[i] >= classes) {
      throw error("read data: " + path + ": offset " + std::to_string(header + i) + ": expected a label in 0 .. " + std::to_string(classes - 1) + ", found " +
                  std::to_string(file.values[i]) + "; the file is damaged");
    }
    result.labels[i] = file.values[i];
  }
  return result;
}

/// Reads the training or the test images of MNIST from `directory`, each file plain or with .gz: train-images-idx3-ubyte and
/// train-labels-idx1-ubyte, or t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte.
/// Throws slim::error if a file is missing or damaged or the two do not belong together.
inline labelled_pixels read_mnist_pixels(const std::string& directory, bool train) {
  const std::string stem = directory + (train ? "/train" : "/t10k");
  const std::string image_path = detail::plain_or_compressed(stem + "-images-idx3-ubyte");
  const std::string label_path = detail::plain_or_compressed(stem + "-labels-idx1-ubyte");
  idx_labels labels = read_idx_labels(label_path);
  detail::idx_bytes images = detail::read_idx(image_path, 3);
  if (images.extents[0] != labels.count) {
    throw error("read data: " + label_path + ": offset 4: expected " + std::to_string(images.extents[0]) + " labels as in " + image_path + ", found " +
                std::to_string(labels.count) + "; the files do not belong together");
  }
  return {images.extents[0], images.extents[1], images.extents[2], 1, 10, std::move(images.values), std::move(labels.labels)};
}

/// The same with TF-Slim's lenet preprocessing.
inline labelled_images read_mnist(const std::string& directory, bool train) { return to_images(read_mnist_pixels(directory, train), lenet_grey); }

}  // namespace slim::data

#include "slim/core/end.hpp"
