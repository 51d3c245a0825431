/**
 * The Redis serialization protocol (RESP2 and RESP3): bytes to requests, replies to bytes. Pure: no network, no state
 * shared.
 */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.resp;
