#pragma once
#include "slim/core/begin.hpp"
// Gradient of a convolution with respect to its weights.

#include "slim/kernel/tap_weights_gradient.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// dweights[r,s,c,k] = Σ over n, i, j of x[n, i·stride − pad + r·rate, j·stride − pad + s·rate, c] · dy[n,i,j,k]; overwrites
/// dweights (HWIO).
template <class T>
void convolution_weights_gradient(const convolution_geometry& geometry, long batch, const T* x, const T* dy, T* dweights, int threads) {
  contract_weights(convolution_grid(geometry, batch), x, dy, dweights, threads);
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
