// What load.c and echo.c share: a byte buffer that is filled at one end and emptied at the other, and the id scan.
#ifndef LINES_H
#define LINES_H

#include "measure.h"

#include <string.h>

struct buffer {
    char *bytes;
    size_t head; // the first byte that is not yet used
    size_t tail; // one past the last
    size_t capacity;
};

static inline size_t buffer_count(const struct buffer *buffer)
{
    return buffer->tail - buffer->head;
}

// Makes place for `room` more bytes after the tail, by moving first and by growing only then.
static inline void buffer_reserve(struct buffer *buffer, size_t room)
{
    size_t count = buffer_count(buffer);
    if (count == 0) {
        buffer->head = buffer->tail = 0;
    }
    if (buffer->capacity - buffer->tail >= room) {
        return;
    }
    if (buffer->head > 0) {
        memmove(buffer->bytes, buffer->bytes + buffer->head, count);
        buffer->head = 0;
        buffer->tail = count;
    }
    if (buffer->capacity - buffer->tail < room) {
        size_t capacity = 2 * buffer->capacity;
        buffer->capacity = capacity > count + room ? capacity : count + room;
        buffer->bytes = must_alloc(buffer->bytes, buffer->capacity);
    }
}

static inline void buffer_append(struct buffer *buffer, const void *bytes, size_t count)
{
    if (count == 0) {
        return;
    }
    buffer_reserve(buffer, count);
    memcpy(buffer->bytes + buffer->tail, bytes, count);
    buffer->tail += count;
}

// Puts the digits of `value` at `at` (20 bytes at most) and says how many they are.
static inline size_t put_digits(char *at, uint64_t value)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t index = 0; index < count; index++) {
        at[index] = digits[count - 1 - index];
    }
    return count;
}

// Where the value of the next `"key":` begins, after blanks; NULL without one. `key` has its quotes and its colon. An
// escaped quote never matches, so text inside of a JSON string cannot be taken for a key. Depth is not looked at.
static inline const char *find_value(const char *at, const char *end, const char *key, size_t length)
{
    const char *found = at < end ? memmem(at, (size_t)(end - at), key, length) : NULL;
    if (found == NULL) {
        return NULL;
    }
    found += length;
    while (found < end && *found == ' ') {
        found++;
    }
    return found;
}

// The next unsigned integer `"id":` at or after `*at`; moves `*at` behind it. Ids of other types are passed over.
static inline bool next_id(const char **at, const char *end, uint64_t *id)
{
    for (;;) {
        const char *digit = find_value(*at, end, "\"id\":", 5);
        if (digit == NULL) {
            return false;
        }
        uint64_t value = 0;
        size_t count = 0;
        while (digit < end && *digit >= '0' && *digit <= '9' && count < 19) {
            value = value * 10 + (uint64_t)(*digit++ - '0');
            count++;
        }
        *at = digit;
        if (count > 0 && digit < end && (*digit == ',' || *digit == '}' || *digit == ' ')) {
            *id = value;
            return true;
        }
    }
}

#endif
