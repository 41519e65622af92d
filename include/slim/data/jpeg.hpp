#pragma once
#include "slim/core/begin.hpp"
// JPEG by libjpeg-turbo. Link with jpeg.

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <jpeglib.h>  // needs <cstdio> before it

#include <jerror.h>

#include "slim/core/error.hpp"
#include "slim/data/image.hpp"

namespace slim::data {

/// The inverse transform of the decoder: exact, or faster with errors of a few grey values. TF-Slim's dct_method.
enum class dct_method { integer_accurate, integer_fast };

inline bool is_jpeg(std::string_view bytes) { return bytes.substr(0, 3) == "\xff\xd8\xff"; }

namespace detail {

// libjpeg reports errors by a callback that must not return, hence longjmp, which must not jump over destructors. So jpeg_read, which
// calls setjmp, owns nothing: everything lives in the jpeg_job of its caller.
struct jpeg_job {
  jpeg_job() { codec.client_data = this; }
  jpeg_job(const jpeg_job&) = delete;
  jpeg_job& operator=(const jpeg_job&) = delete;
  ~jpeg_job() { jpeg_destroy_decompress(&codec); }

  jpeg_decompress_struct codec{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf failed;
  byte_image picture;
  char problem[JMSG_LENGTH_MAX] = "";
};

[[noreturn]] inline void jpeg_fail(j_common_ptr codec) {
  jpeg_job& job = *static_cast<jpeg_job*>(codec->client_data);
  codec->err->format_message(codec, job.problem);
  std::longjmp(job.failed, 1);
}

/// Warnings after which pixels are invented are errors here. Others, such as superfluous bytes between segments, are common.
inline void jpeg_warn(j_common_ptr codec, int level) {
  constexpr int pixels_are_lost[] = {JWRN_JPEG_EOF, JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_MUST_RESYNC, JWRN_ARITH_BAD_CODE, JWRN_BOGUS_PROGRESSION};
  for (const int code : pixels_are_lost) {
    if (level < 0 && codec->err->msg_code == code) jpeg_fail(codec);
  }
}

/// Without a limit a small file of endless progressive scans would keep the decoder busy for hours.
inline void jpeg_limit_scans(j_common_ptr codec) {
  constexpr int most_scans = 500;
  jpeg_job& job = *static_cast<jpeg_job*>(codec->client_data);
  if (job.codec.input_scan_number <= most_scans) return;
  std::snprintf(job.problem, sizeof job.problem, "more than %d scans", most_scans);
  std::longjmp(job.failed, 1);
}

/// Whether it succeeded.
inline bool jpeg_read(jpeg_job& job, std::string_view bytes, int channels, dct_method method, std::size_t largest) {
  jpeg_decompress_struct& codec = job.codec;
  codec.err = jpeg_std_error(&job.errors);
  job.errors.error_exit = jpeg_fail;
  job.errors.emit_message = jpeg_warn;
  if (setjmp(job.failed) != 0) return false;
  jpeg_create_decompress(&codec);
  job.progress.progress_monitor = jpeg_limit_scans;
  codec.progress = &job.progress;
  jpeg_mem_src(&codec, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&codec, TRUE);

  const bool inks = codec.jpeg_color_space == JCS_CMYK || codec.jpeg_color_space == JCS_YCCK;
  const bool grey = channels == 1 || (channels == 0 && codec.num_components == 1);
  codec.out_color_space = inks ? JCS_CMYK : grey ? JCS_GRAYSCALE : JCS_RGB;
  codec.dct_method = method == dct_method::integer_fast ? JDCT_IFAST : JDCT_ISLOW;
  jpeg_calc_output_dimensions(&codec);
  job.picture.height = static_cast<int>(codec.output_height);
  job.picture.width = static_cast<int>(codec.output_width);
  job.picture.channels = inks ? 4 : grey ? 1 : 3;
  const std::size_t total = image_size(job.picture.height, job.picture.width, job.picture.channels);
  if (total > largest) {
    std::snprintf(job.problem, sizeof job.problem, "%d x %d pixels", job.picture.height, job.picture.width);
    return false;
  }
  job.picture.pixels.resize(total);
  jpeg_start_decompress(&codec);
  const std::size_t row = total / codec.output_height;
  while (codec.output_scanline < codec.output_height) {
    JSAMPROW target = &job.picture.pixels[codec.output_scanline * row];
    jpeg_read_scanlines(&codec, &target, 1);
  }
  jpeg_finish_decompress(&codec);
  return true;
}

/// A channel of light is what two inks let through. Adobe's files hold the complements of the inks.
inline void cmyk_to_rgb(byte_image& picture, bool complements) {
  const std::size_t pixels = picture.pixels.size() / 4;
  const int flip = complements ? 0 : 255;
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      picture.pixels[3 * i + c] = static_cast<std::uint8_t>((picture.pixels[4 * i + c] ^ flip) * (picture.pixels[4 * i + 3] ^ flip) / 255);
    }
  }
  picture.pixels.resize(3 * pixels);
  picture.channels = 3;
}

}  // namespace detail

