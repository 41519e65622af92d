#pragma once
#include "slim/core/begin.hpp"
// Decoding of an image whatever its format. Link with jpeg and png.

#include <string_view>

#include "slim/core/error.hpp"
#include "slim/data/bmp.hpp"
#include "slim/data/gif.hpp"
#include "slim/data/image.hpp"
#include "slim/data/jpeg.hpp"
#include "slim/data/png.hpp"

namespace slim::data {

/// Decodes JPEG, PNG, BMP or the first picture of a GIF, as the first bytes tell, to this many channels (1 or 3; 0: as many as it has). Throws slim::error.
inline byte_image decode_image(std::string_view bytes, int channels = 0, dct_method method = dct_method::integer_accurate) {
  if (is_jpeg(bytes)) return decode_jpeg(bytes, channels, method);
  if (is_png(bytes)) return decode_png(bytes, channels);
  if (is_bmp(bytes)) return decode_bmp(bytes, channels);
  if (is_gif(bytes)) return decode_gif(bytes, channels);
  throw error("decode image: expected a JPEG, a PNG, a GIF or a BMP, found none of them in the first bytes; convert the image to one of them");
}

}  // namespace slim::data

#include "slim/core/end.hpp"
