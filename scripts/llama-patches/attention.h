// Attention for the CPU with the same bits for every batch shape and every layout of the cache.
//
// scripts/build-llama.sh adds this file to ggml/src/ggml-cpu and calls it from ops.cpp; docs/engine.md
// says why. A row is one head of one position. What it gives depends only on the cells it sees, in the
// cache's order:
// - scores are sums over the head's dimensions in order, values sums over cells in order;
// - weights are powers of two, exp2(x - e), where e is the row's largest score so far, rounded: a new
//   e multiplies what was summed by a power of two, which is exact wherever it happens;
// - a masked cell adds 0 to all sums. So tiles may hold any cells, and may start anywhere.
#pragma once

#include "quants.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace resta {

#if defined(__AVX512F__)
constexpr int LANES = 16, MOST_COLUMNS = 4, SUMS = 24;
#elif defined(__AVX__)
constexpr int LANES = 8, MOST_COLUMNS = 2, SUMS = 12;
#else
constexpr int LANES = 4, MOST_COLUMNS = 2, SUMS = 12;
#endif
typedef float Lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t Ints __attribute__((vector_size(4 * LANES)));

static inline Lanes & lanes(float * p) { return *(Lanes *) p; }
static inline Lanes lanes(const float * p) { return *(const Lanes *) p; }

// a * b + c, rounded once: said, for compilers that may fuse do so in some loops only (GCC for Zen).
static inline Lanes fused(Lanes a, Lanes b, Lanes c) {
#if defined(__AVX512F__)
  return (Lanes) _mm512_fmadd_ps((__m512) a, (__m512) b, (__m512) c);
#elif defined(__FMA__)
  return (Lanes) _mm256_fmadd_ps((__m256) a, (__m256) b, (__m256) c);
#else
  return a * b + c;
#endif
}

static inline Lanes halves(const char * p) {
#if defined(__AVX512F__)
  return (Lanes) GGML_F32Cx16_LOAD(p);
#elif defined(__F16C__)
  return (Lanes) GGML_F32Cx8_LOAD(p);
#else
  float x[LANES];
  ggml_cpu_fp16_to_fp32((const ggml_fp16_t *) p, x, LANES);
  return lanes((const float *) x);
#endif
}

// What a matrix's rows are read from, a vector at a time: floats, or halves at the cells of a cache.
struct Floats {
  const float * from;
  int N;
  Lanes at(int k, int n) const { return lanes(from + k * N + n); }
};
struct Halves {
  const char * from;
  size_t step;
  const int32_t * cell;
  Lanes at(int k, int n) const { return halves(from + cell[k] * step + 2 * n); }
};

// A strip of COLUMNS vectors of C[M x N] = A[M x K] * B[K x N] (+ C) from column n on, each sum in the
// order of k. A(m, k) is a[m * am + k * ak]; C's rows are N long.
template <int ROWS, int COLUMNS, typename Rows>
static void strip(float * c, const float * a, int am, int ak, Rows b, int M, int K, int N, bool add, int n) {
  int m = 0;
  for (; m + ROWS <= M; m += ROWS, a += ROWS * am, c += ROWS * N) {
    Lanes sums[ROWS][COLUMNS] = {};
    if (add) {
      for (int i = 0; i < ROWS; i++) for (int j = 0; j < COLUMNS; j++) sums[i][j] = lanes(c + i * N + j * LANES);
    }
    for (int k = 0; k < K; k++) {
      for (int i = 0; i < ROWS; i++) {
        const Lanes factor = Lanes{} + a[i * am + k * ak];
        for (int j = 0; j < COLUMNS; j++) sums[i][j] = fused(b.at(k, n + j * LANES), factor, sums[i][j]);
      }
    }
    for (int i = 0; i < ROWS; i++) for (int j = 0; j < COLUMNS; j++) lanes(c + i * N + j * LANES) = sums[i][j];
  }
  if constexpr (ROWS > 1) {
    if (m < M) strip<ROWS / 2, COLUMNS>(c, a, am, ak, b, M - m, K, N, add, n);
  }
}

template <int COLUMNS, typename Rows>
static void multiply(float * c, const float * a, int am, int ak, Rows b, int M, int K, int N, bool add, int n = 0) {
  for (; n + COLUMNS * LANES <= N; n += COLUMNS * LANES) {
    strip<std::min(12, SUMS / COLUMNS), COLUMNS>(c + n, a, am, ak, b, M, K, N, add, n);
  }
  if constexpr (COLUMNS > 1) {
    if (n < N) multiply<COLUMNS / 2>(c, a, am, ak, b, M, K, N, add, n);
  }
}

