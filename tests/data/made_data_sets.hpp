#pragma once
// Small data sets in the files of TF-Slim's converters.

#include <cstdint>
#include <string>
#include <vector>

#include "slim/data/example.hpp"
#include "slim/data/image.hpp"
#include "slim/data/png.hpp"
#include "slim/data/tfrecord.hpp"
#include "tests/data/files.hpp"

/// An image all of whose values depend on `number`.
inline slim::data::byte_image numbered_image(int number, int height, int width, int channels) {
  slim::data::byte_image result{height, width, channels, {}};
  for (int i = 0; i < height * width * channels; ++i) result.pixels.push_back(static_cast<std::uint8_t>((31 * number + i * i) % 251));
  return result;
}

/// An example as the converters write it, with the image as PNG.
inline std::string image_example_bytes(const slim::data::byte_image& picture, int label, slim::data::features more = {}) {
  more["image/encoded"] = slim::data::bytes_list{slim::data::encode_png(picture)};
  more["image/format"] = slim::data::bytes_list{"png"};
  more["image/class/label"] = slim::data::int64_list{label};
  return slim::data::serialize(more);
}

/// mnist_train.tfrecord with `count` numbered images; the label of image i is i % 10.
inline void write_mnist(const scratch_directory& scratch, int count) {
  slim::data::tfrecord_writer writer(scratch.path("mnist_train.tfrecord"));
  for (int i = 0; i < count; ++i) writer.write(image_example_bytes(numbered_image(i, 28, 28, 1), i % 10));
  writer.close();
}
