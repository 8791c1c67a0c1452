/* SHA-256 against the vectors of FIPS 180-4, HMAC-SHA256 against those of RFC 4231. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hmac.h"
#include "support.h"

static void to_hex(const uint8_t bytes[SHA256_SIZE], char out[SIGNATURE_TEXT]) {
    for (size_t i = 0; i < SHA256_SIZE; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void hash_text(const void *data, size_t length, char out[SIGNATURE_TEXT]) {
    uint8_t bytes[SHA256_SIZE];
    sha256 hash;
    sha256_begin(&hash);
    sha256_add(&hash, data, length);
    sha256_end(&hash, bytes);
    to_hex(bytes, out);
}

static void test_hash_vectors(void **state) {
    (void)state;
    static const struct {
        const char *text, *hash;
    } vectors[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqr"
         "stu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    char hex[SIGNATURE_TEXT];
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        hash_text(vectors[i].text, strlen(vectors[i].text), hex);
        assert_string_equal(hex, vectors[i].hash);
    }
    char *million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    hash_text(million, 1000000, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

/* However the data comes in pieces, around every border of a block. */
static void test_pieces(void **state) {
    (void)state;
    char data[200], whole[SIGNATURE_TEXT], pieces[SIGNATURE_TEXT];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)random_next();
    for (size_t length = 0; length <= sizeof data; length++) {
        uint8_t bytes[SHA256_SIZE];
        sha256 hash;
        hash_text(data, length, whole);
        sha256_begin(&hash);
        for (size_t at = 0; at < length;) {
            size_t part = (size_t)random_below(70);
            part = part < length - at ? part : length - at;
            sha256_add(&hash, data + at, part);
            at += part;
        }
        sha256_end(&hash, bytes);
        to_hex(bytes, pieces);
        assert_string_equal(pieces, whole);
    }
}

static void test_rfc_4231(void **state) {
    (void)state;
    uint8_t long_key[131], key_3[20], key_4[25], data_3[50], data_4[50];
    memset(long_key, 0xaa, sizeof long_key);
    memset(key_3, 0xaa, sizeof key_3);
    memset(data_3, 0xdd, sizeof data_3);
    memset(data_4, 0xcd, sizeof data_4);
    for (uint8_t i = 0; i < sizeof key_4; i++)
        key_4[i] = (uint8_t)(i + 1);
    static const char key_1[] = "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b";
    static const char text_6[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    static const char text_7[] = "This is a test using a larger than block-size key and a larger than block-size data."
                                 " The key needs to be hashed before being used by the HMAC algorithm.";
    const struct {
        const void *key;
        size_t key_length;
        const void *data;
        size_t length;
        const char *signature;
    } vectors[] = {
        {key_1, 20, "Hi There", 8, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", 4, "what do ya want for nothing?", 28,
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {key_3, sizeof key_3, data_3, sizeof data_3,
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {key_4, sizeof key_4, data_4, sizeof data_4,
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {long_key, sizeof long_key, text_6, sizeof text_6 - 1,
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {long_key, sizeof long_key, text_7, sizeof text_7 - 1,
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        char hex[SIGNATURE_TEXT];
        signature_text(vectors[i].key, vectors[i].key_length, vectors[i].data, vectors[i].length, hex);
        assert_string_equal(hex, vectors[i].signature);
    }
}

/* Every single digit counts. */
static void test_equal(void **state) {
    (void)state;
    char one[SIGNATURE_TEXT], other[SIGNATURE_TEXT];
    signature_text("key", 3, "data", 4, one);
    memcpy(other, one, sizeof other);
    assert_true(signature_equal(one, other));
    for (size_t i = 0; i + 1 < SIGNATURE_TEXT; i++) {
        other[i] ^= 1;
        assert_false(signature_equal(one, other));
        other[i] ^= 1;
    }
    signature_text("kez", 3, "data", 4, other);
    assert_false(signature_equal(one, other));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hash_vectors), cmocka_unit_test(test_pieces),
                                       cmocka_unit_test(test_rfc_4231), cmocka_unit_test(test_equal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