#if defined(__clang__) || __GNUC__ >= 12
// So many rows get a lane for each cell, see `block`; STEP is from one unpacked key to the next.
constexpr int FEW = LANES / 2, MOST_DIMENSIONS = 256, STEP = MOST_DIMENSIONS + 16;

// Of each four elements of a the A-th and the B-th, then those of b.
template <int A, int B, int... I>
static inline Lanes picked(Lanes a, Lanes b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, ((I & ~3) + (I & 1 ? B : A) + (I & 2 ? LANES : 0))...);
}

// Four elements of every fourth row.
static inline Lanes fours(const float * p) {
#if defined(__AVX512F__)
  __m512 x = _mm512_castps128_ps512(_mm_loadu_ps(p));
  x = _mm512_insertf32x4(x, _mm_loadu_ps(p + 4 * STEP), 1), x = _mm512_insertf32x4(x, _mm_loadu_ps(p + 8 * STEP), 2);
  return (Lanes) _mm512_insertf32x4(x, _mm_loadu_ps(p + 12 * STEP), 3);
#elif defined(__AVX__)
  return (Lanes) _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), _mm_loadu_ps(p + 4 * STEP), 1);
#else
  return lanes(p);
#endif
}

// LANES rows of K elements become K rows, which are N long.
static void transpose(const float * from, int K, float * to, int N) {
  constexpr std::make_integer_sequence<int, LANES> all;
  for (const float * end = from + K; from < end; from += 4, to += 4 * N) {
    const Lanes x0 = fours(from), x1 = fours(from + STEP), x2 = fours(from + 2 * STEP), x3 = fours(from + 3 * STEP);
    const Lanes a = picked<0, 1>(x0, x1, all), b = picked<0, 1>(x2, x3, all);
    const Lanes c = picked<2, 3>(x0, x1, all), d = picked<2, 3>(x2, x3, all);
    lanes(to) = picked<0, 2>(a, b, all), lanes(to + N) = picked<1, 3>(a, b, all);
    lanes(to + 2 * N) = picked<0, 2>(c, d, all), lanes(to + 3 * N) = picked<1, 3>(c, d, all);
  }
}
#else // Older compilers cannot shuffle vectors.
constexpr int FEW = 0, MOST_DIMENSIONS = 0, STEP = 0;
static void transpose(const float *, int, float *, int) {}
#endif

static inline Lanes rounded(Lanes x) { return (x + 12582912.0f) - 12582912.0f; }

// 2^(x - e): e is whole and at least rounded(x). 0 where that is under 2^-125; NaN stays NaN.
static inline Lanes power(Lanes x, Lanes e) {
  const Lanes whole = rounded(x), f = x - whole, distance = whole - e;
  Lanes p = f * 1.5403530e-4f + 1.3333558e-3f;
  p = p * f + 9.6181291e-3f;
  p = p * f + 5.5504109e-2f;
  p = p * f + 2.4022651e-1f;
  p = p * f + 6.9314718e-1f;
  p = p * f + 1.0f;
  const Ints exponent = (__builtin_convertvector(distance, Ints) + 127) << 23;
  return distance < -125.0f ? Lanes{} : p * (Lanes) exponent;
}

static inline void to_float(const ggml_tensor * t, const char * from, float * to, int64_t n) {
  if (t->type == GGML_TYPE_F32) {
    memcpy(to, from, n * sizeof(float));
  } else if (t->type == GGML_TYPE_F16) {
    for (; n >= LANES; n -= LANES, from += 2 * LANES, to += LANES) lanes(to) = halves(from);
    if (n > 0) ggml_cpu_fp16_to_fp32((const ggml_fp16_t *) from, to, n);
  } else if (t->type == GGML_TYPE_Q8_0) {
    // As to_float does, which is compiled for any processor.
    const block_q8_0 * block = (const block_q8_0 *) from;
    for (; n > 0; n -= QK8_0, to += QK8_0, block++) {
      const float unit = GGML_CPU_FP16_TO_FP32(block->d);
      for (int i = 0; i < QK8_0; i++) to[i] = unit * block->qs[i];
    }
  } else {
    ggml_get_type_traits(t->type)->to_float(from, to, n);
  }
}

