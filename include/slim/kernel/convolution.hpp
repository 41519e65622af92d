#pragma once
#include "slim/core/begin.hpp"
// Convolution (TF-Slim conv2d without bias and activation).

#include "slim/kernel/tap_contraction.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// y[n,i,j,k] = Σ x[n, i·stride − pad + r·rate, j·stride − pad + s·rate, c] · weights[r,s,c,k] (cross-correlation, zeros
/// outside). x and y are NHWC, weights HWIO, all dense. The epilogue sees y as batch·height·width × output channels.
template <class T>
void convolution(const convolution_geometry& geometry, long batch, const T* x, const T* weights, T* y, const epilogue<T>& after, int threads) {
  contract_taps(convolution_grid(geometry, batch), x, tap_weights<T>{weights, geometry.kernel_width, false}, y, after, threads);
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
