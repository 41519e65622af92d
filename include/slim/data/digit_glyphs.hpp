#pragma once
#include "slim/core/begin.hpp"
// The hand-drawn outlines from which digits.hpp makes its data set.

#include <span>

namespace slim::data::detail {

/// A place on the drawing sheet: x 0 .. 20 to the right, y 0 .. 28 downwards. A negative x lifts the pen.
struct pen {
  float x, y;
};

inline constexpr pen lift{-1, -1};

/// One way to write one digit. The pen moves along a smooth curve through the points (Catmull-Rom spline); a point written twice
/// is a corner.
struct glyph {
  int digit;
  std::span<const pen> path;
};

inline constexpr pen zero_round[] = {
    {10, 0}, {4, 3}, {1, 10}, {1, 18}, {4, 25}, {10, 28}, {16, 25}, {19, 18}, {19, 10}, {16, 3}, {10, 0},
};
inline constexpr pen zero_slanted[] = {
    {15, 1}, {9, 3}, {4, 12}, {3, 21}, {7, 27}, {13, 24}, {17, 15}, {18, 6}, {14, 0}, {10, 2},
};
inline constexpr pen zero_open[] = {{12, 1}, {5, 4}, {2, 13}, {4, 23}, {10, 27}, {17, 22}, {18, 12}, {15, 4}, {8, 2}};

inline constexpr pen one_bar[] = {{10, 0}, {10, 28}};
inline constexpr pen one_flag[] = {{4, 7}, {4, 7}, {11, 0}, {11, 0}, {11, 28}};
inline constexpr pen one_base[] = {{5, 5}, {5, 5}, {10, 0}, {10, 0}, {10, 28}, lift, {4, 28}, {16, 28}};

inline constexpr pen two_straight_base[] = {{2, 6}, {6, 1}, {12, 0}, {17, 4}, {16, 11}, {9, 19}, {2, 28}, {2, 28}, {18, 28}};
inline constexpr pen two_loop[] = {
    {3, 5}, {8, 0}, {15, 2}, {16, 9}, {11, 18}, {6, 26}, {2, 27}, {3, 22}, {8, 23}, {13, 27}, {19, 25},
};
inline constexpr pen two_angular[] = {{2, 2}, {10, 0}, {17, 3}, {16, 10}, {16, 10}, {2, 27}, {2, 27}, {19, 27}};

inline constexpr pen three_round[] = {
    {2, 4}, {8, 0}, {15, 2}, {16, 8}, {12, 12}, {7, 13}, {7, 13}, {13, 14}, {18, 19}, {16, 25}, {9, 28}, {2, 25},
};
inline constexpr pen three_flat_top[] = {
    {3, 0}, {3, 0}, {17, 0}, {17, 0}, {9, 11}, {9, 11}, {16, 14}, {18, 21}, {13, 27}, {6, 28}, {2, 25},
};
inline constexpr pen three_curl[] = {
    {4, 3}, {10, 0}, {15, 4}, {13, 10}, {8, 13}, {6, 12}, {9, 12}, {15, 15}, {16, 22}, {10, 27}, {3, 26}, {2, 22},
};

inline constexpr pen four_open[] = {{5, 0}, {5, 0}, {2, 16}, {2, 16}, {18, 16}, lift, {14, 5}, {13, 28}};
inline constexpr pen four_closed[] = {{14, 28}, {14, 28}, {14, 0}, {14, 0}, {1, 19}, {1, 19}, {19, 19}};
inline constexpr pen four_round[] = {{3, 1}, {2, 9}, {4, 14}, {10, 15}, {15, 12}, lift, {16, 0}, {15, 13}, {14, 28}};

inline constexpr pen five_one_stroke[] = {
    {17, 0}, {17, 0}, {5, 0}, {5, 0}, {4, 12}, {4, 12}, {11, 10}, {17, 15}, {17, 22}, {11, 28}, {2, 26},
};
inline constexpr pen five_two_strokes[] = {
    {5, 1}, {4, 11}, {10, 11}, {16, 15}, {16, 23}, {10, 28}, {3, 25}, lift, {5, 1}, {18, 0},
};
inline constexpr pen five_soft[] = {{16, 2}, {9, 1}, {6, 5}, {5, 11}, {10, 12}, {15, 16}, {14, 24}, {7, 27}, {2, 24}};

inline constexpr pen six_round[] = {
    {16, 2}, {9, 1}, {4, 8}, {2, 18}, {5, 26}, {11, 28}, {17, 24}, {17, 17}, {11, 14}, {5, 16}, {3, 21},
};
inline constexpr pen six_straight[] = {{13, 0}, {7, 9}, {3, 18}, {4, 25}, {10, 28}, {16, 24}, {15, 18}, {9, 16}, {4, 20}};
inline constexpr pen six_loop[] = {{8, 0}, {4, 10}, {2, 20}, {7, 27}, {14, 26}, {16, 20}, {11, 17}, {6, 20}, {7, 25}};

inline constexpr pen seven_plain[] = {{2, 0}, {2, 0}, {18, 0}, {18, 0}, {7, 28}};
inline constexpr pen seven_crossed[] = {{2, 1}, {2, 1}, {17, 1}, {17, 1}, {8, 28}, lift, {6, 14}, {17, 13}};
inline constexpr pen seven_curved[] = {{2, 5}, {2, 5}, {3, 1}, {3, 1}, {11, 2}, {18, 0}, {18, 0}, {12, 11}, {9, 20}, {9, 28}};

inline constexpr pen eight_one_stroke[] = {
    {15, 3}, {9, 0}, {4, 4}, {6, 10}, {13, 15}, {17, 21}, {13, 27}, {6, 27}, {3, 21}, {7, 15}, {14, 10}, {16, 4}, {12, 0},
};
inline constexpr pen eight_circles[] = {
    {10, 0}, {5, 3}, {5, 9}, {10, 12}, {15, 9}, {15, 3}, {10, 0}, lift, {10, 12}, {3, 17}, {3, 24}, {10, 28}, {17, 24}, {17, 17}, {10, 12},
};
inline constexpr pen eight_open[] = {
    {17, 2}, {10, 1}, {5, 5}, {8, 11}, {14, 17}, {14, 25}, {8, 28}, {4, 23}, {8, 15}, {15, 8}, {17, 1},
};

inline constexpr pen nine_straight[] = {{16, 4}, {10, 0}, {4, 3}, {3, 10}, {8, 14}, {14, 11}, {16, 4}, {16, 4}, {15, 28}};
inline constexpr pen nine_round[] = {
    {16, 8}, {12, 1}, {5, 2}, {3, 9}, {8, 14}, {14, 11}, {17, 5}, {17, 14}, {15, 23}, {9, 28}, {3, 25},
};
inline constexpr pen nine_loop[] = {{15, 3}, {9, 1}, {5, 6}, {8, 11}, {13, 8}, {16, 2}, {14, 13}, {9, 28}};

inline constexpr glyph glyphs[] = {
    {0, zero_round},        {0, zero_slanted},  {0, zero_open},   {1, one_bar},         {1, one_flag},         {1, one_base},
    {2, two_straight_base}, {2, two_loop},      {2, two_angular}, {3, three_round},     {3, three_flat_top},   {3, three_curl},
    {4, four_open},         {4, four_closed},   {4, four_round},  {5, five_one_stroke}, {5, five_two_strokes}, {5, five_soft},
    {6, six_round},         {6, six_straight},  {6, six_loop},    {7, seven_plain},     {7, seven_crossed},    {7, seven_curved},
    {8, eight_one_stroke},  {8, eight_circles}, {8, eight_open},  {9, nine_straight},   {9, nine_round},       {9, nine_loop},
};
inline constexpr int glyphs_per_digit = 3;  // glyph number v of digit d is glyphs[d * glyphs_per_digit + v]

}  // namespace slim::data::detail

#include "slim/core/end.hpp"