constexpr int CELLS = 48, FEW_CELLS = 64, MOST_ROWS = 64; // Of a tile.
constexpr uint16_t MASKED = 0xFC00; // Minus infinity.

// What a block of rows over so many cells costs, roughly: see `attention`.
static int64_t cost(int64_t cells, int64_t rows) {
  return cells * (20 + 40 * ((rows + LANES - 1) / LANES) + 8 * rows);
}

// How many cells a position sees, and it or those of `any`.
static void count_cells(const uint16_t * m, const uint16_t * any, int64_t n, int64_t & own, int64_t & both) {
  for (int64_t c = 0; c < n;) {
    uint16_t few = 0, sum = 0; // As narrow as a mask, so that vectors hold many.
    for (const int64_t stop = std::min<int64_t>(n, c + 32768); c < stop; c++) {
      few += m[c] != MASKED, sum += (m[c] != MASKED) | any[c];
    }
    own += few, both += sum;
  }
}

static void add_cells(const uint16_t * __restrict m, uint16_t * __restrict any, uint16_t * __restrict all, int64_t n) {
  for (int64_t c = 0; c < n; c++) any[c] |= m[c] != MASKED, all[c] &= m[c] == 0;
}

// A thread's memory, kept from one call to the next.
static thread_local std::vector<float> queries, scores, outputs, keys, unpacked, values, state;
static thread_local std::vector<uint16_t> any, all;
static thread_local std::vector<int32_t> seen;

// At least so much of a thread's memory, from a vector's boundary on.
static float * room(std::vector<float> & memory, size_t n) {
  memory.resize(n + 16);
  return (float *) (((uintptr_t) memory.data() + 63) & ~(uintptr_t) 63);
}

struct Attention {
  const ggml_tensor * dst;
  const ggml_tensor * q = dst->src[0], * k = dst->src[1], * v = dst->src[2], * mask = dst->src[3], * sinks = dst->src[4];
  const int64_t DK = k->ne[0], DV = v->ne[0], cells = k->ne[1], tokens = q->ne[1];
  int64_t head = 0, group = q->ne[2] / k->ne[2]; // Those of one head of keys that are computed.
  float scale, bias, cap;

  explicit Attention(const ggml_tensor * t) : dst(t) {
    memcpy(&scale, t->op_params + 0, 4), memcpy(&bias, t->op_params + 1, 4), memcpy(&cap, t->op_params + 2, 4);
  }

  const uint16_t * mask_row(int64_t t, int64_t i3) const {
    return (const uint16_t *) ((const char *) mask->data + t * mask->nb[1] + (i3 % mask->ne[3]) * mask->nb[3]);
  }

  float slope(int64_t head) const {
    if (bias <= 0) return 1;
    const int64_t n = (int64_t) 1 << (int) floor(log2((double) q->ne[2]));
    return head < n ? powf(powf(2, -bias / n), head + 1) : powf(powf(2, -bias / 2 / n), 2 * (head - n) + 1);
  }

  // Positions t0..<t1 for the heads of one head of keys, in blocks that see mostly the same cells: a
  // cell is unpacked once for a block, but costs something for each of its rows, seen or not.
  void attend(int64_t t0, int64_t t1, int64_t kv, int64_t i3) {
    while (t0 < t1) {
      int64_t end = mask ? t0 : t1, count = 0;
      any.assign(cells, mask == nullptr), all.assign(cells, 1);
      for (; end < t1; end++) {
        const uint16_t * m = mask_row(end, i3);
        int64_t own = 0, both = 0;
        count_cells(m, any.data(), cells, own, both);
        if (end > t0 && cost(both, (end + 1 - t0) * group) > cost(count, (end - t0) * group) + cost(own, group)) break;
        count = both;
        add_cells(m, any.data(), all.data(), cells);
      }
      block(t0, end, kv, i3);
      t0 = end;
    }
  }

