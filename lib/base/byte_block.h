/* Questions about 64 bytes at once: bit i of an answer is that of byte i. With SSE2 where the machine has it, else with
 * eight words of eight bytes. */
#ifndef BYTE_BLOCK_H
#define BYTE_BLOCK_H

#include <stdint.h>
#include <string.h>

#define BYTE_BLOCK 64

#ifdef __SSE2__
#include <emmintrin.h>

typedef struct byte_block {
    __m128i a, b, c, d;
} byte_block;

static inline byte_block byte_block_load(const char *at) {
    const __m128i *parts = (const __m128i *)(const void *)at;
    return (byte_block){_mm_loadu_si128(parts), _mm_loadu_si128(parts + 1), _mm_loadu_si128(parts + 2),
                        _mm_loadu_si128(parts + 3)};
}

/* The high bits of all bytes. */
static inline uint64_t byte_block_bits(__m128i a, __m128i b, __m128i c, __m128i d) {
    return (uint64_t)(uint32_t)_mm_movemask_epi8(a) | (uint64_t)(uint32_t)_mm_movemask_epi8(b) << 16 |
           (uint64_t)(uint32_t)_mm_movemask_epi8(c) << 32 | (uint64_t)(uint32_t)_mm_movemask_epi8(d) << 48;
}

static inline uint64_t bytes_that_are(const byte_block *block, char wanted) {
    const __m128i same = _mm_set1_epi8(wanted);
    return byte_block_bits(_mm_cmpeq_epi8(block->a, same), _mm_cmpeq_epi8(block->b, same),
                           _mm_cmpeq_epi8(block->c, same), _mm_cmpeq_epi8(block->d, same));
}

static inline __m128i byte_block_digits(__m128i part) {
    const __m128i above = _mm_sub_epi8(part, _mm_set1_epi8('0'));
    return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(9)), above);
}

static inline uint64_t bytes_that_are_digits(const byte_block *block) {
    return byte_block_bits(byte_block_digits(block->a), byte_block_digits(block->b), byte_block_digits(block->c),
                           byte_block_digits(block->d));
}

#else

typedef struct byte_block {
    uint64_t parts[8];
} byte_block;

#define BYTE_BLOCK_SEVENS UINT64_C(0x7F7F7F7F7F7F7F7F)

static inline byte_block byte_block_load(const char *at) {
    byte_block block;
    memcpy(block.parts, at, sizeof block.parts);
    return block;
}

/* The high bits of eight bytes. */
static inline uint64_t byte_block_bits(uint64_t part) {
    return ((part & ~BYTE_BLOCK_SEVENS) >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static inline uint64_t bytes_that_are(const byte_block *block, char wanted) {
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) {
        const uint64_t other = block->parts[i] ^ (uint8_t)wanted * UINT64_C(0x0101010101010101);
        bits |= byte_block_bits(~(((other & BYTE_BLOCK_SEVENS) + BYTE_BLOCK_SEVENS) | other)) << 8 * i;
    }
    return bits;
}

static inline uint64_t bytes_that_are_digits(const byte_block *block) {
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) {
        const uint64_t above = block->parts[i] ^ UINT64_C(0x3030303030303030);
        const uint64_t other = ((above & BYTE_BLOCK_SEVENS) + UINT64_C(0x7676767676767676)) | above;
        bits |= byte_block_bits(~other) << 8 * i;
    }
    return bits;
}

#endif
#endif
