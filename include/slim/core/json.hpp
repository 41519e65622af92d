#pragma once
#include "slim/core/begin.hpp"
// RapidJSON. Its empty stacks add to a null pointer, in functions that it marks with this; sanitizers would stop there.

#include <string>

#ifndef RAPIDJSON_FORCEINLINE
#define RAPIDJSON_FORCEINLINE __attribute__((no_sanitize("pointer-overflow")))
#endif
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

namespace slim::detail {

inline std::string text_of(const rapidjson::Value& value) { return {value.GetString(), value.GetStringLength()}; }

}  // namespace slim::detail

#include "slim/core/end.hpp"
