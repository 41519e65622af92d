#pragma once
#include "slim/core/begin.hpp"
// PNG decoding and encoding by libpng. Link with png.

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <png.h>

#include "slim/core/error.hpp"
#include "slim/data/image.hpp"

namespace slim::data {

inline bool is_png(std::string_view bytes) { return bytes.substr(0, 8) == "\x89PNG\r\n\x1a\n"; }

namespace detail {

// libpng reports errors by longjmp, which must not jump over destructors. So the functions that call setjmp own nothing:
// everything lives in the png_job of their caller.

[[noreturn]] inline void png_fail(png_structp codec, png_const_charp message);
inline void png_ignore_warning(png_structp, png_const_charp) {}

struct png_job {
  explicit png_job(bool writes) : writing(writes) {
    codec = writing ? png_create_write_struct(PNG_LIBPNG_VER_STRING, this, png_fail, png_ignore_warning)
                    : png_create_read_struct(PNG_LIBPNG_VER_STRING, this, png_fail, png_ignore_warning);
    if (codec != nullptr) info = png_create_info_struct(codec);
    if (info == nullptr) throw error("PNG: expected memory for the codec, found none; free some");
  }
  png_job(const png_job&) = delete;
  png_job& operator=(const png_job&) = delete;
  ~png_job() {
    if (writing) {
      png_destroy_write_struct(&codec, &info);
    } else {
      png_destroy_read_struct(&codec, &info, nullptr);
    }
  }

