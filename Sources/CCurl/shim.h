// libcurl for Swift: the variadic functions, one typed wrapper for each documented argument type.
//
// Swift cannot call C variadics, and curl reads the argument back with the type that the option's page names:
// an int where it reads a long is undefined behaviour, so every wrapper passes exactly that type.

#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

// The seal of the one door out: to everybody but the transport this module is empty, so that using libcurl elsewhere
// does not compile. `Package.swift` defines the macro for the target Routing and for its tests, which look inside it.
#ifdef WORKSHOP_TRANSPORT

#include <curl/curl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/socket.h>

// A closed upstream socket must end as an error of one transfer, not as a signal for the daemon.
static inline void ccurl_ignore_sigpipe(void) {
    signal(SIGPIPE, SIG_IGN);
}

// prctl(PR_SET_NAME): what tools show as the name of the calling thread, at most 15 bytes.
static inline void ccurl_name_thread(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

// recv(2), MSG_PEEK: whether a byte waits on a socket; nothing is taken.
static inline bool ccurl_holds_unread(curl_socket_t socket) {
    char byte;
    return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

// curl_easy_setopt, options documented with `long`.
static inline CURLcode ccurl_setopt_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

// curl_easy_setopt, options documented with `curl_off_t`.
static inline CURLcode ccurl_setopt_off_t(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

// curl_easy_setopt, options documented with `char *`.
static inline CURLcode ccurl_setopt_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

// curl_easy_setopt, options documented with `void *`: user pointers.
static inline CURLcode ccurl_setopt_pointer(CURL *handle, CURLoption option, const void *value) {
    return curl_easy_setopt(handle, option, value);
}

// curl_easy_setopt, options documented with `struct curl_slist *`.
static inline CURLcode ccurl_setopt_slist(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

// curl_easy_setopt, CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
static inline CURLcode ccurl_setopt_function(
    CURL *handle, CURLoption option, size_t (*value)(char *, size_t, size_t, void *)) {
    return curl_easy_setopt(handle, option, value);
}

// curl_easy_setopt, CURLOPT_SOCKOPTFUNCTION.
static inline CURLcode ccurl_setopt_opened(CURL *handle, int (*value)(void *, curl_socket_t, curlsocktype)) {
    return curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, value);
}

// curl_easy_setopt, CURLOPT_CLOSESOCKETFUNCTION.
static inline CURLcode ccurl_setopt_closed(CURL *handle, int (*value)(void *, curl_socket_t)) {
    return curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, value);
}

// curl_easy_setopt, CURLOPT_PREREQFUNCTION.
static inline CURLcode ccurl_setopt_ready(CURL *handle, int (*value)(void *, char *, char *, int, int)) {
    return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, value);
}

// curl_easy_getinfo, values documented with `long *`.
static inline CURLcode ccurl_getinfo_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

// curl_easy_getinfo, values documented with `char **`.
static inline CURLcode ccurl_getinfo_pointer(CURL *handle, CURLINFO info, char **value) {
    return curl_easy_getinfo(handle, info, value);
}

// curl_multi_setopt, options documented with `long`.
static inline CURLMcode ccurl_multi_setopt_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// The result of a finished transfer: the union inside CURLMsg is not imported by every Swift compiler.
static inline CURLcode ccurl_message_result(const CURLMsg *message) {
    return message->data.result;
}

#endif // WORKSHOP_TRANSPORT
#endif // CCURL_SHIM_H
