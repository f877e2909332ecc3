// A request line with {id} in the places of its id, as load.c sends it.
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include "lines.h"
#include "measure.h"

enum { MAX_PARTS = 17 };

// A request line, cut at each {id}.
struct template {
    char *text;
    const char *parts[MAX_PARTS];
    size_t lengths[MAX_PARTS];
    size_t count;
};

static inline void template_read(struct template *template, const char *path)
{
    size_t length = 0;
    template->text = read_file(path, &length);
    while (length > 0 && (template->text[length - 1] == '\n' || template->text[length - 1] == '\r')) {
        template->text[--length] = '\0';
    }
    if (length == 0 || strlen(template->text) != length || strchr(template->text, '\n') != NULL) {
        fail(path, "a template is one line");
    }
    char *at = template->text;
    for (;;) {
        char *mark = strstr(at, "{id}");
        template->parts[template->count] = at;
        template->lengths[template->count++] = mark == NULL ? strlen(at) : (size_t)(mark - at);
        if (mark == NULL) {
            break;
        }
        if (template->count == MAX_PARTS) {
            fail(path, "too many {id}");
        }
        at = mark + 4;
    }
    if (template->count < 2) {
        fail(path, "a template has an {id}");
    }
}

static inline void put_request(struct buffer *out, const struct template *template, uint64_t id)
{
    char digits[20];
    size_t count = put_digits(digits, id);
    for (size_t part = 0; part < template->count; part++) {
        if (part > 0) {
            buffer_append(out, digits, count);
        }
        buffer_append(out, template->parts[part], template->lengths[part]);
    }
    buffer_append(out, "\n", 1);
}

#endif