/// Decodes a JPEG to 1 (grey) or 3 channels (RGB), or with 0 to as many as it has, as TensorFlow's decode_jpeg; CMYK becomes RGB.
/// Throws slim::error for other bytes, for truncated and damaged ones, for CMYK to 1 channel, and before allocating anything for an
/// image of more than `largest` bytes.
inline byte_image decode_jpeg(std::string_view bytes, int channels = 0, dct_method method = dct_method::integer_accurate, std::size_t largest = largest_image) {
  const auto fail = [](const std::string& expected, const std::string& found) {
    throw error("decode JPEG: expected " + expected + ", found " + found + "; check the file");
  };
  if (channels != 0 && channels != 1 && channels != 3) fail("0, 1 or 3 channels to be asked for", std::to_string(channels));
  detail::jpeg_job job;
  const bool good = detail::jpeg_read(job, bytes, channels, method, largest);
  if (!good) fail("a whole JPEG of at most " + std::to_string(largest) + " bytes", job.problem);
  if (job.picture.channels == 4 && channels == 1) fail("an image that can become grey", "one of four inks (CMYK)");
  if (job.picture.channels == 4) detail::cmyk_to_rgb(job.picture, job.codec.saw_Adobe_marker);
  return std::move(job.picture);
}

/// Components of a JPEG: 1 grey, 3 colours, 4 inks; 0 if these bytes do not say.
inline int jpeg_components(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<int>(static_cast<unsigned char>(bytes[i])); };
  if (!is_jpeg(bytes)) return 0;
  for (std::size_t i = 2; i + 9 < bytes.size();) {
    if (at(i) != 0xff) return 0;
    const int marker = at(i + 1);
    if (marker == 0xff) {  // filler
      ++i;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) return at(i + 9);  // the frame begins
    if (marker == 0xda) return 0;
    i += 2 + static_cast<std::size_t>(at(i + 2) << 8 | at(i + 3));
  }
  return 0;
}

namespace detail {

/// See jpeg_job.
struct jpeg_write_job {
  jpeg_write_job() { codec.client_data = this; }
  jpeg_write_job(const jpeg_write_job&) = delete;
  jpeg_write_job& operator=(const jpeg_write_job&) = delete;
  ~jpeg_write_job() {
    jpeg_destroy_compress(&codec);
    std::free(bytes);
  }

  jpeg_compress_struct codec{};
  jpeg_error_mgr errors{};
  std::jmp_buf failed;
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  char problem[JMSG_LENGTH_MAX] = "";
};

[[noreturn]] inline void jpeg_write_fail(j_common_ptr codec) {
  jpeg_write_job& job = *static_cast<jpeg_write_job*>(codec->client_data);
  codec->err->format_message(codec, job.problem);
  std::longjmp(job.failed, 1);
}

inline bool jpeg_write(jpeg_write_job& job, const byte_image& picture, int quality) {
  jpeg_compress_struct& codec = job.codec;
  codec.err = jpeg_std_error(&job.errors);
  job.errors.error_exit = jpeg_write_fail;
  if (setjmp(job.failed) != 0) return false;
  jpeg_create_compress(&codec);
  codec.client_data = &job;
  jpeg_mem_dest(&codec, &job.bytes, &job.size);
  codec.image_width = static_cast<JDIMENSION>(picture.width), codec.image_height = static_cast<JDIMENSION>(picture.height);
  codec.input_components = picture.channels;
  codec.in_color_space = picture.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, quality, TRUE);
  jpeg_start_compress(&codec, TRUE);
  const std::size_t row = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels);
  while (codec.next_scanline < codec.image_height) {
    JSAMPROW line = const_cast<JSAMPROW>(&picture.pixels[codec.next_scanline * row]);
    jpeg_write_scanlines(&codec, &line, 1);
  }
  jpeg_finish_compress(&codec);
  return true;
}

}  // namespace detail

/// A grey or RGB image as JPEG of this quality, 1 to 100. Throws slim::error for any other.
inline std::string encode_jpeg(const byte_image& picture, int quality = 95) {
  const bool possible =
      picture.height > 0 && picture.width > 0 && picture.height <= 65500 && picture.width <= 65500 && (picture.channels == 1 || picture.channels == 3);
  if (!possible || picture.pixels.size() != image_size(picture.height, picture.width, picture.channels))
    throw error("encode JPEG: expected 1 .. 65500 rows and columns of 1 or 3 channels with as many pixels, found " + std::to_string(picture.height) + " x " +
                std::to_string(picture.width) + " x " + std::to_string(picture.channels) + " and " + std::to_string(picture.pixels.size()) +
                " numbers; check the image");
  if (quality < 1 || quality > 100) throw error("encode JPEG: expected a quality of 1 .. 100, found " + std::to_string(quality) + "; choose one in this range");
  detail::jpeg_write_job job;
  if (!detail::jpeg_write(job, picture, quality))
    throw error(std::string("encode JPEG: expected an image that can be written, found ") + job.problem + "; check it");
  return {reinterpret_cast<const char*>(job.bytes), job.size};
}

}  // namespace slim::data

#include "slim/core/end.hpp"
