#pragma once
// JPEG decoding by libjpeg-turbo. Link with turbojpeg.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <turbojpeg.h>

#include "slim/core/error.hpp"
#include "slim/data/image.hpp"

namespace slim::data {

/// The inverse transform of the decoder: exact, or faster with errors of a few grey values. TF-Slim's dct_method.
enum class dct_method { integer_accurate, integer_fast };

inline bool is_jpeg(std::string_view bytes) { return bytes.substr(0, 3) == "\xff\xd8\xff"; }

namespace detail {

struct turbojpeg_closer {
  void operator()(void* handle) const { tjDestroy(handle); }
};

[[noreturn]] inline void jpeg_error(const std::string& expected, const std::string& found) {
  throw error("decode JPEG: expected " + expected + ", found " + found + "; check the file");
}

/// Adobe's CMYK, the only one in use, stores the complements of the inks: a channel of light is the product of two of them.
inline void cmyk_to_rgb(image& picture) {
  const std::size_t pixels = picture.pixels.size() / 4;
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      picture.pixels[3 * i + c] = static_cast<std::uint8_t>(picture.pixels[4 * i + c] * picture.pixels[4 * i + 3] / 255);
    }
  }
  picture.pixels.resize(3 * pixels);
  picture.channels = 3;
}

}  // namespace detail

/// Decodes a JPEG to 1 (grey) or 3 channels (RGB), or with 0 to as many as it has, as TensorFlow's decode_jpeg; CMYK becomes RGB.
/// Throws slim::error for other bytes, for damage (but superfluous bytes between segments, which are common, pass), and before
/// allocating anything for an image of more than `largest` bytes.
inline image decode_jpeg(std::string_view bytes, int channels = 0, dct_method method = dct_method::integer_accurate,
                         std::size_t largest = largest_image) {
  if (channels != 0 && channels != 1 && channels != 3) detail::jpeg_error("0, 1 or 3 channels to be asked for", std::to_string(channels));
  const std::unique_ptr<void, detail::turbojpeg_closer> decoder(tjInitDecompress());
  if (decoder == nullptr) detail::jpeg_error("memory for the decoder", "none");
  const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
  const unsigned long size = static_cast<unsigned long>(bytes.size());

  int width = 0, height = 0, subsampling = 0, colour_space = 0;
  if (tjDecompressHeader3(decoder.get(), data, size, &width, &height, &subsampling, &colour_space) != 0) {
    detail::jpeg_error("the header of a JPEG", tjGetErrorStr2(decoder.get()));
  }
  const bool inks = colour_space == TJCS_CMYK || colour_space == TJCS_YCCK;
  if (inks && channels == 1) detail::jpeg_error("an image that can become grey", "one of four inks (CMYK)");
  image result{height, width, channels, {}};
  if (channels == 0) result.channels = colour_space == TJCS_GRAY ? 1 : 3;
  if (inks) result.channels = 4;
  const std::size_t total = image_size(height, width, result.channels);
  if (total > largest) {
    detail::jpeg_error("an image of at most " + std::to_string(largest) + " bytes", std::to_string(height) + " x " + std::to_string(width));
  }
  result.pixels.resize(total);
  const int format = inks ? TJPF_CMYK : result.channels == 1 ? TJPF_GRAY : TJPF_RGB;
  // Without a limit a small file of endless progressive scans would keep the decoder busy for hours.
  const int flags = TJFLAG_LIMITSCANS | (method == dct_method::integer_fast ? TJFLAG_FASTDCT : TJFLAG_ACCURATEDCT);
  if (tjDecompress2(decoder.get(), data, size, result.pixels.data(), width, 0, height, format, flags) != 0) {
    const std::string problem = tjGetErrorStr2(decoder.get());
    const bool harmless = tjGetErrorCode(decoder.get()) == TJERR_WARNING && problem.find("extraneous bytes") != std::string::npos;
    if (!harmless) detail::jpeg_error("a whole JPEG", problem);
  }
  if (inks) detail::cmyk_to_rgb(result);
  return result;
}

}  // namespace slim::data
