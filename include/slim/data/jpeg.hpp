#pragma once
#include "slim/core/begin.hpp"
// JPEG decoding by libjpeg-turbo. Link with jpeg.

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
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
  constexpr int pixels_are_lost[] = {JWRN_JPEG_EOF, JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_MUST_RESYNC, JWRN_ARITH_BAD_CODE};
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
inline byte_image decode_jpeg(std::string_view bytes, int channels = 0, dct_method method = dct_method::integer_accurate,
                         std::size_t largest = largest_image) {
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

}  // namespace slim::data

#include "slim/core/end.hpp"
