# Matrix products that round the same for every number of rows (docs/engine.md, "One sum per product").
# A sed script for four files of ggml-cpu: arch/x86/quants.c, arch/x86/repack.cpp, tiled/tiled-kernel.cpp and
# llamafile/sgemm.cpp.

# K-quants: from 8 rows on the tiled kernel adds a block of 256 weights at once, as one exact integer;
# below, the dot product kept eight partial sums. Now it adds whole blocks too, in the same order.
/^static inline __m256i mul_add_epi8(const __m256i x, const __m256i y) {/i\
static inline float resta_add_block(float sum, __m256i products, float dx, float dy) {\
    __m128i ints = _mm_add_epi32(_mm256_castsi256_si128(products), _mm256_extracti128_si256(products, 1));\
    ints = _mm_add_epi32(ints, _mm_shuffle_epi32(ints, 0x4E));\
    ints = _mm_add_epi32(ints, _mm_shuffle_epi32(ints, 0xB1));\
    const __m128 block = _mm_mul_ss(_mm_set_ss(dx), _mm_cvtepi32_ps(ints));\
    return _mm_cvtss_f32(_mm_fmadd_ss(block, _mm_set_ss(dy), _mm_set_ss(sum)));\
}\
static inline float resta_add_block_with_mins(float sum, __m256i products, __m128i mins, float dx, float dmin, float dy) {\
    __m128i ints = _mm_add_epi32(_mm256_castsi256_si128(products), _mm256_extracti128_si256(products, 1));\
    ints = _mm_hadd_epi32(ints, mins);\
    const __m128 both = _mm_cvtepi32_ps(_mm_hadd_epi32(ints, ints));\
    __m128 block = _mm_mul_ss(_mm_set_ss(dx), both);\
    block = _mm_fnmadd_ss(_mm_set_ss(dmin), _mm_movehdup_ps(both), block);\
    return _mm_cvtss_f32(_mm_fmadd_ss(block, _mm_set_ss(dy), _mm_set_ss(sum)));\
}\

/^void ggml_vec_dot_q[2-6]_K_q8_K(/,/^#elif defined __AVX__/{
  s/__m256 acc = _mm256_setzero_ps();/float acc = 0;/
  /^ *const float d = /d
  /^ *const float dmin = /d
  /^ *__m256 vd = /d
  s/\*s = hsum_float_8(acc).*/*s = acc;/
}
/^void ggml_vec_dot_q[36]_K_q8_K(/,/^#elif defined __AVX__/s/acc = _mm256_fmadd_ps(.*sumi), acc);/acc = resta_add_block(acc, sumi, GGML_CPU_FP16_TO_FP32(x[i].d), y[i].d);/
/^void ggml_vec_dot_q[245]_K_q8_K(/,/^#elif defined __AVX__/{
  s/acc = _mm256_fmadd_ps(.*sumi), acc);/acc = resta_add_block_with_mins(acc, sumi, prod, GGML_CPU_FP16_TO_FP32(x[i].d), GGML_CPU_FP16_TO_FP32(x[i].dmin), y[i].d);/
  /^ *acc = _mm256_fmadd_ps(.*prod), acc);/d
  /acc_m = /d
  /^ *float summs = /d
  /^ *summs += /d
  /^ *const __m128i hsum = /d
  /^ *const __m128i mzero = /d
}
/^void ggml_vec_dot_q2_K_q8_K(/,/^#elif defined __AVX__/{
  s/const __m256i prod = \(.*\);$/const __m256i prods = \1; const __m128i prod = _mm_add_epi32(_mm256_castsi256_si128(prods), _mm256_extracti128_si256(prods, 1));/
}
# That costs Q6_K a tenth; reading its scales with half the shuffles wins it back.
/^void ggml_vec_dot_q6_K_q8_K(/,/^#elif defined __AVX__/{
  s/^\( *\)int is = 0;$/\1const __m256i halves[2] = {_mm256_permute2x128_si256(scales_16, scales_16, 0x00), _mm256_permute2x128_si256(scales_16, scales_16, 0x11)};/
  /^ *const __m128i scale_[0-3] = /d
  /^ *is += 4;$/d
  s/_mm256_cvtepi8_epi16(scale_\([0-3]\))/_mm256_shuffle_epi8(halves[j], get_scale_shuffle_q3k(\1))/
}
s/_mm512_store_ps(p, _mm512_add_ps(_mm512_load_ps(p), _mm512_mul_ps(result, d1_vec)));/_mm512_store_ps(p, _mm512_fmadd_ps(result, d1_vec, _mm512_load_ps(p)));/

# Q4_K and Q2_K with interleaved rows (repacked): the kernel for 4 rows adds a part of a block at once,
# that for one row added whole blocks. Now both add parts.
/^void ggml_gemv_q[24]_K_8x8_q8_K(/,/^}/{
  s/iacc_b = _mm256_add_epi32(iacc_b, iacc_sb);/acc_row = _mm256_fmadd_ps(_mm256_cvtepi32_ps(iacc_sb), _mm256_mul_ps(col_scale_f32, row_scale_f32), acc_row);/
  s/iacc_min_b = _mm256_add_epi32(iacc_min_b, iacc_min_sb);/acc_min_rows = _mm256_fmadd_ps(_mm256_cvtepi32_ps(iacc_min_sb), _mm256_mul_ps(col_dmin_f32, row_scale_f32), acc_min_rows);/
  /_mm256_cvtepi32_ps(iacc_\(min_\)*b)/d
  /^ *__m256i iacc_\(min_\)*b = _mm256_setzero_si256();$/d
}

# F32, F16 and BF16: two rows and more are multiplied by llamafile's kernel; now one row is too.
/^bool llamafile_sgemm(/,/^}/s/^    if (n < 2)$/    if (n < 2 \&\& Atype != GGML_TYPE_F32 \&\& Atype != GGML_TYPE_F16 \&\& Atype != GGML_TYPE_BF16)/
