/* Page tokens: numbers joined by dots. Callers see them as opaque text and give them back as they are. */
#ifndef PAGE_TOKEN_H
#define PAGE_TOKEN_H

#include "contract.h"

#define PAGE_TOKEN_SIZE 128 /* up to six numbers */

void page_token_write(char token[PAGE_TOKEN_SIZE], const int64_t *numbers, size_t count);
/* The text behind the first `count` numbers, NULL unless there are as many of 64 bits. */
const char *page_token_numbers(const char *token, int64_t *numbers, size_t count);
/* False unless the text is exactly `count` numbers of 64 bits. */
bool page_token_read(const char *token, int64_t *numbers, size_t count);

#endif