  // Scores have a lane for each row or, where rows are few and most lanes would be empty, for each cell: row
  // r's of cell c is KQ[r * across + c * along]. The same sums in the same order either way, so the same bits.
  void block(int64_t t0, int64_t t1, int64_t kv, int64_t i3) {
    const int rows = (t1 - t0) * group, R = GGML_PAD(rows, LANES), D = GGML_PAD(DV, LANES);
    const bool few = rows <= FEW && DK % 4 == 0 && DK <= MOST_DIMENSIONS;
    const bool direct = few && v->type == GGML_TYPE_F16 && D == DV; // Values are unpacked as they are multiplied.
    const int size = few ? FEW_CELLS : CELLS, across = few ? size : 1, along = few ? 1 : R;
    seen.resize(cells + 1);
    const char * keyRows = (const char *) k->data + kv * k->nb[2] + i3 * k->nb[3];
    const char * valueRows = (const char *) v->data + kv * v->nb[2] + i3 * v->nb[3];
    const int keyBytes = ggml_row_size(k->type, DK), valueBytes = ggml_row_size(v->type, DV);
    float * Q = room(queries, DK * R), * O = room(outputs, rows * D), * sums = room(state, 3 * R);
    float * KQ = room(scores, size * R), * K = room(keys, size * DK), * V = room(values, size * D);
    float * tops = sums + R, * factors = tops + R, * plain = room(unpacked, LANES * STEP);
    std::fill(Q, Q + DK * R, 0), std::fill(O, O + rows * D, 0), std::fill(sums, sums + R, 0);
    const uint16_t * whole = all.data(), * visible = any.data();
    int32_t * list = seen.data();
    int64_t count = 0;
    for (int64_t c = 0; c < cells; c++) list[count] = c, count += visible[c];
    std::fill(tops, tops + R, -1e30f);
    const float log2e = 1.44269504f, unit = cap == 0 ? scale * log2e : scale / cap;
    for (int row = 0; row < rows; row++) {
      const float * from = (const float *) ((const char *) q->data + (t0 + row / group) * q->nb[1]
        + (head + row % group) * q->nb[2] + i3 * q->nb[3]);
      for (int64_t d = 0; d < DK; d++) Q[d * R + row] = from[d] * unit;
    }
    for (int64_t start = 0; start < count; start += size) {
      const int n = std::min<int64_t>(size, count - start);
      const int32_t * cell = list + start;
      bool masked = false;
      for (int c = 0; c < n; c++) {
        masked |= whole[cell[c]] == 0;
        if (start + size + c < count) { // The next tile's, while this one is computed.
          const int64_t next = cell[c + size];
          for (int i = 0; i < keyBytes; i += 64) __builtin_prefetch(keyRows + next * k->nb[1] + i, 0, 2);
          for (int i = 0; i < valueBytes; i += 64) __builtin_prefetch(valueRows + next * v->nb[1] + i, 0, 2);
        }
        to_float(k, keyRows + cell[c] * k->nb[1], few ? plain + c % LANES * STEP : K + c * DK, DK);
        if (few && ((c + 1) % LANES == 0 || c + 1 == n)) transpose(plain, DK, K + c / LANES * LANES, size);
        if (!direct) to_float(v, valueRows + cell[c] * v->nb[1], V + c * D, DV);
      }
      if (few) multiply<MOST_COLUMNS>(KQ, Q, 1, R, Floats{K, size}, rows, DK, size, false);
      else multiply<MOST_COLUMNS>(KQ, K, DK, 1, Floats{Q, R}, n, DK, R, false);
      if (cap != 0) for (int i = 0; i < (few ? rows * size : n * R); i++) KQ[i] = tanhf(KQ[i]) * (cap * log2e);
      for (int64_t t = t0; masked && t < t1; t++) {
        const uint16_t * m = mask_row(t, i3);
        float * first = KQ + (t - t0) * group * across;
        for (int c = 0; c < n; c++, first += along) {
          const uint16_t bits = m[cell[c]];
          if (bits == 0) continue;
          const float value = bits == MASKED ? -INFINITY : GGML_CPU_FP16_TO_FP32(bits) * log2e;
          for (int g = 0; g < group; g++) first[g * across] += bits == MASKED ? value : value * slope(head + g);
        }
      }
      for (int row = 0; few && row < rows; row++) {
        float * x = KQ + row * size;
        std::fill(x + n, x + size, -INFINITY);
        Lanes most = Lanes{} + tops[row];
        for (int c = 0; c < size; c += LANES) most = lanes(x + c) > most ? lanes(x + c) : most;
        float top = most[0];
        for (int i = 1; i < LANES; i++) top = most[i] > top ? most[i] : top;
        const Lanes e = rounded(Lanes{} + top), factor = power(Lanes{} + tops[row], e);
        for (int c = 0; c < size; c += LANES) lanes(x + c) = power(lanes(x + c), e);
        float sum = sums[row] * factor[0];
        for (int c = 0; c < n; c++) sum += x[c];
        tops[row] = e[0], sums[row] = sum, factors[row] = factor[0];
      }
      for (int r = 0; !few && r < R; r += LANES) {
        const Lanes before = lanes(tops + r);
        Lanes top = before, sum = lanes(sums + r);
        for (int c = 0; c < n; c++) {
          const Lanes x = lanes(KQ + c * R + r);
          top = x > top ? x : top;
        }
        top = rounded(top);
        const Lanes factor = power(before, top);
        sum *= factor;
        for (int c = 0; c < n; c++) sum += lanes(KQ + c * R + r) = power(lanes(KQ + c * R + r), top);
        lanes(tops + r) = top, lanes(sums + r) = sum, lanes(factors + r) = factor;
      }
      for (int row = 0; row < rows; row++) {
        if (factors[row] != 1) for (int d = 0; d < D; d++) O[row * D + d] *= factors[row];
      }
      if (direct) multiply<MOST_COLUMNS>(O, KQ, across, along, Halves{valueRows, v->nb[1], cell}, rows, n, D, true);
      else multiply<MOST_COLUMNS>(O, KQ, across, along, Floats{V, D}, rows, n, D, true);
    }
    for (int row = 0; row < rows; row++) {
      const int64_t t = t0 + row / group, h = head + row % group;
      float factor = 1, sum = sums[row];
      if (sinks) {
        const float x = ((const float *) sinks->data)[h] * log2e, top = std::max(tops[row], rintf(x));
        factor = exp2f(tops[row] - top), sum = sum * factor + exp2f(x - top);
      }
      factor = sum == 0 ? 0 : factor / sum;
      float * to = (float *) ((char *) dst->data + (i3 * dst->ne[2] * dst->ne[1] + h + t * dst->ne[1]) * dst->nb[1]);
      for (int64_t d = 0; d < DV; d++) to[d] = O[row * D + d] * factor;
    }
  }
};