  bool writing;
  png_structp codec = nullptr;
  png_infop info = nullptr;
  std::string_view input;
  std::string output;
  byte_image picture;
  std::size_t largest = 0;
  char problem[128] = "";
};

[[noreturn]] inline void png_fail(png_structp codec, png_const_charp message) {
  png_job& job = *static_cast<png_job*>(png_get_error_ptr(codec));
  std::strncpy(job.problem, message, sizeof job.problem - 1);
  png_longjmp(codec, 1);
}

inline void png_take(png_structp codec, png_bytep target, std::size_t size) {
  png_job& job = *static_cast<png_job*>(png_get_io_ptr(codec));
  if (size > job.input.size()) png_error(codec, "the end of the file; it is truncated");
  std::memcpy(target, job.input.data(), size);
  job.input.remove_prefix(size);
}

/// Brings any PNG to 8 bits a channel and to the channels asked for; 0 keeps those of the file.
inline void png_transform(png_structp codec, png_infop info, int channels) {
  const int colour_type = png_get_color_type(codec, info);
  const bool transparent = png_get_valid(codec, info, PNG_INFO_tRNS) != 0;  // one colour, or entries of the palette
  const bool alpha = transparent || (colour_type & PNG_COLOR_MASK_ALPHA) != 0, colour = (colour_type & PNG_COLOR_MASK_COLOR) != 0;
  if (channels == 0 && colour_type == PNG_COLOR_TYPE_PALETTE) channels = transparent ? 4 : 3;
  if (channels == 0) channels = png_get_channels(codec, info);
  const bool keep_alpha = channels % 2 == 0;
  png_set_strip_16(codec);
  png_set_expand(codec);  // palettes to RGB, few bits to 8, transparency to alpha
  if (alpha && !keep_alpha) png_set_strip_alpha(codec);
  if (!alpha && keep_alpha) png_set_add_alpha(codec, 255, PNG_FILLER_AFTER);
  if (channels >= 3 && !colour) png_set_gray_to_rgb(codec);
  if (channels <= 2 && colour) png_set_rgb_to_gray(codec, PNG_ERROR_ACTION_NONE, 0.299, 0.587);  // ITU-R BT.601, as JPEG
}

/// Whether it succeeded.
inline bool png_read(png_job& job, int channels) {
  if (setjmp(png_jmpbuf(job.codec)) != 0) return false;
  png_set_read_fn(job.codec, &job, png_take);
  png_set_user_limits(job.codec, 1 << 24, 1 << 24);
  png_set_crc_action(job.codec, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  // The numbers of the pixels and what is transparent are all that counts: what a file says about colours on a screen would change how libpng makes
  // grey of them, and texts and the like take as much memory as they claim to have.
  png_set_keep_unknown_chunks(job.codec, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  png_read_info(job.codec, job.info);
  png_transform(job.codec, job.info, channels);
  const int passes = png_set_interlace_handling(job.codec);
  png_read_update_info(job.codec, job.info);

  job.picture.height = static_cast<int>(png_get_image_height(job.codec, job.info));
  job.picture.width = static_cast<int>(png_get_image_width(job.codec, job.info));
  job.picture.channels = png_get_channels(job.codec, job.info);
  const std::size_t row = png_get_rowbytes(job.codec, job.info), rows = static_cast<std::size_t>(job.picture.height);
  if (row > job.largest / rows) png_error(job.codec, "a larger image");
  job.picture.pixels.resize(row * rows);
  for (int pass = 0; pass < passes; ++pass) {
    for (std::size_t y = 0; y < rows; ++y) png_read_row(job.codec, &job.picture.pixels[y * row], nullptr);
  }
  png_read_end(job.codec, nullptr);
  return true;
}

inline void png_put(png_structp codec, png_bytep bytes, std::size_t size) {
  static_cast<png_job*>(png_get_io_ptr(codec))->output.append(reinterpret_cast<const char*>(bytes), size);
}

inline void png_put_nothing_more(png_structp) {}

inline bool png_write(png_job& job, const byte_image& picture) {
  if (setjmp(png_jmpbuf(job.codec)) != 0) return false;
  constexpr int colour_types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
  png_set_write_fn(job.codec, &job, png_put, png_put_nothing_more);
  png_set_IHDR(job.codec, job.info, static_cast<png_uint_32>(picture.width), static_cast<png_uint_32>(picture.height), 8, colour_types[picture.channels - 1],
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(job.codec, job.info);
  const std::size_t row = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels);
  for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y) png_write_row(job.codec, &picture.pixels[y * row]);
  png_write_end(job.codec, nullptr);
  return true;
}

}  // namespace detail

/// Decodes a PNG of any kind to 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 channels (RGB, alpha), or with 0 to as many as it has;
/// 16 bits lose their
/// lower half; alpha, when not asked for, is dropped; no gamma correction: as in TensorFlow's decode_png.
/// Throws slim::error for other bytes, damage, and before allocating anything for an image of more than `largest` bytes.
inline byte_image decode_png(std::string_view bytes, int channels = 0, std::size_t largest = largest_image) {
  if (channels < 0 || channels > 4) {
    throw error("decode PNG: expected 0 .. 4 channels to be asked for, found " + std::to_string(channels) + "; choose one of these");
  }
  detail::png_job job(false);
  job.input = bytes;
  job.largest = largest;
  if (!detail::png_read(job, channels)) {
    throw error("decode PNG: offset " + std::to_string(bytes.size() - job.input.size()) + ": expected a whole PNG of at most " + std::to_string(largest) +
                " bytes, found " + job.problem + "; check the file");
  }
  return std::move(job.picture);
}

/// Encodes an image of 1 .. 4 channels. Throws slim::error if its size is none or does not fit its pixels.
inline std::string encode_png(const byte_image& picture) {
  const bool possible = picture.height > 0 && picture.width > 0 && picture.channels >= 1 && picture.channels <= 4;
  if (!possible || picture.pixels.size() != image_size(picture.height, picture.width, picture.channels)) {
    throw error("encode PNG: expected height * width * (1 .. 4) channels of pixels, found " + std::to_string(picture.height) + " x " +
                std::to_string(picture.width) + " x " + std::to_string(picture.channels) + " and " + std::to_string(picture.pixels.size()) +
                " values; check how the image was made");
  }
  detail::png_job job(true);
  if (!detail::png_write(job, picture)) {
    throw error(std::string("encode PNG: expected an image that PNG can hold, found ") + job.problem + "; check its size");
  }
  return std::move(job.output);
}

}  // namespace slim::data

#include "slim/core/end.hpp"
