#pragma once
#include "slim/core/begin.hpp"
// Convolution (TF-Slim conv2d without bias and activation).

#include "slim/kernel/tap_contraction.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Elements of weights packed ahead.
template <class T>
constexpr long packed_convolution_elements(const convolution_geometry& geometry) {
  return packed_weights_elements<T>(convolution_grid(geometry, 1));
}

/// Packs weights for calls of convolution while they do not change.
template <class T>
void pack_convolution(const convolution_geometry& geometry, const T* weights, T* packed, int threads) {
  pack_weights(convolution_grid(geometry, 1), tap_weights<T>{weights, geometry.kernel_width, false}, packed, threads);
}

/// y[n,i,j,k] = Σ x[n, i·stride − pad + r·rate, j·stride − pad + s·rate, c] · weights[r,s,c,k] (cross-correlation, zeros
/// outside). x and y are NHWC, weights HWIO, all dense. The epilogue sees y as batch·height·width × output channels.
/// `packed`: what pack_convolution made of the weights, or null.
template <class T>
void convolution(const convolution_geometry& geometry, long batch, const T* x, const T* weights, const T* packed, T* y, const epilogue<T>& after, int threads) {
  contract_taps(convolution_grid(geometry, batch), x, tap_weights<T>{weights, geometry.kernel_width, false, packed}, y, after, threads);
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