// Computes what it can; false is for llama.cpp's own kernel, one row at a time.
static bool attention(const ggml_compute_params * params, ggml_tensor * dst) {
  const ggml_tensor * q = dst->src[0], * k = dst->src[1], * v = dst->src[2], * mask = dst->src[3];
  if (params->use_ref || q->type != GGML_TYPE_F32 || k->ne[2] != v->ne[2] || k->ne[3] != q->ne[3]
    || v->ne[3] != q->ne[3] || (mask && (mask->ne[2] != 1 || mask->type != GGML_TYPE_F16))) return false;
  const int64_t tokens = q->ne[1], heads = k->ne[2], group = q->ne[2] / heads, threads = params->nth;
  // Several units for each thread, of at most one tile and at least one vector.
  const int64_t shared = (tokens * heads * q->ne[3] + 4 * threads - 1) / (4 * threads);
  const int64_t size = std::max<int64_t>({1, LANES / group, std::min(MOST_ROWS / group, shared)});
  const int64_t parts = (tokens + size - 1) / size, units = parts * heads * q->ne[3];
  if (params->ith == 0) ggml_threadpool_chunk_set(params->threadpool, threads);
  ggml_barrier(params->threadpool);
  Attention attention(dst);
  // What is left of a single step when all threads have had as many units is split into pieces, by heads.
  const int64_t rest = tokens == 1 ? units % threads : 0, even = units - rest;
  const int64_t pieces = rest == 0 ? 1 : std::min(group, threads / rest);
  // The last positions see most: they come first.
  for (int64_t i = params->ith; i < even + rest * pieces; i = ggml_threadpool_chunk_add(params->threadpool, 1)) {
    const int64_t unit = i < even ? i : even + (i - even) / pieces, part = parts - 1 - unit / heads % parts;
    const int64_t of = i < even ? 1 : pieces, piece = i < even ? 0 : (i - even) % pieces, first = group * piece / of;
    attention.head = unit % heads * group + first, attention.group = group * (piece + 1) / of - first;
    attention.attend(part * size, std::min(tokens, (part + 1) * size), unit % heads, unit / heads / parts);
  }
  return true;
}

}  // namespace resta
